package io.taskgroup;

import java.time.Duration;
import java.util.List;

/**
 * What a scope hands down to everything inside it: how stuck threads are treated, and
 * what counts as an interruption.
 *
 * @param reinterruptNanos after which time a thread is interrupted again
 * @param warnNanos after which time a task that outlives its cancellation is logged
 * @param classifiers the registered classifiers
 */
record Settings(long reinterruptNanos, long warnNanos, List<InterruptionClassifier> classifiers) {

	static final Settings DEFAULT = new Settings(Duration.ofSeconds(5).toNanos(), Duration.ofSeconds(10).toNanos(),
			List.of());

	Settings reinterruptEvery(Duration interval) {
		return new Settings(positiveNanos("reinterruptEvery", interval), this.warnNanos, this.classifiers);
	}

	Settings warnAfter(Duration age) {
		return new Settings(this.reinterruptNanos, positiveNanos("warnAfter", age), this.classifiers);
	}

	Settings classifiers(List<InterruptionClassifier> classifiers) {
		return new Settings(this.reinterruptNanos, this.warnNanos, List.copyOf(classifiers));
	}

	boolean isInterruption(Throwable thrown) {
		return Interruptions.isInterruption(thrown, this.classifiers);
	}

	private static long positiveNanos(String name, Duration duration) {
		if (duration.isNegative() || duration.isZero()) {
			throw new IllegalArgumentException(name + " must be more than zero, but is " + duration);
		}
		return Durations.toNanos(duration);
	}

}
