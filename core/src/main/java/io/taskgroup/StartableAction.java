package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * A {@link StartableTask} that gives no result.
 *
 * @param <S> the type of the start value
 * @param <X> what the task throws
 * @see TaskScope#startAction(StartableAction)
 */
@FunctionalInterface
public interface StartableAction<S extends @Nullable Object, X extends Exception> {

	/**
	 * Runs the task, on a thread of its own.
	 * @param status where the task says that it has started, from whichever thread
	 * @throws X when the task fails
	 * @throws InterruptedException when the task is interrupted or cancelled
	 */
	void run(TaskStatus<S> status) throws X, InterruptedException;

}
