package io.taskgroup.benchmarks.fanout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** An executor in a try block, as JEP 444 shows it. */
final class ExecutorPerCall implements FanOut {

	@Override
	public List<Integer> all(List<Callable<Integer>> tasks) throws Exception {
		try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
			List<Integer> results = new ArrayList<>(tasks.size());
			for (Future<Integer> future : executor.invokeAll(tasks)) {
				results.add(future.get());
			}
			return results;
		}
	}

}
