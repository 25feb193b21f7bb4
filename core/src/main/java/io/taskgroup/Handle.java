package io.taskgroup;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * The handle of a task. It knows its task until the task ends, and the outcome from then
 * on; never both, and nothing else (4.4).
 *
 * @param <T> the type of the result
 */
class Handle<T extends @Nullable Object> extends WaitStack implements TaskHandle<T> {

	private static final AtomicLong IDS = new AtomicLong();

	/** Stands for a result of null. */
	private static final Object NULL = new Object();

	private final long id = nextId();

	private final @Nullable String name;

	/** The task's; null once there is an outcome. */
	private volatile @Nullable Task<T> task;

	/**
	 * The value itself, {@link #NULL}, {@link Thrown} or {@link Stopped}. Written once.
	 */
	private volatile @Nullable Object outcome;

	Handle(@Nullable String name) {
		this.name = name;
	}

	/** Private to the engine, so that no value of a user's can be taken for one. */
	record Thrown(Throwable exception) {
	}

	record Stopped(CancelKind kind, @Nullable String reason) {

		Stopped(@Nullable Cancellation cancellation) {
			this((cancellation != null) ? cancellation.kind() : CancelKind.EXPLICIT,
					(cancellation != null) ? cancellation.reason() : null);
		}

		TaskCancelledException exception() {
			return new TaskCancelledException(this.kind, this.reason);
		}

	}

	static Object encode(@Nullable Object value) {
		return (value != null) ? value : NULL;
	}

	static @Nullable Object decode(Object encoded) {
		return (encoded != NULL) ? encoded : null;
	}

	/** The next number; groups have theirs from here as well. */
	static long nextId() {
		return IDS.incrementAndGet();
	}

	final @Nullable String givenName() {
		return this.name;
	}

	static String defaultName(long id) {
		return "task-" + id;
	}

	final void setTask(Task<T> task) {
		this.task = task;
	}

	/**
	 * Called once, before the outcome is there.
	 * @return whether a failure of the task is the group's, too
	 */
	boolean ending() {
		return true;
	}

	/** Called once, by the thread that ends the task. */
	final void complete(Object outcome) {
		this.outcome = outcome;
		this.task = null;
		releaseAll();
	}

	@Override
	final boolean isReached(Waiter waiter) {
		return this.outcome != null;
	}

	@Nullable Object rawOutcome() {
		return this.outcome;
	}

	@Override
	public final long id() {
		return this.id;
	}

	@Override
	public final String name() {
		return (this.name != null) ? this.name : defaultName(this.id);
	}

	/** The name as it stands in messages. */
	final String shownName() {
		return Names.shown(name());
	}

	@Override
	public final TaskState state() {
		Task<T> running = this.task;
		Object now = this.outcome;
		return (now != null) ? stateOf(now) : stateWhileLive(running);
	}

	static TaskState stateOf(Object outcome) {
		return switch (outcome) {
			case Thrown thrown -> TaskState.FAILED;
			case Stopped stopped -> TaskState.CANCELLED;
			default -> TaskState.SUCCESS;
		};
	}

	static @Nullable Throwable exceptionOf(@Nullable Object outcome) {
		return (outcome instanceof Thrown(Throwable exception)) ? exception : null;
	}

	private static TaskState stateWhileLive(@Nullable Task<?> running) {
		if (running != null && running.isQueued()) {
			return TaskState.QUEUED;
		}
		return (running != null && running.cause() != null) ? TaskState.CANCELLING : TaskState.RUNNING;
	}

	@Override
	public final boolean isDone() {
		return this.outcome != null;
	}

	@Override
	public final T await() throws InterruptedException {
		if (this.outcome == null) {
			awaitDone();
		}
		return result();
	}

	@Override
	public final T await(Duration timeout) throws InterruptedException, TimeoutException {
		Objects.requireNonNull(timeout, "timeout");
		if (this.outcome == null && !awaitOutcome(Durations.toNanos(timeout))) {
			throw new TimeoutException(
					"task '" + shownName() + "' is not done after " + InWords.of(timeout) + "; it goes on");
		}
		return result();
	}

	@Override
	public final void awaitDone() throws InterruptedException {
		awaitOutcome(Durations.FOREVER_NANOS);
	}

	private boolean awaitOutcome(long timeoutNanos) throws InterruptedException {
		Strand strand = Strand.attach();
		Task<?> own = strand.task();
		if (own != null && own == this.task) {
			throw new IllegalStateException("task '" + shownName() + "' cannot wait for itself");
		}
		return switch (strand.await(this, null, timeoutNanos)) {
			case REACHED -> true;
			case TIMED_OUT -> false;
			case CANCELLED -> throw strand.tell(null);
			case INTERRUPTED -> throw new ForeignInterruptException();
		};
	}

