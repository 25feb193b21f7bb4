package io.taskgroup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * A task group: fails as one, and belongs to the thread that opened it.
 * <p>
 * Its tasks write what they saw ({@code failures} under its lock, the volatile flags)
 * before they leave {@link Members}; the host reads it after it has seen the last one
 * leave. Everything else is the host's alone.
 */
final class HostedGroup extends AbstractTaskScope implements TaskGroup {

	private final Strand host;

	private final GroupScope scope;

	/** Whether {@code run} or {@code call} ends the group, rather than the user. */
	private final boolean lambda;

	/** In the order in which they happened. Guarded by itself. */
	private final List<Throwable> failures = new ArrayList<>(0);

	/** Whether the host waits for the tasks; read by tasks that end. */
	private volatile boolean joining;

	/** Whether a task was not done when the host began to wait. */
	private volatile boolean late;

	/** Whether the group's own cancellation ended the body or a task. */
	private volatile boolean cutOffByOwn;

	/** The scope further out whose cancellation ended the body or a task. */
	private volatile @Nullable Scope cutOffBy;

	/** Whether somebody interrupted the host while it waited. Host only. */
	private boolean interrupted;

	/** What a finished {@code join()} threw. Host only. */
	private @Nullable Throwable thrownByJoin;

	/** Whether this group, of the try-with-resources form, has reported. Host only. */
	private boolean reported;

	private HostedGroup(Spec spec, Strand host, boolean lambda) {
		super(spec);
		this.host = host;
		this.lambda = lambda;
		this.scope = new GroupScope(this, host, spec, lambda);
	}

	static HostedGroup open(Spec spec, boolean lambda) {
		HostedGroup group = new HostedGroup(spec, Strand.attach(), lambda);
		spec.factory().opened(group);
		group.host.push(group.scope);
		Duration timeout = spec.nearestTimeout();
		if (timeout != null) {
			group.scope.timeout(timeout);
		}
		return group;
	}

	@Override
	GroupScope scope() {
		return this.scope;
	}

	@Override
	public boolean supervisor() {
		return false;
	}

	// The lambda forms. Host only

	CancelScope run(GroupAction body) throws InterruptedException {
		runBody((group) -> {
			body.run(group);
			return this;
		});
		return this.scope;
	}

	@SuppressWarnings("NullAway") // a null is the body's own value
	<R extends @Nullable Object> R call(GroupFunction<? extends R> body) throws InterruptedException {
		Body<R> end = this.<R>runBody(body);
		if (!end.finished()) {
			throw ownCancellation();
		}
		return end.value();
	}

	private <R extends @Nullable Object> Body<R> runBody(GroupFunction<? extends R> body) throws InterruptedException {
		Body<R> end;
		try {
			end = new Body<>(true, body.apply(this), null);
		}
		catch (Throwable thrown) {
			end = new Body<>(false, null, bodyThrew(thrown));
		}
		Throwable report = endAndReport(end.outside(), true);
		if (report != null) {
			throw Sneaky.<RuntimeException>rethrow(report);
		}
		return end;
	}

	/**
	 * Sorts what came out of the body.
	 * @return the exception, if it stands for an interrupt from outside
	 */
	private @Nullable Throwable bodyThrew(Throwable thrown) {
		if (thrown == this.thrownByJoin && !(thrown instanceof InterruptedException)) {
			return null;
		}
		Scope cause = this.scope.cause();
		if (cause != null && this.scope.settings().isInterruption(thrown)) {
			if (isFromOutside(thrown, cause)) {
				this.scope.cancel(CancelKind.INTERRUPT, "the host was interrupted");
				return thrown;
			}
			cutOff(cause);
			return null;
		}
		if (thrown instanceof InterruptedException) {
			this.scope.cancel(CancelKind.INTERRUPT, "the host was interrupted");
			return thrown;
		}
		fail(thrown, "failure in the body");
		return null;
	}

	private boolean isFromOutside(Throwable thrown, Scope cause) {
		Cancellation own = this.scope.cancellation();
		boolean interruptedInJoin = cause == this.scope && own != null && own.kind() == CancelKind.INTERRUPT;
		return interruptedInJoin || this.host.isForeignInterrupt(thrown);
	}

	/**
	 * Called by the engine only when the body was ended by the group's own cancellation.
	 */
	private TaskCancelledException ownCancellation() {
		Cancellation own = this.scope.cancellation();
		return (own != null) ? own.asTaskCancelledException() : new TaskCancelledException();
	}

	// join() and close()

	@Override
	public void join() throws InterruptedException {
		checkHost("join");
		if (this.reported) {
			rethrowReport();
			return;
		}
		closeWhatIsOpenInside();
		joinTasks();
		if (this.lambda) {
			this.thrownByJoin = report(null);
			giveBackInterrupt();
		}
		else {
			this.thrownByJoin = endAndReport(null, true);
		}
		rethrowReport();
	}

	private void rethrowReport() throws InterruptedException {
		Throwable thrown = this.thrownByJoin;
		if (thrown instanceof InterruptedException interruptedException) {
			throw interruptedException;
		}
		if (thrown != null) {
			throw Sneaky.<RuntimeException>rethrow(thrown);
		}
	}

