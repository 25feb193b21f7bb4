package io.taskgroup.autoconfigure.web;

import java.util.Objects;
import java.util.stream.Stream;

/**
 * What an exception came of.
 */
public final class Causes {

	private static final int MAX_DEPTH = 100;

	private Causes() {
	}

	/**
	 * Returns an exception and its causes. Causes that go round in a circle come to an
	 * end.
	 * @param thrown the exception
	 * @return the exception, its cause, the cause's cause, and so on
	 */
	public static Stream<Throwable> of(Throwable thrown) {
		return Stream.iterate(thrown, Objects::nonNull, Throwable::getCause).limit(MAX_DEPTH);
	}

}
