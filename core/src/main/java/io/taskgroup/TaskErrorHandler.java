package io.taskgroup;

/**
 * Hears of the failures of a supervisor's tasks.
 *
 * @see TaskGroupSpec#onError(TaskErrorHandler)
 */
@FunctionalInterface
public interface TaskErrorHandler {

	/**
	 * Called once for each task that failed, right after it failed, on the thread that
	 * ran it (or that should have started it). The handler is shielded from the task's
	 * cancellation. It may fork into the scope again; what it throws is logged.
	 * @param task the failed task, already done
	 * @param exception what the task threw
	 */
	void onError(TaskHandle<?> task, Throwable exception);

}
