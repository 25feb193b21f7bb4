package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * Accompanies each task from the thread that forks it to its end, for tracing and the
 * like. Unlike a {@link TaskGroupListener} it is called on the right threads, with the
 * right context in place, and may keep something of its own for each task.
 * <p>
 * One that throws is logged, and harms nobody: the task goes on without it.
 *
 * @see TaskGroupFactory.Builder#instrumentation(TaskInstrumentation)
 */
@FunctionalInterface
public interface TaskInstrumentation {

	/**
	 * A task is being forked. Called on the thread that forks. It may turn out that the
	 * task never runs; nothing further is called then.
	 * @param task the task
	 * @return what accompanies the task; null to leave it alone
	 */
	@Nullable Forked taskForked(TaskInfo task);

	/**
	 * Accompanies a task that was forked.
	 */
	@FunctionalInterface
	interface Forked {

		/**
		 * The task starts. Called on its thread, with its context in place.
		 * @return what accompanies it to its end
		 */
		Running taskStarted();

	}

	/**
	 * Accompanies a task that runs.
	 */
	@FunctionalInterface
	interface Running {

		/**
		 * The task has ended. Called on its thread, with its context still in place,
		 * before the group can end.
		 * @param outcome how it ended, one of the three final states
		 * @param exception what it threw if it failed, else null
		 */
		void taskEnded(TaskState outcome, @Nullable Throwable exception);

	}

}
