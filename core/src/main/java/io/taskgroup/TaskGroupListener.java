package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * Hears what happens to groups and tasks. All methods do nothing by default.
 * <p>
 * They are called on the thread on which the thing happens, so they should be quick. A
 * listener that throws is logged and harms nobody. Times are in nanoseconds. The info
 * objects are valid during the call; to keep something, keep the ids and names.
 *
 * @see TaskGroupFactory.Builder#listener(TaskGroupListener)
 */
public interface TaskGroupListener {

	/**
	 * A group or supervisor was opened.
	 * @param scope the scope
	 */
	default void groupOpened(TaskScopeInfo scope) {
	}

	/**
	 * A group or supervisor has ended, with all its tasks.
	 * @param scope the scope
	 * @param outcome how it ended
	 * @param exception what it told its caller if it failed or timed out, else null
	 * @param openNanos how long it was open
	 */
	default void groupEnded(TaskScopeInfo scope, GroupOutcome outcome, @Nullable Throwable exception, long openNanos) {
	}

	/**
	 * A group or supervisor was cancelled: by itself, or by something around it. Called
	 * once for each.
	 * @param scope the scope
	 * @param kind who or what asked for it; {@link CancelKind#PARENT} if a group, or a
	 * region of code, around this one was cancelled
	 * @param reason why, in words, or {@code null}
	 */
	default void groupCancelled(TaskScopeInfo scope, CancelKind kind, @Nullable String reason) {
	}

	/**
	 * The limit of a concurrency limiter has changed that this factory's groups use, or
	 * have used.
	 * @param limiter the limiter
	 * @param before the limit up to now
	 * @param now the new limit
	 */
	default void limitChanged(ConcurrencyLimiter limiter, int before, int now) {
	}

	/**
	 * A task has to wait for a permit. Called before it waits. Not called for a task that
	 * starts at once. Every task that this is called for ends, and
	 * {@link TaskInfo#hadToWait()} says so then; if it is cancelled just as it begins to
	 * wait, this may be called a moment after its end is told.
	 * @param task the task
	 */
	default void taskQueued(TaskInfo task) {
	}

	/**
	 * A task starts, on the calling thread.
	 * @param task the task
	 * @param waitedNanos how long it waited since it was forked
	 */
	default void taskStarted(TaskInfo task, long waitedNanos) {
	}

	/**
	 * A single task was cancelled by {@link TaskHandle#cancel()}, or because the caller
	 * of {@code start} gave up.
	 * @param task the task
	 * @param kind who or what asked for it
	 * @param reason why, in words, or {@code null}
	 */
	default void taskCancelled(TaskInfo task, CancelKind kind, @Nullable String reason) {
	}

	/**
	 * A task has ended. It may never have started.
	 * @param task the task
	 * @param outcome how it ended, one of the three final states
	 * @param exception what it threw if it failed, else {@code null}
	 * @param waitedNanos how long it waited from being forked to its start, or to its end
	 * if it never started
	 * @param ranNanos how long it ran, at least 1; zero if it never started
	 */
	default void taskEnded(TaskInfo task, TaskState outcome, @Nullable Throwable exception, long waitedNanos,
			long ranNanos) {
	}

}
