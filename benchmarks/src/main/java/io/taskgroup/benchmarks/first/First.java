package io.taskgroup.benchmarks.first;

import java.util.List;
import java.util.concurrent.Callable;

/** Runs tasks side by side until one has a result. */
public interface First extends AutoCloseable {

	/**
	 * Runs all tasks, cancels the rest when the first has succeeded, and waits for them.
	 * @param tasks the tasks
	 * @return the first result
	 * @throws Exception if all have failed
	 */
	Integer first(List<Callable<Integer>> tasks) throws Exception;

	@Override
	default void close() {
		// most have nothing to close
	}

}
