package io.taskgroup.autoconfigure.observation;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.taskgroup.GroupOutcome;
import io.taskgroup.TaskGroupListener;
import io.taskgroup.TaskInfo;
import io.taskgroup.TaskInstrumentation;
import io.taskgroup.TaskScopeInfo;
import io.taskgroup.TaskState;
import org.jspecify.annotations.Nullable;

/**
 * Observes groups and tasks.
 * <p>
 * A task's parent is the observation that is current where it is forked. A group's
 * observation is current on its host from when it is opened to its end, so that it is the
 * parent of what the body forks. That of a supervisor, which belongs to no thread, is
 * current nowhere.
 */
public final class TaskGroupObservations implements TaskGroupListener, TaskInstrumentation {

	private static final TaskGroupObservationConvention GROUP = new DefaultTaskGroupObservationConvention();

	private static final TaskObservationConvention TASK = new DefaultTaskObservationConvention();

	private final ObservationRegistry registry;

	private final @Nullable TaskGroupObservationConvention groupConvention;

	private final @Nullable TaskObservationConvention taskConvention;

	/** The observations of what is open, by id. */
	private final Map<Long, OpenGroup> open = new ConcurrentHashMap<>();

	/**
	 * Creates observations in a registry.
	 * @param registry where they are made
	 * @param groupConvention names and key values of groups, or null for the default
	 * @param taskConvention names and key values of tasks, or null for the default
	 */
	public TaskGroupObservations(ObservationRegistry registry, @Nullable TaskGroupObservationConvention groupConvention,
			@Nullable TaskObservationConvention taskConvention) {
		this.registry = Objects.requireNonNull(registry, "registry");
		this.groupConvention = groupConvention;
		this.taskConvention = taskConvention;
	}

	// Groups

	@Override
	public void groupOpened(TaskScopeInfo scope) {
		if (this.registry.isNoop()) {
			return;
		}
		TaskGroupObservationContext context = new TaskGroupObservationContext(scope);
		Observation observation = Observation.createNotStarted(this.groupConvention, GROUP, () -> context,
				this.registry);
		if (observation.isNoop()) {
			return;
		}
		belowCurrent(observation).start();
		Observation.Scope current = scope.supervisor() ? null : observation.openScope();
		this.open.put(scope.id(), new OpenGroup(context, observation, current));
	}

	@Override
	public void groupEnded(TaskScopeInfo scope, GroupOutcome outcome, @Nullable Throwable exception, long openNanos) {
		OpenGroup group = this.open.remove(scope.id());
		if (group != null) {
			group.end(outcome, exception);
		}
	}

	private Observation belowCurrent(Observation observation) {
		return observation.parentObservation(this.registry.getCurrentObservation());
	}

	// Tasks

	@Override
	public @Nullable Forked taskForked(TaskInfo task) {
		if (this.registry.isNoop()) {
			return null;
		}
		TaskObservationContext context = new TaskObservationContext(task);
		Observation observation = Observation.createNotStarted(this.taskConvention, TASK, () -> context, this.registry);
		if (observation.isNoop()) {
			return null;
		}
		belowCurrent(observation);
		return () -> {
			observation.start();
			return new RunningTask(context, observation, observation.openScope());
		};
	}

	/** Ends an observation, also if a handler of it cannot leave its scope. */
	private static void stop(Observation observation, Observation.@Nullable Scope current,
			@Nullable Throwable exception) {
		if (exception != null) {
			observation.error(exception);
		}
		try {
			if (current != null) {
				current.close();
			}
		}
		finally {
			observation.stop();
		}
	}

	/**
	 * A group that is open.
	 *
	 * @param context its context
	 * @param observation its observation
	 * @param current what makes the observation current on the host; null for a
	 * supervisor
	 */
	private record OpenGroup(TaskGroupObservationContext context, Observation observation,
			Observation.@Nullable Scope current) {

		void end(GroupOutcome outcome, @Nullable Throwable exception) {
			this.context.setOutcome(outcome);
			stop(this.observation, this.current, exception);
		}

	}

	/**
	 * A task that runs.
	 *
	 * @param context its context
	 * @param observation its observation
	 * @param current what makes the observation current on the task's thread
	 */
	private record RunningTask(TaskObservationContext context, Observation observation,
			Observation.Scope current) implements Running {

		@Override
		public void taskEnded(TaskState outcome, @Nullable Throwable exception) {
			this.context.setOutcome(outcome);
			stop(this.observation, this.current, exception);
		}

	}

}
