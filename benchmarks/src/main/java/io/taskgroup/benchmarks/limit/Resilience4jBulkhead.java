package io.taskgroup.benchmarks.limit;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;

/**
 * Virtual threads whose task is decorated by Resilience4j's bulkhead. It is fair by
 * default, and waits as long as it takes.
 */
final class Resilience4jBulkhead implements SharedLimit {

	private final Bulkhead bulkhead = Bulkhead.of("limited",
			BulkheadConfig.custom()
				.maxConcurrentCalls(SharedLimitBenchmark.LIMIT)
				.maxWaitDuration(Duration.ofHours(1))
				.build());

	@Override
	public void all(List<Runnable> tasks) throws Exception {
		CountDownLatch running = new CountDownLatch(tasks.size());
		for (Runnable task : tasks) {
			Thread.startVirtualThread(() -> {
				try {
					this.bulkhead.executeRunnable(task);
				}
				finally {
					running.countDown();
				}
			});
		}
		running.await();
	}

}
