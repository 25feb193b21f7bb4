package io.taskgroup;

import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * A limiter of somebody else's, as a gate for one task.
 */
final class ForeignGate implements Gate {

	private static final int WAITING = 0;

	private static final int ANSWERED = 1;

	private static final int WITHDRAWN = 2;

	private final TaskLimiter limiter;

	private final AtomicInteger state = new AtomicInteger(WAITING);

	private volatile @Nullable CompletableFuture<TaskLimiter.Permit> promise;

	ForeignGate(TaskLimiter limiter) {
		this.limiter = limiter;
	}

	@Override
	public boolean acquire(Applicant applicant) {
		CompletableFuture<TaskLimiter.Permit> asked = ask();
		if (asked.isDone() && !asked.isCompletedExceptionally()) {
			checked(asked.join());
			return true;
		}
		applicant.willWait();
		var unused = asked.whenComplete((permit, exception) -> answered((Admission) applicant, permit, exception));
		return false;
	}

	@Override
	public boolean tryAcquire(Applicant applicant) {
		CompletableFuture<TaskLimiter.Permit> asked = ask();
		if (!asked.isDone()) {
			asked.cancel(true);
		}
		if (asked.isCompletedExceptionally()) {
			return false;
		}
		checked(asked.join());
		return true;
	}

	private CompletableFuture<TaskLimiter.Permit> ask() {
		CompletableFuture<TaskLimiter.Permit> asked = this.limiter.acquire();
		if (asked == null) {
			throw new NullPointerException("the limiter " + this.limiter + " promised no permit, but null");
		}
		this.promise = asked;
		return asked;
	}

	private TaskLimiter.Permit checked(TaskLimiter.@Nullable Permit permit) {
		if (permit == null) {
			throw noPermit();
		}
		return permit;
	}

	private NullPointerException noPermit() {
		return new NullPointerException("the limiter " + this.limiter + " gave no permit, but null");
	}

	/**
	 * Called when the limiter has kept its promise, or has not. If the applicant has
	 * withdrawn at that moment, it has not got the permit.
	 */
	private void answered(Admission applicant, TaskLimiter.@Nullable Permit permit, @Nullable Throwable exception) {
		if (!this.state.compareAndSet(WAITING, ANSWERED)) {
			if (permit != null) {
				giveBack(permit, TaskState.CANCELLED);
			}
			return;
		}
		Grants grants = new Grants();
		if (exception != null) {
			applicant.refused(cause(exception), grants);
		}
		else if (permit == null) {
			applicant.refused(noPermit(), grants);
		}
		else {
			applicant.granted(grants);
		}
		grants.tellAll();
	}

	private static Throwable cause(Throwable exception) {
		Throwable cause = exception.getCause();
		return (exception instanceof CompletionException && cause != null) ? cause : exception;
	}

	@Override
	public boolean withdraw(Applicant applicant) {
		CompletableFuture<TaskLimiter.Permit> asked = this.promise;
		if (asked == null || !this.state.compareAndSet(WAITING, WITHDRAWN)) {
			return false;
		}
		asked.cancel(true);
		return true;
	}

	@Override
	public void release(Applicant applicant, TaskState outcome, Grants grants) {
		CompletableFuture<TaskLimiter.Permit> asked = this.promise;
		if (asked != null) {
			giveBack(asked.join(), outcome);
		}
	}

	/** What goes wrong with that must not keep others from getting theirs back. */
	private void giveBack(TaskLimiter.Permit permit, TaskState outcome) {
		try {
			permit.release(outcome);
		}
		catch (Throwable ex) {
			Log.log(Level.ERROR, "the limiter " + this.limiter + " could not take a permit back", ex);
		}
	}

}
