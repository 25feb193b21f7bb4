package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * Tells the JDK's flight recorder of groups and tasks. As long as it records none of
 * these events they cost a look at a flag. The JDK may come without it.
 */
final class FlightRecorder {

	private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

	private FlightRecorder() {
	}

	/** Whether a recording runs that wants tasks. */
	static boolean isOn() {
		return PRESENT && Events.TASK.isEnabled();
	}

	/** An event that has begun; null if none is wanted. */
	static @Nullable TaskEvent taskStarted() {
		if (!isOn()) {
			return null;
		}
		TaskEvent event = new TaskEvent();
		event.begin();
		return event;
	}

	/**
	 * Records a task.
	 * @param started what {@link #taskStarted} gave; null if it never started, too
	 */
	static void taskEnded(Task<?> task, @Nullable TaskEvent started, Object outcome) {
		if (isOn()) {
			TaskEvent event = (started != null) ? started : new TaskEvent();
			event.record(task, outcome);
		}
	}

	/** An event that has begun; null if none is wanted. */
	static @Nullable GroupEvent groupOpened() {
		if (!PRESENT || !Events.GROUP.isEnabled()) {
			return null;
		}
		GroupEvent event = new GroupEvent();
		event.begin();
		return event;
	}

	static void groupEnded(AbstractTaskScope scope, GroupOutcome outcome) {
		GroupEvent event = scope.event();
		if (event != null) {
			event.record(scope, outcome);
		}
	}

	/** Loaded only if the JDK has it. */
	private static final class Events {

		static final TaskEvent TASK = new TaskEvent();

		static final GroupEvent GROUP = new GroupEvent();

	}

}
