package io.taskgroup.benchmarks.limit;

import java.util.List;

/** A limit that all callers share. */
public interface SharedLimit extends AutoCloseable {

	/**
	 * Runs the tasks side by side, each on a virtual thread and as soon as the limit
	 * allows it, and waits for them.
	 * @param tasks the tasks
	 * @throws Exception if the thread is interrupted
	 */
	void all(List<Runnable> tasks) throws Exception;

	@Override
	default void close() {
		// most have nothing to close
	}

}
