package io.taskgroup;

import java.util.concurrent.CompletableFuture;

/**
 * What a task must get a permit from before it starts. There are two of the library's
 * own, {@link ConcurrencyLimiter} and {@link RateLimiter}; this is what others implement,
 * such as a limiter that is shared by several machines.
 * <p>
 * A task asks its limiters one after the other: first those of concurrency, then others,
 * then those of rate. A task that waits has no thread.
 *
 * @see TaskGroupSpec#limiter(TaskLimiter)
 */
@FunctionalInterface
public interface TaskLimiter {

	/**
	 * Asks for a permit for one task. Called on the thread that forks, or on the one on
	 * which the previous limiter granted its permit; it must not block.
	 * <p>
	 * The task starts when the future completes, on whichever thread. When the task is
	 * cancelled before that, the future is cancelled. A future that completes with an
	 * exception is the task's failure.
	 * @return the permit, or the promise of one
	 */
	CompletableFuture<Permit> acquire();

	/**
	 * A permit that was granted to one task.
	 */
	@FunctionalInterface
	interface Permit {

		/**
		 * Gives the permit back. Called once, when the task has ended, or when it was
		 * cancelled before it could start.
		 * @param outcome how the task ended
		 */
		void release(TaskState outcome);

	}

}
