package io.taskgroup;

/**
 * Settings of groups by name that may change while the application runs.
 *
 * @see TaskGroupFactory.Builder#settings(TaskGroupSettings)
 */
@FunctionalInterface
public interface TaskGroupSettings {

	/**
	 * Refines what groups of a name start from. Called each time a group is named, on any
	 * thread, so it should be quick.
	 * @param name the name
	 * @param spec what they start from so far; for a name it is the same object each
	 * time, unless there are thousands of names, so what became of it can be kept
	 * @return the refined spec
	 */
	TaskGroupSpec refine(String name, TaskGroupSpec spec);

}