	/** Waits for the tasks; throws if a scope inside the group ends the wait. */
	private void joinTasks() throws InterruptedException {
		this.late = false;
		this.joining = true;
		switch (this.host.await(members(), this.scope, Durations.FOREVER_NANOS)) {
			case CANCELLED -> {
				Scope here = this.host.top();
				Scope cause = (here != null) ? here.cause(this.scope) : null;
				if (cause != null && cause != this.scope && !this.scope.isInside(cause)) {
					this.joining = false;
					throw this.host.tell(this.scope);
				}
				awaitTasks();
			}
			case INTERRUPTED -> {
				hostInterrupted();
				awaitTasks();
			}
			case REACHED, TIMED_OUT -> {
			}
		}
	}

	@Override
	public void close() {
		checkHost("close");
		if (this.lambda) {
			throw new IllegalStateException(
					"group '" + name() + "' is closed by run() or call(), when its body has come to its end");
		}
		if (this.reported) {
			return;
		}
		closeWhatIsOpenInside();
		boolean forgotten = wasUsed() && !this.scope.cancelCalled();
		this.scope.cancel(CancelKind.EXPLICIT, "closed without join()");
		Throwable report = endAndReport(null, false);
		if (report == null && forgotten) {
			report = new IllegalStateException(
					"group '" + name() + "' was closed without join() or cancel(); its tasks were cancelled");
		}
		this.thrownByJoin = report;
		if (report != null) {
			throw Sneaky.<RuntimeException>rethrow(report);
		}
	}

	/** Ends a group that was left open; its failures go with the exception (3.11). */
	void abandon(IllegalStateException wrong) {
		this.scope.cancel(CancelKind.PARENT, "what is around it has ended");
		Throwable report = endAndReport(null, false);
		this.thrownByJoin = report;
		if (report != null) {
			wrong.addSuppressed(report);
		}
	}

	private void checkHost(String what) {
		if (!this.host.isCurrentThread()) {
			throw new WrongThreadException(
					what + "() of group '" + name() + "' belongs to the thread that opened the group");
		}
	}

	/**
	 * 3.11: an inner group that is still open is closed, and that is a failure of this
	 * one.
	 */
	private void closeWhatIsOpenInside() {
		for (Scope inner = this.host.top(); inner != null && inner != this.scope; inner = inner.parent()) {
			if (inner instanceof GroupScope groupScope && groupScope.group().lambda) {
				IllegalStateException wrong = new IllegalStateException("group '" + name()
						+ "' cannot be joined or closed inside group '" + groupScope.group().name() + "'");
				fail(wrong, "failure in the body");
				throw wrong;
			}
		}
		IllegalStateException wrong = this.host.closeLeftOpen(this.scope);
		if (wrong != null) {
			fail(wrong, "failure in the body");
		}
	}

	// The end. Host only

	/**
	 * Waits for everything, ends the group, leaves it, and says what there is to throw.
	 * @param outside what came out of the body, if it stands for an interrupt from
	 * outside
	 * @param mayInterrupt whether the caller can throw an {@link InterruptedException};
	 * if not, what comes from outside stays pending
	 */
	private @Nullable Throwable endAndReport(@Nullable Throwable outside, boolean mayInterrupt) {
		IllegalStateException wrong = this.host.closeLeftOpen(this.scope);
		if (wrong != null) {
			fail(wrong, "failure in the body");
		}
		if (!this.joining) {
			this.late = false;
			this.joining = true;
		}
		awaitTasks();
		this.scope.closeSupervisors();
		// a supervisor's task may have forked into this group
		while (!members().tryEnd()) {
			awaitTasks();
		}
		this.scope.lookAtClock();
		this.scope.end();
		Throwable report = report(outside);
		GroupOutcome outcome = outcome(report);
		if (report instanceof InterruptedException && !mayInterrupt) {
			this.interrupted |= !(report instanceof CancelledException);
			report = null;
		}
		this.reported = true;
		// one that was joined in an inner scope is left with that
		if (this.host.top() == this.scope) {
			this.host.pop(this.scope, Strand.Leaving.with(report));
		}
		giveBackInterrupt();
		factory().ended(this, outcome);
		return report;
	}

	/** An interrupt from outside that is not thrown stays pending (3.6). */
	private void giveBackInterrupt() {
		if (this.interrupted) {
			this.interrupted = false;
			this.host.giveBackInterrupt();
		}
	}

	private void awaitTasks() {
		while (!members().isEmpty()) {
			this.host.awaitAlways(members(), this::hostInterrupted);
		}
	}

	private void hostInterrupted() {
		this.interrupted = true;
		this.scope.cancel(CancelKind.INTERRUPT, "the host was interrupted");
	}

