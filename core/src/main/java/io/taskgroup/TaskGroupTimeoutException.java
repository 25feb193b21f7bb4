package io.taskgroup;

import java.util.List;

/**
 * Thrown when the group's own deadline passed while the group ran. The first of
 * {@link #exceptions()} is a {@link java.util.concurrent.TimeoutException}; failures that
 * came after it follow.
 */
public class TaskGroupTimeoutException extends TaskGroupException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates the exception.
	 * @param groupName the name of the group
	 * @param exceptions the failures in the order they happened, not empty
	 * @throws IllegalArgumentException if there is no exception
	 */
	public TaskGroupTimeoutException(String groupName, List<? extends Throwable> exceptions) {
		super(groupName, exceptions);
	}

}
