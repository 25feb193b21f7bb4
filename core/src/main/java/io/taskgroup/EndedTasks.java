package io.taskgroup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How many tasks of a scope have ended, by how they did. Any thread.
 */
final class EndedTasks {

	private static final VarHandle SUCCEEDED;

	private static final VarHandle FAILED;

	private static final VarHandle CANCELLED;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			SUCCEEDED = lookup.findVarHandle(EndedTasks.class, "succeeded", long.class);
			FAILED = lookup.findVarHandle(EndedTasks.class, "failed", long.class);
			CANCELLED = lookup.findVarHandle(EndedTasks.class, "cancelled", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private volatile long succeeded;

	private volatile long failed;

	private volatile long cancelled;

	void count(TaskState outcome) {
		VarHandle counter = switch (outcome) {
			case SUCCESS -> SUCCEEDED;
			case CANCELLED -> CANCELLED;
			default -> FAILED;
		};
		counter.getAndAdd(this, 1L);
	}

	TaskCounts with(int queued, int running) {
		return new TaskCounts(queued, running, this.succeeded, this.failed, this.cancelled);
	}

}
