package io.taskgroup.autoconfigure.actuate;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * {@link EndpointWebExtension @EndpointWebExtension} of the {@link TaskGroupsEndpoint}:
 * it has an answer for values that cannot be, and a status for what is not there.
 */
@EndpointWebExtension(endpoint = TaskGroupsEndpoint.class)
@RegisterReflectionForBinding({ TaskGroupsDescriptor.class, TaskGroupDescriptor.class,
		TaskGroupsEndpointWebExtension.ErrorDescriptor.class })
public final class TaskGroupsEndpointWebExtension {

	private final TaskGroupsEndpoint endpoint;

	TaskGroupsEndpointWebExtension(TaskGroupsEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	/**
	 * Tells what is open.
	 * @param stacks how many stack frames to tell of tasks that run for long
	 * @param olderThan how long a task must have been there for that
	 * @param maxTasks how many tasks to tell of
	 * @return what is open, or 400 if a value cannot be
	 */
	@ReadOperation
	public WebEndpointResponse<OperationResponseBody> taskGroups(@Nullable String stacks, @Nullable String olderThan,
			@Nullable String maxTasks) {
		return checked(
				() -> new WebEndpointResponse<>(this.endpoint.describe(TreeQuery.of(stacks, olderThan, maxTasks))));
	}

	/**
	 * Tells of the groups of one name.
	 * @param name the name
	 * @return their settings, limits and totals, or 404
	 */
	@ReadOperation
	public WebEndpointResponse<TaskGroupDescriptor> taskGroup(@Selector String name) {
		TaskGroupDescriptor group = this.endpoint.taskGroup(name);
		return (group != null) ? new WebEndpointResponse<>(group)
				: new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
	}

	/**
	 * Sets the limit that all groups of a name share.
	 * @param name the name
	 * @param limit how many tasks may run at once
	 * @return 204, 404 if nobody knows the name, or 400 if it cannot be set
	 */
	@WriteOperation
	public WebEndpointResponse<OperationResponseBody> limit(@Selector String name, @Nullable String limit) {
		return checked(() -> done(this.endpoint.limit(name, (int) number("limit", limit, Integer.MAX_VALUE))));
	}

	/**
	 * Cancels what has a number.
	 * @param id the number
	 * @return 204, 404 if nothing is open that has it, or 400 if it is no number
	 */
	@DeleteOperation
	public WebEndpointResponse<OperationResponseBody> cancel(@Selector String id) {
		return checked(() -> done(this.endpoint.cancel(number("id", id, Long.MAX_VALUE))));
	}

	private static long number(String what, @Nullable String value, long max) {
		try {
			long number = Long.parseLong((value != null) ? value : "");
			if (number <= max) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			// told below
		}
		String reason = "The " + what + " must be a whole number, of at most " + max + ".";
		throw new InvalidEndpointRequestException(reason, reason);
	}

	private static WebEndpointResponse<OperationResponseBody> done(@Nullable OperationResponseBody result) {
		return new WebEndpointResponse<>(
				(result != null) ? WebEndpointResponse.STATUS_NO_CONTENT : WebEndpointResponse.STATUS_NOT_FOUND);
	}

	static WebEndpointResponse<OperationResponseBody> checked(
			Supplier<WebEndpointResponse<OperationResponseBody>> answer) {
		try {
			return answer.get();
		}
		catch (InvalidEndpointRequestException ex) {
			return new WebEndpointResponse<>(new ErrorDescriptor(String.valueOf(ex.getReason())),
					WebEndpointResponse.STATUS_BAD_REQUEST);
		}
	}

	/**
	 * What is wrong with a request.
	 *
	 * @param error what is wrong, in words
	 */
	public record ErrorDescriptor(String error) implements OperationResponseBody {
	}

}
