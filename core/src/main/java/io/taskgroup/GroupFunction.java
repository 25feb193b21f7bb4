package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * The body of a task group that gives a value.
 *
 * @param <R> the type of the value
 * @see TaskGroupSpec#call(GroupFunction)
 */
@FunctionalInterface
public interface GroupFunction<R extends @Nullable Object> {

	/**
	 * Runs the body, on the thread that opened the group.
	 * @param group the group, open until this method returns and all its tasks have ended
	 * @return the value that {@code call} returns once all tasks have ended; may be
	 * {@code null}
	 * @throws Exception whatever the body throws; it is a failure of the group
	 */
	R apply(TaskGroup group) throws Exception;

}
