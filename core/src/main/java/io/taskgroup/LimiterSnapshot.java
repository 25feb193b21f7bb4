package io.taskgroup;

import java.util.OptionalInt;

/**
 * What a limiter of an open group looked like when it was looked at.
 *
 * @param limiter the limiter
 * @param ofGroupAlone whether it is the group's own, from
 * {@link TaskGroupSpec#maxConcurrency}
 * @param limit how many tasks may run at once; empty if it does not limit that
 * @param inUse how many of its permits are in use, by whichever groups; empty if it does
 * not limit how many tasks run at once
 * @param waiting how many wait for a permit of it, in whichever groups; empty if it does
 * not tell
 * @see TaskScopeSnapshot#limiters()
 */
public record LimiterSnapshot(TaskLimiter limiter, boolean ofGroupAlone, OptionalInt limit, OptionalInt inUse,
		OptionalInt waiting) {

	static LimiterSnapshot of(TaskLimiter limiter, boolean ofGroupAlone) {
		if (limiter instanceof ConcurrencyLimiter concurrency) {
			return new LimiterSnapshot(limiter, ofGroupAlone, OptionalInt.of(concurrency.limit()),
					OptionalInt.of(concurrency.inUse()), OptionalInt.of(concurrency.waiting()));
		}
		OptionalInt waiting = (limiter instanceof RateLimiter rate) ? OptionalInt.of(rate.waiting())
				: OptionalInt.empty();
		return new LimiterSnapshot(limiter, ofGroupAlone, OptionalInt.empty(), OptionalInt.empty(), waiting);
	}

}
