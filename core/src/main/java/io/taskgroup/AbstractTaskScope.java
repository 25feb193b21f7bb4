package io.taskgroup;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * What groups and supervisors have in common: they fork and start tasks, and know which
 * are live. What a failure means is theirs.
 */
abstract class AbstractTaskScope implements TaskScope, TaskScopeInfo {

	private final long id = Handle.nextId();

	private final Spec spec;

	private final DefaultTaskGroupFactory factory;

	private final long openedNanos;

	private final Members members = new Members();

	/** What its tasks need permits of; null if nothing. */
	private final @Nullable Limits limits;

	/** The tasks that have ended; null if the factory does not count them. */
	private final @Nullable EndedTasks ended;

	/** What the flight recorder is told of it; null if it is not running. */
	private @Nullable GroupEvent event;

	/** Whether listeners were told of the cancellation. */
	private final AtomicBoolean cancellationTold = new AtomicBoolean();

	/** Runs its tasks; null if each has a new thread. Written before the first. */
	private @Nullable Crew crew;

	/** Whether a task was ever forked. */
	private volatile boolean used;

	AbstractTaskScope(Spec spec) {
		this.spec = spec;
		this.factory = spec.factory();
		this.openedNanos = this.factory.now();
		this.limits = Limits.of(spec);
		this.ended = this.factory.recordsTimes() ? new EndedTasks() : null;
	}

	/** The scope of the tasks. */
	abstract Scope scope();

	/**
	 * Called for a failure that counts, before the task's handle is done. Task's thread.
	 */
	abstract void taskFailing(Throwable failure);

	/** Called when a task ends, before its handle is done. Task's thread. */
	abstract void taskEnding();

	/**
	 * Called for a failure that counts, when the task's handle is done. Task's thread.
	 */
	abstract void taskFailed(TaskHandle<?> handle, Throwable failure);

	/**
	 * Called after {@link #taskFailed}, when nobody depends on the current thread any
	 * more: may call foreign code.
	 */
	abstract void tellFailure(TaskHandle<?> handle, Throwable failure);

	/** Called when a task was ended by a cancellation, before its handle is done. */
	abstract void taskCutOff(@Nullable Scope cause);

	/** Waits until this scope has ended, or has at least come to rest. Any thread. */
	abstract void awaitShutdown();

	final Spec spec() {
		return this.spec;
	}

	final DefaultTaskGroupFactory factory() {
		return this.factory;
	}

	final Members members() {
		return this.members;
	}

	final long ageNanos() {
		return System.nanoTime() - this.openedNanos;
	}

	/** Lets its tasks follow each other on one thread. Before the first is forked. */
	final void reuseThreads() {
		this.crew = new Crew(this);
	}

	final @Nullable Crew crew() {
		return this.crew;
	}

	final boolean wasUsed() {
		return this.used;
	}

	final TaskScopeKind kind() {
		return supervisor() ? TaskScopeKind.SUPERVISOR : TaskScopeKind.GROUP;
	}

	/** Before it is shared. */
	final void setEvent(@Nullable GroupEvent event) {
		this.event = event;
	}

	final @Nullable GroupEvent event() {
		return this.event;
	}

	/** Counts a task that has ended. */
	final void countEnded(TaskState outcome) {
		if (this.ended != null) {
			this.ended.count(outcome);
		}
	}

	final TaskCounts counts(int queued, int running) {
		return (this.ended != null) ? this.ended.with(queued, running) : new TaskCounts(queued, running, 0, 0, 0);
	}

	// What is around it

	/** The nearest task or group around it, of the same factory, or root scope. */
	final @Nullable Scope around() {
		for (Scope scope = scope().parent(); scope != null; scope = scope.parent()) {
			AbstractTaskScope owner = scope.owner();
			if (scope.root() != null || (owner != null && owner.factory() == this.factory)) {
				return scope;
			}
		}
		return null;
	}

	@Override
	public final OptionalLong parentId() {
		Scope around = around();
		if (around == null) {
			return OptionalLong.empty();
		}
		DefaultRootScope root = around.root();
		if (root != null) {
			return OptionalLong.of(root.id());
		}
		AbstractTaskScope owner = Objects.requireNonNull(around.owner());
		return OptionalLong.of((around instanceof Task<?> task) ? task.id() : owner.id());
	}

