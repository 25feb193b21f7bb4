package io.taskgroup;

/**
 * Finds out how many tasks should run at once from how they fare, as congestion control
 * does for a network. {@code io.taskgroup.adaptive} has some, on Netflix's
 * concurrency-limits.
 * <p>
 * A limiter calls its algorithm from one thread at a time, whichever thread a task ended
 * on, so it should be quick.
 *
 * @see ConcurrencyLimiter#adaptive(LimitAlgorithm, int)
 */
public interface LimitAlgorithm {

	/**
	 * Returns what it thinks of now. The limiter never goes below 1, nor above its
	 * highest limit.
	 * @return how many tasks should run at once
	 */
	int limit();

	/**
	 * Hears how a task fared.
	 * @param sample what was seen of the task
	 */
	void onTaskEnded(TaskSample sample);

}
