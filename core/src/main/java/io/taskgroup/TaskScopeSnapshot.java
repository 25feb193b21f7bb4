package io.taskgroup;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What an open group, supervisor or root scope looked like when it was looked at.
 *
 * @param id the number of the scope
 * @param name the name of the scope
 * @param kind what kind of scope it is
 * @param cancelCause why it is being cancelled; empty if it is not
 * @param age how long it has been open; empty if the factory keeps no times
 * @param timeLeft the time left until its own deadline; empty if it has none
 * @param limiters the limiters of its tasks, in the order in which a task asks them
 * @param counts how many tasks it has, and has had
 * @param tasks its tasks that have not ended, in the order in which they were forked
 * @param tasksLeftOut how many further ones there are that have not ended
 * @param children what was opened inside its body and is still open
 * @see TaskGroupFactory#snapshot()
 */
public record TaskScopeSnapshot(long id, String name, TaskScopeKind kind, Optional<CancelCause> cancelCause,
		Optional<Duration> age, Optional<Duration> timeLeft, List<LimiterSnapshot> limiters, TaskCounts counts,
		List<TaskSnapshot> tasks, int tasksLeftOut, List<TaskScopeSnapshot> children) {

	/**
	 * Creates the snapshot.
	 */
	public TaskScopeSnapshot {
		limiters = List.copyOf(limiters);
		tasks = List.copyOf(tasks);
		children = List.copyOf(children);
	}

	/**
	 * Returns whether it is being cancelled.
	 * @return {@code true} if a cancellation is in effect for it
	 */
	public boolean cancelled() {
		return this.cancelCause.isPresent();
	}

	/**
	 * Returns whether it is a supervisor.
	 * @return {@code true} for a supervisor
	 */
	public boolean supervisor() {
		return this.kind == TaskScopeKind.SUPERVISOR;
	}

}
