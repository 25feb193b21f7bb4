package io.taskgroup.benchmarks.limit;

import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.springframework.core.task.SimpleAsyncTaskExecutor;

/**
 * Spring's {@code SimpleAsyncTaskExecutor} on virtual threads, which has the caller wait
 * when the limit is reached.
 */
final class SpringExecutor implements SharedLimit {

	private final SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor();

	SpringExecutor() {
		this.executor.setVirtualThreads(true);
		this.executor.setConcurrencyLimit(SharedLimitBenchmark.LIMIT);
	}

	@Override
	public void all(List<Runnable> tasks) throws Exception {
		CountDownLatch running = new CountDownLatch(tasks.size());
		for (Runnable task : tasks) {
			this.executor.execute(() -> {
				try {
					task.run();
				}
				finally {
					running.countDown();
				}
			});
		}
		running.await();
	}

	@Override
	public void close() {
		this.executor.close();
	}

}
