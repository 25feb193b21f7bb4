package io.taskgroup;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * A task scope whose tasks fail alone. It is on no thread's stack; the scope in which it
 * was opened only hands cancellations down to it, and ends it when it ends itself.
 */
final class Supervisor extends AbstractTaskScope {

	private final SupervisorScope scope;

	private final AtomicBoolean ended = new AtomicBoolean();

	/** Whether it was closed when it had nothing to do. Any closer, before it cancels. */
	private volatile boolean closedIdle;

	private Supervisor(Spec spec) {
		super(spec);
		this.scope = new SupervisorScope(this, spec);
	}

	static Supervisor open(Spec spec) {
		Supervisor supervisor = new Supervisor(spec);
		spec.factory().opened(supervisor);
		Scope parent = supervisor.scope.parent();
		if (parent != null && !spec.isDetached()) {
			parent.addSupervisor(supervisor);
			if (parent.hasEnded()) {
				// a root scope may have been closed by another thread
				supervisor.scope.cancelAs(CancelKind.PARENT, Scope.HAS_ENDED);
			}
		}
		Duration timeout = spec.nearestTimeout();
		if (timeout != null) {
			supervisor.scope.timeout(timeout);
		}
		return supervisor;
	}

	@Override
	SupervisorScope scope() {
		return this.scope;
	}

	@Override
	public boolean supervisor() {
		return true;
	}

	@Override
	public void join() throws InterruptedException {
		checkOutside("join");
		Strand strand = Strand.attach();
		switch (strand.await(members(), null, Durations.FOREVER_NANOS)) {
			case CANCELLED -> throw strand.tell(null);
			case INTERRUPTED -> throw new ForeignInterruptException();
			case REACHED, TIMED_OUT -> {
			}
		}
		Cancellation passed = passedDeadline();
		if (passed != null) {
			throw new TaskGroupTimeoutException(name(),
					List.of(new TimeoutException("scope '" + name() + "': " + passed.reason())));
		}
	}

	@Override
	public void close() {
		checkOutside("close");
		if (!members().tryEnd()) {
			// the task that was last may not have left; who has awaited it cannot know
			if (members().areAllDone() && this.scope.cancellation() == null) {
				this.closedIdle = true;
			}
			this.scope.cancelAs(CancelKind.EXPLICIT, "the scope was closed");
		}
		awaitEnd();
	}

	/** Waits for the tasks, and ends the scope. Any thread, several at the same time. */
	void awaitEnd() {
		Strand strand = Strand.attach();
		while (!members().tryEnd()) {
			strand.awaitAlways(members());
		}
		if (this.ended.compareAndSet(false, true)) {
			this.scope.end();
			Scope parent = this.scope.parent();
			if (parent != null) {
				parent.removeSupervisor(this);
			}
			factory().ended(this, outcome(), null);
		}
	}

	@Override
	void awaitShutdown() {
		awaitEnd();
	}

	private GroupOutcome outcome() {
		Cancellation own = this.scope.cancellation();
		if (own != null && own.kind() == CancelKind.TIMEOUT) {
			return GroupOutcome.TIMEOUT;
		}
		// what was forked while it was being closed was cut off all the same
		boolean idle = own == null || (this.closedIdle && !this.scope.cancelCaught());
		return idle ? GroupOutcome.SUCCESS : GroupOutcome.CANCELLED;
	}

	private void checkOutside(String what) {
		if (isCalledFromInside()) {
			throw new IllegalStateException(what + "() of scope '" + name()
					+ "' was called from inside one of its own tasks, and would wait for itself");
		}
	}

	@Override
	void taskFailing(Throwable failure) {
		// each task fails alone
	}

	@Override
	void taskEnding() {
		// nobody reports for all
	}

	@Override
	void taskCutOff(@Nullable Scope cause) {
		if (cause == this.scope) {
			this.scope.setCaught();
		}
	}

	@Override
	void taskFailed(TaskHandle<?> handle, Throwable failure) {
		// it cancels nobody
	}

	@Override
	void tellFailure(TaskHandle<?> handle, Throwable failure) {
		try {
			Regions.handle(this, (scope) -> errorHandler().onError(handle, failure));
		}
		catch (Throwable ex) {
			if (ex != failure) {
				ex.addSuppressed(failure);
			}
			Log.log(Level.ERROR,
					"the error handler of scope '" + name() + "' failed with task '" + Names.shown(handle.name()) + "'",
					ex);
		}
	}

	private TaskErrorHandler errorHandler() {
		TaskErrorHandler handler = spec().errorHandler();
		return (handler != null) ? handler : this::log;
	}

	private void log(TaskHandle<?> task, Throwable exception) {
		Log.log(Level.ERROR, "task '" + Names.shown(task.name()) + "' of scope '" + name() + "' failed", exception);
	}

}
