package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * The way in which a started task says that it is ready.
 *
 * @param <S> the type of the start value
 * @see TaskScope#start(StartableTask)
 */
public interface TaskStatus<S extends @Nullable Object> {

	/**
	 * Says that the task has started: the {@code start} that waits for it returns. Has no
	 * effect when that {@code start} has given up already. May be called from any thread.
	 * @param value the start value; may be {@code null}
	 * @throws IllegalStateException if it was called before, or if the task has ended
	 */
	void started(S value);

	/**
	 * Says that the task has started, with {@code null} as its start value.
	 * @throws IllegalStateException if it was called before, or if the task has ended
	 */
	@SuppressWarnings("NullAway") // an S that may not be null is the caller's own choice
	default void started() {
		started(null);
	}

}
