package io.taskgroup.benchmarks.cancel;

/** Has a tree of blocked tasks cancelled. Both methods are called on the same thread. */
public interface Cancellation extends AutoCloseable {

	/**
	 * Forks the tasks, without waiting for them to run.
	 * @param tree the tasks
	 * @throws Exception if that is not possible
	 */
	void fork(Tree tree) throws Exception;

	/**
	 * Cancels all of them, and waits until all have ended.
	 * @throws Exception if one of them failed
	 */
	void cancel() throws Exception;

	@Override
	default void close() {
		// most have nothing to close
	}

}
