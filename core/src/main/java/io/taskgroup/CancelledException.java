package io.taskgroup;

import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * Thrown by a call of this library that would block, on a thread whose cancel scope is
 * cancelled.
 * <p>
 * Let it pass, or do what you have to do in a {@code finally} block and let it pass: the
 * scope that was cancelled catches it. It is an {@link InterruptedException}, so that
 * code which treats interrupts rightly treats cancellations rightly.
 */
public class CancelledException extends InterruptedException {

	private static final long serialVersionUID = 1L;

	/** Why, in words. */
	private final @Nullable String reason;

	/** Who or what asked for the cancellation. */
	private final CancelKind kind;

	/** Creates the exception, with no reason given. */
	public CancelledException() {
		this(null);
	}

	/**
	 * Creates the exception.
	 * @param reason why, in words; {@code null} if none was given
	 */
	public CancelledException(@Nullable String reason) {
		this(CancelKind.EXPLICIT, reason);
	}

	/**
	 * Creates the exception.
	 * @param kind who or what asked for the cancellation
	 * @param reason why, in words; {@code null} if none was given
	 */
	public CancelledException(CancelKind kind, @Nullable String reason) {
		super((reason != null) ? "cancelled: " + reason : "cancelled");
		this.kind = kind;
		this.reason = reason;
	}

	/**
	 * Returns why, in words.
	 * @return the reason, or empty if none was given
	 */
	public Optional<String> reason() {
		return Optional.ofNullable(this.reason);
	}

	/**
	 * Returns who or what asked for the cancellation.
	 * @return the kind of the reason
	 */
	public CancelKind kind() {
		return this.kind;
	}

}
