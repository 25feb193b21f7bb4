package io.taskgroup;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * The limits of one open group: the gates in the order in which its tasks go through
 * them, and how many tasks may wait.
 */
final class Limits extends WaitStack {

	/** How many tasks wait in front of limits that do not say how many run at once. */
	private static final int DEFAULT_WINDOW = 16;

	private final List<TaskLimiter> limiters;

	private final @Nullable TaskLimiter ofGroupAlone;

	/** Those gates that serve all tasks; null if one is somebody else's. */
	private final Gate @Nullable [] shared;

	private final LimitPlan.@Nullable QueueBound bound;

	/** Those of the limiters that say how many tasks run at once. */
	private final ConcurrencyLimiter[] concurrency;

	private final AtomicInteger queued = new AtomicInteger();

	private Limits(List<TaskLimiter> limiters, @Nullable TaskLimiter ofGroupAlone,
			LimitPlan.@Nullable QueueBound bound) {
		this.limiters = limiters;
		this.ofGroupAlone = ofGroupAlone;
		this.bound = bound;
		boolean ours = limiters.stream().allMatch((limiter) -> limiter instanceof Gate gate && gateOf(limiter) == gate);
		this.concurrency = limiters.stream()
			.filter(ConcurrencyLimiter.class::isInstance)
			.toArray(ConcurrencyLimiter[]::new);
		this.shared = ours ? limiters.toArray(Gate[]::new) : null;
	}

	/** Returns the limits of a group that is opened with the given settings, if any. */
	static @Nullable Limits of(Spec spec) {
		LimitPlan plan = spec.limits();
		if (plan.isEmpty()) {
			return null;
		}
		List<TaskLimiter> limiters = new ArrayList<>(plan.limiters());
		for (TaskLimiter shared : spec.factory().sharedLimiters().of(spec.name(), plan)) {
			if (limiters.stream().noneMatch((known) -> known == shared)) {
				limiters.add(shared);
			}
		}
		limiters.sort(Comparator.comparingInt(Limits::rank).thenComparingLong(Limits::order));
		FifoLimiter ofGroupAlone = (plan.perGroup() != null) ? new FifoLimiter(plan.perGroup()) : null;
		if (ofGroupAlone != null) {
			// it comes first: nobody else waits for what the group's tasks hold
			limiters.add(0, ofGroupAlone);
		}
		Listeners listeners = spec.factory().listeners();
		if (listeners.isPresent()) {
			for (TaskLimiter limiter : limiters) {
				if (limiter instanceof FifoLimiter ours) {
					ours.tell(listeners);
				}
			}
		}
		return new Limits(List.copyOf(limiters), ofGroupAlone, plan.queueBound());
	}

	private static int rank(TaskLimiter limiter) {
		return (limiter instanceof ConcurrencyLimiter) ? 0 : (limiter instanceof RateLimiter) ? 2 : 1;
	}

	private static long order(TaskLimiter limiter) {
		return (limiter instanceof FifoLimiter ours) ? ours.order() : Long.MAX_VALUE;
	}

	List<LimiterSnapshot> snapshot() {
		return this.limiters.stream()
			.map((limiter) -> LimiterSnapshot.of(limiter, limiter == this.ofGroupAlone))
			.toList();
	}

	Admission admissionOf(Task<?> task) {
		Gate[] gates = this.shared;
		if (gates == null) {
			gates = this.limiters.stream().map(Limits::gateOf).toArray(Gate[]::new);
		}
		return new Admission(task, gates);
	}

	private static Gate gateOf(TaskLimiter limiter) {
		if (limiter instanceof FifoLimiter ours) {
			return ours.gate();
		}
		return (limiter instanceof Gate ours) ? ours : new ForeignGate(limiter);
	}

	/** How many tasks run at once at the most, or a guess if nobody says. */
	int window() {
		if (this.concurrency.length == 0) {
			return DEFAULT_WINDOW;
		}
		int least = Integer.MAX_VALUE;
		for (ConcurrencyLimiter limiter : this.concurrency) {
			least = Math.min(least, limiter.limit());
		}
		return least;
	}

	private int capacity() {
		if (this.bound == null) {
			return Integer.MAX_VALUE;
		}
		return (this.bound.capacity() != null) ? this.bound.capacity() : window();
	}

	boolean rejects() {
		return this.bound != null && this.bound.rejects();
	}

	String describe() {
		return "the queue is full: " + capacity() + " tasks wait for a permit";
	}

	/** Takes a place in the queue; false if it is full. */
	boolean enterQueue() {
		int capacity = capacity();
		if (capacity == Integer.MAX_VALUE) {
			this.queued.incrementAndGet();
			return true;
		}
		while (true) {
			int now = this.queued.get();
			if (now >= capacity) {
				return false;
			}
			if (this.queued.compareAndSet(now, now + 1)) {
				return true;
			}
		}
	}

	void leaveQueue() {
		int left = this.queued.decrementAndGet();
		if (this.bound != null && (!this.bound.inBatches() || left <= capacity() / 2)) {
			releaseAll();
		}
	}

	@Override
	boolean isReached(Waiter waiter) {
		return waiter.isReleased() || this.queued.get() < capacity();
	}

}
