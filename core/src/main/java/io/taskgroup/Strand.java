package io.taskgroup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * One thread inside the library: which scope it is in, and whether it waits in a call of
 * the library. The other half of the machine described in {@link Scope}; what the thread
 * was told is in its {@link Interrupts}.
 *
 * <h2>States</h2>
 *
 * <pre>
 *             push / pop                beginWait
 *   GONE &lt;-----------------&gt; RUNNING &lt;-------------&gt; WAITING
 *   top == null               user code    endWait    in a call of the library
 *    ^                           |
 *    |          detach           | conclude, at the end of a task
 *    +------- CONCLUDING &lt;-------+
 *             the engine's code
 * </pre>
 *
 * Only the strand's own thread takes these transitions, each under the strand's lock. A
 * canceller ({@link #reach}) holds the same lock while it looks at the state and acts on
 * it:
 * <ul>
 * <li>RUNNING, and the cancelled scope is one the thread is in: it is interrupted. It
 * cannot leave the scope meanwhile, so an interrupt never hits a thread that has left;
 * and when it leaves, it sees under the same lock that one was sent, and clears the flag
 * ({@link #settle}).</li>
 * <li>WAITING: it is unparked, without an interrupt, and looks for itself, unless it
 * waits whatever happens. So while a thread waits here, an interrupt can only be somebody
 * else's. While it runs an error handler, before it goes on waiting, it is RUNNING.</li>
 * <li>CONCLUDING, GONE, or not in that scope any more: nothing.</li>
 * </ul>
 * There are no lambdas here and in what else a cancellation or an end takes on its way:
 * when the stack is full, the first use of one can fail, and would fail for ever after.
 */
final class Strand {

	private static final ThreadLocal<@Nullable Strand> CURRENT = new ThreadLocal<>();

	/** How often a virtual thread lets others run before it parks. */
	private static final int YIELDS = 6;

	/** How often a platform thread looks before it parks: some ten microseconds. */
	private static final int SPINS = (Runtime.getRuntime().availableProcessors() > 1) ? 400 : 0;

	private final Thread thread;

	/** The task that this thread runs; null on a thread that the user has started. */
	private final @Nullable Task<?> task;

	/** What was current on this thread before, if a task runs on a borrowed thread. */
	private final @Nullable Strand outer;

	/** Written under the lock by the own thread, which may read it so. */
	private @Nullable Scope top;

	/**
	 * In how many calls of the library it waits: more than one if a listener or a probe
	 * waits that is called by a thread that waits. There are fewer than the stack has
	 * room for. Guarded by the lock.
	 */
	private short waits;

	/** How many of these a cancellation ends. Guarded by the lock. */
	private short cancellableWaits;

	/** Made when there is something to tell. Guarded by the lock. */
	private @Nullable Interrupts interrupts;

	/** What is asked while the thread waits. Own thread. */
	private @Nullable Probing probing;

	private Strand(@Nullable Task<?> task, @Nullable Strand outer) {
		this.thread = Thread.currentThread();
		this.task = task;
		this.outer = outer;
	}

	// The current thread

	/** The scope that the current thread is in. */
	static @Nullable Scope currentScope() {
		Strand strand = CURRENT.get();
		return (strand != null) ? strand.top : null;
	}

	/** The current thread's strand; one that nobody sees yet if it is in no scope. */
	static Strand attach() {
		Strand strand = CURRENT.get();
		return (strand != null) ? strand : new Strand(null, null);
	}

	static Strand attach(Task<?> task) {
		return new Strand(task, CURRENT.get());
	}

	static void checkpoint() throws CancelledException {
		Strand strand = CURRENT.get();
		if (strand != null && strand.probing != null) {
			strand.probing.ask();
		}
		Scope cause = (strand != null) ? due(strand.top, null) : null;
		if (cause != null) {
			synchronized (strand) {
				strand.tellDue(false);
			}
			throw cancelled(cause);
		}
	}

	static boolean cancelRequested() {
		return due(currentScope(), null) != null;
	}

	static Optional<Duration> currentTimeLeft() {
		Scope here = currentScope();
		if (due(here, null) != null) {
			return Optional.of(Duration.ZERO);
		}
		long nearest = Long.MAX_VALUE;
		for (Scope scope = here; scope != null; scope = scope.further()) {
			Deadline deadline = scope.deadline();
			if (deadline != null) {
				nearest = Math.min(nearest, deadline.leftNanos());
			}
		}
		return (nearest != Long.MAX_VALUE) ? Optional.of(Duration.ofNanos(Math.max(0, nearest))) : Optional.empty();
	}

	/** Called when a shield was raised: it may be one around the current thread. */
	static void shieldRaised() {
		Strand strand = CURRENT.get();
		if (strand != null) {
			synchronized (strand) {
				if (!strand.isInterruptDue()) {
					strand.takeInterrupt();
				}
			}
		}
	}

	private static @Nullable Scope due(@Nullable Scope scope, @Nullable Scope leftOut) {
		return (scope != null) ? scope.due(leftOut) : null;
	}

	private static CancelledException cancelled(Scope cause) {
		Cancellation cancellation = cause.cancellation();
		return (cancellation != null) ? cancellation.asCancelledException() : new CancelledException();
	}

	@Nullable Scope top() {
		return this.top;
	}

	@Nullable Task<?> task() {
		return this.task;
	}

	/**
	 * Sets what is asked while the thread waits. Own thread.
	 * @return what was asked until now
	 */
	@Nullable Probing probe(@Nullable Probing probing) {
		Probing before = this.probing;
		this.probing = probing;
		return before;
	}

	boolean isCurrentThread() {
		return Thread.currentThread() == this.thread;
	}

	String threadName() {
		return this.thread.getName();
	}

	long threadId() {
		return this.thread.threadId();
	}

	StackTraceElement[] stackTrace() {
		return this.thread.getStackTrace();
	}

	// Going in and out. Own thread

	/** RUNNING, in the given scope. */
	void push(Scope scope) {
		if (this.top == null) {
			CURRENT.set(this);
		}
		synchronized (this) {
			this.top = scope;
			if (scope.isShielded()) {
				takeInterrupt();
			}
			// a scope that was cancelled before it was entered, or a task's that was
			// cancelled before it had a thread
			tellDue(true);
		}
	}

	/** RUNNING in the scope further out, or GONE. */
	void pop(RegionScope scope, Leaving leaving) {
		Scope next = scope.next();
		synchronized (this) {
			this.top = next;
			Interrupts known = this.interrupts;
			if (known != null && (leaving == Leaving.FAILED || scope.wasShielded())) {
				known.forgetTold();
			}
			if (leaving == Leaving.TOLD) {
				tellDue(false);
				takeInterrupt();
			}
			settle();
		}
		if (next == null) {
			CURRENT.remove();
		}
	}

	/**
	 * Brings the interrupt flag in line with the scope that the thread is in, after a
	 * group was ended that is not the innermost scope.
	 */
	void settleNow() {
		synchronized (this) {
			settle();
		}
	}

	/** As {@link #settleNow}, when a wait was cancelled and does not say so. */
	void settleAgain() {
		synchronized (this) {
			Interrupts known = this.interrupts;
			if (known != null) {
				known.forgetTold();
			}
			settle();
		}
	}

	/** CONCLUDING: the user's code of a task has ended, nobody interrupts it any more. */
	void conclude(Task<?> task) {
		synchronized (this) {
			task.setConcluding();
			takeInterrupt();
		}
	}

	/** GONE, at the end of a task. */
	void detach() {
		synchronized (this) {
			this.top = null;
			settle();
		}
		if (this.outer != null) {
			CURRENT.set(this.outer);
		}
		else {
			CURRENT.remove();
		}
	}

	/**
	 * Brings the interrupt flag in line with where the thread is now: what is in effect
	 * here reaches it; what the library sent for a region that has been left is gone.
	 * Holds the lock.
	 */
	private void settle() {
		Interrupts known = this.interrupts;
		if (known != null) {
			known.prune(this.top);
			boolean anythingDue = isInterruptDue();
			if (known.isStale(this.top, anythingDue)) {
				known.take();
			}
			if (!anythingDue) {
				known.setNoneForeign();
			}
		}
		tellDue(true);
	}

	/**
	 * Whether a cancellation is in effect here of which the thread is to be interrupted.
	 */
	private boolean isInterruptDue() {
		Scope here = this.top;
		return here != null && here.causeOfInterrupt(this) != null;
	}

	private boolean takeInterrupt() {
		Interrupts known = this.interrupts;
		return known != null && known.take();
	}

	// Being told

	/**
	 * Tells this thread of a cancellation of the given scope, if it is in it, and hands
	 * the walk what is on its stack from there inwards. Any thread.
	 */
	void reach(CancelWalk walk, Scope from) {
		synchronized (this) {
			List<Scope> path = walk.scratch();
			boolean open = true;
			Scope scope = this.top;
			while (scope != null && scope != from) {
				path.add(scope);
				if (scope.isShielded()) {
					path.clear();
					open = false;
				}
				scope = (scope.strand() == this) ? scope.parent() : null;
			}
			if (scope == null) {
				return;
			}
			for (Scope inner : path) {
				walk.add(inner);
			}
			walk.add(from);
			if (open) {
				deliver(walk);
			}
		}
	}

	/** The groups that this thread is in, inside the given scope. Any thread. */
	List<TaskScopeInfo> groupsIn(Scope from) {
		List<TaskScopeInfo> groups = new ArrayList<>();
		synchronized (this) {
			Scope scope = this.top;
			while (scope != null && scope != from) {
				if (scope.owner() instanceof HostedGroup group && !scope.hasEnded()) {
					groups.add(group);
				}
				scope = scope.parent();
			}
			if (scope == null) {
				// it has been left
				return List.of();
			}
		}
		Collections.reverse(groups);
		return groups;
	}

	/** Holds the lock. */
	private void deliver(CancelWalk walk) {
		Cancellation cancellation = walk.cancellation();
		if (this.cancellableWaits > 0) {
			LockSupport.unpark(this.thread);
		}
		if (isConcluding() || !cancellation.interrupts(this)) {
			return;
		}
		Interrupts known = interrupts();
		Interrupts.Notice notice = known.notice(cancellation, walk.watch(Scope.settingsBelow(this.top)));
		if (walk.isAgain()) {
			notice.forget();
		}
		if (!isWaiting() && notice.tell()) {
			known.interrupt(cancellation);
		}
	}

	/**
	 * Tells the thread what is in effect and what it has not been told. Own thread, which
	 * holds the lock. A thread that waits may leave a region, too, in a listener that it
	 * calls, say. It is told when the wait ends.
	 * @param interrupt whether by an interrupt, or by an exception that is thrown next
	 */
	private void tellDue(boolean interrupt) {
		if (isConcluding() || (interrupt && isWaiting())) {
			return;
		}
		for (Scope scope = this.top; scope != null; scope = scope.further()) {
			Cancellation due = scope.active();
			if (due != null && due.interrupts(this)) {
				Interrupts known = interrupts();
				Interrupts.Notice notice = known.find(due);
				if (notice == null) {
					Watch watch = new Watch(Scope.settingsBelow(this.top), due);
					notice = known.notice(due, watch);
					watch.begin();
				}
				if (notice.tell() && interrupt) {
					known.interrupt(due);
				}
			}
		}
	}

	/**
	 * A region inside what the engine calls then, an error handler, is one as any other.
	 */
	private boolean isConcluding() {
		return this.top == this.task && this.task != null && this.task.isConcluding();
	}

	/** Holds the lock. */
	private boolean isWaiting() {
		return this.waits > 0;
	}

	private Interrupts interrupts() {
		Interrupts known = this.interrupts;
		if (known == null) {
			known = new Interrupts(this, this.thread);
			this.interrupts = known;
		}
		return known;
	}

	/**
	 * Asked by the timer: whether the thread is still where it was cancelled. Behind a
	 * shield it is, but is let be.
	 */
	boolean isStillIn(Watch watch, boolean interruptAgain) {
		synchronized (this) {
			Scope here = this.top;
			Cancellation cancellation = watch.cancellation();
			if (here == null || !here.isBelow(cancellation)) {
				return false;
			}
			if (interruptAgain && !isWaiting() && !isConcluding() && here.isSubjectTo(cancellation)) {
				interrupts().interrupt(cancellation);
			}
			return true;
		}
	}

	/**
	 * Whether an exception that came out of a region stands for somebody else's
	 * interrupt, although the region was cancelled. Own thread.
	 */
	boolean isForeignInterrupt(Throwable thrown) {
		if (Interruptions.contains(thrown, ForeignInterruptException.class)) {
			return true;
		}
		synchronized (this) {
			Interrupts known = this.interrupts;
			return known != null && known.isForeign() && !Interruptions.contains(thrown, CancelledException.class);
		}
	}

	/**
	 * The first cancellation that this thread was told of and has not left. Own thread.
	 */
	@Nullable Cancellation told() {
		synchronized (this) {
			Interrupts known = this.interrupts;
			return (known != null) ? known.told() : null;
		}
	}

	/**
	 * Makes an interrupt of somebody else's, which was taken, pending again. Own thread.
	 */
	void giveBackInterrupt() {
		synchronized (this) {
			interrupts().giveBack();
		}
	}

	/**
	 * The exception that tells the thread of the cancellation that is due; takes a
	 * pending interrupt of the library's with it. Own thread.
	 */
	CancelledException tell(@Nullable Scope leftOut) {
		Scope cause = due(this.top, leftOut);
		tellByException();
		return (cause != null) ? cancelled(cause) : new CancelledException();
	}

	/** Whether a cancellation is due, leaving one scope out. Own thread. */
	boolean isDue(@Nullable Scope leftOut) {
		return due(this.top, leftOut) != null;
	}

	/** Says that an exception is thrown next that tells what is due. Own thread. */
	void tellByException() {
		synchronized (this) {
			tellDue(false);
			takeInterrupt();
		}
	}

	/** What a thread that leaves a scope knows of the cancellations further out. */
	enum Leaving {

		/** What it knew inside. */
		AS_IT_IS,

		/** All of them: it leaves with an exception that says so. */
		TOLD,

		/** None: it leaves with a failure, which hides what it knew inside (3.6). */
		FAILED

	}

	// Waiting. Own thread

	/** How a wait ended. */
	enum Wait {

		REACHED, TIMED_OUT, CANCELLED, INTERRUPTED

	}

	/**
	 * Waits until what the waiter waits for has happened. A cancellation wins over an
	 * interrupt, which is left pending then. After {@link Wait#CANCELLED} nobody
	 * interrupts the thread for it any more, so that an interrupt of somebody else's
	 * stays apart: the caller must {@link #tell}, or have it told again by
	 * {@link #settleAgain}.
	 * @param stack what is waited for
	 * @param leftOut the scope whose own cancellation does not end the wait
	 * @param timeoutNanos how long to wait; {@link Durations#FOREVER_NANOS} for no limit
	 */
	Wait await(WaitStack stack, @Nullable Scope leftOut, long timeoutNanos) {
		ThreadWaiter waiter = new ThreadWaiter(this.thread);
		if (stack.isReached(waiter) || (timeoutNanos > 0 && spin(stack, waiter))) {
			return Wait.REACHED;
		}
		if (timeoutNanos <= 0) {
			boolean cancelled = due(this.top, leftOut) != null;
			if (stack.isReached(waiter)) {
				return Wait.REACHED;
			}
			return cancelled ? Wait.CANCELLED : Wait.TIMED_OUT;
		}
		long until = System.nanoTime() + timeoutNanos;
		boolean unlimited = timeoutNanos >= Durations.FOREVER_NANOS;
		Wait how = Wait.REACHED;
		Admission lent = beginWait(stack, waiter, true);
		try {
			while (!stack.isReached(waiter)) {
				if (due(this.top, leftOut) != null) {
					// a task ends before its failure cancels anybody (4.1), so that what
					// is seen cancelled may have ended since the last look
					how = stack.isReached(waiter) ? Wait.REACHED : Wait.CANCELLED;
					break;
				}
				if (Thread.interrupted()) {
					how = Wait.INTERRUPTED;
					break;
				}
				long left = unlimited ? Durations.FOREVER_NANOS : until - System.nanoTime();
				if (left <= 0) {
					how = Wait.TIMED_OUT;
					break;
				}
				waiter = stillOn(stack, waiter);
				// what was looked at may have run foreign code, which may park, too
				if (!stack.isReached(waiter)) {
					park(stack, left);
				}
			}
			return how;
		}
		finally {
			endWait(stack, waiter, lent, how == Wait.CANCELLED ? Telling.BY_EXCEPTION : Telling.BY_INTERRUPT);
		}
	}

	/**
	 * Waits until what the waiter waits for has happened, whatever happens to the thread.
	 * An interrupt that comes meanwhile is pending afterwards.
	 */
	void awaitAlways(WaitStack stack) {
		if (awaitAlways(stack, null)) {
			giveBackInterrupt();
		}
		settleNow();
	}

	/**
	 * Waits until what the waiter waits for has happened, whatever happens to the thread.
	 * It has not been told afterwards what has become due meanwhile.
	 * @param group the group that is told when somebody interrupts the thread meanwhile
	 * @return whether somebody did; the flag has been taken
	 */
	boolean awaitAlways(WaitStack stack, @Nullable HostedGroup group) {
		ThreadWaiter waiter = new ThreadWaiter(this.thread);
		if (stack.isReached(waiter) || spin(stack, waiter)) {
			return false;
		}
		boolean interrupted = false;
		Admission lent = beginWait(stack, waiter, false);
		try {
			while (!stack.isReached(waiter)) {
				if (Thread.interrupted()) {
					interrupted = true;
					if (group != null) {
						group.hostInterrupted();
					}
				}
				due(this.top, null);
				waiter = stillOn(stack, waiter);
				// a listener that was told of it may have parked, and taken the wake-up
				if (!stack.isReached(waiter)) {
					park(stack, Durations.FOREVER_NANOS);
				}
			}
			return interrupted;
		}
		finally {
			endWait(stack, waiter, lent, Telling.LATER);
		}
	}

	/**
	 * Adds another waiter if this one was released although what it waits for has not
	 * happened: it is not on the stack any more, and nobody would release it again. Who
	 * releases late may take a waiter off that has come after what happened.
	 */
	private ThreadWaiter stillOn(WaitStack stack, ThreadWaiter waiter) {
		if (!waiter.isReleased() || stack.isReached(waiter)) {
			return waiter;
		}
		ThreadWaiter again = new ThreadWaiter(this.thread);
		stack.add(again);
		return again;
	}

	/**
	 * Parks until unparked, or for the given time, or until a deadline is to be looked
	 * at, or a probe is to be asked. A probe that is asked may run foreign code, so that
	 * the thread does not park then.
	 */
	private void park(WaitStack stack, long nanos) {
		long untilProbe = (this.probing != null) ? this.probing.ask() : Durations.FOREVER_NANOS;
		if (untilProbe == 0) {
			return;
		}
		Scope here = this.top;
		long left = (here != null) ? Math.min(nanos, here.nearestDeadlineNanos()) : nanos;
		left = Math.min(left, untilProbe);
		if (left >= Durations.FOREVER_NANOS) {
			LockSupport.park(stack);
		}
		else {
			LockSupport.parkNanos(stack, Math.max(left, 1));
		}
	}

	/**
	 * What is done already, or nearly so, is not worth a park: a virtual thread lets
	 * those it waits for run, a platform thread looks a few times.
	 */
	@SuppressWarnings("ThreadPriorityCheck") // only what it costs depends on the
												// scheduler
	private boolean spin(WaitStack stack, WaitStack.Waiter waiter) {
		if (this.thread.isVirtual()) {
			for (int i = 0; i < YIELDS; i++) {
				Thread.yield();
				if (stack.isReached(waiter)) {
					return true;
				}
			}
			return false;
		}
		for (int i = 0; i < SPINS; i++) {
			Thread.onSpinWait();
			if (stack.isReached(waiter)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * WAITING; takes the library's own interrupt with it, which would not let it park,
	 * and lends out the permits that the task does not need meanwhile (8.3).
	 * @param cancellable whether a cancellation ends the wait
	 * @return the permits that it has lent out, if any
	 */
	private @Nullable Admission beginWait(WaitStack stack, ThreadWaiter waiter, boolean cancellable) {
		synchronized (this) {
			this.waits++;
			if (cancellable) {
				this.cancellableWaits++;
			}
			Interrupts known = this.interrupts;
			if (known != null) {
				known.putOff();
			}
		}
		Admission admission = (this.task != null) ? this.task.admission() : null;
		Admission lent = (admission != null && admission.lend()) ? admission : null;
		stack.add(waiter);
		return lent;
	}

	/**
	 * RUNNING, although the thread waits: it runs an error handler before it goes on with
	 * that.
	 * @return what {@link #resumeWaits} is to be given
	 */
	int leaveWaits() {
		synchronized (this) {
			int left = (this.waits << Short.SIZE) | this.cancellableWaits;
			this.waits = 0;
			this.cancellableWaits = 0;
			return left;
		}
	}

	/** WAITING again, if it did before. */
	void resumeWaits(int left) {
		synchronized (this) {
			this.waits = (short) (left >>> Short.SIZE);
			this.cancellableWaits = (short) left;
			Interrupts known = this.interrupts;
			if (known != null && isWaiting()) {
				known.putOff();
			}
		}
	}

	/** RUNNING again, with its permits. */
	private void endWait(WaitStack stack, ThreadWaiter waiter, @Nullable Admission lent, Telling telling) {
		stack.remove(waiter);
		boolean interrupted = lent != null && lent.takeBack();
		synchronized (this) {
			this.waits--;
			if (telling != Telling.LATER) {
				this.cancellableWaits--;
			}
			if (interrupted) {
				interrupts().giveBack();
			}
			if (telling != Telling.LATER) {
				tellDue(telling == Telling.BY_INTERRUPT);
			}
		}
	}

	/**
	 * How a thread that has waited is told of what has become due meanwhile: later, if
	 * the wait was one that no cancellation ends.
	 */
	private enum Telling {

		BY_INTERRUPT, BY_EXCEPTION, LATER

	}

	/** A thread that waits. */
	private static final class ThreadWaiter extends WaitStack.Waiter {

		private final Thread thread;

		private volatile boolean released;

		ThreadWaiter(Thread thread) {
			this.thread = thread;
		}

		@Override
		boolean isReleased() {
			return this.released;
		}

		@Override
		void release() {
			this.released = true;
			LockSupport.unpark(this.thread);
		}

	}

}
