package io.taskgroup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * One node of the tree of cancel scopes, and its state. With {@link Strand} this is the
 * machine that everything else is made of: a region of code is a scope, a group has one,
 * a task is one.
 *
 * <h2>States</h2>
 *
 * <pre>
 *            cancel(kind, reason)
 *   OPEN ------------------------------> CANCELLED      cancellation == the Cancellation
 *    |                                       |
 *    | end()                                 | end()
 *    v                                       v
 *  ENDED (cancellation == NEVER)       CANCELLED + ENDED
 * </pre>
 *
 * <ul>
 * <li>OPEN to CANCELLED, any thread: one CAS on {@code cancellation}. Whoever wins it
 * walks the tree ({@link CancelWalk}) and tells every thread below; whoever loses it does
 * nothing. The deadline takes the same way.</li>
 * <li>OPEN to ENDED, only the thread that runs the block (for a supervisor: the closer):
 * the same CAS, so that a block either ended, or was cancelled before it did, and both
 * sides agree which.</li>
 * <li>CANCELLED to CANCELLED + ENDED, the same thread: {@code ended} is set. There is no
 * way back from any of these.</li>
 * </ul>
 *
 * A cancellation is <em>in effect</em> at a scope if that scope, or one further out that
 * no shield separates from it, is CANCELLED. It is never copied down the tree: it is
 * looked for, upwards along {@code parent}. What a scope is subject to is therefore one
 * question with one answer, and a shield that comes or goes needs no bookkeeping.
 *
 * <h2>Why nothing is missed</h2> Something new below a scope (a task, a supervisor, a
 * thread that enters) first makes itself visible to walks, and then looks upwards. A
 * canceller first marks the scope, and then walks. So at least one of the two sees the
 * other. If both do, {@link Strand} tells the thread once: it remembers which
 * cancellations a thread has been told.
 *
 * <h2>Who guards what</h2> {@code cancellation}, {@code deadline}: CAS. {@code shielded},
 * {@code asked}, {@code caught}, {@code ended}: volatile. Which scope a thread is in is
 * not kept here but in its strand, under the strand's lock.
 */
class Scope implements CancelScope {

	/** Why a supervisor is cancelled that would outlive its scope. */
	static final String HAS_ENDED = "the scope it was opened in has ended";

	private static final VarHandle CANCELLATION;

