package io.taskgroup;

import java.time.Duration;

/**
 * Counts how many tasks begin that need a permit of one rate limiter, since it was made.
 */
final class FaultRate {

	private final RateLimiter limiter;

	private final FaultBooks books;

	private final long madeNanos = System.nanoTime();

	private long began;

	FaultRate(int permitsPerMilli, FaultBooks books) {
		this.limiter = RateLimiter.of(permitsPerMilli, Duration.ofMillis(1));
		this.books = books;
	}

	RateLimiter limiter() {
		return this.limiter;
	}

	/** Called by each task first of all: it has its permit by then, so none is early. */
	synchronized void begin() {
		this.began++;
		long nanos = System.nanoTime() - this.madeNanos;
		long most = this.limiter.burst() + this.limiter.permits() * nanos / this.limiter.period().toNanos() + 1;
		this.books.check(this.began <= most, "8.4", "%d tasks have begun in %d ns, at %d in a millisecond", this.began,
				nanos, this.limiter.permits());
	}

}
