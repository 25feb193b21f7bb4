package io.taskgroup;

import java.util.List;

/**
 * What was open in a factory when it was looked at.
 *
 * @param roots what is open and is in nothing else
 * @param tasksLeftOut how many tasks are open that it does not tell of
 * @param scopesLeftOut how many groups and supervisors are open that it does not tell of
 * @see TaskGroupFactory#snapshot(SnapshotOptions)
 */
public record TaskTreeSnapshot(List<TaskScopeSnapshot> roots, int tasksLeftOut, int scopesLeftOut) {

	/**
	 * Creates the snapshot.
	 */
	public TaskTreeSnapshot {
		roots = List.copyOf(roots);
	}

}
