package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * What a task does with one item, when there is no result.
 *
 * @param <T> the type of the item
 * @see TaskGroupSpec#forEach
 */
@FunctionalInterface
public interface TaskConsumer<T extends @Nullable Object> {

	/**
	 * Runs the task, on a thread of its own.
	 * @param item the item
	 * @throws Exception whatever the task throws; it is the task's failure
	 */
	void accept(T item) throws Exception;

}
