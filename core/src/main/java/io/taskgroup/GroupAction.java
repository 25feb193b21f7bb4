package io.taskgroup;

/**
 * The body of a task group that gives no value.
 *
 * @see TaskGroupSpec#run(GroupAction)
 */
@FunctionalInterface
public interface GroupAction {

	/**
	 * Runs the body, on the thread that opened the group.
	 * @param group the group, open until this method returns and all its tasks have ended
	 * @throws Exception whatever the body throws; it is a failure of the group
	 */
	void run(TaskGroup group) throws Exception;

}
