package io.taskgroup;

import java.util.concurrent.RejectedExecutionException;

/**
 * Thrown by {@code fork} and {@code start} when the queue of the group is full and the
 * group is set to reject.
 */
public class TaskRejectedException extends RejectedExecutionException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message the message, which names the group and its capacity
	 */
	public TaskRejectedException(String message) {
		super(message);
	}

}
