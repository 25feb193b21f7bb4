package io.taskgroup.benchmarks.map;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/** A virtual thread for each item, when a semaphore has a permit for it. */
final class SemaphoreThreads implements LimitedMap {

	@Override
	public List<Integer> map(List<Integer> items, int limit, Function<Integer, Integer> function) throws Exception {
		Integer[] results = new Integer[items.size()];
		CountDownLatch running = new CountDownLatch(results.length);
		Semaphore permits = new Semaphore(limit);
		for (int i = 0; i < results.length; i++) {
			int index = i;
			Integer item = items.get(i);
			permits.acquire();
			Thread.startVirtualThread(() -> {
				try {
					results[index] = function.apply(item);
				}
				finally {
					permits.release();
					running.countDown();
				}
			});
		}
		running.await();
		return Arrays.asList(results);
	}

}
