package io.taskgroup;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a spec says of the groups that are opened with it.
 *
 * @param timeout the time after which a group fails
 * @param moveOnAfter the time after which a group is cancelled quietly
 * @param maxConcurrency how many tasks of one group run at once
 * @param sharedConcurrency how many tasks of all groups of the name run at once, as
 * {@link TaskGroupSpec#sharedConcurrency} set it; the limit may have been changed since
 * @param limiters the limiters that were added with {@link TaskGroupSpec#limiter}; those
 * that the groups of the name share are told by {@link TaskGroupFactory#sharedLimiters}
 * @param queueCapacity how many tasks of one group may wait for permits
 * @param whenFull what becomes of one task too many; empty without such a limit
 * @param reinterruptEvery the time after which a thread that has swallowed an interrupt
 * is interrupted again
 * @param warnAfter the time after which a task that outlives its cancellation is logged
 * @see TaskGroupSpec#info()
 */
public record TaskGroupSpecInfo(Optional<Duration> timeout, Optional<Duration> moveOnAfter, OptionalInt maxConcurrency,
		OptionalInt sharedConcurrency, List<TaskLimiter> limiters, OptionalInt queueCapacity,
		Optional<TaskGroupSpec.WhenFull> whenFull, Duration reinterruptEvery, Duration warnAfter) {

	/**
	 * Creates the info.
	 */
	public TaskGroupSpecInfo {
		limiters = List.copyOf(limiters);
	}

}
