package io.taskgroup.autoconfigure.web.reactive;

import java.util.concurrent.ThreadFactory;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import io.taskgroup.ContextPropagation;
import io.taskgroup.TaskCancelledException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * One subscription: a thread of its own, on which a group runs in a scope of its own,
 * which lies in the one of the Reactor context.
 * <p>
 * The subscriber may cancel at any time, on any thread: then {@code scope} is cancelled,
 * and the end of the run emits nothing. Everything else is the run's own thread's.
 */
abstract class Run implements Runnable {

	private final CancelScope scope = CancelScope.create();

	private final ReactorContext context;

	private final ContextView subscriber;

	/** Whether the subscriber has cancelled: set before the scope is. */
	private volatile boolean cancelled;

	Run(ReactorContext context, ContextView subscriber) {
		this.context = context;
		this.subscriber = subscriber;
	}

	/**
	 * The rest of the work, inside all scopes.
	 * @return a failure of the run that is none of the calling thread's, or null
	 */
	abstract @Nullable Throwable work() throws Exception;

	/** The end of a run that came to its end. Outside of all scopes. */
	abstract void succeed();

	/** The end of a run that failed, or was cancelled from outside. */
	abstract void fail(Throwable failure);

	final void start(ThreadFactory threads) {
		Thread thread;
		try {
			thread = threads.newThread(this);
			thread.start();
		}
		catch (Throwable ex) {
			fail(ex);
		}
	}

	/** The subscriber's doing. Any thread. */
	final void cancel() {
		this.cancelled = true;
		this.scope.cancel(CancelKind.REQUEST, "the subscription was cancelled");
	}

	@Override
	public final void run() {
		Throwable failure;
		try {
			ContextPropagation.Restored restored = this.context.restore(this.subscriber);
			try {
				failure = inScopes();
			}
			finally {
				restored.close();
			}
		}
		catch (Throwable ex) {
			failure = ex;
		}
		end(failure);
	}

	/** Returns what went wrong. */
	private @Nullable Throwable inScopes() {
		CancelScope around = this.subscriber.getOrDefault(CancelScope.class, null);
		Progress progress = new Progress();
		try {
			if (around != null) {
				around.enter((entered) -> inOwnScope(progress));
			}
			else {
				inOwnScope(progress);
			}
		}
		catch (Throwable ex) {
			return ex;
		}
		if (progress.finished) {
			return progress.failure;
		}
		CancelScope cause = (around != null && around.cancelCalled()) ? around : this.scope;
		return new TaskCancelledException(cause.cancelKind().orElse(CancelKind.EXPLICIT),
				cause.cancelReason().orElse(null));
	}

	private void inOwnScope(Progress progress) throws Exception {
		this.scope.enter((entered) -> {
			progress.failure = work();
			progress.finished = true;
		});
	}

	private void end(@Nullable Throwable failure) {
		if (failure == null) {
			succeed();
		}
		else if (!this.cancelled) {
			fail(failure);
		}
		else if (!(failure instanceof TaskCancelledException) && !(failure instanceof InterruptedException)) {
			// it is not the end that the subscriber asked for
			Operators.onErrorDropped(failure, Context.of(this.subscriber));
		}
	}

	/** How far it came. Own thread. */
	private static final class Progress {

		private boolean finished;

		private @Nullable Throwable failure;

	}

}
