package io.taskgroup.benchmarks.first;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** {@code invokeAny} of an executor in a try block, which waits for the rest. */
final class InvokeAny implements First {

	@Override
	public Integer first(List<Callable<Integer>> tasks) throws Exception {
		try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
			return executor.invokeAny(tasks);
		}
	}

}