	/** Decides what the group ends with, once its tasks have ended (3.3 to 3.6, 3.13). */
	private @Nullable Throwable report(@Nullable Throwable outside) {
		this.joining = false;
		this.interrupted |= (outside != null);
		Throwable failure = failure();
		if (failure != null) {
			return failure;
		}
		Scope cause = outerCause();
		if (cause != null) {
			Cancellation cancellation = cause.cancellation();
			return (cancellation != null) ? cancellation.asCancelledException() : new CancelledException();
		}
		if (this.interrupted) {
			this.interrupted = false;
			return interruption(outside);
		}
		if (this.cutOffByOwn && this.scope.cancelCalled()) {
			this.scope.setCaught();
		}
		return null;
	}

	private static InterruptedException interruption(@Nullable Throwable outside) {
		if (outside instanceof InterruptedException itself) {
			return itself;
		}
		InterruptedException interruption = new InterruptedException("the host was interrupted");
		if (outside != null) {
			interruption.initCause(outside);
		}
		return interruption;
	}

	/** The scope further out whose cancellation is to be told to the caller (3.6). */
	private @Nullable Scope outerCause() {
		Scope cutOff = this.cutOffBy;
		if (cutOff != null) {
			return cutOff;
		}
		return this.late ? this.scope.cause(this.scope) : null;
	}

	private @Nullable Throwable failure() {
		Cancellation passed = passedDeadline();
		synchronized (this.failures) {
			if (isReported()) {
				return this.thrownByJoin;
			}
			if (passed != null) {
				List<Throwable> all = new ArrayList<>(this.failures.size() + 1);
				all.add(new TimeoutException("group '" + name() + "': " + passed.reason()));
				all.addAll(this.failures);
				return new TaskGroupTimeoutException(name(), all);
			}
			if (this.failures.isEmpty()) {
				return null;
			}
			if (!this.lambda && this.failures.size() == 1 && this.failures.get(0) instanceof LeftOpenException wrong) {
				return wrong;
			}
			return new TaskGroupException(name(), this.failures);
		}
	}

	/** The group's own deadline, if that ended it and is a failure (3.13). */
	private @Nullable Cancellation passedDeadline() {
		Cancellation own = this.scope.cancellation();
		boolean fails = own != null && own.kind() == CancelKind.TIMEOUT && !own.cameSecond();
		return (fails && spec().failsOnTimeout()) ? own : null;
	}

	/** Whether the group's own join() has told of all there is already. */
	private boolean isReported() {
		if (!(this.thrownByJoin instanceof TaskGroupException known)) {
			return false;
		}
		int leading = (known instanceof TaskGroupTimeoutException) ? 1 : 0;
		return known.exceptions().size() == this.failures.size() + leading;
	}

	private GroupOutcome outcome(@Nullable Throwable report) {
		return switch (report) {
			case null -> (this.scope.cancellation() != null) ? GroupOutcome.CANCELLED : GroupOutcome.SUCCESS;
			case TaskGroupTimeoutException timeout -> GroupOutcome.TIMEOUT;
			case InterruptedException interruption -> GroupOutcome.CANCELLED;
			default -> GroupOutcome.FAILED;
		};
	}

	// What happens. Any thread

	/**
	 * The host of a lambda form is interrupted, and ends the group. That of the other
	 * form is not, and may be anywhere: its tasks are waited for, and no more are taken.
	 */
	@Override
	void awaitShutdown() {
		if (this.lambda) {
			return;
		}
		Strand strand = Strand.attach();
		while (!members().tryEnd()) {
			strand.awaitAlways(members());
		}
		factory().forget(this);
	}

	private void fail(Throwable failure, String reason) {
		addFailure(failure);
		this.scope.cancel(CancelKind.FAILURE, reason);
	}

	/** 3.3: what stands for a failure that is known already is not added again. */
	private void addFailure(Throwable failure) {
		synchronized (this.failures) {
			boolean known = failure instanceof TaskFailedException
					&& this.failures.stream().anyMatch((other) -> other == failure.getCause());
			if (!known) {
				this.failures.add(failure);
			}
		}
	}

	private void cutOff(Scope cause) {
		if (cause == this.scope) {
			this.cutOffByOwn = true;
		}
		else if (this.cutOffBy == null) {
			this.cutOffBy = cause;
		}
	}

	@Override
	void taskCutOff(@Nullable Scope cause) {
		// a task that was cancelled alone, or inside itself, was not cut off by the group
		if (cause != null && this.scope.isInside(cause)) {
			cutOff(cause);
		}
	}

	@Override
	void taskFailing(Throwable failure) {
		addFailure(failure);
	}

	@Override
	void taskEnding() {
		if (this.joining) {
			this.late = true;
		}
	}

	@Override
	void taskFailed(Strand strand, TaskHandle<?> handle, Throwable failure) {
		this.scope.cancel(CancelKind.FAILURE, "failure in " + handle.name());
	}

	/**
	 * How the body ended.
	 *
	 * @param <R> the type of its value
	 * @param finished whether it came to its end
	 * @param value what it returned then
	 * @param outside what it threw, if that stands for an interrupt from outside
	 */
	private record Body<R extends @Nullable Object>(boolean finished, @Nullable R value, @Nullable Throwable outside) {
	}

}
