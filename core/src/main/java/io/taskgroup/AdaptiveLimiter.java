package io.taskgroup;

import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A concurrency limiter that has its limit from an algorithm, and tells that how the
 * tasks fare.
 */
final class AdaptiveLimiter extends FifoLimiter {

	private final LimitAlgorithm algorithm;

	/** Held while the algorithm is at work, and until its limit is in effect. */
	private final ReentrantLock adjusting = new ReentrantLock();

	private volatile int maxLimit;

	AdaptiveLimiter(LimitAlgorithm algorithm, int maxLimit) {
		super(within(Objects.requireNonNull(algorithm, "algorithm").limit(), checked(maxLimit)));
		this.algorithm = algorithm;
		this.maxLimit = maxLimit;
	}

	private static int within(int limit, int maxLimit) {
		return Math.clamp(limit, 1, maxLimit);
	}

	@Override
	public int maxLimit() {
		return this.maxLimit;
	}

	@Override
	public void limit(int limit) {
		checked(limit);
		Grants grants = new Grants();
		this.adjusting.lock();
		try {
			this.maxLimit = limit;
			change(within(this.algorithm.limit(), limit), grants);
		}
		finally {
			this.adjusting.unlock();
		}
		grants.tellAll();
	}

	private void sampled(TaskSample sample, Grants grants) {
		this.adjusting.lock();
		try {
			this.algorithm.onTaskEnded(sample);
			change(within(this.algorithm.limit(), this.maxLimit), grants);
		}
		catch (Throwable ex) {
			Log.log(Level.ERROR, "the limit algorithm " + this.algorithm + " failed", ex);
		}
		finally {
			this.adjusting.unlock();
		}
	}

	@Override
	Gate gate() {
		return new Measured();
	}

	@Override
	public CompletableFuture<Permit> acquire() {
		return PromisedPermit.from(new Measured());
	}

	/** This limiter, as one task sees it. */
	private final class Measured implements LendingGate {

		private long startNanos;

		/** When the task got its permit, or took it back. */
		private long sinceNanos;

		private long ranNanos;

		private int running;

		private boolean begun;

		@Override
		public boolean acquire(Applicant applicant, Grants grants) {
			return AdaptiveLimiter.this.acquire(applicant, grants);
		}

		@Override
		public boolean tryAcquire(Applicant applicant, Grants grants) {
			return AdaptiveLimiter.this.tryAcquire(applicant, grants);
		}

		@Override
		public boolean withdraw(Applicant applicant, Grants grants) {
			return AdaptiveLimiter.this.withdraw(applicant, grants);
		}

		@Override
		public void begun() {
			this.begun = true;
			this.running = inUse();
			this.startNanos = System.nanoTime();
			this.sinceNanos = this.startNanos;
		}

		@Override
		public void lend(Grants grants) {
			this.ranNanos += System.nanoTime() - this.sinceNanos;
			AdaptiveLimiter.this.lend(grants);
		}

		@Override
		public boolean takeBack() {
			boolean interrupted = AdaptiveLimiter.this.takeBack();
			this.sinceNanos = System.nanoTime();
			return interrupted;
		}

		@Override
		public void release(Applicant applicant, TaskState outcome, Grants grants) {
			AdaptiveLimiter.this.release(applicant, outcome, grants);
			if (this.begun) {
				long ran = this.ranNanos + (System.nanoTime() - this.sinceNanos);
				sampled(sample(applicant, ran, outcome), grants);
			}
		}

		private TaskSample sample(Applicant applicant, long ran, TaskState outcome) {
			Object end = (applicant instanceof Admission admission) ? admission.outcome() : null;
			CancelKind cancelKind = (end instanceof Handle.Stopped stopped) ? stopped.kind() : null;
			Throwable exception = (end instanceof Handle.Thrown thrown) ? thrown.exception() : null;
			return new TaskSample(this.startNanos, ran, this.running, outcome, cancelKind, exception);
		}

	}

}