	@Override
	public final Optional<RootScope> root() {
		for (Scope scope = scope().parent(); scope != null; scope = scope.parent()) {
			DefaultRootScope root = scope.root();
			if (root != null) {
				return Optional.of(root);
			}
		}
		return Optional.empty();
	}

	@Override
	public final Optional<CancelCause> cancelCause() {
		return Optional.ofNullable(cause());
	}

	/** Why it is being cancelled, or was when it ended; null if it is not. */
	final @Nullable CancelCause cause() {
		// one that has ended has no say any more, but knows
		Cancellation own = scope().cancellation();
		Cancellation first = scope().wasShielded() ? null : scope().firstCancellation();
		return CancelCause.of((own != null) ? Cancellation.earlier(first, own) : first);
	}

	@Override
	public final long id() {
		return this.id;
	}

	@Override
	public final String name() {
		return this.spec.name();
	}

	// Tasks

	@Override
	public final <T extends @Nullable Object> TaskHandle<T> fork(Callable<? extends T> task) {
		return launch(new Handle<>(null), Objects.requireNonNull(task, "task"));
	}

	@Override
	public final <T extends @Nullable Object> TaskHandle<T> fork(String name, Callable<? extends T> task) {
		return launch(new Handle<>(Names.ofTask(name)), Objects.requireNonNull(task, "task"));
	}

	@Override
	public final TaskHandle<Void> fork(TaskAction action) {
		return launch(new Handle<>(null), withoutValue(action));
	}

	@Override
	public final TaskHandle<Void> fork(String name, TaskAction action) {
		return launch(new Handle<>(Names.ofTask(name)), withoutValue(action));
	}

	@Override
	public final <S extends @Nullable Object, T extends @Nullable Object, X extends Exception> StartedTask<S, T> start(
			StartableTask<S, ? extends T, X> task) throws X, InterruptedException {
		return startNamed(null, task);
	}

	@Override
	public final <S extends @Nullable Object, T extends @Nullable Object, X extends Exception> StartedTask<S, T> start(
			String name, StartableTask<S, ? extends T, X> task) throws X, InterruptedException {
		return startNamed(Names.ofTask(name), task);
	}

	@Override
	public final <S extends @Nullable Object, X extends Exception> StartedTask<S, Void> startAction(
			StartableAction<S, X> task) throws X, InterruptedException {
		return startNamed(null, withoutValue(task));
	}

	@Override
	public final <S extends @Nullable Object, X extends Exception> StartedTask<S, Void> startAction(String name,
			StartableAction<S, X> task) throws X, InterruptedException {
		return startNamed(Names.ofTask(name), withoutValue(task));
	}

	private <S extends @Nullable Object, T extends @Nullable Object, X extends Exception> StartedTask<S, T> startNamed(
			@Nullable String name, StartableTask<S, ? extends T, X> task) throws X, InterruptedException {
		Objects.requireNonNull(task, "task");
		StartedHandle<S, T> handle = new StartedHandle<>(name);
		Task<T> started = launchTask(handle, () -> task.run(handle));
		handle.<X>awaitStarted(started);
		return handle;
	}

	/** As {@link #fork(Callable)}, for a combinator that wants to be told of the end. */
	final <T extends @Nullable Object> Handle<T> forkForEngine(Callable<? extends T> task) {
		Handle<T> handle = new Handle<>(null);
		launchTask(handle, task);
		return handle;
	}

	private <T extends @Nullable Object> TaskHandle<T> launch(Handle<T> handle, Callable<? extends T> callable) {
		launchTask(handle, callable);
		return handle;
	}

	/** Makes the task a member, and gives it a thread as soon as it has its permits. */
	private <T extends @Nullable Object> Task<T> launchTask(Handle<T> handle, Callable<? extends T> callable) {
		Task<T> task = new Task<>(this, handle, callable);
		task.setContext(this.factory.captureContext(task));
		if (!this.members.join(task)) {
			throw new TaskGroupClosedException("group '" + name() + "' has ended and takes no more tasks");
		}
		this.used = true;
		try {
			if (this.limits == null || admit(task, this.limits)) {
				task.startThread();
			}
		}
		catch (Throwable ex) {
			Gate.Grants grants = new Gate.Grants();
			Admission asked = task.admission();
			boolean live = asked == null || asked.abandon(grants);
			grants.tellAll();
			if (live) {
				task.abandon(ex);
			}
			throw Sneaky.<RuntimeException>rethrow(ex);
		}
		return task;
	}

