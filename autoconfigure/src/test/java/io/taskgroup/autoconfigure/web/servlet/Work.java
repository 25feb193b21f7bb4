package io.taskgroup.autoconfigure.web.servlet;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.taskgroup.CancelScope;
import org.jspecify.annotations.Nullable;

/**
 * The work that one request has started, as a test sees it.
 */
final class Work {

	/** How many tasks block. */
	static final int TASKS = 3;

	final CountDownLatch running = new CountDownLatch(TASKS);

	final CountDownLatch interrupted = new CountDownLatch(TASKS);

	/** Counted down when the client has left. */
	final CountDownLatch clientGone = new CountDownLatch(1);

	/** Lets the tasks end. */
	final CountDownLatch go = new CountDownLatch(1);

	/** Open as long as the controller's method is called. */
	final CountDownLatch left = new CountDownLatch(1);

	final AtomicInteger results = new AtomicInteger();

	volatile @Nullable CancelScope scope;

	volatile @Nullable Throwable thrown;

	volatile boolean virtualRequestThread;

	/** How many tasks run now. */
	final AtomicInteger busy = new AtomicInteger();

	/** A task: blocks until it is let go, or interrupted. */
	int task() throws InterruptedException {
		this.busy.incrementAndGet();
		this.running.countDown();
		try {
			this.go.await();
		}
		catch (InterruptedException ex) {
			this.interrupted.countDown();
			throw ex;
		}
		finally {
			this.busy.decrementAndGet();
		}
		return this.results.incrementAndGet();
	}

}
