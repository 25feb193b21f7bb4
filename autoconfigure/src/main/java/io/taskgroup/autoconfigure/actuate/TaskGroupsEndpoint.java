package io.taskgroup.autoconfigure.actuate;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@link Endpoint @Endpoint} that tells which groups and tasks are open, and what there
 * was of each name; it cancels what hangs, and sets limits, if its access is
 * unrestricted.
 */
@Endpoint(id = "taskgroups", defaultAccess = Access.READ_ONLY)
public final class TaskGroupsEndpoint {

	/** Why what the endpoint cancels is cancelled. */
	static final String CANCEL_REASON = "cancelled by the actuator endpoint";

	private final TaskTree tree;

	private final NameTable names;

	TaskGroupsEndpoint(TaskTree tree, NameTable names) {
		this.tree = tree;
		this.names = names;
	}

	/**
	 * Tells what is open.
	 * @param stacks how many stack frames to tell of tasks that run for long, from 0 to
	 * 50; 0 if null
	 * @param olderThan how long a task must have been there for that; one second if null
	 * @param maxTasks how many tasks to tell of, no more than the property
	 * {@code management.endpoint.taskgroups.max-tasks} says; as many as that if null
	 * @return what is open, and what there was of each name
	 * @throws InvalidEndpointRequestException if a value cannot be
	 */
	@ReadOperation
	public TaskGroupsDescriptor taskGroups(@Nullable Integer stacks, @Nullable Duration olderThan,
			@Nullable Integer maxTasks) {
		return describe(new TreeQuery(stacks, olderThan, maxTasks));
	}

	TaskGroupsDescriptor describe(TreeQuery query) {
		return this.tree.describe(query);
	}

	/**
	 * Tells of the groups of one name.
	 * @param name the name
	 * @return their settings, limits and totals; null if nobody knows the name
	 */
	@ReadOperation
	public @Nullable TaskGroupDescriptor taskGroup(@Selector String name) {
		return this.names.find(name);
	}

	/**
	 * Sets the limit that all groups of a name share; of an adaptive one the highest
	 * limit that it may find.
	 * @param name the name
	 * @param limit how many tasks may run at once, at least 1
	 * @return what there is of the name then; null if nobody knows it
	 * @throws InvalidEndpointRequestException if the limit is less than 1, or there is no
	 * such limit
	 */
	@WriteOperation
	public @Nullable TaskGroupDescriptor limit(@Selector String name, int limit) {
		return this.names.limit(name, limit) ? this.names.find(name) : null;
	}

	/**
	 * Cancels a group, a supervisor, a task, or what is around some, such as a request.
	 * @param id its number
	 * @return what was cancelled; null if nothing is open that has the number
	 */
	@DeleteOperation
	public @Nullable CancelledDescriptor cancel(@Selector long id) {
		return this.tree.cancel(id, CANCEL_REASON) ? new CancelledDescriptor(id) : null;
	}

	/**
	 * What was cancelled.
	 *
	 * @param cancelled its number
	 */
	public record CancelledDescriptor(long cancelled) implements OperationResponseBody {
	}

}
