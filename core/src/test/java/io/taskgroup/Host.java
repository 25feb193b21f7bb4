package io.taskgroup;

import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * A thread that runs code which opens groups, seen from the test's thread.
 *
 * @param <T> the type of what the code returns
 */
final class Host<T> {

	private final CountDownLatch ended = new CountDownLatch(1);

	private final Thread thread;

	private volatile T value;

	private volatile Throwable thrown;

	private volatile boolean interruptedAtEnd;

	private volatile boolean interruptedByTest;

	private Host(ThreadFactory threads, Callable<? extends T> body) {
		this.thread = threads.newThread(() -> {
			try {
				this.value = body.call();
			}
			catch (Throwable ex) {
				this.thrown = ex;
			}
			this.interruptedAtEnd = Thread.interrupted();
			this.ended.countDown();
		});
	}

	static <T> Host<T> start(ThreadFactory threads, Callable<? extends T> body) {
		Host<T> host = new Host<>(threads, body);
		host.thread.start();
		return host;
	}

	Thread thread() {
		return this.thread;
	}

	boolean isDone() {
		return this.ended.getCount() == 0;
	}

	/** Interrupts the host, as somebody who knows nothing of the library does. */
	void interrupt() {
		this.interruptedByTest = true;
		this.thread.interrupt();
	}

	/** Waits until the host blocks, or has ended. */
	void awaitBlocked() {
		Waits.untilBlocked(this.thread);
	}

	/**
	 * Waits for the end and returns the value, or throws what the code threw. Fails if an
	 * interrupt was left that the test did not send.
	 */
	T get() throws Exception {
		Throwable thrown = thrown();
		if (thrown instanceof Error error) {
			throw error;
		}
		if (thrown != null) {
			throw (Exception) thrown;
		}
		return this.value;
	}

	/** Waits for the end and returns what the code threw, or null. */
	Throwable thrown() throws InterruptedException {
		if (!isDone() && !this.ended.await(Waits.BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
			throw new AssertionError("the host hangs at " + Arrays.toString(this.thread.getStackTrace()));
		}
		if (this.interruptedAtEnd && !this.interruptedByTest) {
			throw new AssertionError("the host was left interrupted", this.thrown);
		}
		return this.thrown;
	}

	/** Waits for the end and returns whether the code left the interrupt flag set. */
	boolean leftInterrupted() throws InterruptedException {
		this.interruptedByTest = true;
		thrown();
		return this.interruptedAtEnd;
	}

}
