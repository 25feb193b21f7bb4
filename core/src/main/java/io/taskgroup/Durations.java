package io.taskgroup;

import java.time.Duration;

/**
 * Durations as nanoseconds.
 */
final class Durations {

	/** Longer than anybody waits, and still safe to add to {@link System#nanoTime()}. */
	static final long FOREVER_NANOS = Long.MAX_VALUE / 2;

	private Durations() {
	}

	static long toNanos(Duration duration) {
		try {
			return Math.min(duration.toNanos(), FOREVER_NANOS);
		}
		catch (ArithmeticException tooLongToCount) {
			return duration.isNegative() ? -1 : FOREVER_NANOS;
		}
	}

}
