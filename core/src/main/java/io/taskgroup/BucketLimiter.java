package io.taskgroup;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.TokensInheritanceStrategy;
import org.jspecify.annotations.Nullable;

/**
 * The library's rate limiter: a queue in front of a Bucket4j bucket. Nobody takes a token
 * before it is there, so one who is cancelled while it waits has taken none.
 */
final class BucketLimiter implements RateLimiter, Gate {

	private final Bucket bucket;

	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by the lock. */
	private final Queue queue = new Queue();

	/** The timer, if it will come. Guarded by the lock. */
	private @Nullable Future<?> scheduled;

	/** Written under the lock. */
	private volatile Rate rate;

	BucketLimiter(long permits, Duration period, long burst) {
		this.rate = new Rate(permits, period, burst);
		this.bucket = Bucket.builder().addLimit(this.rate.bandwidth()).withNanosecondPrecision().build();
	}

	@Override
	public long permits() {
		return this.rate.permits();
	}

	@Override
	public Duration period() {
		return this.rate.period();
	}

	@Override
	public long burst() {
		return this.rate.burst();
	}

	@Override
	public void rate(long permits, Duration period, long burst) {
		Rate changed = new Rate(permits, period, burst);
		BucketConfiguration configuration = BucketConfiguration.builder().addLimit(changed.bandwidth()).build();
		this.lock.lock();
		try {
			this.bucket.replaceConfiguration(configuration, TokensInheritanceStrategy.AS_IS);
			this.rate = changed;
			// the timer was to come when the old rate had the next token
			Future<?> coming = this.scheduled;
			if (coming != null && coming.cancel(false)) {
				this.scheduled = null;
			}
			schedule();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public int waiting() {
		this.lock.lock();
		try {
			return this.queue.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public boolean acquire(Applicant applicant, Grants grants) {
		if (applicant.isToldOfWaiting()) {
			if (tryAcquire(applicant, grants)) {
				return true;
			}
			applicant.willWait();
		}
		this.lock.lock();
		try {
			if (take()) {
				return true;
			}
			this.queue.add(applicant);
			schedule();
			return false;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public boolean tryAcquire(Applicant applicant, Grants grants) {
		this.lock.lock();
		try {
			return take();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Holds the lock. */
	private boolean take() {
		return this.queue.size() == 0 && this.bucket.tryConsume(1);
	}

	@Override
	public boolean withdraw(Applicant applicant, Grants grants) {
		this.lock.lock();
		try {
			return this.queue.remove(applicant);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * A task that has started has used its permit up; one that has not cannot give it
	 * back.
	 */
	@Override
	public void release(Applicant applicant, TaskState outcome, Grants grants) {
		// the bucket fills by itself
	}

	/** Has the timer come when the next token is there. Holds the lock. */
	private void schedule() {
		if (this.scheduled == null && this.queue.size() > 0) {
			long wait = this.bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill();
			this.scheduled = Timer.schedule(this::refilled, wait);
		}
	}

	/** Called by the timer. */
	private void refilled() {
		Grants grants = new Grants();
		this.lock.lock();
		try {
			this.scheduled = null;
			while (this.queue.size() > 0 && this.bucket.tryConsume(1)) {
				Applicant next = this.queue.poll();
				if (next != null) {
					grants.add(next);
				}
			}
			schedule();
		}
		finally {
			this.lock.unlock();
		}
		grants.tellAll();
	}

	@Override
	public CompletableFuture<Permit> acquire() {
		return PromisedPermit.from(this);
	}

	/**
	 * How many tasks may start, and when.
	 *
	 * @param permits how many in a period
	 * @param period the period
	 * @param burst how many at once
	 */
	private record Rate(long permits, Duration period, long burst) {

		Rate {
			check("permits", permits);
			check("burst", burst);
			if (period.isNegative() || period.isZero()) {
				throw new IllegalArgumentException(
						"the period of a rate limit must be more than zero, but is " + period);
			}
		}

		private static void check(String what, long value) {
			if (value < 1) {
				throw new IllegalArgumentException(
						"the " + what + " of a rate limit must be at least 1, but is " + value);
			}
		}

		Bandwidth bandwidth() {
			return Bandwidth.builder().capacity(this.burst).refillGreedy(this.permits, this.period).build();
		}

	}

}
