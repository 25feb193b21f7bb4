package io.taskgroup;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadFactory;

import org.jspecify.annotations.Nullable;

/**
 * One task while it lives: what its thread runs, and the scope of its own in which it
 * runs. When it ends, the handle gets the outcome, and everything the task held is let
 * go.
 *
 * <h2>States</h2>
 *
 * <pre>
 *   WAITING ---- begin(), its thread ----> RUNNING ----> gone
 *      |
 *      +--- abort(), whoever forked it ---> gone, never ran
 * </pre>
 *
 * The step out of WAITING is a CAS: a thread factory that starts a thread and then throws
 * has either started the task or not.
 *
 * @param <T> the type of the result
 */
final class Task<T extends @Nullable Object> extends Scope implements Threads.Abortable, TaskInfo {

	private static final int WAITING = 0;

	private static final int RUNNING = 1;

	private static final int ABORTED = 2;

	private static final VarHandle STATE;

	private static final VarHandle NEXT;

	private static final VarHandle STARTED;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			STATE = lookup.findVarHandle(Task.class, "state", int.class);
			NEXT = lookup.findVarHandle(Task.class, "next", Task.class);
			STARTED = lookup.findVarHandle(Task.class, "startedNanos", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final AbstractTaskScope owner;

	private final long id;

	private final @Nullable String name;

	/** The next older task of the group: see {@link Members}. */
	private volatile @Nullable Task<?> next;

	private volatile boolean gone;

	@SuppressWarnings("UnusedVariable") // by its VarHandle only
	private volatile int state;

	/** Set by the task's thread before it looks whether it is cancelled. */
	private volatile @Nullable Strand strand;

	private @Nullable Handle<T> handle;

	private @Nullable Callable<? extends T> callable;

	private ContextPropagation.@Nullable Captured context;

	private final long forkedNanos;

	/** Whole also to those who look at it while it runs. */
	private long startedNanos;

	/** What the flight recorder is told of it; null if it is not running. */
	private @Nullable TaskEvent event;

	/** Written by the timer only. */
	private boolean warned;

	/** Whether the user's code has ended. Guarded by the strand's lock. */
	private boolean concluding;

	/** Whether a failure is the group's, too. Written by the one that ends the task. */
	private boolean counts;

	/**
	 * The way to a permit; null in a group without limits. Written before it is shared.
	 */
	private @Nullable Admission admission;

	Task(AbstractTaskScope owner, Handle<T> handle, Callable<? extends T> callable) {
		super(owner.scope(), owner.scope().settings());
		this.owner = owner;
		this.id = handle.id();
		this.name = handle.givenName();
		this.handle = handle;
		this.callable = callable;
		this.forkedNanos = owner.factory().now();
		handle.setTask(this);
	}

	// The link of the group's list

	@Nullable Task<?> next() {
		return this.next;
	}

	/** Published by the CAS that follows, or by the thread that alone unlinks. */
	void linkTo(@Nullable Task<?> next) {
		NEXT.setRelease(this, next);
	}

	boolean isGone() {
		return this.gone;
	}

	void setGone() {
		this.gone = true;
	}

	// What others see

	@Override
	public long id() {
		return this.id;
	}

	@Override
	public String name() {
		return (this.name != null) ? this.name : Handle.defaultName(this.id);
	}

	@Override
	public AbstractTaskScope scope() {
		return this.owner;
	}

	@Override
	AbstractTaskScope owner() {
		return this.owner;
	}

	@Override
	@Nullable Strand strand() {
		return this.strand;
	}

	@Nullable Handle<T> handle() {
		return this.handle;
	}

	/** The handle, until there is an outcome; null from then on. Any thread. */
	@Nullable Handle<T> openHandle() {
		Handle<T> handle = this.handle;
		return (handle != null && !handle.isDone()) ? handle : null;
	}

	@Override
	public boolean hadToWait() {
		Admission asked = this.admission;
		return asked != null && asked.isTold();
	}

	@Override
	public Optional<CancelCause> cancelCause() {
		return Optional.ofNullable(CancelCause.of(firstCancellation()));
	}

	void setConcluding() {
		this.concluding = true;
	}

	boolean isConcluding() {
		return this.concluding;
	}

	long ageNanos() {
		return System.nanoTime() - this.forkedNanos;
	}

	boolean warnOnce() {
		boolean first = !this.warned && !this.gone;
		this.warned = true;
		return first;
	}

	/**
	 * Told by a walk: a task in a queue never runs; a thread that it does not have yet
	 * will look for itself.
	 */
	void reached(CancelWalk walk) {
		Strand running = this.strand;
		if (running != null) {
			running.reach(walk, this);
		}
		else {
			cancelQueued(walk);
		}
	}

	@Override
	void descend(CancelWalk walk) {
		super.descend(walk);
		cancelQueued(walk);
	}

	@Override
	void cancelled(CancelWalk walk) {
		Listeners listeners = this.owner.factory().listeners();
		if (listeners.isPresent()) {
			walk.tellAfterwards(() -> listeners.taskCancelled(this, walk.cancellation()));
		}
	}

	// Its way to a thread

	/** Before it is shared. */
	void setContext(ContextPropagation.@Nullable Captured context) {
		this.context = context;
	}

	void setAdmission(Admission admission) {
		this.admission = admission;
	}

	@Nullable Admission admission() {
		return this.admission;
	}

	boolean isQueued() {
		Admission waiting = this.admission;
		return waiting != null && waiting.isWaiting();
	}

	private void cancelQueued(CancelWalk walk) {
		if (isQueued()) {
			cancelQueued(walk.grants());
		}
	}

	/**
	 * A task that is cancelled while it waits for a permit never runs (3.7). Any thread.
	 */
	void cancelQueued(Gate.Grants grants) {
		Admission waiting = this.admission;
		if (waiting != null && waiting.withdraw(grants)) {
			this.owner.leaveQueue();
			endUnstarted(new Handle.Stopped(firstCancellation()));
		}
	}

	/** Called when a task that had to wait has all its permits. Any thread. */
	void startQueued(Gate.Grants grants) {
		this.owner.leaveQueue();
		if (cause() != null) {
			endWithoutThread(new Handle.Stopped(firstCancellation()), grants);
			return;
		}
		Crew crew = this.owner.crew();
		if (crew != null && grants.isWithin(crew)) {
			crew.runNext(this);
			return;
		}
		try {
			startThread();
		}
		catch (Throwable noThread) {
			endWithoutThread(new Handle.Thrown(noThread), grants);
		}
	}

	/** Called when a task that has its permits gets no thread. Any thread. */
	void refusedThread(Throwable reason) {
		Gate.Grants grants = new Gate.Grants();
		endWithoutThread(new Handle.Thrown(reason), grants);
		grants.tellAll();
	}

	/**
	 * Gives back the permits that it has. What depends on this task goes on at once; what
	 * it has to tell comes after those who get its permits, for which an error handler
	 * may wait.
	 */
	private void endWithoutThread(Object outcome, Gate.Grants grants) {
		Admission admitted = this.admission;
		if (admitted != null) {
			admitted.release(TaskState.CANCELLED, grants);
			concludeUnstarted(outcome);
			grants.addEnded(admitted);
		}
		else {
			endUnstarted(outcome);
		}
	}

	/** Called when a limiter is broken, instead of {@link #startQueued}. */
	void refused(Throwable reason, Gate.Grants grants) {
		this.owner.leaveQueue();
		endWithoutThread(new Handle.Thrown(reason), grants);
	}

	/** Ends a task that has never run, and of which the forker has the handle already. */
	void endUnstarted(Object outcome) {
		concludeUnstarted(outcome);
		tellUnstarted();
	}

	private void concludeUnstarted(Object outcome) {
		STATE.set(this, ABORTED);
		end();
		complete(outcome);
	}

	/** The rest of the end of a task that has never run. */
	void tellUnstarted() {
		tellOutcome();
		release();
		this.owner.members().leave(this);
	}

	/**
	 * Undoes a fork that does not come about: the forker gets the exception instead. So
	 * do listeners that have been told that the task waits.
	 */
	void abandon(Throwable thrown) {
		STATE.set(this, ABORTED);
		if (hadToWait()) {
			tellEnd(TaskState.FAILED, thrown);
		}
		release();
		this.owner.members().leave(this);
	}

	// Its life

	/**
	 * Gives the task, which has its permits, a thread, or throws what goes wrong with
	 * that (3.9).
	 */
	void startThread() {
		Crew crew = this.owner.crew();
		if (crew != null) {
			crew.run(this);
		}
		else {
			Threads.start(this.owner.factory().threadFactory(), this);
		}
	}

	@Override
	public boolean abort() {
		return STATE.compareAndSet(this, WAITING, ABORTED);
	}

	@Override
	public void run() {
		runAlone(null);
	}

	/**
	 * Runs this task on the current thread.
	 * @param grants where those go who are granted what this task gives back, or null
	 */
	void runAlone(Gate.@Nullable Grants grants) {
		if (!STATE.compareAndSet(this, WAITING, RUNNING)) {
			return;
		}
		Strand strand = null;
		try {
			strand = Strand.attach(this);
			this.strand = strand;
			if (this.owner.crew() == null && this.owner.factory().namesThreads()) {
				Thread.currentThread().setName(Names.ofThread(this.owner.name(), this.name));
			}
			strand.push(this);
			runInside(strand);
		}
		catch (Throwable broken) {
			// the engine's own trouble, memory most likely: nobody may wait for ever
			conclude(new Handle.Thrown(broken));
		}
		finally {
			leave(strand, grants);
		}
	}

	private void runInside(Strand strand) {
		Admission admitted = this.admission;
		if (admitted != null) {
			admitted.begun();
		}
		this.event = FlightRecorder.taskStarted();
		STARTED.setOpaque(this, this.owner.factory().now());
		if (this.owner.factory().recordsTimes()) {
			this.owner.factory().listeners().taskStarted(this, this.startedNanos - this.forkedNanos);
		}
		ContextPropagation.Restored restored = null;
		Object value = null;
		Throwable thrown = null;
		try {
			if (this.context != null) {
				restored = this.context.restore();
			}
			value = callable().call();
		}
		catch (Throwable ex) {
			thrown = ex;
		}
		Object outcome = outcome(strand, value, thrown);
		try {
			outcome = leaveNothingOpen(strand, outcome);
			strand.conclude(this);
			end();
			conclude(outcome);
		}
		finally {
			takeBack(restored, outcome);
		}
	}

	private void leave(@Nullable Strand strand, Gate.@Nullable Grants grants) {
		try {
			if (strand != null) {
				strand.detach();
			}
			givePermitsBack(grants);
		}
		finally {
			release();
			this.owner.members().leave(this);
		}
	}

	private void givePermitsBack(Gate.@Nullable Grants freeing) {
		Admission admitted = this.admission;
		if (admitted != null) {
			Gate.Grants grants = (freeing != null) ? freeing : new Gate.Grants();
			Handle<T> handle = this.handle;
			admitted.release((handle != null) ? handle.state() : TaskState.FAILED, grants);
			grants.tellAll();
		}
	}

	private Callable<? extends T> callable() {
		Callable<? extends T> callable = this.callable;
		if (callable == null) {
			throw new IllegalStateException("the task has ended");
		}
		return callable;
	}

	/** Sorts what came out of the user's code, before anything else can happen (4.3). */
	private Object outcome(Strand strand, @Nullable Object value, @Nullable Throwable thrown) {
		if (thrown == null) {
			return Handle.encode(value);
		}
		Cancellation requested = (cause() != null) ? firstCancellation() : strand.told();
		if (requested != null && settings().isInterruption(thrown)) {
			return new Handle.Stopped(requested);
		}
		return new Handle.Thrown(thrown);
	}

	/** Groups and supervisors that were opened inside do not outlive the task (3.11). */
	private Object leaveNothingOpen(Strand strand, Object outcome) {
		IllegalStateException wrong = HostedGroup.closeLeftOpen(strand, this);
		closeSupervisors();
		if (wrong == null) {
			return outcome;
		}
		if (outcome instanceof Handle.Thrown(Throwable exception)) {
			exception.addSuppressed(wrong);
			return outcome;
		}
		return new Handle.Thrown(wrong);
	}

	/** Tells everybody how the task ended, in the order that 4.1 asks for. */
	private void conclude(Object outcome) {
		if (complete(outcome)) {
			tellOutcome();
		}
	}

	/** Tells the handle and the group; false if they have been told before. */
	private boolean complete(Object outcome) {
		Handle<T> handle = openHandle();
		if (handle == null) {
			return false;
		}
		this.counts = handle.ending();
		Throwable failure = Handle.exceptionOf(outcome);
		if (outcome instanceof Handle.Stopped) {
			this.owner.taskCutOff(cause());
		}
		if (failure != null && this.counts) {
			this.owner.taskFailing(failure);
		}
		this.owner.taskEnding();
		this.owner.countEnded(Handle.stateOf(outcome));
		handle.complete(outcome);
		if (failure != null && this.counts) {
			this.owner.taskFailed(handle, failure);
		}
		return true;
	}

	/** Tells those who are not the engine's. */
	private void tellOutcome() {
		Handle<T> handle = this.handle;
		Object outcome = (handle != null) ? handle.rawOutcome() : null;
		if (handle == null || outcome == null) {
			return;
		}
		Throwable failure = Handle.exceptionOf(outcome);
		if (failure != null && this.counts) {
			this.owner.tellFailure(handle, failure);
		}
		if (this.owner.factory().recordsTimes()) {
			tellEnd(Handle.stateOf(outcome), failure);
		}
		FlightRecorder.taskEnded(this, this.event, outcome);
		this.event = null;
	}

	private void tellEnd(TaskState outcome, @Nullable Throwable failure) {
		this.owner.factory().listeners().taskEnded(this, outcome, failure, waitedNanos(), ranNanos());
	}

	/** From fork to start, or to now; zero if nobody wanted to know at the fork. */
	long waitedNanos() {
		long started = (long) STARTED.getOpaque(this);
		long until = (started != 0) ? started : System.nanoTime();
		return (this.forkedNanos != 0) ? until - this.forkedNanos : 0;
	}

	/** From start to now; zero if it never started, or nobody wanted to know. */
	long ranNanos() {
		// a coarse clock must not make it look like one that never ran
		return (this.startedNanos != 0) ? Math.max(1, System.nanoTime() - this.startedNanos) : 0;
	}

	private void takeBack(ContextPropagation.@Nullable Restored restored, Object outcome) {
		if (restored != null) {
			try {
				if (restored instanceof Accompanied.Running accompanied) {
					accompanied.ended(Handle.stateOf(outcome), Handle.exceptionOf(outcome));
				}
				restored.close();
			}
			catch (Throwable ex) {
				Log.log(Level.ERROR, "the context of task '" + Names.shown(name()) + "' could not be taken back", ex);
			}
		}
	}

	/** Lets everything go: an ended task may stay linked for a while. */
	private void release() {
		this.callable = null;
		this.context = null;
		this.handle = null;
		this.strand = null;
	}

}
