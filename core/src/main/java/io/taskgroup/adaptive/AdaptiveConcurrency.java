package io.taskgroup.adaptive;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import com.netflix.concurrency.limits.Limit;
import com.netflix.concurrency.limits.limit.AIMDLimit;
import com.netflix.concurrency.limits.limit.Gradient2Limit;
import com.netflix.concurrency.limits.limit.VegasLimit;
import com.netflix.concurrency.limits.limit.WindowedLimit;
import io.taskgroup.CancelKind;
import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.LimitAlgorithm;
import io.taskgroup.TaskSample;
import io.taskgroup.TaskState;

/**
 * Concurrency limiters that find their own limit, with the algorithms of Netflix's
 * <a href="https://github.com/Netflix/concurrency-limits">concurrency-limits</a>: as long
 * as tasks are about as quick as ever and succeed, more of them may run; when they become
 * slow or fail, fewer. A limiter is for tasks of one kind, all calls of one backend for
 * instance, or their times say nothing.
 *
 * <pre>{@code
 * ConcurrencyLimiter suppliers = AdaptiveConcurrency.gradient2(200);
 * }</pre>
 *
 * What counts of a task is the time in which it held its permit: neither the time in
 * which it was queued, nor that in which it waited inside the library and had lent its
 * permit out. A task that fails, and one that is cancelled by a deadline, counts as a
 * sign of overload; one that is cancelled for another reason does not count at all.
 */
public final class AdaptiveConcurrency {

	/** With how many a limiter begins that may have as many. */
	private static final int INITIAL = 20;

	private AdaptiveConcurrency() {
	}

	/**
	 * Creates a limiter that follows how the time that tasks take now differs from the
	 * time that they took for a while (Gradient2). It looks at it about once a second.
	 * @param maxLimit how many tasks may run at once at the most, at least 1
	 * @return a new limiter
	 * @throws IllegalArgumentException if the highest limit is less than 1
	 */
	public static ConcurrencyLimiter gradient2(int maxLimit) {
		Limit limit = Gradient2Limit.newBuilder()
			.initialLimit(initial(maxLimit))
			.minLimit(1)
			.maxConcurrency(checked(maxLimit))
			.build();
		return of(windowed(limit), maxLimit);
	}

	/**
	 * Creates a limiter that estimates, from the shortest time that a task ever took, how
	 * many tasks queue up in what they call, and keeps those few (Vegas). It looks at it
	 * about once a second.
	 * @param maxLimit how many tasks may run at once at the most, at least 1
	 * @return a new limiter
	 * @throws IllegalArgumentException if the highest limit is less than 1
	 */
	public static ConcurrencyLimiter vegas(int maxLimit) {
		Limit limit = VegasLimit.newBuilder().initialLimit(initial(maxLimit)).maxConcurrency(checked(maxLimit)).build();
		return of(windowed(limit), maxLimit);
	}

	/**
	 * Creates a limiter that allows one task more as long as all is well, and a tenth
	 * less with each sign of overload (additive increase, multiplicative decrease). How
	 * long tasks take does not matter to it.
	 * @param maxLimit how many tasks may run at once at the most, at least 1
	 * @return a new limiter
	 * @throws IllegalArgumentException if the highest limit is less than 1
	 */
	public static ConcurrencyLimiter aimd(int maxLimit) {
		Limit limit = AIMDLimit.newBuilder()
			.initialLimit(initial(maxLimit))
			.minLimit(1)
			.maxLimit(checked(maxLimit))
			.timeout(Long.MAX_VALUE, TimeUnit.NANOSECONDS)
			.build();
		return of(limit, maxLimit);
	}

	/**
	 * Creates a limiter on an algorithm that has been set up otherwise. Every failure of
	 * a task is a sign of overload.
	 * @param limit the algorithm, for this limiter alone
	 * @param maxLimit how many tasks may run at once at the most, at least 1
	 * @return a new limiter
	 * @throws IllegalArgumentException if the highest limit is less than 1
	 */
	public static ConcurrencyLimiter of(Limit limit, int maxLimit) {
		return of(limit, maxLimit, (exception) -> true);
	}

	/**
	 * Creates a limiter on an algorithm that has been set up otherwise.
	 * @param limit the algorithm, for this limiter alone
	 * @param maxLimit how many tasks may run at once at the most, at least 1
	 * @param overload which exceptions are signs of overload; a task that fails with
	 * another one counts as one that has succeeded
	 * @return a new limiter
	 * @throws IllegalArgumentException if the highest limit is less than 1
	 */
	public static ConcurrencyLimiter of(Limit limit, int maxLimit, Predicate<? super Throwable> overload) {
		Objects.requireNonNull(limit, "limit");
		Objects.requireNonNull(overload, "overload");
		return ConcurrencyLimiter.adaptive(new NetflixAlgorithm(limit, overload), maxLimit);
	}

	private static int initial(int maxLimit) {
		return Math.min(INITIAL, checked(maxLimit));
	}

	private static int checked(int maxLimit) {
		if (maxLimit < 1) {
			throw new IllegalArgumentException("a concurrency limit must be at least 1, but is " + maxLimit);
		}
		return maxLimit;
	}

	/** Single samples say little: these go by what they see in a window of time. */
	private static Limit windowed(Limit limit) {
		return WindowedLimit.newBuilder().build(limit);
	}

	/** Tells one of Netflix's algorithms of our tasks. */
	private static final class NetflixAlgorithm implements LimitAlgorithm {

		private final Limit limit;

		private final Predicate<? super Throwable> overload;

		NetflixAlgorithm(Limit limit, Predicate<? super Throwable> overload) {
			this.limit = limit;
			this.overload = overload;
		}

		@Override
		public int limit() {
			return this.limit.getLimit();
		}

		@Override
		public void onTaskEnded(TaskSample sample) {
			boolean cutOff = sample.outcome() == TaskState.CANCELLED;
			if (!cutOff || sample.cancelKind() == CancelKind.TIMEOUT) {
				// an algorithm divides by it
				long ranNanos = Math.max(1, sample.ranNanos());
				this.limit.onSample(sample.startNanos(), ranNanos, sample.running(), cutOff || isOverload(sample));
			}
		}

		private boolean isOverload(TaskSample sample) {
			return sample.outcome() == TaskState.FAILED
					&& (sample.exception() == null || this.overload.test(sample.exception()));
		}

		@Override
		public String toString() {
			return this.limit.toString();
		}

	}

}
