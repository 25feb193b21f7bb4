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

	/** Those gates that serve all tasks; null if one is somebody else's. */
	private final Gate @Nullable [] shared;

	private final @Nullable QueueBound bound;

	/** Those of the limiters that say how many tasks run at once. */
	private final ConcurrencyLimiter[] concurrency;

	private final AtomicInteger queued = new AtomicInteger();

	private Limits(List<TaskLimiter> limiters, @Nullable QueueBound bound) {
		this.limiters = limiters;
		this.bound = bound;
		boolean ours = limiters.stream().allMatch(Gate.class::isInstance);
		this.concurrency = limiters.stream()
			.filter(ConcurrencyLimiter.class::isInstance)
			.toArray(ConcurrencyLimiter[]::new);
		this.shared = ours ? limiters.toArray(Gate[]::new) : null;
	}

	/** Returns the limits of a group that is opened with the given settings, if any. */
	static @Nullable Limits of(Spec spec) {
		if (spec.concurrency() == null && spec.limiters().isEmpty()) {
			return null;
		}
		List<TaskLimiter> limiters = new ArrayList<>(spec.limiters());
		limiters.sort(Comparator.comparingInt(Limits::rank).thenComparingLong(Limits::order));
		if (spec.concurrency() != null) {
			// the group's own comes first: nobody else waits for what its tasks hold
			limiters.add(0, new FifoLimiter(spec.concurrency()));
		}
		return new Limits(List.copyOf(limiters), spec.queueBound());
	}

	private static int rank(TaskLimiter limiter) {
		return (limiter instanceof ConcurrencyLimiter) ? 0 : (limiter instanceof RateLimiter) ? 2 : 1;
	}

	private static long order(TaskLimiter limiter) {
		return (limiter instanceof FifoLimiter ours) ? ours.order() : Long.MAX_VALUE;
	}

	Admission admissionOf(Task<?> task) {
		Gate[] gates = this.shared;
		if (gates == null) {
			gates = this.limiters.stream()
				.map((limiter) -> (limiter instanceof Gate ours) ? ours : new ForeignGate(limiter))
				.toArray(Gate[]::new);
		}
		return new Admission(task, gates);
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

	int queued() {
		return this.queued.get();
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
