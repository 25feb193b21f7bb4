package io.taskgroup;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A deadline of one scope, which lets go of it when it ends. A scope from
 * {@link CancelScope#create()} never ends, so the timer knows it only weakly: one that
 * nobody is in, and nobody has, need not be cancelled.
 */
final class Deadline implements Runnable {

	private final Supplier<@Nullable Scope> scope;

	private final Duration timeout;

	private final long atNanos;

	private volatile @Nullable Future<?> timer;

	private final AtomicReference<State> state = new AtomicReference<>(State.AHEAD);

	Deadline(Scope scope, Duration timeout, long timeoutNanos) {
		this.scope = (scope instanceof EnterableScope) ? new WeakReference<>(scope)::get : () -> scope;
		this.timeout = timeout;
		this.atNanos = System.nanoTime() + timeoutNanos;
	}

	Duration timeout() {
		return this.timeout;
	}

	long leftNanos() {
		return this.atNanos - System.nanoTime();
	}

	void schedule() {
		Future<?> scheduled = Timer.schedule(this, Math.max(0, leftNanos()));
		this.timer = scheduled;
		if (this.state.get() == State.REMOVED) {
			scheduled.cancel(false);
		}
	}

	/**
	 * Has it pass, unless it was removed before. So a deadline that is moved just as it
	 * passes either cancels before it has been moved, or never.
	 * @return whether it has passed
	 */
	boolean pass() {
		return this.state.compareAndSet(State.AHEAD, State.PASSED) || this.state.get() == State.PASSED;
	}

	/**
	 * Removes it, unless it has passed before.
	 * @return whether it never will pass
	 */
	boolean remove() {
		boolean removed = this.state.compareAndSet(State.AHEAD, State.REMOVED);
		stopTimer();
		return removed;
	}

	/** Leaves it to those who look at the clock. */
	void stopTimer() {
		Future<?> scheduled = this.timer;
		if (scheduled != null) {
			scheduled.cancel(false);
		}
	}

	/** Called by the timer. A deadline that was moved is not the scope's any more. */
	@Override
	public void run() {
		Scope passed = this.scope.get();
		if (passed != null) {
			passed.deadlinePassed(this);
		}
	}

	/** What can become of a deadline, once and for all. */
	private enum State {

		AHEAD, PASSED, REMOVED

	}

}
