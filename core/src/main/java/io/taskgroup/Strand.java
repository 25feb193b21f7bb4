package io.taskgroup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * One thread inside the library: which scope it is in, whether it waits in a call of the
 * library, and what it has been told. The other half of the machine described in
 * {@link Scope}.
 *
 * <h2>States</h2>
 *
 * <pre>
 *             push / pop                beginWait
 *   GONE <-----------------> RUNNING <-------------> WAITING
 *   top == null               user code    endWait    in a call of the library
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
 * <li>WAITING: it is unparked, without an interrupt, and looks for itself. So while a
 * thread waits here, an interrupt can only be somebody else's.</li>
 * <li>GONE, or not in that scope any more: nothing.</li>
 * </ul>
 *
 * <h2>Whose interrupt it is</h2> The flag of a thread is one bit. {@code sent} says that
 * the library set it: from then on, until the flag is taken or the region ends, what is
 * found there counts as the library's. A flag that was there when the library would have
 * set it is somebody else's ({@code foreign}) and is left alone.
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

	/**
	 * The innermost scope. Written under the lock by the own thread, which may read it
	 * so.
	 */
	private @Nullable Scope top;

	/** Guarded by the lock. */
	private boolean waiting;

	/** Guarded by the lock. */
	private boolean sent;

	/** Guarded by the lock. */
	private boolean foreign;

	/** The cancellations that the thread was told. Guarded by the lock. */
	private @Nullable List<Cancellation> told;

	/** Who looks after this thread. Guarded by the lock. */
	private @Nullable List<Watch> watches;

	private Strand(@Nullable Task<?> task, @Nullable Strand outer) {
		this.thread = Thread.currentThread();
		this.task = task;
		this.outer = outer;
	}

	// The current thread

	static @Nullable Strand current() {
		return CURRENT.get();
	}

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
		Scope cause = (strand != null) ? due(strand.top, null) : null;
		if (cause != null) {
			synchronized (strand) {
				strand.markTold();
			}
			throw cancelled(cause);
		}
	}

	static boolean cancelRequested() {
		Scope scope = currentScope();
		return due(scope, null) != null;
	}

	static Optional<Duration> currentTimeLeft() {
		Scope here = currentScope();
		if (due(here, null) != null) {
			return Optional.of(Duration.ZERO);
		}
		long nearest = Long.MAX_VALUE;
		for (Scope scope = here; scope != null; scope = scope.parent()) {
			Deadline deadline = scope.deadline();
			if (deadline != null) {
				nearest = Math.min(nearest, deadline.leftNanos());
			}
			if (scope.isShielded()) {
				break;
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

	boolean isCurrentThread() {
		return Thread.currentThread() == this.thread;
	}

	String threadName() {
		return this.thread.getName();
	}

	StackTraceElement[] stackTrace() {
		return this.thread.getStackTrace();
	}

	// Going in and out

	/** RUNNING, in the given scope. Own thread. */
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
			deliverDue();
		}
	}

	/** RUNNING in the scope further out, or GONE. Own thread. */
	void pop(RegionScope scope, Leaving leaving) {
		Scope next = scope.next();
		synchronized (this) {
			this.top = next;
			if (leaving == Leaving.TOLD) {
				markTold();
			}
			else if (leaving == Leaving.FAILED || scope.isShielded()) {
				this.told = null;
			}
			settle();
		}
		if (next == null) {
			CURRENT.remove();
		}
	}

	/** GONE, at the end of a task. Own thread. */
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
		if (isInterruptDue()) {
			deliverDue();
			return;
		}
		takeInterrupt();
		this.foreign = false;
		this.told = null;
		List<Watch> leaving = this.watches;
		if (leaving != null) {
			this.watches = null;
			leaving.forEach(Watch::leave);
		}
	}

	/**
	 * Whether a cancellation is in effect here of which the thread is to be interrupted.
	 */
	private boolean isInterruptDue() {
		for (Scope scope = this.top; scope != null; scope = scope.parent()) {
			Cancellation due = scope.active();
			if (due != null && interrupts(due)) {
				return true;
			}
			if (scope.isShielded()) {
				break;
			}
		}
		return false;
	}

	/** The host of a try-with-resources group is not interrupted by that group (3.10). */
	private boolean interrupts(Cancellation cancellation) {
		Scope origin = cancellation.origin();
		return origin == null || origin.interrupts(this);
	}

	// Being told

	/**
	 * Tells this thread of a cancellation of the given scope, if it is in it, and hands
	 * the walk what is on its stack from there inwards. Any thread.
	 */
	void reach(CancelWalk walk, Scope from) {
		synchronized (this) {
			List<Scope> path = walk.scratch;
			path.clear();
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
			path.forEach(walk::add);
			walk.add(from);
			if (open) {
				deliver(walk.cancellation(), walk.watch(Scope.settingsBelow(this.top)));
			}
		}
	}

	/**
	 * Delivers what is in effect and what the thread has not been told. Holds the lock.
	 */
	private void deliverDue() {
		for (Scope scope = this.top; scope != null; scope = scope.parent()) {
			Cancellation due = scope.active();
			if (due != null && interrupts(due) && !isTold(due)) {
				Watch watch = new Watch(Scope.settingsBelow(this.top), due);
				deliver(due, watch);
				watch.begin();
			}
			if (scope.isShielded()) {
				break;
			}
		}
	}

	/** Holds the lock. */
	private void deliver(Cancellation cancellation, Watch watch) {
		boolean interrupts = interrupts(cancellation);
		if (interrupts && !isWatchedFor(cancellation)) {
			this.watches = added(this.watches, watch);
			watch.add(this);
		}
		if (this.waiting) {
			LockSupport.unpark(this.thread);
		}
		else if (interrupts && !isTold(cancellation)) {
			this.told = added(this.told, cancellation);
			interrupt();
		}
	}

	/** Holds the lock. */
	private void interrupt() {
		if (!this.thread.isInterrupted()) {
			this.thread.interrupt();
			this.sent = true;
		}
		else if (!this.sent) {
			this.foreign = true;
		}
	}

	/** Takes back an interrupt of the library's; own thread. Holds the lock. */
	private boolean takeInterrupt() {
		boolean taken = this.sent && Thread.interrupted();
		this.sent = false;
		return taken;
	}

	/** A call of the library that throws {@link CancelledException} counts as telling. */
	private void markTold() {
		for (Scope scope = this.top; scope != null; scope = scope.parent()) {
			Cancellation due = scope.active();
			if (due != null && interrupts(due) && !isTold(due)) {
				this.told = added(this.told, due);
				if (!isWatchedFor(due)) {
					Watch watch = new Watch(Scope.settingsBelow(this.top), due);
					this.watches = added(this.watches, watch);
					watch.add(this);
					watch.begin();
				}
			}
			if (scope.isShielded()) {
				break;
			}
		}
	}

	private boolean isTold(Cancellation cancellation) {
		return this.told != null && this.told.contains(cancellation);
	}

	private boolean isWatchedFor(Cancellation cancellation) {
		if (this.watches != null) {
			for (Watch watch : this.watches) {
				if (watch.cancellation() == cancellation) {
					return true;
				}
			}
		}
		return false;
	}

	private static <E> List<E> added(@Nullable List<E> list, E element) {
		List<E> result = (list != null) ? list : new ArrayList<>(2);
		result.add(element);
		return result;
	}

	/** Asked by the timer: whether the thread is still where it was cancelled. */
	boolean isStillIn(Watch watch, boolean interruptAgain) {
		synchronized (this) {
			for (Scope scope = this.top; scope != null; scope = scope.parent()) {
				if (scope.active() == watch.cancellation()) {
					if (interruptAgain && !this.waiting) {
						interrupt();
					}
					return true;
				}
				if (scope.isShielded()) {
					break;
				}
			}
			return false;
		}
	}

	/**
	 * Whether an exception that came out of a region stands for somebody else's
	 * interrupt, although the region was cancelled: the flag was set already when the
	 * library would have set it. Own thread.
	 */
	boolean isForeignInterrupt(Throwable thrown) {
		synchronized (this) {
			return this.foreign && !this.sent && !Interruptions.contains(thrown, CancelledException.class);
		}
	}

	// Waiting

	/** What a thread that leaves a scope knows of the cancellations further out. */
	enum Leaving {

		/** What it knew inside. */
		AS_IT_IS,

		/** All of them: it leaves with an exception that says so. */
		TOLD,

		/** None: it leaves with a failure, which hides what it knew inside (3.6). */
		FAILED;

		static Leaving with(@Nullable Throwable report) {
			return switch (report) {
				case null -> AS_IT_IS;
				case CancelledException cancelled -> TOLD;
				case InterruptedException interrupted -> AS_IT_IS;
				default -> FAILED;
			};
		}

	}

	/** How a wait ended. */
	enum Wait {

		REACHED, TIMED_OUT, CANCELLED, INTERRUPTED

	}

	/**
	 * Waits until what the waiter waits for has happened. Own thread. A cancellation wins
	 * over an interrupt, which is left pending then.
	 * @param stack what the waiter is added to
	 * @param leftOut the scope whose own cancellation does not end the wait
	 * @param timeoutNanos how long to wait; {@link Durations#FOREVER_NANOS} for no limit
	 */
	Wait await(WaitStack stack, @Nullable Scope leftOut, long timeoutNanos) {
		ThreadWaiter waiter = new ThreadWaiter(this.thread);
		if (stack.isReached(waiter) || (timeoutNanos > 0 && spin(stack, waiter))) {
			return Wait.REACHED;
		}
		if (timeoutNanos <= 0) {
			return (due(this.top, leftOut) != null) ? Wait.CANCELLED : Wait.TIMED_OUT;
		}
		boolean unlimited = timeoutNanos >= Durations.FOREVER_NANOS;
		long until = unlimited ? 0 : System.nanoTime() + timeoutNanos;
		boolean taken = beginWait();
		stack.add(waiter);
		try {
			while (true) {
				if (stack.isReached(waiter)) {
					return Wait.REACHED;
				}
				if (due(this.top, leftOut) != null) {
					return Wait.CANCELLED;
				}
				if (Thread.interrupted()) {
					return Wait.INTERRUPTED;
				}
				if (unlimited) {
					LockSupport.park(stack);
					continue;
				}
				long left = until - System.nanoTime();
				if (left <= 0) {
					return Wait.TIMED_OUT;
				}
				LockSupport.parkNanos(stack, left);
			}
		}
		finally {
			stack.remove(waiter);
			endWait(taken);
		}
	}

	/**
	 * Waits until what the waiter waits for has happened, whatever happens to the thread.
	 * Own thread. An interrupt that comes meanwhile is pending afterwards.
	 */
	void awaitAlways(WaitStack stack) {
		if (awaitAlways(stack, () -> {
		})) {
			giveBackInterrupt();
		}
	}

	/**
	 * Makes an interrupt of somebody else's, which was taken, pending again. Own thread.
	 */
	void giveBackInterrupt() {
		synchronized (this) {
			this.thread.interrupt();
			// where the library had set the flag too, it is one and the same bit: the
			// other's must not be lost
			this.sent = false;
			this.foreign = true;
		}
	}

	/**
	 * Waits until what the waiter waits for has happened, whatever happens to the thread.
	 * Own thread.
	 * @param onInterrupt called when somebody interrupts the thread meanwhile
	 * @return whether somebody did; the flag has been taken
	 */
	boolean awaitAlways(WaitStack stack, Runnable onInterrupt) {
		ThreadWaiter waiter = new ThreadWaiter(this.thread);
		if (stack.isReached(waiter) || spin(stack, waiter)) {
			return false;
		}
		boolean interrupted = false;
		boolean taken = beginWait();
		stack.add(waiter);
		try {
			while (!stack.isReached(waiter)) {
				if (Thread.interrupted()) {
					interrupted = true;
					onInterrupt.run();
				}
				LockSupport.park(stack);
			}
			return interrupted;
		}
		finally {
			stack.remove(waiter);
			endWait(taken);
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
	 * WAITING; takes the library's own interrupt with it, which would not let it park.
	 */
	private boolean beginWait() {
		synchronized (this) {
			this.waiting = true;
			return takeInterrupt();
		}
	}

	/** RUNNING again, and as interrupted as if it had not waited. */
	private void endWait(boolean taken) {
		synchronized (this) {
			this.waiting = false;
			if (taken && isInterruptDue()) {
				interrupt();
			}
			deliverDue();
		}
	}

	/**
	 * The exception that tells the thread of the cancellation that is due; takes a
	 * pending interrupt of the library's with it. Own thread.
	 */
	CancelledException tell(@Nullable Scope leftOut) {
		Scope cause = due(this.top, leftOut);
		synchronized (this) {
			markTold();
			takeInterrupt();
		}
		return (cause != null) ? cancelled(cause) : new CancelledException();
	}

	// Leaving what was left open

	/**
	 * Closes the groups of the try-with-resources form that were opened in the given
	 * scope and are still open (3.11).
	 * @return what is wrong with that, or null if there was none
	 */
	@Nullable IllegalStateException closeLeftOpen(Scope scope) {
		IllegalStateException wrong = null;
		Scope inner = this.top;
		while (inner != null && inner != scope) {
			if (inner instanceof GroupScope groupScope && !groupScope.hasEnded()) {
				HostedGroup group = groupScope.group();
				IllegalStateException one = new LeftOpenException(
						"group '" + group.name() + "' was still open when what is around it ended; it has been closed");
				group.abandon(one);
				if (wrong == null) {
					wrong = one;
				}
				else {
					wrong.addSuppressed(one);
				}
			}
			inner = inner.parent();
		}
		return wrong;
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
