package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * What a task does with one item.
 *
 * @param <T> the type of the item
 * @param <R> the type of the result
 * @see TaskGroupSpec#map
 */
@FunctionalInterface
public interface TaskFunction<T extends @Nullable Object, R extends @Nullable Object> {

	/**
	 * Runs the task, on a thread of its own.
	 * @param item the item
	 * @return the result; may be {@code null}
	 * @throws Exception whatever the task throws; it is the task's failure
	 */
	R apply(T item) throws Exception;

}
