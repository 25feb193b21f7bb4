package io.taskgroup.autoconfigure.actuate;

import java.util.List;
import java.util.Map;

import io.taskgroup.autoconfigure.actuate.TaskGroupsDescriptor.CountsDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskGroupsDescriptor.LimitDescriptor;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The groups and supervisors of one name, as the {@link TaskGroupsEndpoint} tells of
 * them. What is null is left out.
 *
 * @param name the name
 * @param open how many are open
 * @param limits the limits that they share
 * @param tasks counts of their tasks
 * @param groups how many have ended, by how they did
 * @param cancellations how many cancellations there were of them and of single tasks, by
 * kind
 * @param settings the settings that are in effect for those that are opened now; told
 * only of a single name
 */
public record TaskGroupDescriptor(String name, int open, List<LimitDescriptor> limits, CountsDescriptor tasks,
		OutcomesDescriptor groups, Map<String, Long> cancellations,
		@Nullable SettingsDescriptor settings) implements OperationResponseBody {

	/**
	 * How groups have ended.
	 *
	 * @param success how many with success
	 * @param error how many failed
	 * @param cancelled how many were cancelled
	 * @param timeout how many took too long
	 */
	public record OutcomesDescriptor(long success, long error, long cancelled, long timeout) {
	}

	/**
	 * The settings of groups. Times are in the format of ISO 8601.
	 *
	 * @param timeout the time after which a group fails
	 * @param moveOnAfter the time after which a group is cancelled quietly
	 * @param concurrency how many tasks run at once
	 * @param rateLimit how many tasks start in a span of time
	 * @param queue how many tasks may wait for a permit
	 * @param cancellation how cancelled tasks are treated that do not end
	 */
	public record SettingsDescriptor(@Nullable String timeout, @Nullable String moveOnAfter,
			@Nullable ConcurrencyDescriptor concurrency, @Nullable RateLimitDescriptor rateLimit,
			@Nullable QueueDescriptor queue, CancellationSettingsDescriptor cancellation) {
	}

	/**
	 * How many tasks run at once.
	 *
	 * @param perGroup of one group
	 * @param shared of all groups of the name, as it was set at the beginning
	 * @param adaptive how the shared limit finds its value
	 */
	public record ConcurrencyDescriptor(@Nullable Integer perGroup, @Nullable Integer shared,
			@Nullable String adaptive) {
	}

	/**
	 * How many tasks start in a span of time.
	 *
	 * @param permits how many in a period
	 * @param period the period
	 * @param burst how many at once after a pause
	 */
	public record RateLimitDescriptor(long permits, String period, long burst) {
	}

	/**
	 * How many tasks may wait for a permit.
	 *
	 * @param capacity how many of one group
	 * @param whenFull what becomes of one too many, {@code wait} or {@code reject}
	 */
	public record QueueDescriptor(int capacity, @Nullable String whenFull) {
	}

	/**
	 * How cancelled tasks are treated that do not end.
	 *
	 * @param reinterruptEvery the time after which a thread that has swallowed an
	 * interrupt is interrupted again
	 * @param warnAfter the time after which a task that outlives its cancellation is
	 * logged
	 */
	public record CancellationSettingsDescriptor(String reinterruptEvery, String warnAfter) {
	}

}
