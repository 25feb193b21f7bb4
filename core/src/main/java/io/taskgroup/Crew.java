package io.taskgroup;

import java.lang.System.Logger.Level;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * The threads of a group that does the same with many items: one thread runs one task
 * after the other, so that small ones do not cost a thread each. A task has its thread to
 * itself while it runs, with a context and a cancellation of its own; and it waits for no
 * other task, because there is always a thread on its way for those that have none.
 *
 * <h2>How it is kept</h2> A thread is on its way from when it is started until it begins.
 * <ul>
 * <li>Whoever adds a task adds it first, and then starts a thread if there are not enough
 * on their way. A thread that begins says so first, and then takes a task. So one of the
 * two sees the other.</li>
 * <li>A thread that has taken a task and leaves others behind starts a thread before it
 * runs its own, which may block, if there are not enough on their way.</li>
 * <li>A thread that finds no task ends.</li>
 * </ul>
 */
final class Crew {

	/** How many threads may be on their way. */
	private static final int ENOUGH = 2;

	private final AbstractTaskScope owner;

	/** Tasks that have their permits and no thread. */
	private final Queue<Task<?>> ready = new ConcurrentLinkedQueue<>();

	/** How many threads are on their way. */
	private final AtomicInteger coming = new AtomicInteger();

	Crew(AbstractTaskScope owner) {
		this.owner = owner;
	}

	/** Has a thread run the task, or throws what goes wrong with starting one. */
	void run(Task<?> task) {
		this.ready.add(task);
		try {
			callForMore();
		}
		catch (Throwable noThread) {
			boolean left = this.ready.remove(task);
			failAll(noThread);
			if (left) {
				throw noThread;
			}
			Log.log(Level.WARNING, "no more threads for group '" + this.owner.name() + "'", noThread);
		}
	}

	/** Leaves the task to the current thread, which asks for one next. */
	void runNext(Task<?> task) {
		this.ready.add(task);
	}

	/** Has other threads run what is ready, before the current one calls foreign code. */
	void startReady() {
		if (!this.ready.isEmpty()) {
			try {
				callForMore();
			}
			catch (Throwable noThread) {
				failAll(noThread);
			}
		}
	}

	private void callForMore() {
		int now = this.coming.get();
		while (now < ENOUGH) {
			if (this.coming.compareAndSet(now, now + 1)) {
				Threads.start(this.owner.factory().threadFactory(), new Worker());
				return;
			}
			now = this.coming.get();
		}
	}

	/** Those who relied on a thread that has not come about must not wait for ever. */
	private void failAll(Throwable noThread) {
		for (Task<?> left = this.ready.poll(); left != null; left = this.ready.poll()) {
			left.refusedThread(noThread);
		}
	}

	/** What one thread of the crew does. */
	private final class Worker implements Threads.Abortable {

		private final AtomicBoolean begun = new AtomicBoolean();

		@Override
		public boolean abort() {
			boolean aborted = this.begun.compareAndSet(false, true);
			if (aborted) {
				Crew.this.coming.decrementAndGet();
			}
			return aborted;
		}

		@Override
		public void run() {
			if (!this.begun.compareAndSet(false, true)) {
				return;
			}
			Crew.this.coming.decrementAndGet();
			if (Crew.this.owner.factory().namesThreads()) {
				Thread.currentThread().setName(Crew.this.owner.name());
			}
			ThreadLook look = new ThreadLook(Thread.currentThread());
			Gate.Grants grants = new Gate.Grants(Crew.this);
			for (Task<?> task = next(); task != null; task = next()) {
				try {
					task.runAlone(grants);
				}
				catch (Throwable broken) {
					// the engine's own trouble: it must not hold up the others
					look.uncaught(broken);
				}
				look.restore();
			}
		}

		private @Nullable Task<?> next() {
			Task<?> next = Crew.this.ready.poll();
			if (next != null) {
				startReady();
			}
			return next;
		}

	}

}
