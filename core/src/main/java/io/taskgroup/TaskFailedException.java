package io.taskgroup;

/**
 * Thrown when the result of a failed task is asked for; its cause is what the task threw.
 */
public class TaskFailedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param cause what the task threw
	 */
	public TaskFailedException(Throwable cause) {
		this("task failed: " + InWords.of(cause), cause);
	}

	/**
	 * Creates the exception.
	 * @param message the message
	 * @param cause what the task threw
	 */
	public TaskFailedException(String message, Throwable cause) {
		super(message, cause);
	}

}
