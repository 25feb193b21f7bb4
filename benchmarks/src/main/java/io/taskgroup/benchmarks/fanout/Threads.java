package io.taskgroup.benchmarks.fanout;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;

/**
 * Virtual threads and a latch, without a thought of failures: what it costs to start the
 * threads and to wait.
 */
final class Threads implements FanOut {

	@Override
	public List<Integer> all(List<Callable<Integer>> tasks) throws Exception {
		Integer[] results = new Integer[tasks.size()];
		CountDownLatch running = new CountDownLatch(results.length);
		for (int i = 0; i < results.length; i++) {
			int index = i;
			Callable<Integer> task = tasks.get(i);
			Thread.startVirtualThread(() -> {
				results[index] = result(task);
				running.countDown();
			});
		}
		running.await();
		return Arrays.asList(results);
	}

	private static Integer result(Callable<Integer> task) {
		try {
			return task.call();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
