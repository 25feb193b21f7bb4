package io.taskgroup.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.taskgroup.CancelKind;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskScopeKind;
import io.taskgroup.TaskScopeSnapshot;
import io.taskgroup.TaskSnapshot;

/**
 * What is open at the end of the application.
 */
final class OpenGroups {

	/**
	 * How often to look: nobody tells when a group is opened, or when the last task of a
	 * supervisor has ended.
	 */
	static final Duration LOOK_AGAIN = Duration.ofMillis(20);

	private static final int TASKS = 10;

	private OpenGroups() {
	}

	/** What is open, without the requests around it. */
	static List<TaskScopeSnapshot> of(TaskGroupFactory factory) {
		return factory.snapshot()
			.stream()
			.flatMap((open) -> (open.kind() == TaskScopeKind.ROOT) ? open.children().stream() : Stream.of(open))
			.toList();
	}

	/** What is inside follows, unless it is shielded. */
	static void cancel(TaskScopeSnapshot scope, TaskGroupFactory factory) {
		factory.cancel(scope.id(), CancelKind.SHUTDOWN, "the application ends");
	}

	/** The names of scopes and of those inside them, each with some of its tasks. */
	static List<String> names(List<TaskScopeSnapshot> scopes, Predicate<TaskScopeSnapshot> which) {
		List<String> names = new ArrayList<>();
		for (TaskScopeSnapshot scope : scopes) {
			if (which.test(scope)) {
				List<String> tasks = scope.tasks().stream().map(TaskSnapshot::name).limit(TASKS).toList();
				names.add("'" + scope.name() + "' " + tasks);
			}
			names.addAll(names(scope.children(), which));
			for (TaskSnapshot task : scope.tasks()) {
				names.addAll(names(task.children(), which));
			}
		}
		return names;
	}

}
