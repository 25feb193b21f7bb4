package io.taskgroup;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A task group: fails as one, and belongs to the thread that opened it.
 * <p>
 * Its tasks write what they saw ({@code failures}, the volatile fields) before they leave
 * {@link Members}; the host reads it after it has seen the last one leave. Everything
 * else is the host's alone.
 */
final class HostedGroup extends AbstractTaskScope implements TaskGroup {

	private final Strand host;

	private final GroupScope scope;

	/** Whether {@code run} or {@code call} ends the group, rather than the user. */
	private final boolean lambda;

	private final Collecting collecting;

	private final Failures failures = new Failures();

	/** The task whose outcome is the group's; null while every task's failure counts. */
	private volatile @Nullable Handle<?> winner;

	/** Whether the host waits for the tasks; read by tasks that end. */
	private volatile boolean joining;

	/** Whether a task was not done when the host began to wait. */
	private volatile boolean late;

	/** Whether the group's own cancellation ended the body or a task. */
	private volatile boolean cutOffByOwn;

	/** The scope further out whose cancellation ended the body or a task. */
	private volatile @Nullable Scope cutOffBy;

	/**
	 * Whether an interrupt of somebody else's was taken, and has not been told. Host
	 * only.
	 */
	private boolean interrupted;

	/** Whether {@code join()} was called. Host only. */
	private boolean joinCalled;

	/** What {@code join()} or {@code close()} threw. Host only. */
	private @Nullable Throwable reported;

	/** Whether the group has ended. Host only. */
	private boolean ended;

	private HostedGroup(Spec spec, Strand host, boolean lambda, Collecting collecting) {
		super(spec);
		this.host = host;
		this.lambda = lambda;
		this.collecting = collecting;
		this.scope = new GroupScope(this, host, spec, lambda);
	}

	static HostedGroup open(Spec spec, boolean lambda, Collecting collecting) {
		HostedGroup group = new HostedGroup(spec, Strand.attach(), lambda, collecting);
		spec.factory().opened(group);
		try {
			group.host.push(group.scope);
			Duration timeout = spec.nearestTimeout();
			if (timeout != null) {
				group.scope.timeout(timeout);
			}
			return group;
		}
		catch (Throwable broken) {
			// the engine's own trouble, memory or stack most likely
			group.ended = true;
			spec.factory().forget(group);
			group.host.pop(group.scope, Strand.Leaving.FAILED);
			throw broken;
		}
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
		Throwable report = end(end.outside(), true);
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
		if (thrown == this.reported && !(thrown instanceof InterruptedException)) {
			return null;
		}
		Scope cause = this.scope.causeOfInterrupt(this.host);
		if (cause == null) {
			// an open() group around this one interrupts nobody, but calls of the library
			cause = this.scope.cause();
		}
		boolean interruption = cause != null && this.scope.settings().isInterruption(thrown);
		boolean foreign = interruption && this.host.isForeignInterrupt(thrown);
		if (cause != null && interruption && !foreign) {
			cutOff(cause);
			return null;
		}
		if (thrown instanceof InterruptedException || foreign || ForeignInterruptException.isBehind(thrown)) {
			if (ForeignInterruptException.isBehind(thrown) && Thread.interrupted()) {
				// it was pending there; it is told by what is thrown from here
				this.interrupted = true;
			}
			this.scope.cancelAs(CancelKind.INTERRUPT, "the host was interrupted");
			return thrown;
		}
		fail(thrown, "failure in the body");
		return null;
	}

	/** What there is to say when the group's own cancellation ended the body. */
	TaskCancelledException ownCancellation() {
		Cancellation own = this.scope.cancellation();
		return (own != null) ? own.asTaskCancelledException() : new TaskCancelledException();
	}

	// join() and close(). Host only

