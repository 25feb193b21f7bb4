package io.taskgroup.autoconfigure.actuate;

import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.taskgroup.GroupOutcome;
import io.taskgroup.RootScope;
import io.taskgroup.TaskGroupListener;
import io.taskgroup.TaskInfo;
import io.taskgroup.TaskScopeInfo;
import io.taskgroup.TaskState;
import io.taskgroup.autoconfigure.OutcomeTags;
import io.taskgroup.autoconfigure.actuate.TaskTreeDescriptor.EndedGroupDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskTreeDescriptor.EndedTaskDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskTreeDescriptor.RecentDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the groups and tasks that ended last, for the timelines of the page. Called
 * on any thread. It keeps copies of names and numbers, and nothing that belongs to a
 * task.
 */
final class RecentWork implements TaskGroupListener {

	private final Ring<EndedGroupDescriptor> groups;

	private final Ring<EndedTaskDescriptor> tasks;

	RecentWork(int groups, int tasks) {
		this.groups = new Ring<>(groups);
		this.tasks = new Ring<>(tasks);
	}

	RecentDescriptor describe() {
		return new RecentDescriptor(this.groups.all(), this.tasks.all());
	}

	@Override
	public void groupEnded(TaskScopeInfo scope, GroupOutcome outcome, @Nullable Throwable exception, long openNanos) {
		if (this.groups.isOff()) {
			return;
		}
		Optional<RootScope> root = scope.root();
		this.groups.add(new EndedGroupDescriptor(scope.id(), ShownText.ofName(scope.name()),
				scope.supervisor() ? "supervisor" : "group",
				scope.parentId().isPresent() ? scope.parentId().getAsLong() : null,
				root.map(RootScope::id).orElse(null), root.flatMap(RootScope::name).map(ShownText::ofName).orElse(null),
				before(openNanos), millis(openNanos), OutcomeTags.of(outcome),
				Descriptors.cancellation(scope.cancelCause())));
	}

	@Override
	public void taskEnded(TaskInfo task, TaskState outcome, @Nullable Throwable exception, long waitedNanos,
			long ranNanos) {
		if (this.tasks.isOff()) {
			return;
		}
		this.tasks.add(new EndedTaskDescriptor(task.id(), ShownText.ofName(task.name()), task.scope().id(),
				before(waitedNanos + ranNanos), millis(waitedNanos), millis(ranNanos), OutcomeTags.of(outcome),
				(exception != null) ? ShownText.ofName(OutcomeTags.ofError(exception)) : null,
				Descriptors.cancellation(task.cancelCause())));
	}

	/** When it was so long ago, in milliseconds since the epoch. */
	private static long before(long nanos) {
		return System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(nanos);
	}

	private static double millis(long nanos) {
		return TimeUnit.NANOSECONDS.toMicros(nanos) / 1000.0;
	}

}
