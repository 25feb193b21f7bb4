package io.taskgroup.autoconfigure.web.reactive;

import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import io.taskgroup.CompletedTasks;
import io.taskgroup.Outcome;
import io.taskgroup.TaskCancelledException;
import io.taskgroup.TaskHandle;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.FluxSink;

/**
 * Tasks whose results are given out as they finish, and as they are requested.
 *
 * @param <R> the type of the results
 */
final class FluxRun<R> extends Run {

	private final FluxSink<R> sink;

	private final Callable<CompletedTasks<@Nullable R>> opening;

	private final CountedItems<?> items;

	/** Released whenever something is requested. */
	private final Semaphore requests = new Semaphore(0);

	FluxRun(FluxSink<R> sink, ReactorContext context, Callable<CompletedTasks<@Nullable R>> opening,
			CountedItems<?> items) {
		super(context, sink.contextView());
		this.sink = sink;
		this.opening = opening;
		this.items = items;
	}

	/** Any thread. */
	void requested(long count) {
		this.requests.release();
	}

	@Override
	@Nullable Throwable work() throws Exception {
		try (CompletedTasks<@Nullable R> tasks = this.opening.call()) {
			long given = 0;
			while (!this.items.isAll(given)) {
				awaitRequest();
				Optional<TaskHandle<@Nullable R>> next = tasks.next();
				if (next.isEmpty()) {
					return null;
				}
				if (next.get().outcome() instanceof Outcome.Failure<?> failure) {
					return failure.exception();
				}
				emit(next.get());
				given++;
			}
			return null;
		}
	}

	private void awaitRequest() throws InterruptedException {
		while (this.sink.requestedFromDownstream() == 0) {
			this.requests.acquire();
			this.requests.drainPermits();
		}
	}

	private void emit(TaskHandle<@Nullable R> handle) throws InterruptedException {
		R value;
		try {
			value = handle.await();
		}
		catch (TaskCancelledException ex) {
			if (ex.kind() == CancelKind.TIMEOUT) {
				// the group has moved on without it
				return;
			}
			throw ex;
		}
		if (value != null) {
			// the subscriber's code runs here, and is none of what is cancelled
			CancelScope.runShielded((scope) -> this.sink.next(value));
		}
	}

	@Override
	void succeed() {
		this.sink.complete();
	}

	@Override
	void fail(Throwable failure) {
		this.sink.error(failure);
	}

}
