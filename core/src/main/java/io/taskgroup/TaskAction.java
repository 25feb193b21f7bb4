package io.taskgroup;

/**
 * A task that gives no value.
 *
 * @see TaskScope#fork(TaskAction)
 */
@FunctionalInterface
public interface TaskAction {

	/**
	 * Runs the task, on a thread of its own.
	 * @throws Exception whatever the task throws; it is the task's failure
	 */
	void run() throws Exception;

}
