package io.taskgroup.benchmarks.fanout;

import java.util.List;
import java.util.concurrent.Callable;

/** Runs tasks side by side and collects their results. */
public interface FanOut extends AutoCloseable {

	/**
	 * Runs all tasks, each on a virtual thread of its own.
	 * @param tasks the tasks
	 * @return their results, in the order of the tasks
	 * @throws Exception if a task failed
	 */
	List<Integer> all(List<Callable<Integer>> tasks) throws Exception;

	@Override
	default void close() {
		// most have nothing to close
	}

}
