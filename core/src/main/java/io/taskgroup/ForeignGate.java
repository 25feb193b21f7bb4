package io.taskgroup;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import org.jspecify.annotations.Nullable;

/**
 * A limiter of somebody else's, as a gate for one task.
 */
final class ForeignGate implements Gate {

	private final TaskLimiter limiter;

	private volatile @Nullable CompletableFuture<TaskLimiter.Permit> promise;

	ForeignGate(TaskLimiter limiter) {
		this.limiter = limiter;
	}

	@Override
	public boolean acquire(Applicant applicant) {
		CompletableFuture<TaskLimiter.Permit> asked = this.limiter.acquire();
		this.promise = asked;
		if (asked.isDone() && !asked.isCompletedExceptionally()) {
			return true;
		}
		applicant.willWait();
		var unused = asked.whenComplete((permit, exception) -> {
			if (!asked.isCancelled()) {
				Grants grants = new Grants();
				if (exception != null) {
					((Admission) applicant).refused(cause(exception), grants);
				}
				else {
					applicant.granted(grants);
				}
				grants.tellAll();
			}
		});
		return false;
	}

	@Override
	public boolean tryAcquire(Applicant applicant) {
		CompletableFuture<TaskLimiter.Permit> asked = this.limiter.acquire();
		this.promise = asked;
		return asked.isDone() ? !asked.isCompletedExceptionally() : !asked.cancel(true) && isGranted(asked);
	}

	private static boolean isGranted(CompletableFuture<TaskLimiter.Permit> asked) {
		return !asked.isCompletedExceptionally();
	}

	private static Throwable cause(Throwable exception) {
		Throwable cause = exception.getCause();
		return (exception instanceof CompletionException && cause != null) ? cause : exception;
	}

	@Override
	public boolean withdraw(Applicant applicant) {
		CompletableFuture<TaskLimiter.Permit> asked = this.promise;
		return asked != null && asked.cancel(true);
	}

	@Override
	public void release(Applicant applicant, TaskState outcome, Grants grants) {
		CompletableFuture<TaskLimiter.Permit> asked = this.promise;
		if (asked != null) {
			asked.join().release(outcome);
		}
	}

}