	@Override
	public void join() throws InterruptedException {
		checkHost("join");
		if (!this.ended) {
			this.joinCalled = true;
			closeWhatIsOpenInside();
			joinTasks();
			this.reported = this.lambda ? report(null) : end(null, true);
			giveBackInterrupt();
		}
		if (this.reported instanceof CancelledException) {
			this.host.tellByException();
		}
		else {
			this.host.settleNow();
		}
		if (this.reported != null) {
			throw Sneaky.<InterruptedException>rethrow(this.reported);
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
				if (cause != null && !this.scope.isInside(cause)) {
					this.joining = false;
					throw this.host.tell(this.scope);
				}
				this.host.settleAgain();
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
		if (this.ended) {
			return;
		}
		if (this.lambda) {
			throw new IllegalStateException(
					"group '" + name() + "' is closed by run() or call(), when its body has come to its end");
		}
		closeWhatIsOpenInside();
		boolean forgotten = wasUsed() && !this.joinCalled && !this.scope.cancelCalled();
		// nobody has called cancel(): the block has been left
		this.scope.cancelAs(CancelKind.PARENT, "closed without join()");
		Throwable report = end(null, false);
		if (report == null && forgotten) {
			report = new IllegalStateException(
					"group '" + name() + "' was closed without join() or cancel(); its tasks were cancelled");
		}
		closeWith(report);
	}

	/**
	 * Ends a group whose tasks' failures are told by their handles; throws what else
	 * there is to say.
	 */
	void endQuietly() {
		checkHost("close");
		if (this.ended) {
			return;
		}
		closeWhatIsOpenInside();
		// what is cancelled from further out is so for another reason
		if (!members().isEmpty() && this.scope.cause() == null) {
			this.scope.cancelAs(CancelKind.EXPLICIT, "closed early");
		}
		closeWith(end(null, false));
	}

	private void closeWith(@Nullable Throwable report) {
		this.reported = report;
		if (report != null) {
			throw Sneaky.<RuntimeException>rethrow(report);
		}
	}

	boolean hasEnded() {
		return this.ended;
	}

	/** Whether {@code run} or {@code call} ends the group, rather than the user. */
	boolean isLambda() {
		return this.lambda;
	}

	boolean hasFailed() {
		return !this.failures.isEmpty();
	}

	void checkHost(String what) {
		if (!this.host.isCurrentThread()) {
			throw new WrongThreadException(
					what + "() of group '" + name() + "' belongs to the thread that opened the group");
		}
	}

	// What was left open (3.11). Host only

	/** An inner group that is still open is closed, and that is a failure of this one. */
	private void closeWhatIsOpenInside() {
		for (Scope inner = this.host.top(); inner != null && inner != this.scope; inner = inner.parent()) {
			if (inner instanceof GroupScope groupScope && groupScope.group().isLambda()) {
				IllegalStateException wrong = new IllegalStateException("group '" + name()
						+ "' cannot be joined or closed inside group '" + groupScope.group().name() + "'");
				fail(wrong, "failure in the body");
				throw wrong;
			}
		}
		failIfLeftOpen();
	}

	private void failIfLeftOpen() {
		IllegalStateException wrong = closeLeftOpen(this.host, this.scope);
		if (wrong != null) {
			fail(wrong, "failure in the body");
		}
	}

	/**
	 * Closes the groups of the try-with-resources form that were opened in the given
	 * scope and are still open.
	 * @return what is wrong with that, or null if there was none
	 */
	static @Nullable IllegalStateException closeLeftOpen(Strand strand, Scope scope) {
		IllegalStateException wrong = null;
		Scope inner = strand.top();
		while (inner != null && inner != scope) {
			if (inner instanceof GroupScope groupScope && !groupScope.group().hasEnded()) {
				IllegalStateException one = groupScope.group().abandon();
				if (wrong == null) {
					wrong = one;
				}
				else {
					wrong.addSuppressed(one);
				}
			}
			inner = inner.parent();
		}
		return wrong;
	}

	private IllegalStateException abandon() {
		this.scope.cancelAs(CancelKind.PARENT, "what is around it has ended");
		IllegalStateException wrong = new LeftOpenException(
				"group '" + name() + "' was still open when what is around it ended; it has been closed");
		this.reported = end(null, false);
		if (this.reported != null) {
			wrong.addSuppressed(this.reported);
		}
		return wrong;
	}

	// The end. Host only

	/**
	 * Waits for everything, ends the group, leaves it, and says what there is to throw.
	 * @param outside what came out of the body, if it stands for an interrupt from
	 * outside
	 * @param mayInterrupt whether the caller can throw an {@link InterruptedException};
	 * if not, what comes from outside stays pending
	 */
	private @Nullable Throwable end(@Nullable Throwable outside, boolean mayInterrupt) {
		Throwable report;
		try {
			awaitEverything();
			report = report(outside);
		}
		catch (Throwable broken) {
			// the engine's own trouble, memory or stack most likely: it is left all the
			// same
			this.scope.end();
			report = broken;
		}
		GroupOutcome outcome = outcome(report);
		Throwable failure = (report instanceof InterruptedException) ? null : report;
		if (report instanceof InterruptedException && !mayInterrupt) {
			this.interrupted |= !(report instanceof CancelledException);
			report = null;
		}
		// while it is still on the stack: should this fail, what is around it tries again
		factory().ended(this, outcome, failure);
		this.ended = true;
		leave(report);
		return report;
	}

	private void awaitEverything() {
		failIfLeftOpen();
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
	}

	private void leave(@Nullable Throwable report) {
		if (this.lambda || this.host.top() == this.scope) {
			this.host.pop(this.scope, leaving(report));
		}
		else {
			// it was joined in an inner scope, and is left with that
			if (this.scope.wasShielded()) {
				this.host.settleAgain();
			}
			else {
				this.host.settleNow();
			}
		}
		giveBackInterrupt();
	}

	private static Strand.Leaving leaving(@Nullable Throwable report) {
		if (report instanceof CancelledException) {
			return Strand.Leaving.TOLD;
		}
		boolean failed = report != null && !(report instanceof InterruptedException);
		return failed ? Strand.Leaving.FAILED : Strand.Leaving.AS_IT_IS;
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
			this.host.awaitAlways(members(), this);
		}
	}

