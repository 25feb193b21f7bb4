package io.taskgroup;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.jspecify.annotations.Nullable;

/**
 * Tasks in the order in which they finish (7.6): a group of the try-with-resources form
 * whose tasks put their handles into a queue.
 *
 * @param <I> the type of the items
 * @param <T> the type of the results
 */
final class CompletionOrder<I extends @Nullable Object, T extends @Nullable Object> extends WaitStack
		implements CompletedTasks<T> {

	private final HostedGroup group;

	private final Iterator<? extends I> items;

	private final TaskFunction<? super I, ? extends T> function;

	private final Queue<Handle<T>> finished = new ConcurrentLinkedQueue<>();

	/** How many were forked and not given out yet. Host only. */
	private int outstanding;

	/** Whether no more are started. */
	private volatile boolean stopped;

	private CompletionOrder(HostedGroup group, Iterator<? extends I> items,
			TaskFunction<? super I, ? extends T> function) {
		this.group = group;
		this.items = items;
		this.function = function;
	}

	static <I extends @Nullable Object, T extends @Nullable Object> CompletedTasks<T> open(Spec spec,
			Iterable<? extends I> items, TaskFunction<? super I, ? extends T> function, boolean reuseThreads) {
		Objects.requireNonNull(items, "items");
		Objects.requireNonNull(function, "function");
		HostedGroup group = HostedGroup.open(spec.unbounded(), false, Collecting.LEAVE_TO_HANDLES);
		if (reuseThreads) {
			group.reuseThreads();
		}
		try {
			CompletionOrder<I, T> order = new CompletionOrder<>(group, items.iterator(), function);
			order.forkMore(true);
			return order;
		}
		catch (RuntimeException | Error ex) {
			group.fail(ex, "failure in the input");
			group.endQuietly();
			throw ex;
		}
	}

	/** Keeps twice as many under way, or waiting to be given out, as can run at once. */
	private void forkMore(boolean opening) {
		// as any group in a cancelled scope, it begins all the same (3.5, 3.7)
		boolean wasCancelled = opening && this.group.scope().cause() != null;
		Limits limits = this.group.limits();
		long most = (limits != null) ? 2L * limits.window() : Long.MAX_VALUE;
		while (!this.stopped && this.outstanding < most && (wasCancelled || this.group.scope().cause() == null)
				&& this.items.hasNext()) {
			I item = this.items.next();
			Handle<T> handle = this.group.forkForEngine(() -> this.function.apply(item));
			this.outstanding++;
			handle.onDone(() -> {
				this.finished.add(handle);
				releaseAll();
			});
		}
	}

	@Override
	boolean isReached(Waiter waiter) {
		return !this.finished.isEmpty();
	}

	@Override
	public Optional<TaskHandle<T>> next() throws InterruptedException {
		this.group.checkHost("next");
		if (this.group.hasEnded()) {
			return Optional.empty();
		}
		throwIfDue();
		try {
			forkMore(false);
		}
		catch (RuntimeException | Error ex) {
			this.group.fail(ex, "failure in the input");
		}
		if (this.group.hasFailed()) {
			this.group.endQuietly();
		}
		if (this.outstanding == 0) {
			return Optional.empty();
		}
		awaitOne();
		if (this.group.passedDeadline() != null) {
			this.group.endQuietly();
		}
		this.outstanding--;
		return Optional.of(this.finished.remove());
	}

	/** Throws in a cancelled thread, also if there is something to give out (7.6). */
	private void throwIfDue() throws CancelledException {
		Strand strand = Strand.attach();
		if (strand.isDue(this.group.scope())) {
			throw strand.tell(this.group.scope());
		}
	}

	private void awaitOne() throws InterruptedException {
		throwIfDue();
		Strand strand = Strand.attach();
		switch (strand.await(this, this.group.scope(), Durations.FOREVER_NANOS)) {
			case CANCELLED -> throw strand.tell(this.group.scope());
			case INTERRUPTED -> throw new ForeignInterruptException();
			case REACHED, TIMED_OUT -> {
			}
		}
	}

	@Override
	public Iterator<TaskHandle<T>> iterator() {
		return new Iterator<>() {

			private @Nullable TaskHandle<T> fetched;

			@Override
			public boolean hasNext() {
				if (this.fetched == null) {
					this.fetched = nextOrCancelled();
				}
				return this.fetched != null;
			}

			@Override
			public TaskHandle<T> next() {
				TaskHandle<T> next = hasNext() ? this.fetched : null;
				if (next == null) {
					throw new NoSuchElementException("all tasks have been given out");
				}
				this.fetched = null;
				return next;
			}

		};
	}

	private @Nullable TaskHandle<T> nextOrCancelled() {
		try {
			return next().orElse(null);
		}
		catch (CancelledException ex) {
			throw new TaskCancelledException(ex.kind(), ex.reason().orElse(null));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw ForeignInterruptException.where("the thread was interrupted");
		}
	}

	@Override
	public void cancel() {
		this.stopped = true;
		this.group.cancel();
	}

	@Override
	public void close() {
		this.stopped = true;
		this.group.endQuietly();
	}

}
