package io.taskgroup;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * The combinators in which one task decides (7.4, 7.5). The first handle that is good
 * enough takes the place of the winner by a CAS, on the thread of its task, and has the
 * others cancelled; nothing undoes that.
 *
 * @param <T> the type of the results
 */
final class Contest<T extends @Nullable Object> extends WaitStack {

	private final Spec spec;

	private final List<Callable<? extends T>> tasks;

	private final boolean anyOutcome;

	private final AtomicReference<@Nullable Handle<T>> winner = new AtomicReference<>();

	private final AtomicInteger running = new AtomicInteger();

	Contest(Spec spec, Collection<? extends Callable<? extends T>> tasks, boolean anyOutcome) {
		this.spec = spec;
		this.tasks = Combinators.checked(tasks);
		this.anyOutcome = anyOutcome;
		if (this.tasks.isEmpty()) {
			throw new IllegalArgumentException("group '" + spec.name() + "': there must be at least one task");
		}
	}

	static <T extends @Nullable Object> T race(Spec spec, Collection<? extends Callable<? extends T>> tasks)
			throws InterruptedException {
		return new Contest<T>(spec, tasks, true).run(Collecting.LEAVE_TO_HANDLES);
	}

	static <T extends @Nullable Object> T any(Spec spec, Collection<? extends Callable<? extends T>> tasks)
			throws InterruptedException {
		return new Contest<T>(spec, tasks, false).run(Collecting.UNLESS_DECIDED);
	}

	private T run(Collecting collecting) throws InterruptedException {
		HostedGroup group = HostedGroup.open(this.spec, true, collecting);
		group.run((opened) -> {
			for (Callable<? extends T> task : this.tasks) {
				start(group, task);
				if (!this.anyOutcome && awaitTurn()) {
					break;
				}
			}
		});
		return result(group);
	}

	/** What has been decided, once the group has ended. */
	T result(HostedGroup group) {
		Handle<T> first = this.winner.get();
		if (first == null) {
			// all were cancelled before one of them could decide
			throw group.ownCancellation();
		}
		return first.resultNow();
	}

	private void start(HostedGroup group, Callable<? extends T> task) {
		this.running.incrementAndGet();
		Handle<T> handle = group.forkForEngine(task);
		handle.onDone(() -> finished(group, handle));
	}

	/** On the thread of the task that has ended. */
	void finished(HostedGroup group, Handle<T> handle) {
		TaskState outcome = handle.state();
		boolean good = outcome == TaskState.SUCCESS || (this.anyOutcome && outcome == TaskState.FAILED);
		if (good && this.winner.compareAndSet(null, handle)) {
			group.decide(handle);
		}
		this.running.decrementAndGet();
		releaseAll();
	}

	/** Waits until the next task is to start; true if it is decided that none is. */
	private boolean awaitTurn() throws InterruptedException {
		long delay = Durations.toNanos(this.spec.staggering());
		if (delay > 0) {
			Strand strand = Strand.attach();
			switch (strand.await(this, null, delay)) {
				case CANCELLED -> throw strand.tell(null);
				case INTERRUPTED -> throw new ForeignInterruptException();
				case REACHED, TIMED_OUT -> {
				}
			}
			if (this.winner.get() == null) {
				// what ran may have been ended by a cancellation: no reason to start
				// another
				CancelScope.checkpoint();
			}
		}
		return this.winner.get() != null;
	}

	@Override
	boolean isReached(Waiter waiter) {
		return this.winner.get() != null || this.running.get() == 0;
	}

}
