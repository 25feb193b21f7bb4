package io.taskgroup.autoconfigure.web.servlet;

/**
 * Lets an exception through, unchanged, where its type cannot be named.
 */
final class Sneaky {

	private Sneaky() {
	}

	/**
	 * Throws the exception. Returns nothing, but is declared to, so that callers can say
	 * where their code ends.
	 */
	@SuppressWarnings("unchecked")
	static <X extends Exception> RuntimeException rethrow(Exception thrown) throws X {
		throw (X) thrown;
	}

}
