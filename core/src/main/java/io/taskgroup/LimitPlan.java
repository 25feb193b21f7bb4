package io.taskgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * What limits a group is to have, as its spec says it. Immutable.
 *
 * @param perGroup how many of the group's tasks run at once, or null
 * @param shared how many tasks of all groups of the name run at once, or null
 * @param makers make the further limiters that all groups of the name share
 * @param limiters what its tasks need permits of besides; each at most once
 * @param queueBound how many of its tasks may wait for permits, or null
 */
record LimitPlan(@Nullable Integer perGroup, @Nullable Integer shared,
		List<Function<String, ? extends @Nullable TaskLimiter>> makers, List<TaskLimiter> limiters,
		@Nullable QueueBound queueBound) {

	static final LimitPlan NONE = new LimitPlan(null, null, List.of(), List.of(), null);

	boolean isEmpty() {
		return this.perGroup == null && this.shared == null && this.makers.isEmpty() && this.limiters.isEmpty();
	}

	LimitPlan perGroup(int limit) {
		return new LimitPlan(limit, this.shared, this.makers, this.limiters, this.queueBound);
	}

	LimitPlan shared(int limit) {
		return new LimitPlan(this.perGroup, limit, this.makers, this.limiters, this.queueBound);
	}

	LimitPlan and(Function<String, ? extends @Nullable TaskLimiter> maker) {
		return new LimitPlan(this.perGroup, this.shared, withOne(this.makers, maker), this.limiters, this.queueBound);
	}

	LimitPlan and(TaskLimiter limiter) {
		return new LimitPlan(this.perGroup, this.shared, this.makers, withOne(this.limiters, limiter), this.queueBound);
	}

	LimitPlan queueBound(@Nullable QueueBound queueBound) {
		return new LimitPlan(this.perGroup, this.shared, this.makers, this.limiters, queueBound);
	}

	/** For those who ask for input as they go: they wait when enough of it is queued. */
	LimitPlan asItGoes() {
		Integer capacity = (this.queueBound != null) ? this.queueBound.capacity() : null;
		boolean some = capacity != null && capacity > 0;
		return queueBound(new QueueBound(some ? capacity : null, false, true));
	}

	private static <T> List<T> withOne(List<T> some, T one) {
		if (some.stream().anyMatch((known) -> known == one)) {
			return some;
		}
		List<T> more = new ArrayList<>(some);
		more.add(one);
		return List.copyOf(more);
	}

	/**
	 * How many tasks may wait for a permit.
	 *
	 * @param capacity how many; null for as many as run at once
	 * @param rejects whether one too many is rejected, rather than made to wait
	 * @param inBatches whether one who waits goes on only when half of them have left, so
	 * that it is woken once for many
	 */
	record QueueBound(@Nullable Integer capacity, boolean rejects, boolean inBatches) {
	}

}
