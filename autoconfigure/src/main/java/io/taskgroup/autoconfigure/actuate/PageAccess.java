package io.taskgroup.autoconfigure.actuate;

import java.util.function.Supplier;

import io.taskgroup.autoconfigure.actuate.TaskTreeDescriptor.AccessDescriptor;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.WebEndpointHttpMethod;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.util.StringUtils;

/**
 * Where the page is, and what it may do: what the {@link TaskGroupsEndpoint} does over
 * HTTP, by Spring Boot's own rules of exposure and access.
 */
final class PageAccess {

	private static final EndpointId TASK_GROUPS = EndpointId.of("taskgroups");

	private static final AccessDescriptor NONE = new AccessDescriptor(false, false, null);

	/** Asked late: the page is one of the endpoints itself. */
	private final Supplier<WebEndpointsSupplier> endpoints;

	PageAccess(Supplier<WebEndpointsSupplier> endpoints) {
		this.endpoints = endpoints;
	}

	/** The last part of the path of the page. */
	String nameOfPage() {
		String path = pathOfPage();
		return path.substring(path.lastIndexOf('/') + 1);
	}

	private String pathOfPage() {
		ExposableWebEndpoint page = find(TaskTreeEndpoint.ID);
		return (page != null) ? StringUtils.trimTrailingCharacter(page.getRootPath(), '/')
				: TaskTreeEndpoint.ID.toString();
	}

	AccessDescriptor describe() {
		ExposableWebEndpoint taskGroups = find(TASK_GROUPS);
		if (taskGroups == null) {
			return NONE;
		}
		int depth = StringUtils.countOccurrencesOf(pathOfPage(), "/") + 1;
		return new AccessDescriptor(has(taskGroups, WebEndpointHttpMethod.DELETE),
				has(taskGroups, WebEndpointHttpMethod.POST), "../".repeat(depth) + taskGroups.getRootPath());
	}

	private static boolean has(ExposableWebEndpoint endpoint, WebEndpointHttpMethod method) {
		return endpoint.getOperations()
			.stream()
			.anyMatch((operation) -> operation.getRequestPredicate().getHttpMethod() == method);
	}

	private @Nullable ExposableWebEndpoint find(EndpointId id) {
		for (ExposableWebEndpoint endpoint : this.endpoints.get().getEndpoints()) {
			if (endpoint.getEndpointId().equals(id)) {
				return endpoint;
			}
		}
		return null;
	}

}
