package io.taskgroup;

import java.time.Duration;

/**
 * Limits how many tasks start in a span of time, in whichever groups they are: a token
 * bucket. In any span of length {@code t} no more than
 * {@code burst + permits * t / period} tasks are started. Tasks that have to wait are
 * served strictly in the order in which they came.
 *
 * <pre>{@code
 * RateLimiter tenPerSecond = RateLimiter.of(10, Duration.ofSeconds(1));
 * }</pre>
 *
 * The bucket is Bucket4j's.
 */
public interface RateLimiter extends TaskLimiter {

	/**
	 * Creates a limiter whose burst is as large as the permits of one period.
	 * @param permits how many tasks may start in a period, at least 1
	 * @param period the period, more than zero
	 * @return a new limiter
	 * @throws IllegalArgumentException if a value is out of its range
	 */
	static RateLimiter of(long permits, Duration period) {
		return of(permits, period, permits);
	}

	/**
	 * Creates a limiter.
	 * @param permits how many tasks may start in a period, at least 1
	 * @param period the period, more than zero
	 * @param burst how many tasks may start at once after a pause, at least 1
	 * @return a new limiter
	 * @throws IllegalArgumentException if a value is out of its range
	 */
	static RateLimiter of(long permits, Duration period, long burst) {
		return new BucketLimiter(permits, period, burst);
	}

	/**
	 * Returns how many tasks may start in a period.
	 * @return the permits
	 */
	long permits();

	/**
	 * Returns the period.
	 * @return the period, more than zero
	 */
	Duration period();

	/**
	 * Returns how many tasks may start at once after a pause.
	 * @return the burst
	 */
	long burst();

	/**
	 * Changes the rate. What has been saved up stays, up to the new burst. Tasks that
	 * wait keep their places and wait for the new rate.
	 * @param permits how many tasks may start in a period, at least 1
	 * @param period the period, more than zero
	 * @param burst how many tasks may start at once after a pause, at least 1
	 * @throws IllegalArgumentException if a value is out of its range; then nothing
	 * changes
	 */
	void rate(long permits, Duration period, long burst);

	/**
	 * Returns how many wait for a permit now.
	 * @return the number of those who wait
	 */
	int waiting();

}
