package io.taskgroup;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A task that swallows every interrupt, counts them, and blocks again, until the test
 * releases it.
 */
final class Swallower implements Callable<String> {

	private final CountDownLatch running = new CountDownLatch(1);

	private final CountDownLatch released = new CountDownLatch(1);

	private final AtomicInteger interrupts = new AtomicInteger();

	@Override
	public String call() {
		this.running.countDown();
		while (this.released.getCount() > 0) {
			try {
				Waits.on(this.released);
			}
			catch (InterruptedException ex) {
				this.interrupts.incrementAndGet();
			}
		}
		return "value";
	}

	/** Waits until the task runs. */
	void awaitRunning() throws InterruptedException {
		Waits.on(this.running);
	}

	/** Waits until the task has swallowed as many interrupts. */
	void awaitInterrupts(int count) {
		Waits.spinUntil(() -> this.interrupts.get() >= count);
	}

	/** Returns how many interrupts the task has swallowed so far. */
	int interrupts() {
		return this.interrupts.get();
	}

	/** Lets the task end. */
	void release() {
		this.released.countDown();
	}

}