	// Permits (8)

	/** Returns true if the task may start now; else it waits, or never will run. */
	private boolean admit(Task<?> task, Limits limits) {
		Admission admission = limits.admissionOf(task);
		Gate.Grants grants = new Gate.Grants();
		while (!limits.enterQueue()) {
			if (begunAtOnce(admission, grants)) {
				task.setAdmission(admission);
				return true;
			}
			if (limits.rejects()) {
				throw new TaskRejectedException("group '" + name() + "': " + limits.describe());
			}
			awaitRoom(limits);
			if (task.cause() != null) {
				task.endUnstarted(new Handle.Stopped(task.firstCancellation()));
				return false;
			}
		}
		task.setAdmission(admission);
		try {
			if (admission.begin(grants)) {
				limits.leaveQueue();
				return true;
			}
			if (task.cause() != null) {
				task.cancelQueued(grants);
			}
			return false;
		}
		finally {
			grants.tellAll();
		}
	}

	private static boolean begunAtOnce(Admission admission, Gate.Grants grants) {
		try {
			return admission.tryBegin(grants);
		}
		finally {
			grants.tellAll();
		}
	}

	/** Waits until there is room in the queue, or the group is cancelled. */
	private void awaitRoom(Limits limits) {
		Strand strand = Strand.attach();
		switch (strand.await(limits, null, Durations.FOREVER_NANOS)) {
			case INTERRUPTED -> {
				strand.giveBackInterrupt();
				throw ForeignInterruptException.where("interrupted while waiting to fork");
			}
			case CANCELLED -> {
				if (scope().cause() == null) {
					CancelledException told = strand.tell(null);
					throw new TaskCancelledException(told.kind(), told.reason().orElse(null));
				}
				strand.settleAgain();
			}
			case REACHED, TIMED_OUT -> {
			}
		}
	}

	final void leaveQueue() {
		if (this.limits != null) {
			this.limits.leaveQueue();
		}
	}

	final @Nullable Limits limits() {
		return this.limits;
	}

	private static Callable<Void> withoutValue(TaskAction action) {
		Objects.requireNonNull(action, "action");
		return new ActionCallable(action);
	}

	@SuppressWarnings("NullAway") // Void has no other value
	private static <S extends @Nullable Object, X extends Exception> StartableTask<S, Void, X> withoutValue(
			StartableAction<S, X> task) {
		Objects.requireNonNull(task, "task");
		return (status) -> {
			task.run(status);
			return null;
		};
	}

	// Cancellation

	@Override
	public final void cancel() {
		scope().cancel();
	}

	@Override
	public final void cancel(String reason) {
		scope().cancel(reason);
	}

	@Override
	public final CancelScope cancelScope() {
		return scope();
	}

	/** Hands the walk the tasks. */
	final void descend(CancelWalk walk) {
		this.members.descend(walk);
		if (this.limits != null) {
			// those who wait for room in the queue look again
			this.limits.releaseAll();
		}
		Listeners listeners = this.factory.listeners();
		if (listeners.isPresent() && this.cancellationTold.compareAndSet(false, true)) {
			walk.tellAfterwards(() -> listeners.groupCancelled(this, scope(), walk.cancellation()));
		}
	}

	/** The group's own deadline, if that ended it and is a failure (3.13). */
	final @Nullable Cancellation passedDeadline() {
		Cancellation own = scope().cancellation();
		boolean fails = own != null && own.kind() == CancelKind.TIMEOUT && !own.cameSecond();
		return (fails && this.spec.failsOnTimeout()) ? own : null;
	}

	/**
	 * Whether the current thread runs a task of this scope, or something below one, or an
	 * error handler.
	 */
	final boolean isCalledFromInside() {
		Scope here = Strand.currentScope();
		return here != null && here.holdsUp(scope());
	}

	/** A task that gives no value. */
	private record ActionCallable(TaskAction action) implements Callable<Void> {

		@Override
		@SuppressWarnings("NullAway") // Void has no other value
		public Void call() throws Exception {
			this.action.run();
			return null;
		}

	}

}
