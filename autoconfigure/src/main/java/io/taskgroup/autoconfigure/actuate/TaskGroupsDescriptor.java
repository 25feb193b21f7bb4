package io.taskgroup.autoconfigure.actuate;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What is open, and what there was, as the {@link TaskGroupsEndpoint} tells it. What is
 * null is left out.
 *
 * @param time when it was looked at
 * @param leftOut how much is open besides
 * @param open what is open and is in nothing else
 * @param names what there is, and was, of each name of groups
 */
public record TaskGroupsDescriptor(Instant time, LeftOutDescriptor leftOut, List<ScopeDescriptor> open,
		List<TaskGroupDescriptor> names) implements OperationResponseBody {

	/**
	 * How much is open that is not told of.
	 *
	 * @param tasks how many tasks
	 * @param groups how many groups and supervisors
	 */
	public record LeftOutDescriptor(int tasks, int groups) {
	}

	/**
	 * A group, a supervisor, or what is around some, such as a request.
	 *
	 * @param id its number, by which it can be cancelled
	 * @param kind {@code group}, {@code supervisor} or {@code root}
	 * @param name its name
	 * @param state {@code open} or {@code cancelling}
	 * @param ageMillis how long it has been open
	 * @param deadline when it is cancelled unless it ends before
	 * @param timeLeftMillis the time left until then
	 * @param cancellation why it is being cancelled
	 * @param limits what limits its tasks have, in the order in which a task asks for
	 * permits
	 * @param counts how many tasks it has, and has had
	 * @param tasks its tasks that have not ended, in the order in which they were forked
	 * @param tasksLeftOut how many further ones there are
	 * @param children what was opened in its body, not in a task
	 */
	public record ScopeDescriptor(long id, String kind, String name, String state, @Nullable Long ageMillis,
			@Nullable Instant deadline, @Nullable Long timeLeftMillis, @Nullable CancellationDescriptor cancellation,
			List<LimitDescriptor> limits, CountsDescriptor counts, List<TaskDescriptor> tasks, int tasksLeftOut,
			List<ScopeDescriptor> children) {
	}

	/**
	 * A task that has not ended.
	 *
	 * @param id its number, by which it can be cancelled
	 * @param name its name
	 * @param state {@code queued}, {@code running} or {@code cancelling}
	 * @param ageMillis the time since it was forked
	 * @param waitedMillis how much of that it waited until it started, or has waited
	 * @param thread the name of its thread
	 * @param threadId the number of its thread, as in a thread dump
	 * @param stack what its thread is doing, the innermost frame first
	 * @param children what was opened in it
	 */
	public record TaskDescriptor(long id, String name, String state, @Nullable Long ageMillis,
			@Nullable Long waitedMillis, @Nullable String thread, @Nullable Long threadId, @Nullable List<String> stack,
			List<ScopeDescriptor> children) {
	}

	/**
	 * Why something was cancelled.
	 *
	 * @param kind who or what asked for it
	 * @param reason why, in words
	 */
	public record CancellationDescriptor(String kind, @Nullable String reason) {
	}

	/**
	 * A limit of tasks.
	 *
	 * @param type {@code concurrency}, {@code rate} or {@code other}
	 * @param shared whether it is not of one group alone
	 * @param limit how many tasks may run at once
	 * @param maxLimit the highest limit that it may find by itself, if that is another
	 * @param inUse how many of its permits are in use
	 * @param waiting how many tasks wait for a permit of it
	 * @param permits how many tasks may start in a period
	 * @param period the period
	 * @param burst how many may start at once after a pause
	 */
	public record LimitDescriptor(String type, boolean shared, @Nullable Integer limit, @Nullable Integer maxLimit,
			@Nullable Integer inUse, @Nullable Integer waiting, @Nullable Long permits, @Nullable String period,
			@Nullable Long burst) {
	}

	/**
	 * Counts of tasks.
	 *
	 * @param queued how many wait for a permit
	 * @param running how many run, those included that are being cancelled
	 * @param success how many have ended well
	 * @param error how many have failed
	 * @param cancelled how many were ended by a cancellation
	 */
	public record CountsDescriptor(int queued, int running, long success, long error, long cancelled) {
	}

}
