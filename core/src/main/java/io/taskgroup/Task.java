package io.taskgroup;

import java.lang.System.Logger.Level;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
final class Task<T extends @Nullable Object> extends Scope implements Runnable, TaskInfo {

	private static final int WAITING = 0;

	private static final int RUNNING = 1;

	private static final int ABORTED = 2;

	private static final VarHandle STATE;

	private static final VarHandle NEXT;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			STATE = lookup.findVarHandle(Task.class, "state", int.class);
			NEXT = lookup.findVarHandle(Task.class, "next", Task.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final AbstractTaskScope owner;

	private final long id;

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

	private long startedNanos;

	/** Written by the timer only. */
	private boolean warned;

	Task(AbstractTaskScope owner, Handle<T> handle, Callable<? extends T> callable,
			ContextPropagation.@Nullable Captured context) {
		super(owner.scope(), owner.scope().settings());
		this.owner = owner;
		this.id = handle.id();
		this.handle = handle;
		this.callable = callable;
		this.context = context;
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
		Handle<T> handle = this.handle;
		return (handle != null) ? handle.name() : Handle.defaultName(this.id);
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

	long ageNanos() {
		return System.nanoTime() - this.forkedNanos;
	}

	boolean warnOnce() {
		boolean first = !this.warned && !this.gone;
		this.warned = true;
		return first;
	}

	/** Told by a walk: a thread that it does not have yet will look for itself. */
	void reached(CancelWalk walk) {
		Strand running = this.strand;
		if (running != null) {
			running.reach(walk, this);
		}
	}

	@Override
	void descend(CancelWalk walk) {
		super.descend(walk);
		if (walk.cancellation().origin() == this) {
			this.owner.factory().listeners().taskCancelled(this, walk.cancellation());
		}
	}

	// Its life

	/**
	 * Gives the task a thread. What goes wrong with that is thrown, and the task is as if
	 * it had never been (3.9).
	 */
	void startThread(ThreadFactory factory) {
		try {
			Thread thread = factory.newThread(this);
			if (thread == null) {
				throw new NullPointerException("the thread factory " + factory + " returned null");
			}
			thread.start();
		}
		catch (RuntimeException | Error ex) {
			if (STATE.compareAndSet(this, WAITING, ABORTED)) {
				release();
				this.owner.members().leave(this);
				throw ex;
			}
			Log.log(Level.WARNING, "the thread factory " + factory + " failed after it had started a task", ex);
		}
	}

	@Override
	public void run() {
		if (!STATE.compareAndSet(this, WAITING, RUNNING)) {
			return;
		}
		Strand strand = Strand.attach(this);
		try {
			this.strand = strand;
			strand.push(this);
			runInside(strand);
		}
		catch (Throwable broken) {
			// the engine's own trouble, memory most likely: nobody may wait for ever
			finish(strand, null, broken);
		}
		finally {
			strand.detach();
			release();
			this.owner.members().leave(this);
		}
	}

	private void runInside(Strand strand) {
		if (this.owner.factory().recordsTimes()) {
			this.startedNanos = System.nanoTime();
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
		thrown = leaveNothingOpen(strand, thrown);
		end();
		try {
			finish(strand, value, thrown);
		}
		finally {
			takeBack(restored);
		}
	}

	private Callable<? extends T> callable() {
		Callable<? extends T> callable = this.callable;
		if (callable == null) {
			throw new IllegalStateException("the task has ended");
		}
		return callable;
	}

	private @Nullable Throwable leaveNothingOpen(Strand strand, @Nullable Throwable thrown) {
		IllegalStateException wrong = strand.closeLeftOpen(this);
		closeSupervisors();
		if (wrong == null) {
			return thrown;
		}
		if (thrown == null || isInterruption(thrown)) {
			return wrong;
		}
		thrown.addSuppressed(wrong);
		return thrown;
	}

	private boolean isInterruption(Throwable thrown) {
		return cause() != null && settings().isInterruption(thrown);
	}

	/**
	 * Tells the handle and the group how the task ended, in the order that 4.1 asks for.
	 */
	private void finish(Strand strand, @Nullable Object value, @Nullable Throwable thrown) {
		Handle<T> handle = this.handle;
		if (handle == null || handle.isDone()) {
			return;
		}
		boolean cancelled = thrown != null && isInterruption(thrown);
		Throwable failure = cancelled ? null : thrown;
		boolean counts = handle.ending();
		Object outcome;
		if (cancelled) {
			this.owner.taskCutOff(cause());
			outcome = new Handle.Stopped(firstCancellation());
		}
		else {
			outcome = (failure != null) ? new Handle.Thrown(failure) : Handle.encode(value);
		}
		if (failure != null && counts) {
			this.owner.taskFailing(failure);
		}
		this.owner.taskEnding();
		handle.complete(outcome);
		if (failure != null && counts) {
			this.owner.taskFailed(strand, handle, failure);
		}
		if (this.owner.factory().recordsTimes()) {
			TaskState how = cancelled ? TaskState.CANCELLED : (failure != null) ? TaskState.FAILED : TaskState.SUCCESS;
			this.owner.factory()
				.listeners()
				.taskEnded(this, how, failure, this.startedNanos - this.forkedNanos,
						System.nanoTime() - this.startedNanos);
		}
	}

	private void takeBack(ContextPropagation.@Nullable Restored restored) {
		if (restored != null) {
			try {
				restored.close();
			}
			catch (RuntimeException ex) {
				Log.log(Level.ERROR, "the context of task '" + name() + "' could not be taken back", ex);
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
