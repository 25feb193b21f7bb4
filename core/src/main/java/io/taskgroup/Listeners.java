package io.taskgroup;

import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * All listeners of a factory. One that throws is logged, and the others are told all the
 * same.
 */
final class Listeners {

	/** An array: a list would need an iterator, for each task. */
	private final TaskGroupListener[] all;

	Listeners(List<TaskGroupListener> all) {
		this.all = all.toArray(TaskGroupListener[]::new);
	}

	boolean isPresent() {
		return this.all.length > 0;
	}

	void groupOpened(TaskScopeInfo scope) {
		tell((listener) -> listener.groupOpened(scope));
	}

	void groupEnded(TaskScopeInfo scope, GroupOutcome outcome, @Nullable Throwable exception, long openNanos) {
		tell((listener) -> listener.groupEnded(scope, outcome, exception, openNanos));
	}

	void groupCancelled(TaskScopeInfo info, Scope scope, Cancellation cancellation) {
		boolean own = scope.cancellation() == cancellation;
		CancelKind kind = own ? cancellation.kind() : cancellation.kindFromInside();
		tell((listener) -> listener.groupCancelled(info, kind, cancellation.reason()));
	}

	void limitChanged(ConcurrencyLimiter limiter, int before, int now) {
		tell((listener) -> listener.limitChanged(limiter, before, now));
	}

	// Each task comes by here: nothing is allocated, no lambda and no iterator

	void taskQueued(TaskInfo task) {
		for (TaskGroupListener listener : this.all) {
			try {
				listener.taskQueued(task);
			}
			catch (Throwable ex) {
				failed(listener, ex);
			}
		}
	}

	void taskStarted(TaskInfo task, long waitedNanos) {
		for (TaskGroupListener listener : this.all) {
			try {
				listener.taskStarted(task, waitedNanos);
			}
			catch (Throwable ex) {
				failed(listener, ex);
			}
		}
	}

	void taskEnded(TaskInfo task, TaskState outcome, @Nullable Throwable exception, long waitedNanos, long ranNanos) {
		for (TaskGroupListener listener : this.all) {
			try {
				listener.taskEnded(task, outcome, exception, waitedNanos, ranNanos);
			}
			catch (Throwable ex) {
				failed(listener, ex);
			}
		}
	}

	void taskCancelled(TaskInfo task, Cancellation cancellation) {
		tell((listener) -> listener.taskCancelled(task, cancellation.kind(), cancellation.reason()));
	}

	private void tell(Consumer<TaskGroupListener> event) {
		for (TaskGroupListener listener : this.all) {
			try {
				event.accept(listener);
			}
			catch (Throwable ex) {
				failed(listener, ex);
			}
		}
	}

	private static void failed(TaskGroupListener listener, Throwable exception) {
		Log.log(Level.ERROR, "the listener " + listener.getClass().getName() + " failed", exception);
	}

}
