package io.taskgroup;

/**
 * Says that a group was left open (3.11).
 */
final class LeftOpenException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	LeftOpenException(String message) {
		super(message);
	}

}
