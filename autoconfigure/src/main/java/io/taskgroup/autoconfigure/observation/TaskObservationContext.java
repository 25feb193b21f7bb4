package io.taskgroup.autoconfigure.observation;

import io.micrometer.observation.Observation;
import io.taskgroup.TaskInfo;
import io.taskgroup.TaskState;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a task that is observed.
 */
public final class TaskObservationContext extends Observation.Context {

	private final String group;

	private final String task;

	private volatile @Nullable TaskState outcome;

	/**
	 * Creates the context of a task that was forked.
	 * @param task the task
	 */
	public TaskObservationContext(TaskInfo task) {
		this.group = task.scope().name();
		this.task = task.name();
	}

	/**
	 * Returns the name of the task's group.
	 * @return the name
	 */
	public String getGroup() {
		return this.group;
	}

	/**
	 * Returns the name of the task.
	 * @return the name
	 */
	public String getTask() {
		return this.task;
	}

	/**
	 * Returns how the task ended.
	 * @return one of the three final states, or null if it has not ended
	 */
	public @Nullable TaskState getOutcome() {
		return this.outcome;
	}

	/**
	 * Sets how the task ended.
	 * @param outcome one of the three final states
	 */
	public void setOutcome(TaskState outcome) {
		this.outcome = outcome;
	}

}
