package io.taskgroup;

/**
 * Lets an exception through whose type the compiler cannot know here, but whose declared
 * type the caller's signature has.
 */
final class Sneaky {

	private Sneaky() {
	}

	/**
	 * Throws the exception. Returns nothing, but is declared to, so that callers can say
	 * where their code ends.
	 */
	@SuppressWarnings("unchecked")
	static <X extends Throwable> RuntimeException rethrow(Throwable thrown) throws X {
		throw (X) thrown;
	}

}
