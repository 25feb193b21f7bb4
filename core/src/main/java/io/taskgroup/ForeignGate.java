package io.taskgroup;

import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * A limiter of somebody else's, as a gate for one task. Its methods are foreign code:
 * they may throw, and may grant other tasks their permits at once, on the same thread.
 */
final class ForeignGate implements Gate {

	private static final int WAITING = 0;

	private static final int ANSWERED = 1;

	private static final int WITHDRAWN = 2;

	/**
	 * Where those go who are answered while the current thread is in a call of a limiter:
	 * an answer may have a limiter give the next one, and a million of them must not be a
	 * million stack frames.
	 */
	private static final ThreadLocal<@Nullable Grants> COLLECTING = new ThreadLocal<>();

	private final TaskLimiter limiter;

	/** Whether the promise was kept or broken before the applicant withdrew. */
	private final AtomicInteger state = new AtomicInteger(WAITING);

	/** Set when the applicant may withdraw, or has its permit. */
	private volatile @Nullable CompletableFuture<TaskLimiter.Permit> promise;

	ForeignGate(TaskLimiter limiter) {
		this.limiter = limiter;
	}

	@Override
	public boolean acquire(Applicant applicant, Grants grants) {
		Grants outer = collectInto(grants);
		try {
			CompletableFuture<TaskLimiter.Permit> asked = ask();
			this.promise = asked;
			if (asked.isDone()) {
				return isGranted((Admission) applicant, asked, grants);
			}
			applicant.willWait();
			var unused = asked.whenComplete((permit, exception) -> answered((Admission) applicant, permit, exception));
			return false;
		}
		finally {
			collectAgain(outer);
		}
	}

	@Override
	public boolean tryAcquire(Applicant applicant, Grants grants) {
		Grants outer = collectInto(grants);
		try {
			CompletableFuture<TaskLimiter.Permit> asked = ask();
			if (!asked.isDone()) {
				cancel(asked);
			}
			if (!asked.isDone() || asked.isCompletedExceptionally()) {
				// what cannot be cancelled may come later
				var unused = asked.whenComplete((permit, exception) -> giveBack(permit));
				return false;
			}
			checked(asked.join());
			this.promise = asked;
			return true;
		}
		finally {
			collectAgain(outer);
		}
	}

	private CompletableFuture<TaskLimiter.Permit> ask() {
		CompletableFuture<TaskLimiter.Permit> asked = this.limiter.acquire();
		if (asked == null) {
			throw new NullPointerException("the limiter " + this.limiter + " promised no permit, but null");
		}
		return asked;
	}

	/** Takes the answer of a limiter that has given it at once. */
	private boolean isGranted(Admission applicant, CompletableFuture<TaskLimiter.Permit> asked, Grants grants) {
		Throwable exception = asked.<@Nullable Throwable>handle((permit, thrown) -> thrown).join();
		TaskLimiter.Permit permit = (exception == null) ? asked.join() : null;
		if (!this.state.compareAndSet(WAITING, ANSWERED)) {
			giveBack(permit);
			return false;
		}
		if (exception != null) {
			applicant.refused(cause(exception), grants);
			return false;
		}
		checked(permit);
		return true;
	}

	private void checked(TaskLimiter.@Nullable Permit permit) {
		if (permit == null) {
			throw noPermit();
		}
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
			giveBack(permit);
			return;
		}
		Grants collecting = COLLECTING.get();
		Grants grants = (collecting != null) ? collecting : new Grants();
		if (exception != null) {
			applicant.refused(cause(exception), grants);
		}
		else if (permit == null) {
			applicant.refused(noPermit(), grants);
		}
		else {
			grants.add(applicant);
		}
		if (collecting == null) {
			grants.tellAll();
		}
	}

	private static Throwable cause(Throwable exception) {
		Throwable cause = exception.getCause();
		return (exception instanceof CompletionException && cause != null) ? cause : exception;
	}

	@Override
	public boolean withdraw(Applicant applicant, Grants grants) {
		CompletableFuture<TaskLimiter.Permit> asked = this.promise;
		if (asked == null || !this.state.compareAndSet(WAITING, WITHDRAWN)) {
			return false;
		}
		Grants outer = collectInto(grants);
		try {
			cancel(asked);
		}
		finally {
			collectAgain(outer);
		}
		return true;
	}

	/** What goes wrong with that must not keep the task from ending. */
	private void cancel(CompletableFuture<TaskLimiter.Permit> asked) {
		try {
			asked.cancel(true);
		}
		catch (Throwable ex) {
			Log.log(Level.ERROR, "the limiter " + this.limiter + " could not cancel what it has promised", ex);
		}
	}

	@Override
	public void release(Applicant applicant, TaskState outcome, Grants grants) {
		CompletableFuture<TaskLimiter.Permit> asked = this.promise;
		if (asked == null) {
			return;
		}
		Grants outer = collectInto(grants);
		try {
			giveBack(asked.join(), outcome);
		}
		finally {
			collectAgain(outer);
		}
	}

	/** Gives back what came when nobody waited for it any more. */
	private void giveBack(TaskLimiter.@Nullable Permit late) {
		if (late != null) {
			giveBack(late, TaskState.CANCELLED);
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

	/** Returns what {@link #collectAgain} is to be given. */
	private static @Nullable Grants collectInto(Grants grants) {
		Grants outer = COLLECTING.get();
		COLLECTING.set(grants);
		return outer;
	}

	private static void collectAgain(@Nullable Grants outer) {
		if (outer != null) {
			COLLECTING.set(outer);
		}
		else {
			COLLECTING.remove();
		}
	}

}
