package io.taskgroup.sample;

/**
 * There is no book with that id.
 */
class UnknownBookException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	UnknownBookException(int id) {
		super("there is no book " + id);
	}

}
