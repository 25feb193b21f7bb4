package io.taskgroup;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What a task that has not ended looked like when it was looked at.
 *
 * @param id the number of the task
 * @param name the name of the task
 * @param state its state
 * @param age the time since it was forked; empty if the factory keeps no times
 * @param thread the name of its thread; empty if it has none yet
 * @param children the groups and supervisors opened inside the task that are still open
 * @see TaskGroupFactory#snapshot()
 */
public record TaskSnapshot(long id, String name, TaskState state, Optional<Duration> age, Optional<String> thread,
		List<TaskScopeSnapshot> children) {

	/**
	 * Creates the snapshot.
	 */
	public TaskSnapshot {
		children = List.copyOf(children);
	}

}
