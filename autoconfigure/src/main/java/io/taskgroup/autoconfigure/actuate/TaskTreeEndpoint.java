package io.taskgroup.autoconfigure.actuate;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.Selector.Match;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;

/**
 * {@link WebEndpoint @WebEndpoint} that serves a page on which one sees the groups and
 * tasks come and go, with the page's files and its data below it.
 */
@WebEndpoint(id = "tasktree", defaultAccess = Access.READ_ONLY)
public final class TaskTreeEndpoint {

	static final EndpointId ID = EndpointId.of("tasktree");

	private static final String DATA = "data";

	private final PageFiles files;

	private final TaskTree tree;

	private final RecentWork recent;

	private final PageAccess access;

	TaskTreeEndpoint(PageFiles files, TaskTree tree, RecentWork recent, PageAccess access) {
		this.files = files;
		this.tree = tree;
		this.recent = recent;
		this.access = access;
	}

	/**
	 * Serves the page. Its files are below it, that is, in a folder of its own name.
	 * @return the page
	 */
	@ReadOperation(produces = "text/html")
	public WebEndpointResponse<?> page() {
		return this.files.page(this.access.nameOfPage());
	}

	/**
	 * Serves what is below the page.
	 * @param path the path of one of its files, or {@code data}, or nothing: the page,
	 * with a slash behind its own path
	 * @param stacks how many stack frames to tell of tasks that run for long, in the data
	 * @param olderThan how long a task must have been there for that
	 * @param maxTasks how many tasks to tell of
	 * @return what is there, or 404; 400 if a value cannot be
	 */
	@ReadOperation(produces = { "application/json", "text/javascript", "text/css", "text/html" })
	public WebEndpointResponse<?> belowPage(@Selector(match = Match.ALL_REMAINING) String[] path,
			@Nullable String stacks, @Nullable String olderThan, @Nullable String maxTasks) {
		if (path.length == 0) {
			return this.files.page(".");
		}
		String joined = String.join("/", path);
		if (joined.equals(DATA)) {
			return data(stacks, olderThan, maxTasks);
		}
		WebEndpointResponse<?> file = this.files.file(joined);
		return (file != null) ? file : new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
	}

	private WebEndpointResponse<?> data(@Nullable String stacks, @Nullable String olderThan,
			@Nullable String maxTasks) {
		return TaskGroupsEndpointWebExtension.checked(() -> {
			TaskGroupsDescriptor now = this.tree.describe(TreeQuery.of(stacks, olderThan, maxTasks));
			return new WebEndpointResponse<>(new TaskTreeDescriptor(now.time(), now.leftOut(), now.open(), now.names(),
					this.access.describe(), this.recent.describe()));
		});
	}

}
