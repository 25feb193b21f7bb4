package io.taskgroup.benchmarks.limit;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/** Virtual threads that begin with getting a permit from a fair semaphore. */
final class FairSemaphore implements SharedLimit {

	private final Semaphore permits = new Semaphore(SharedLimitBenchmark.LIMIT, true);

	@Override
	public void all(List<Runnable> tasks) throws Exception {
		CountDownLatch running = new CountDownLatch(tasks.size());
		for (Runnable task : tasks) {
			Thread.startVirtualThread(() -> {
				this.permits.acquireUninterruptibly();
				try {
					task.run();
				}
				finally {
					this.permits.release();
					running.countDown();
				}
			});
		}
		running.await();
	}

}
