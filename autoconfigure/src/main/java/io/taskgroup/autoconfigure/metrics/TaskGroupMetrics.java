package io.taskgroup.autoconfigure.metrics;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskgroup.CancelKind;
import io.taskgroup.GroupOutcome;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupListener;
import io.taskgroup.TaskInfo;
import io.taskgroup.TaskScopeInfo;
import io.taskgroup.TaskState;
import io.taskgroup.autoconfigure.BoundedNames;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Counts and times groups and tasks by the names of their groups. What there is to see is
 * listed in {@code docs/metrics.md}.
 * <p>
 * The meters of a name are made when the first group of that name is opened. Only so many
 * names are told apart; those that come later are counted together, as {@value #OTHER}.
 * Meters of outcomes, errors and reasons are made when there is something to count.
 * <p>
 * Called on any thread. A task costs one lookup by name and one record of a timer, and
 * allocates nothing.
 */
public final class TaskGroupMetrics implements TaskGroupListener, AutoCloseable {

	/** The name under which groups are counted whose names are too many. */
	public static final String OTHER = BoundedNames.OTHER;

	private static final Log logger = LogFactory.getLog(TaskGroupMetrics.class);

	private final BoundedNames<GroupMeters> byName;

	private final List<TaskGroupFactory> factories = new CopyOnWriteArrayList<>();

	/**
	 * Creates metrics in a registry.
	 * @param registry where the meters are
	 * @param maxGroupNames how many names of groups are told apart, at least 1
	 * @throws IllegalArgumentException if it is less than 1
	 */
	public TaskGroupMetrics(MeterRegistry registry, int maxGroupNames) {
		Objects.requireNonNull(registry, "registry");
		if (maxGroupNames < 1) {
			throw new IllegalArgumentException("maxGroupNames must be at least 1, not " + maxGroupNames);
		}
		this.byName = new BoundedNames<>(maxGroupNames, (name) -> new GroupMeters(registry, name),
				(name) -> logger.warn("There are more than " + maxGroupNames
						+ " names of task groups (taskgroup.metrics.max-group-names). '" + name
						+ "' and whatever comes after it is counted as '" + OTHER
						+ "'. Are names made up at run time?"));
	}

	/**
	 * Shows the limits that groups of a name share, too. They are the factory's, which is
	 * made after its listeners.
	 * @param factory a factory that has this as a listener
	 */
	public void watch(TaskGroupFactory factory) {
		this.factories.add(Objects.requireNonNull(factory, "factory"));
	}

	@Override
	public void groupOpened(TaskScopeInfo scope) {
		metersOf(scope).groupOpened(this.factories);
	}

	@Override
	public void groupEnded(TaskScopeInfo scope, GroupOutcome outcome, @Nullable Throwable exception, long openNanos) {
		metersOf(scope).groupEnded(outcome, openNanos);
	}

	@Override
	public void groupCancelled(TaskScopeInfo scope, CancelKind kind, @Nullable String reason) {
		metersOf(scope).cancelled(kind);
	}

	@Override
	public void taskQueued(TaskInfo task) {
		metersOf(task.scope()).taskQueued();
	}

	@Override
	public void taskStarted(TaskInfo task, long waitedNanos) {
		metersOf(task.scope()).taskStarted(task.hadToWait(), waitedNanos);
	}

	@Override
	public void taskCancelled(TaskInfo task, CancelKind kind, @Nullable String reason) {
		metersOf(task.scope()).cancelled(kind);
	}

	@Override
	public void taskEnded(TaskInfo task, TaskState outcome, @Nullable Throwable exception, long waitedNanos,
			long ranNanos) {
		metersOf(task.scope()).taskEnded(outcome, exception, task.hadToWait(), ranNanos);
	}

	/**
	 * Takes the gauges out of the registry: there is nothing more to measure. Timers and
	 * counters stay.
	 */
	@Override
	public void close() {
		this.byName.all().values().forEach(GroupMeters::close);
	}

	private GroupMeters metersOf(TaskScopeInfo scope) {
		return this.byName.of(scope.name());
	}

}
