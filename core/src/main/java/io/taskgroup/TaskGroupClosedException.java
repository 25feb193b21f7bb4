package io.taskgroup;

/**
 * Thrown by {@code fork} and {@code start} on a group or scope that has ended, and when
 * something is to be opened with a factory that was closed.
 */
public class TaskGroupClosedException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param message the message, which names the group
	 */
	public TaskGroupClosedException(String message) {
		super(message);
	}

}
