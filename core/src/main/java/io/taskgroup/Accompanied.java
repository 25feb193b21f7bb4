package io.taskgroup;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The context of a task together with those who accompany it: they start with the context
 * in place, and end, in the opposite order, before it is taken back.
 *
 * @param context the context, or null
 * @param forked those who accompany the task
 */
record Accompanied(ContextPropagation.@Nullable Captured context,
		List<TaskInstrumentation.Forked> forked) implements ContextPropagation.Captured {

	/** Adds those who accompany the task to its context, if there are any. */
	static ContextPropagation.@Nullable Captured of(ContextPropagation.@Nullable Captured context,
			List<TaskInstrumentation> instrumentations, TaskInfo task) {
		List<TaskInstrumentation.Forked> forked = new ArrayList<>(instrumentations.size());
		for (TaskInstrumentation instrumentation : instrumentations) {
			try {
				TaskInstrumentation.Forked one = instrumentation.taskForked(task);
				if (one != null) {
					forked.add(one);
				}
			}
			catch (Throwable ex) {
				failed(ex);
			}
		}
		return forked.isEmpty() ? context : new Accompanied(context, forked);
	}

	@Override
	public Running restore() {
		ContextPropagation.Restored restored = (this.context != null) ? this.context.restore() : null;
		List<TaskInstrumentation.Running> running = new ArrayList<>(this.forked.size());
		for (TaskInstrumentation.Forked one : this.forked) {
			try {
				running.add(Objects.requireNonNull(one.taskStarted(), "taskStarted() returned null"));
			}
			catch (Throwable ex) {
				failed(ex);
			}
		}
		return new Running(restored, running);
	}

	private static void failed(Throwable exception) {
		Log.log(Level.ERROR, "an instrumentation of tasks failed", exception);
	}

	/**
	 * The same while the task runs.
	 *
	 * @param context the context in place, or null
	 * @param running those who accompany the task
	 */
	record Running(ContextPropagation.@Nullable Restored context,
			List<TaskInstrumentation.Running> running) implements ContextPropagation.Restored {

		void ended(TaskState outcome, @Nullable Throwable exception) {
			for (int i = this.running.size() - 1; i >= 0; i--) {
				try {
					this.running.get(i).taskEnded(outcome, exception);
				}
				catch (Throwable ex) {
					failed(ex);
				}
			}
		}

		@Override
		public void close() {
			if (this.context != null) {
				this.context.close();
			}
		}

	}

}
