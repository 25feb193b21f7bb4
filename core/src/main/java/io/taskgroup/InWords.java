package io.taskgroup;

import java.time.Duration;

/**
 * What stands in messages.
 */
final class InWords {

	private InWords() {
	}

	static String of(Duration duration) {
		long nanos = Durations.toNanos(duration);
		long millis = nanos / 1_000_000;
		if (millis == 0) {
			return nanos + " ns";
		}
		return (millis > 0 && millis < 10_000) ? millis + " ms" : duration.toString();
	}

	/** As {@code toString()}, which is the user's own code and may fail. */
	static String of(Throwable thrown) {
		try {
			return thrown.toString();
		}
		catch (Throwable ex) {
			return thrown.getClass().getName();
		}
	}

}
