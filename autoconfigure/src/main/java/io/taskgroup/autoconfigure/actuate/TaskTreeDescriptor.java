package io.taskgroup.autoconfigure.actuate;

import java.time.Instant;
import java.util.List;

import io.taskgroup.autoconfigure.actuate.TaskGroupsDescriptor.CancellationDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskGroupsDescriptor.LeftOutDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskGroupsDescriptor.ScopeDescriptor;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What the page of the task tree shows, as the {@link TaskTreeEndpoint} tells it. What is
 * null is left out.
 *
 * @param time when it was looked at
 * @param leftOut how much is open besides
 * @param open what is open and is in nothing else
 * @param names what there is, and was, of each name of groups
 * @param access what the page may do
 * @param recent what ended last
 */
public record TaskTreeDescriptor(Instant time, LeftOutDescriptor leftOut, List<ScopeDescriptor> open,
		List<TaskGroupDescriptor> names, AccessDescriptor access,
		RecentDescriptor recent) implements OperationResponseBody {

	/**
	 * What the {@link TaskGroupsEndpoint} lets one do over HTTP.
	 *
	 * @param cancel whether it cancels
	 * @param limit whether it sets limits
	 * @param path where it is, seen from what is directly below the page; null if it is
	 * not exposed
	 */
	public record AccessDescriptor(boolean cancel, boolean limit, @Nullable String path) {
	}

	/**
	 * What ended last, the oldest first.
	 *
	 * @param groups the groups and supervisors
	 * @param tasks the tasks
	 */
	public record RecentDescriptor(List<EndedGroupDescriptor> groups, List<EndedTaskDescriptor> tasks) {
	}

	/**
	 * A group or supervisor that has ended.
	 *
	 * @param id its number
	 * @param name its name
	 * @param kind {@code group} or {@code supervisor}
	 * @param parentId the number of the task, group or root scope in which it was opened
	 * @param rootId the number of the root scope around it, such as a request
	 * @param rootName the name of that
	 * @param openedAt when it was opened, in milliseconds since the epoch
	 * @param openMillis how long it was open
	 * @param outcome {@code success}, {@code error}, {@code cancelled} or {@code timeout}
	 * @param cancellation why it was cancelled, if it was
	 */
	public record EndedGroupDescriptor(long id, String name, String kind, @Nullable Long parentId,
			@Nullable Long rootId, @Nullable String rootName, long openedAt, double openMillis, String outcome,
			@Nullable CancellationDescriptor cancellation) {
	}

	/**
	 * A task that has ended.
	 *
	 * @param id its number
	 * @param name its name
	 * @param groupId the number of its group or supervisor
	 * @param forkedAt when it was forked, in milliseconds since the epoch
	 * @param waitedMillis how long it waited until it started, or ended without
	 * @param ranMillis how long it ran
	 * @param outcome {@code success}, {@code error} or {@code cancelled}
	 * @param error the simple name of the exception's class, if it failed
	 * @param cancellation why it was cancelled, if it was
	 */
	public record EndedTaskDescriptor(long id, String name, long groupId, long forkedAt, double waitedMillis,
			double ranMillis, String outcome, @Nullable String error, @Nullable CancellationDescriptor cancellation) {
	}

}
