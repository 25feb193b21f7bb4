package io.taskgroup;

import java.time.Duration;
import java.util.Objects;

/**
 * How much a snapshot tells. Immutable.
 *
 * @param maxTasks how many tasks it tells of, at most; those in which something else is
 * open come first, and then the oldest of each group
 * @param maxScopes how many groups, supervisors and root scopes it tells of, at most
 * @param maxDepth how many groups, supervisors and root scopes may lie in each other, at
 * most; what lies deeper is left out
 * @param stackDepth how many frames it tells of what a task's thread is doing; zero for
 * none, which costs nothing
 * @param stackAge how long a task must have been there for its thread to be looked at
 * @see TaskGroupFactory#snapshot(SnapshotOptions)
 */
public record SnapshotOptions(int maxTasks, int maxScopes, int maxDepth, int stackDepth, Duration stackAge) {

	/** Everything that is open, without stacks. */
	public static final SnapshotOptions ALL = new SnapshotOptions(Integer.MAX_VALUE, Integer.MAX_VALUE,
			Integer.MAX_VALUE, 0, Duration.ZERO);

	/**
	 * Creates the options.
	 * @throws IllegalArgumentException if a number is negative
	 */
	public SnapshotOptions {
		notNegative("maxTasks", maxTasks);
		notNegative("maxScopes", maxScopes);
		notNegative("maxDepth", maxDepth);
		notNegative("stackDepth", stackDepth);
		Objects.requireNonNull(stackAge, "stackAge");
	}

	private static void notNegative(String what, int value) {
		if (value < 0) {
			throw new IllegalArgumentException(what + " must not be negative, but is " + value);
		}
	}

	/**
	 * Sets how much the snapshot tells of, at most.
	 * @param tasks how many tasks
	 * @param scopes how many groups, supervisors and root scopes
	 * @param depth how many of these may lie in each other
	 * @return new options
	 * @throws IllegalArgumentException if a number is negative
	 */
	public SnapshotOptions atMost(int tasks, int scopes, int depth) {
		return new SnapshotOptions(tasks, scopes, depth, this.stackDepth, this.stackAge);
	}

	/**
	 * Has the snapshot tell what the threads of long-running tasks are doing.
	 * @param depth how many frames, from the innermost one
	 * @param age how long a task must have been there; without ages every task has been
	 * @return new options
	 * @throws IllegalArgumentException if the depth is negative
	 */
	public SnapshotOptions stacks(int depth, Duration age) {
		return new SnapshotOptions(this.maxTasks, this.maxScopes, this.maxDepth, depth, age);
	}

}