	private static final VarHandle DEADLINE;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			CANCELLATION = lookup.findVarHandle(Scope.class, "cancellation", Cancellation.class);
			DEADLINE = lookup.findVarHandle(Scope.class, "deadline", Deadline.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final @Nullable Scope parent;

	private final Settings settings;

	private volatile @Nullable Cancellation cancellation;

	private volatile @Nullable Deadline deadline;

	/** Supervisors opened in this scope; allocated when there is one. */
	private volatile @Nullable Set<Supervisor> supervisors;

	private volatile boolean shielded;

	private volatile boolean asked;

	private volatile boolean caught;

	private volatile boolean ended;

	Scope(@Nullable Scope parent, Settings settings) {
		this.parent = parent;
		this.settings = settings;
	}

	/** The settings that a scope inside this one starts from. */
	static Settings settingsBelow(@Nullable Scope parent) {
		return (parent != null) ? parent.settings : Settings.DEFAULT;
	}

	// The tree

	final @Nullable Scope parent() {
		return this.parent;
	}

	/** The next scope that this one is subject to; null behind a shield. */
	final @Nullable Scope further() {
		return isShielded() ? null : this.parent;
	}

	final Settings settings() {
		return this.settings;
	}

	/**
	 * The thread on whose stack this scope is; null for one that is on no stack, or on
	 * several.
	 */
	@Nullable Strand strand() {
		return null;
	}

	/** The group or supervisor that this scope, or this task, belongs to, if any. */
	@Nullable AbstractTaskScope owner() {
		return null;
	}

	/** The root scope that this is, or through which a thread has come in, if any. */
	@Nullable DefaultRootScope root() {
		return null;
	}

	/** Whether this scope's own cancellation interrupts the given thread: see 3.10. */
	boolean interrupts(Strand strand) {
		return true;
	}

	/**
	 * Called once, by whoever has cancelled this scope itself, before anybody is told;
	 * the thread may not have come to it yet, or may have left it meanwhile.
	 */
	void cancelled(CancelWalk walk) {
	}

	/**
	 * Hands the walk what is directly below this scope, but for the thread's own stack.
	 */
	void descend(CancelWalk walk) {
		Set<Supervisor> opened = this.supervisors;
		if (opened != null) {
			for (Supervisor supervisor : opened) {
				if (!supervisor.scope().isShielded()) {
					walk.add(supervisor.scope());
				}
			}
		}
	}

	final boolean isInside(Scope other) {
		for (Scope scope = this; scope != null; scope = scope.parent) {
			if (scope == other) {
				return true;
			}
		}
		return false;
	}

	/** Whether the end of the other scope has to wait for code that runs in this one. */
	final boolean holdsUp(Scope other) {
		for (Scope scope = this; scope != null; scope = scope.parent) {
			Scope handled = scope.handledFor();
			if (scope == other || (handled != null && handled.holdsUp(other))) {
				return true;
			}
		}
		return false;
	}

	/**
	 * The scope of the supervisor whose error handler runs in this one, on whichever
	 * thread; null if none does.
	 */
	@Nullable Scope handledFor() {
		return null;
	}

	/** The scope to which a supervisor belongs that is opened directly in this one. */
	Scope homeOfSupervisors() {
		return this;
	}

	/** The supervisors that were opened in this scope and have not ended. */
	final Set<Supervisor> supervisors() {
		Set<Supervisor> opened = this.supervisors;
		return (opened != null) ? opened : Set.of();
	}

	/** Called by a thread that is in this scope. */
	final void addSupervisor(Supervisor supervisor) {
		Set<Supervisor> opened = this.supervisors;
		if (opened == null) {
			synchronized (this) {
				opened = this.supervisors;
				if (opened == null) {
					opened = ConcurrentHashMap.newKeySet();
					this.supervisors = opened;
				}
			}
		}
		opened.add(supervisor);
	}

	final void removeSupervisor(Supervisor supervisor) {
		Set<Supervisor> opened = this.supervisors;
		if (opened != null) {
			opened.remove(supervisor);
		}
	}

	/** Ends the supervisors that were opened in this scope, and waits for them (3.11). */
	final void closeSupervisors() {
		Set<Supervisor> opened = this.supervisors;
		if (opened != null) {
			for (Supervisor supervisor : opened) {
				supervisor.scope().cancelAs(CancelKind.PARENT, HAS_ENDED);
			}
			for (Supervisor supervisor : opened) {
				supervisor.awaitEnd();
			}
		}
	}

	// Cancellation

	/** This scope's own cancellation, if it has one. */
	@Nullable Cancellation cancellation() {
		Cancellation own = this.cancellation;
		return (own != Cancellation.NEVER) ? own : null;
	}

	/** This scope's own cancellation, if it counts for those inside. */
	@Nullable Cancellation active() {
		return cancellation();
	}

	@Override
	public final void cancel() {
		cancelAs(CancelKind.EXPLICIT, null);
	}

	@Override
	public final void cancel(String reason) {
		cancelAs(CancelKind.EXPLICIT, reason);
	}

	@Override
	public final void cancel(CancelKind kind, @Nullable String reason) {
		switch (Objects.requireNonNull(kind, "kind")) {
			case EXPLICIT, REQUEST, DISCONNECT, SHUTDOWN -> cancelAs(kind, reason);
			case FAILURE, TIMEOUT, PARENT, INTERRUPT ->
				throw new IllegalArgumentException("the kind " + kind + " is for the library itself to give");
		}
	}

	/** Cancels the scope, unless it was cancelled or has ended. Any thread. */
	void cancelAs(CancelKind kind, @Nullable String reason) {
		if (this.cancellation == null) {
			Cancellation mine = new Cancellation(this, kind, reason);
			if (CANCELLATION.compareAndSet(this, null, mine)) {
				CancelWalk.start(this, mine);
				return;
			}
		}
		if (Cancellation.asked(kind) && !this.ended && cancellation() != null) {
			this.asked = true;
		}
	}

	/**
	 * The outermost scope whose cancellation is in effect here, leaving one out: the one
	 * that the cancellation will end, and that catches it. Any thread.
	 */
	final @Nullable Scope cause(@Nullable Scope leftOut) {
		Scope found = null;
		for (Scope scope = this; scope != null; scope = scope.further()) {
			if (scope != leftOut && scope.active() != null) {
				found = scope;
			}
		}
		return found;
	}

	/** As {@link #cause()}, of those that interrupt the given thread (3.10). */
	final @Nullable Scope causeOfInterrupt(Strand strand) {
		Scope found = null;
		for (Scope scope = this; scope != null; scope = scope.further()) {
			Cancellation own = scope.active();
			if (own != null && own.interrupts(strand)) {
				found = scope;
			}
		}
		return found;
	}

	/** Whether this cancellation is in effect here. */
	final boolean isSubjectTo(Cancellation cancellation) {
		for (Scope scope = this; scope != null; scope = scope.further()) {
			if (scope.active() == cancellation) {
				return true;
			}
		}
		return false;
	}

	/** Whether this cancellation is one of a scope around this one, shields or not. */
	final boolean isBelow(Cancellation cancellation) {
		for (Scope scope = this; scope != null; scope = scope.parent) {
			if (scope.active() == cancellation) {
				return true;
			}
		}
		return false;
	}

	final @Nullable Scope cause() {
		return cause(null);
	}

	/**
	 * The cancellation in effect here that came first, whose reason is told. Any thread.
	 */
	final @Nullable Cancellation firstCancellation() {
		Cancellation first = null;
		for (Scope scope = this; scope != null; scope = scope.further()) {
			Cancellation own = scope.active();
			if (own != null) {
				first = Cancellation.earlier(first, own);
			}
		}
		return first;
	}

	/**
	 * As {@link #cause(Scope)}, for the thread itself: looks at the clock before it looks
	 * at the scopes, so that a deadline holds even when the timer is late (5.5).
	 */
	final @Nullable Scope due(@Nullable Scope leftOut) {
		for (Scope scope = this; scope != null; scope = scope.further()) {
			scope.lookAtClock();
		}
		return cause(leftOut);
	}

	/** The time left until the nearest deadline in effect here. */
	final long nearestDeadlineNanos() {
		long nearest = Durations.FOREVER_NANOS;
		for (Scope scope = this; scope != null; scope = scope.further()) {
			Deadline own = scope.deadline();
			if (own != null && scope.cancellation() == null) {
				nearest = Math.min(nearest, own.leftNanos());
			}
		}
		return nearest;
	}

	/**
	 * Cancels this scope if its deadline has passed and the timer has not said so yet.
	 */
	final void lookAtClock() {
		Deadline own = deadline();
		if (own != null && cancellation() == null && own.leftNanos() <= 0) {
			own.run();
		}
	}

	// The end

	/**
	 * Ends the block: from here on nobody can cancel it. Afterwards
	 * {@link #cancellation()} says for good whether somebody did before.
	 */
	void end() {
		CANCELLATION.compareAndSet(this, null, Cancellation.NEVER);
		this.ended = true;
		Deadline last = (Deadline) DEADLINE.getAndSet(this, null);
		if (last != null) {
			last.remove();
		}
	}

	final boolean hasEnded() {
		return this.ended;
	}

	/** Says that the block was ended by this scope's cancellation. */
	void setCaught() {
		this.caught = true;
	}

	// Shields

	boolean isShielded() {
		return this.shielded;
	}

	/** Whether it held cancellations off, asked by who leaves it. */
	boolean wasShielded() {
		return isShielded();
	}

	/** Sets the shield of a scope that nobody is in yet. */
	final void shieldFromTheStart() {
		this.shielded = true;
	}

	@Override
	public final boolean shielded() {
		return isShielded();
	}

	@Override
	public void shielded(boolean shielded) {
		boolean before = this.shielded;
		this.shielded = shielded;
		if (before != shielded && !this.ended) {
			shieldChanged(shielded);
		}
	}

	/** Brings what is below in line with a shield that came or went. */
	final void shieldChanged(boolean nowShielded) {
		if (nowShielded) {
			Strand.shieldRaised();
			return;
		}
		for (Scope scope = this.parent; scope != null; scope = scope.further()) {
			Cancellation heldOff = scope.active();
			if (heldOff != null) {
				CancelWalk.again(this, heldOff);
			}
		}
	}

	// Deadlines

	@Nullable Deadline deadline() {
		return this.deadline;
	}

	@Override
	public void timeout(@Nullable Duration fromNow) {
		long nanos = (fromNow != null) ? Durations.toNanos(fromNow) : Durations.FOREVER_NANOS;
		if (fromNow == null || nanos == Durations.FOREVER_NANOS) {
			replaceDeadline(null);
			return;
		}
		Deadline next = new Deadline(this, fromNow, nanos);
		replaceDeadline(next);
		if (nanos <= 0) {
			deadlinePassed(next);
		}
		else {
			next.schedule();
		}
	}

	private void replaceDeadline(@Nullable Deadline next) {
		Deadline before = (Deadline) DEADLINE.getAndSet(this, next);
		if (before != null && !before.remove()) {
			// it has passed, and whoever noticed may not have come to cancelling
			deadlinePassed(before);
		}
		if (this.ended) {
			Deadline tooLate = (Deadline) DEADLINE.getAndSet(this, null);
			if (tooLate != null) {
				tooLate.remove();
			}
		}
	}

	/** Cancels the scope, unless the deadline was moved before. Any thread. */
	final void deadlinePassed(Deadline passed) {
		if (passed.pass()) {
			cancelAs(CancelKind.TIMEOUT, "timeout of " + InWords.of(passed.timeout()) + " passed");
		}
	}

	@Override
	public Optional<Duration> timeLeft() {
		Deadline own = deadline();
		return (own != null) ? Optional.of(Duration.ofNanos(Math.max(0, own.leftNanos()))) : Optional.empty();
	}

	// What the user asks

	@Override
	public boolean cancelCalled() {
		Cancellation own = cancellation();
		return own != null && (own.asked() || this.asked);
	}

	@Override
	public boolean cancelCaught() {
		return this.caught;
	}

	@Override
	public Optional<String> cancelReason() {
		Cancellation own = cancellation();
		return (own != null) ? Optional.ofNullable(own.reason()) : Optional.empty();
	}

	@Override
	public Optional<CancelKind> cancelKind() {
		Cancellation own = cancellation();
		return (own != null) ? Optional.of(own.kind()) : Optional.empty();
	}

	@Override
	public <X extends Exception> void enter(Body<X> body) throws X, InterruptedException {
		throw new IllegalStateException("only a scope from CancelScope.create() can be entered");
	}

}