	/** Called when somebody interrupts the host while it waits for the tasks. */
	void hostInterrupted() {
		this.interrupted = true;
		this.scope.cancelAs(CancelKind.INTERRUPT, "the host was interrupted");
	}

	/** Decides what the group ends with, once its tasks have ended (3.3 to 3.6, 3.13). */
	private @Nullable Throwable report(@Nullable Throwable outside) {
		this.joining = false;
		this.interrupted |= outside != null && !(outside instanceof CancelledException);
		Throwable failure = failure();
		if (failure != null) {
			return failure;
		}
		Scope cause = outerCause();
		if (cause != null) {
			Cancellation cancellation = cause.cancellation();
			return (cancellation != null) ? cancellation.asCancelledException() : new CancelledException();
		}
		if (this.interrupted || outside != null) {
			this.interrupted = false;
			return interruption(outside);
		}
		if (this.cutOffByOwn && this.scope.cancelCalled()) {
			this.scope.setCaught();
		}
		return null;
	}

	private @Nullable Throwable failure() {
		if (this.reported != null && this.failures.areAllIn(this.reported)) {
			return this.reported;
		}
		Cancellation passed = passedDeadline();
		Handle<?> decided = this.winner;
		if (decided != null && passed == null) {
			Throwable lost = Handle.exceptionOf(decided.rawOutcome());
			return (lost != null) ? new TaskGroupException(name(), List.of(lost)) : null;
		}
		LeftOpenException wrong = this.lambda ? null : this.failures.onlyLeftOpen();
		return (wrong != null) ? wrong : this.failures.asException(name(), passed);
	}

	/** The scope further out whose cancellation is to be told to the caller (3.6). */
	private @Nullable Scope outerCause() {
		Scope cutOff = this.cutOffBy;
		return (cutOff != null) ? cutOff : (this.late ? this.scope.cause(this.scope) : null);
	}

	private static InterruptedException interruption(@Nullable Throwable outside) {
		if (outside instanceof InterruptedException itself) {
			return itself;
		}
		InterruptedException interruption = new ForeignInterruptException();
		if (outside != null) {
			interruption.initCause(outside);
		}
		return interruption;
	}

	private GroupOutcome outcome(@Nullable Throwable report) {
		if (report == null) {
			boolean cutOff = this.scope.cancellation() != null && this.winner == null;
			return cutOff ? GroupOutcome.CANCELLED : GroupOutcome.SUCCESS;
		}
		if (report instanceof TaskGroupTimeoutException) {
			return GroupOutcome.TIMEOUT;
		}
		return (report instanceof InterruptedException) ? GroupOutcome.CANCELLED : GroupOutcome.FAILED;
	}

	/**
	 * The host of a lambda form is interrupted, and ends the group. That of the other
	 * form is not, and may be anywhere: its tasks are waited for, and no more are taken.
	 * Any thread.
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

	// What happens. Any thread

	void fail(Throwable failure, String reason) {
		this.failures.add(failure);
		this.scope.cancelAs(CancelKind.FAILURE, reason);
	}

	/** Cancels what is left, since what there is to know is known (7.4). */
	void decide(Handle<?> winner) {
		this.winner = winner;
		this.scope.cancelAs(CancelKind.EXPLICIT, winner.shownName() + " has decided");
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
		if (this.collecting != Collecting.LEAVE_TO_HANDLES) {
			this.failures.add(failure);
		}
	}

	@Override
	void taskEnding() {
		if (this.joining) {
			this.late = true;
		}
	}

	@Override
	void taskFailed(TaskHandle<?> handle, Throwable failure) {
		if (this.collecting == Collecting.FAIL_TOGETHER) {
			this.scope.cancelAs(CancelKind.FAILURE, "failure in " + Names.shown(handle.name()));
		}
	}

	@Override
	void tellFailure(TaskHandle<?> handle, Throwable failure) {
		// the host tells of all
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
