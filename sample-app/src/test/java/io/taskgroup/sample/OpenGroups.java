package io.taskgroup.sample;

import java.util.List;
import java.util.stream.Stream;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskScopeSnapshot;
import io.taskgroup.TaskState;

/**
 * What is open in the storefront.
 */
final class OpenGroups {

	private OpenGroups() {
	}

	/**
	 * The groups and streams of requests: all that is open, but for what lives as long as
	 * the storefront.
	 */
	static List<String> ofRequests(TaskGroupFactory groups) {
		return groups.snapshot().stream().flatMap(scope -> switch (scope.name()) {
			case "price-feed" -> Stream.<String>empty();
			case "offer-streams" -> scope.tasks().stream().map(task -> "the stream of " + task.name());
			default -> Stream.of(scope.name());
		}).toList();
	}

	/** How many tasks wait for permits, in groups of that name. */
	static int waiting(TaskGroupFactory groups, String name) {
		return (int) all(groups.snapshot()).filter(scope -> scope.name().equals(name))
			.flatMap(scope -> scope.tasks().stream())
			.filter(task -> task.state() == TaskState.QUEUED)
			.count();
	}

	/** The id of a group of that name. */
	static long idOf(TaskGroupFactory groups, String name) {
		return all(groups.snapshot()).filter(scope -> scope.name().equals(name)).findFirst().orElseThrow().id();
	}

	private static Stream<TaskScopeSnapshot> all(List<TaskScopeSnapshot> scopes) {
		return scopes.stream()
			.flatMap(scope -> Stream
				.of(Stream.of(scope), all(scope.children()),
						scope.tasks().stream().flatMap(task -> all(task.children())))
				.flatMap(found -> found));
	}

}
