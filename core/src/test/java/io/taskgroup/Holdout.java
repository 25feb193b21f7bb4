package io.taskgroup;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/**
 * A task that takes no notice of interrupts, until the test releases it.
 *
 * @param <T> the type of what it returns then
 */
final class Holdout<T> implements Callable<T> {

	private final CountDownLatch noticed = new CountDownLatch(1);

	private final CountDownLatch released = new CountDownLatch(1);

	private final Callable<? extends T> ending;

	private volatile boolean running;

	private volatile boolean ended;

	private Holdout(Callable<? extends T> ending) {
		this.ending = ending;
	}

	static <T> Holdout<T> returning(T value) {
		return new Holdout<>(() -> value);
	}

	static Holdout<Void> throwing(Exception exception) {
		return new Holdout<>(() -> {
			throw exception;
		});
	}

	@Override
	public T call() throws Exception {
		this.running = true;
		try {
			await();
			return this.ending.call();
		}
		finally {
			this.ended = true;
		}
	}

	private void await() {
		try {
			Waits.on(this.released);
		}
		catch (InterruptedException ex) {
			this.noticed.countDown();
			Waits.stubbornlyOn(this.released);
		}
	}

	/** Waits until the task runs, without looking like a thread that blocks. */
	void awaitRunning() {
		Waits.spinUntil(() -> this.running);
	}

	/** Waits until the task has been interrupted. */
	void awaitInterrupted() throws InterruptedException {
		Waits.on(this.noticed);
	}

	/** Returns whether the task has been interrupted. */
	boolean wasInterrupted() {
		return this.noticed.getCount() == 0;
	}

	/** Lets the task end. */
	void release() {
		this.released.countDown();
	}

	/** Returns whether the task has run and ended. */
	boolean hasEnded() {
		return this.ended;
	}

}
