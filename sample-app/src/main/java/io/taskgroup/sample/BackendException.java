package io.taskgroup.sample;

/**
 * A backend gave no answer, or none that is of use.
 */
class BackendException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	BackendException(String message, Throwable cause) {
		super(message, cause);
	}

}
