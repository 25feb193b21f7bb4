package io.taskgroup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * The handle of a task from {@code start}, and its status: the hand-shake of 6.3.
 *
 * <h2>States</h2>
 *
 * <pre>
 *                started()               the task ends
 *   UNSTARTED -------------> STARTED ---------------------> STARTED (for good)
 *    |  |
 *    |  |  the caller gives up              started()
 *    |  +----------------------> ABANDONED ----------> ABANDONED_STARTED
 *    |                               |                        |
 *    |  the task ends                |  the task ends         |
 *    +-----------> ENDED <-----------+------------------------+
 * </pre>
 *
 * Each step is a CAS, so that of {@code started()}, the caller's giving up, and the
 * task's end exactly one comes first. Only from STARTED on is a failure the group's.
 *
 * @param <S> the type of the start value
 * @param <T> the type of the result
 */
final class StartedHandle<S extends @Nullable Object, T extends @Nullable Object> extends Handle<T>
		implements StartedTask<S, T>, TaskStatus<S> {

	private static final int UNSTARTED = 0;

	private static final int STARTED = 1;

	private static final int ABANDONED = 2;

	private static final int ABANDONED_STARTED = 3;

	private static final int ENDED = 4;

	private static final VarHandle PHASE;

	static {
		try {
			PHASE = MethodHandles.lookup().findVarHandle(StartedHandle.class, "phase", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final StartSignal signal = new StartSignal();

	private volatile int phase;

	/** Written before the step to STARTED, read after it. */
	private @Nullable S startValue;

	StartedHandle(@Nullable String name) {
		super(name);
	}

	@Override
	@SuppressWarnings("NullAway") // a null is the task's own start value
	public S startValue() {
		return this.startValue;
	}

	@Override
	public void started(S value) {
		synchronized (this.signal) {
			if (this.phase == UNSTARTED) {
				this.startValue = value;
			}
			if (!step(UNSTARTED, STARTED) && !step(ABANDONED, ABANDONED_STARTED)) {
				throw new IllegalStateException("task '" + shownName() + "' "
						+ ((this.phase == ENDED || isDone()) ? "has ended" : "has said already that it has started"));
			}
			if (this.phase != STARTED) {
				this.startValue = null;
			}
		}
		this.signal.releaseAll();
	}

	@Override
	boolean ending() {
		if (this.phase == STARTED) {
			return true;
		}
		boolean counts = !step(UNSTARTED, ENDED) && !step(ABANDONED, ENDED) && !step(ABANDONED_STARTED, ENDED)
				&& this.phase == STARTED;
		this.signal.releaseAll();
		return counts;
	}

	private boolean step(int from, int to) {
		return PHASE.compareAndSet(this, from, to);
	}

	/**
	 * Waits until the task has started. Throws only after an unstarted task has ended.
	 * @param <X> what the task throws
	 */
	<X extends Exception> void awaitStarted(Task<T> task) throws X, InterruptedException {
		Strand strand = Strand.attach();
		Strand.Wait wait = strand.await(this.signal, null, Durations.FOREVER_NANOS);
		boolean gaveUp = wait != Strand.Wait.REACHED;
		if (gaveUp && step(UNSTARTED, ABANDONED)) {
			task.cancelAs(CancelKind.PARENT, "the caller of start has given up");
		}
		if (this.phase == STARTED) {
			if (wait == Strand.Wait.INTERRUPTED) {
				strand.giveBackInterrupt();
			}
			if (gaveUp) {
				strand.settleAgain();
			}
			return;
		}
		strand.awaitAlways(this);
		throwUnstarted(strand, wait);
	}

	private <X extends Exception> void throwUnstarted(Strand strand, Strand.Wait wait) throws X, InterruptedException {
		if (rawOutcome() instanceof Thrown(Throwable exception)) {
			if (wait == Strand.Wait.INTERRUPTED) {
				strand.giveBackInterrupt();
			}
			if (wait == Strand.Wait.CANCELLED) {
				strand.settleAgain();
			}
			throw Sneaky.<X>rethrow(exception);
		}
		Scope here = strand.top();
		if (wait == Strand.Wait.CANCELLED || (here != null && here.cause() != null)) {
			CancelledException told = strand.tell(null);
			if (wait == Strand.Wait.INTERRUPTED) {
				strand.giveBackInterrupt();
			}
			throw told;
		}
		if (wait == Strand.Wait.INTERRUPTED) {
			throw new ForeignInterruptException();
		}
		if (rawOutcome() instanceof Stopped stopped) {
			throw stopped.exception();
		}
		throw new IllegalStateException("task '" + shownName() + "' has ended without having said that it has started");
	}

	/** What the caller of {@code start} waits for. */
	private final class StartSignal extends WaitStack {

		@Override
		boolean isReached(Waiter waiter) {
			return StartedHandle.this.phase == STARTED || StartedHandle.this.phase == ENDED;
		}

	}

}
