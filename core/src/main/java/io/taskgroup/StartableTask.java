package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * A task that tells its starter when it is ready, with a value: a server that knows its
 * port, a subscription that knows its position.
 *
 * @param <S> the type of the start value
 * @param <T> the type of the result
 * @param <X> what the task throws; {@code start} throws it as it is while the task has
 * not called {@code started}
 * @see TaskScope#start(StartableTask)
 */
@FunctionalInterface
public interface StartableTask<S extends @Nullable Object, T extends @Nullable Object, X extends Exception> {

	/**
	 * Runs the task, on a thread of its own.
	 * @param status where the task says that it has started, from whichever thread
	 * @return the task's result; may be {@code null}
	 * @throws X when the task fails
	 * @throws InterruptedException when the task is interrupted or cancelled
	 */
	T run(TaskStatus<S> status) throws X, InterruptedException;

}
