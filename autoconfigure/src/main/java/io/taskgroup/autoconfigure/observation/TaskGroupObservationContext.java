package io.taskgroup.autoconfigure.observation;

import io.micrometer.observation.Observation;
import io.taskgroup.GroupOutcome;
import io.taskgroup.TaskScopeInfo;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a group or supervisor that is observed.
 */
public final class TaskGroupObservationContext extends Observation.Context {

	private final String group;

	private final boolean supervisor;

	private volatile @Nullable GroupOutcome outcome;

	/**
	 * Creates the context of a group or supervisor that was opened.
	 * @param scope the group or supervisor
	 */
	public TaskGroupObservationContext(TaskScopeInfo scope) {
		this.group = scope.name();
		this.supervisor = scope.supervisor();
	}

	/**
	 * Returns the name of the group.
	 * @return the name
	 */
	public String getGroup() {
		return this.group;
	}

	/**
	 * Returns whether it is a group or a supervisor.
	 * @return {@code true} for a supervisor
	 */
	public boolean isSupervisor() {
		return this.supervisor;
	}

	/**
	 * Returns how the group ended.
	 * @return the outcome, or null if it has not ended
	 */
	public @Nullable GroupOutcome getOutcome() {
		return this.outcome;
	}

	/**
	 * Sets how the group ended.
	 * @param outcome the outcome
	 */
	public void setOutcome(GroupOutcome outcome) {
		this.outcome = outcome;
	}

}
