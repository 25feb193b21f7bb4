package io.taskgroup;

/**
 * What a listener is told of a group or supervisor.
 */
public interface TaskScopeInfo {

	/**
	 * Returns the number of the scope, unique among all tasks and groups in this JVM.
	 * @return the id
	 */
	long id();

	/**
	 * Returns the name under which the scope was opened.
	 * @return the name
	 */
	String name();

	/**
	 * Returns whether it is a group or a supervisor.
	 * @return {@code true} for a supervisor
	 */
	boolean supervisor();

}
