package io.taskgroup;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a task that has not ended looked like when it was looked at.
 *
 * @param id the number of the task
 * @param name the name of the task, without control characters, and cut if it is longer
 * than 200 characters
 * @param state its state
 * @param age the time since it was forked; empty if the factory keeps no times
 * @param waited the time from when it was forked until it started, or until now; empty if
 * the factory keeps no times
 * @param thread the name of its thread; empty if it has none yet
 * @param threadId the number of its thread, as in a thread dump; empty if it has none yet
 * @param stack what its thread was doing, the innermost frame first; empty unless the
 * snapshot was to tell
 * @param children the groups and supervisors opened inside the task that are still open
 * @see TaskGroupFactory#snapshot()
 */
public record TaskSnapshot(long id, String name, TaskState state, Optional<Duration> age, Optional<Duration> waited,
		Optional<String> thread, OptionalLong threadId, List<StackTraceElement> stack,
		List<TaskScopeSnapshot> children) {

	/**
	 * Creates the snapshot.
	 */
	public TaskSnapshot {
		stack = List.copyOf(stack);
		children = List.copyOf(children);
	}

}
