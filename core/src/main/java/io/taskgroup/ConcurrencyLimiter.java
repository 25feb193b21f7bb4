package io.taskgroup;

/**
 * Limits how many tasks run at once, in whichever groups they are. Tasks that have to
 * wait are served strictly in the order in which they came. The limit can be changed at
 * any time; it is never exceeded.
 * <p>
 * A task that waits inside the library, for another task or for a group of its own, lends
 * its permit out meanwhile and takes it back, ahead of newcomers, before it goes on. So
 * groups that share a limiter, and tasks that open further groups under the same limit,
 * always make progress.
 *
 * <pre>{@code
 * ConcurrencyLimiter database = ConcurrencyLimiter.of(16);
 *
 * groups.named("report").limiter(database).gather(queries);
 * }</pre>
 *
 * All methods may be called from any thread.
 */
public interface ConcurrencyLimiter extends TaskLimiter {

	/**
	 * Creates a limiter.
	 * @param limit how many tasks may run at once, at least 1
	 * @return a new limiter
	 * @throws IllegalArgumentException if the limit is less than 1
	 */
	static ConcurrencyLimiter of(int limit) {
		return new FifoLimiter(limit);
	}

	/**
	 * Creates a limiter that has its limit from an algorithm, which hears how the tasks
	 * fare. Setting its {@link #limit(int) limit} sets the highest one that it may reach.
	 * @param algorithm the algorithm, for this limiter alone
	 * @param maxLimit how many tasks may run at once at the most, at least 1
	 * @return a new limiter
	 * @throws IllegalArgumentException if the highest limit is less than 1
	 */
	static ConcurrencyLimiter adaptive(LimitAlgorithm algorithm, int maxLimit) {
		return new AdaptiveLimiter(algorithm, maxLimit);
	}

	/**
	 * Returns how many tasks may run at once.
	 * @return the limit
	 */
	int limit();

	/**
	 * Returns the highest limit that an adaptive limiter may reach; the limit itself for
	 * others.
	 * @return the highest limit
	 */
	default int maxLimit() {
		return limit();
	}

	/**
	 * Changes how many tasks may run at once. Raising it starts waiting tasks at once;
	 * lowering it lets running ones finish.
	 * @param limit the new limit, at least 1
	 * @throws IllegalArgumentException if the limit is less than 1
	 */
	void limit(int limit);

	/**
	 * Returns how many permits are in use now. A permit that is lent out counts for the
	 * task that uses it.
	 * @return the permits in use
	 */
	int inUse();

	/**
	 * Returns how many wait for a permit now.
	 * @return the number of those who wait
	 */
	int waiting();

}
