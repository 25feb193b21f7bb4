package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * The handle of a task that has said that it has started.
 *
 * @param <S> the type of the start value
 * @param <T> the type of the result
 * @see TaskScope#start(StartableTask)
 */
public interface StartedTask<S extends @Nullable Object, T extends @Nullable Object> extends TaskHandle<T> {

	/**
	 * Returns what the task gave to {@link TaskStatus#started(Object)}.
	 * @return the start value; may be {@code null}
	 */
	S startValue();

}
