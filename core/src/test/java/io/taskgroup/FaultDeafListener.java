package io.taskgroup;

/**
 * A listener that always fails, which must not keep another one from hearing, nor matter
 * to anybody (10.1).
 */
final class FaultDeafListener implements TaskGroupListener {

	/** One for all: a stack trace for each event would take longer than all else. */
	private final IllegalStateException failure = new IllegalStateException("the listener fails");

	@Override
	public void groupOpened(TaskScopeInfo scope) {
		throw this.failure;
	}

	@Override
	public void groupEnded(TaskScopeInfo scope, GroupOutcome outcome, Throwable exception, long openNanos) {
		throw this.failure;
	}

	@Override
	public void groupCancelled(TaskScopeInfo scope, CancelKind kind, String reason) {
		throw this.failure;
	}

	@Override
	public void limitChanged(ConcurrencyLimiter limiter, int before, int now) {
		throw this.failure;
	}

	@Override
	public void taskQueued(TaskInfo task) {
		throw this.failure;
	}

	@Override
	public void taskStarted(TaskInfo task, long waitedNanos) {
		throw this.failure;
	}

	@Override
	public void taskCancelled(TaskInfo task, CancelKind kind, String reason) {
		throw this.failure;
	}

	@Override
	public void taskEnded(TaskInfo task, TaskState outcome, Throwable exception, long waitedNanos, long ranNanos) {
		throw this.failure;
	}

}
