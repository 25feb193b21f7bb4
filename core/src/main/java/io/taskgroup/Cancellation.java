package io.taskgroup;

import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * That a scope was cancelled, and why. There is at most one for each scope, and it never
 * goes away again; its identity tells one cancellation from another.
 */
final class Cancellation {

	/** Stands in the place of a cancellation in a scope that ended without one. */
	static final Cancellation NEVER = new Cancellation(null, CancelKind.EXPLICIT, null, 0);

	private static final AtomicLong SEQUENCE = new AtomicLong();

	private final @Nullable Scope origin;

	private final CancelKind kind;

	private final @Nullable String reason;

	private final long sequence;

	/** Whether another one, from further out, was in effect already. */
	private final boolean second;

	Cancellation(Scope origin, CancelKind kind, @Nullable String reason) {
		this(origin, kind, reason, SEQUENCE.incrementAndGet());
	}

	private Cancellation(@Nullable Scope origin, CancelKind kind, @Nullable String reason, long sequence) {
		this.origin = origin;
		this.kind = kind;
		this.reason = reason;
		this.sequence = sequence;
		this.second = origin != null && origin.cause(origin) != null;
	}

	/** Whether the thread is to be interrupted for it: see 3.10. */
	boolean interrupts(Strand strand) {
		return this.origin == null || this.origin.interrupts(strand);
	}

	CancelKind kind() {
		return this.kind;
	}

	@Nullable String reason() {
		return this.reason;
	}

	/** Whether another one, from further out, was in effect already: see 3.13. */
	boolean cameSecond() {
		return this.second;
	}

	/** Whether somebody, or a deadline, asked for it: see 3.4. */
	boolean asked() {
		return asked(this.kind);
	}

	static boolean asked(CancelKind kind) {
		return switch (kind) {
			case EXPLICIT, TIMEOUT, REQUEST, DISCONNECT, SHUTDOWN -> true;
			case FAILURE, PARENT, INTERRUPT -> false;
		};
	}

	/** The kind as a group further in sees it, which was not cancelled itself. */
	CancelKind kindFromInside() {
		return switch (this.kind) {
			case REQUEST, DISCONNECT, SHUTDOWN -> this.kind;
			case EXPLICIT, FAILURE, TIMEOUT, PARENT, INTERRUPT -> CancelKind.PARENT;
		};
	}

	/**
	 * The earlier of the two; the reason that was given first is the one that is told.
	 */
	static Cancellation earlier(@Nullable Cancellation one, Cancellation other) {
		return (one == null || other.sequence < one.sequence) ? other : one;
	}

	CancelledException asCancelledException() {
		return new CancelledException(this.kind, this.reason);
	}

	TaskCancelledException asTaskCancelledException() {
		return new TaskCancelledException(this.kind, this.reason);
	}

}