	@SuppressWarnings({ "unchecked", "NullAway" }) // a null is the task's own result
	private T result() {
		Object now = this.outcome;
		return switch (now) {
			case null -> throw notDone();
			case Thrown(Throwable exception) ->
				throw new TaskFailedException("task '" + shownName() + "' failed: " + InWords.of(exception), exception);
			case Stopped stopped -> throw stopped.exception();
			default -> (T) decode(now);
		};
	}

	private IllegalStateException notDone() {
		return new IllegalStateException("task '" + shownName() + "' is not done");
	}

	@Override
	@SuppressWarnings({ "unchecked", "NullAway" }) // a null is the task's own result
	public final Outcome<T> outcome() {
		Object now = this.outcome;
		return switch (now) {
			case null -> throw notDone();
			case Thrown(Throwable exception) -> new Outcome.Failure<>(exception);
			case Stopped stopped -> new Outcome.Cancelled<>(stopped.reason());
			default -> new Outcome.Success<>((T) decode(now));
		};
	}

	@Override
	public final T resultNow() {
		Object now = this.outcome;
		return switch (now) {
			case Thrown(Throwable exception) ->
				throw new IllegalStateException("task '" + shownName() + "' failed", exception);
			case Stopped stopped -> throw new IllegalStateException("task '" + shownName() + "' was cancelled");
			case null, default -> result();
		};
	}

	@Override
	public final Throwable exceptionNow() {
		Object now = this.outcome;
		return switch (now) {
			case null -> throw notDone();
			case Thrown(Throwable exception) -> exception;
			case Stopped stopped -> throw new IllegalStateException("task '" + shownName() + "' was cancelled");
			default -> throw new IllegalStateException("task '" + shownName() + "' succeeded");
		};
	}

	@Override
	public final boolean cancel() {
		return cancelTask(null);
	}

	@Override
	public final boolean cancel(String reason) {
		return cancelTask(reason);
	}

	@SuppressWarnings("ThreadPriorityCheck") // no more than a moment
	private boolean cancelTask(@Nullable String reason) {
		Task<T> running = this.task;
		if (running == null || this.outcome != null) {
			return false;
		}
		running.cancelAs(CancelKind.EXPLICIT, reason);
		if (running.cancellation() != null) {
			return true;
		}
		// it has come to its end meanwhile, and whoever ended it says so next
		while (this.outcome == null) {
			Thread.yield();
		}
		return false;
	}

	@Override
	public final CompletionStage<T> toCompletionStage() {
		CompletableFuture<T> stage = new CompletableFuture<>();
		if (this.outcome != null) {
			complete(stage);
		}
		else {
			onDone(() -> completeElsewhere(stage));
		}
		return stage;
	}

	/** Calls back when the task is done, on the thread that ended it, or on this one. */
	final void onDone(Runnable callback) {
		add(new Callback(callback));
		if (this.outcome != null) {
			releaseAll();
		}
	}

	/**
	 * What depends on a stage is foreign code, which must not hold up the group (4.1).
	 */
	private void completeElsewhere(CompletableFuture<T> stage) {
		try {
			Thread.ofVirtual()
				.name("taskgroup-stage")
				.inheritInheritableThreadLocals(false)
				.start(() -> complete(stage));
		}
		catch (Throwable noThread) {
			complete(stage);
		}
	}

	private void complete(CompletableFuture<T> stage) {
		switch (outcome()) {
			case Outcome.Success<T>(T value) -> stage.complete(value);
			case Outcome.Failure<T>(Throwable exception) -> stage.completeExceptionally(exception);
			case Outcome.Cancelled<T> cancelled -> stage.completeExceptionally(cancellation());
		}
	}

	private TaskCancelledException cancellation() {
		return (this.outcome instanceof Stopped stopped) ? stopped.exception() : new TaskCancelledException();
	}

	@Override
	public final String toString() {
		return "task '" + shownName() + "' (" + state() + ")";
	}

	/** Somebody who wants to be called. */
	private static final class Callback extends Waiter {

		private final Runnable callback;

		private volatile boolean released;

		Callback(Runnable callback) {
			this.callback = callback;
		}

		@Override
		boolean isReleased() {
			return this.released;
		}

		@Override
		void release() {
			this.released = true;
			this.callback.run();
		}

	}

}
