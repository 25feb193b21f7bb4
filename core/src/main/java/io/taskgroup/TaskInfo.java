package io.taskgroup;

import java.util.Optional;

/**
 * What a listener is told of a task.
 */
public interface TaskInfo {

	/**
	 * Returns the number of the task, unique among all tasks and groups in this JVM.
	 * @return the id
	 */
	long id();

	/**
	 * Returns the name of the task.
	 * @return the name
	 */
	String name();

	/**
	 * Returns the group or supervisor that the task was forked into.
	 * @return the scope of the task
	 */
	TaskScopeInfo scope();

	/**
	 * Returns whether the task had to wait for a permit, as far as is known up to now:
	 * whether {@link TaskGroupListener#taskQueued} is, or was, called for it.
	 * @return {@code true} if it had to wait
	 */
	boolean hadToWait();

	/**
	 * Returns why the task is being cancelled, or was: its own cancellation, its group's,
	 * or one further out; the one that came first.
	 * @return the cause; empty if no cancellation is in effect for the task
	 */
	Optional<CancelCause> cancelCause();

}
