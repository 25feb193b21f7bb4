package io.taskgroup;

/**
 * The states of a task.
 *
 * @see TaskHandle#state()
 */
public enum TaskState {

	/** The task waits for a permit and has no thread yet. */
	QUEUED,

	/** The task has been given a thread and has not ended. */
	RUNNING,

	/**
	 * A cancellation is in effect for the task (its own, its group's, or one further out
	 * that no shield holds off), and the task has not ended.
	 */
	CANCELLING,

	/** The task returned a value. */
	SUCCESS,

	/** The task threw something that was not its cancellation. */
	FAILED,

	/** The task was ended by a cancellation, or never ran because of one. */
	CANCELLED;

	/**
	 * Returns whether this is one of the three final states.
	 * @return whether the task has ended
	 */
	public boolean isDone() {
		return this == SUCCESS || this == FAILED || this == CANCELLED;
	}

}
