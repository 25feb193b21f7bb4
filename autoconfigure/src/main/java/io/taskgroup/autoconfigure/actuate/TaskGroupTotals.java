package io.taskgroup.autoconfigure.actuate;

import java.util.Map;

import io.taskgroup.CancelKind;
import io.taskgroup.GroupOutcome;
import io.taskgroup.TaskGroupListener;
import io.taskgroup.TaskInfo;
import io.taskgroup.TaskScopeInfo;
import io.taskgroup.TaskState;
import io.taskgroup.autoconfigure.BoundedNames;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Counts groups and tasks by the names of their groups, since the application was
 * started. Called on any thread; a task costs one lookup by name and two counters, and
 * allocates nothing.
 */
final class TaskGroupTotals implements TaskGroupListener {

	private static final Log logger = LogFactory.getLog(TaskGroupTotals.class);

	private final BoundedNames<NameTotals> byName;

	TaskGroupTotals(int maxNames) {
		this.byName = new BoundedNames<>(maxNames, (name) -> new NameTotals(),
				(name) -> logger.warn("There are more than " + maxNames
						+ " names of task groups (taskgroup.metrics.max-group-names). The actuator shows '" + name
						+ "' and whatever comes after it as '" + BoundedNames.OTHER
						+ "'. Are names made up at run time?"));
	}

	/** What there is now, by name. */
	Map<String, NameTotals> all() {
		return this.byName.all();
	}

	/** Null if no group of the name was opened, or too many other names came first. */
	@Nullable NameTotals find(String name) {
		return this.byName.find(name);
	}

	private NameTotals of(TaskScopeInfo scope) {
		return this.byName.of(scope.name());
	}

	@Override
	public void groupOpened(TaskScopeInfo scope) {
		of(scope).groupOpened();
	}

	@Override
	public void groupEnded(TaskScopeInfo scope, GroupOutcome outcome, @Nullable Throwable exception, long openNanos) {
		of(scope).groupEnded(outcome);
	}

	@Override
	public void groupCancelled(TaskScopeInfo scope, CancelKind kind, @Nullable String reason) {
		of(scope).cancelled(kind);
	}

	@Override
	public void taskQueued(TaskInfo task) {
		of(task.scope()).taskQueued();
	}

	@Override
	public void taskStarted(TaskInfo task, long waitedNanos) {
		of(task.scope()).taskStarted(task.hadToWait());
	}

	@Override
	public void taskCancelled(TaskInfo task, CancelKind kind, @Nullable String reason) {
		of(task.scope()).cancelled(kind);
	}

	@Override
	public void taskEnded(TaskInfo task, TaskState outcome, @Nullable Throwable exception, long waitedNanos,
			long ranNanos) {
		of(task.scope()).taskEnded(outcome, task.hadToWait(), ranNanos);
	}

}
