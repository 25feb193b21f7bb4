package io.taskgroup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The live tasks of one group: counted, so that the last one is noticed, and linked, so
 * that a cancellation finds them. Forking is two atomic operations and no lock; the tasks
 * are the links themselves.
 *
 * <h2>States</h2> One word: the number of live tasks in the low half, the number of ended
 * but still linked ones above it, and the sign bit for ENDED.
 * <ul>
 * <li>A task joins by adding one. If it finds ENDED it takes the one back and was never
 * there. So a fork either is counted before the end, and waited for, or fails (3.8).</li>
 * <li>A task leaves by taking one away, as its very last step. Whoever brings it to zero
 * releases those who wait.</li>
 * <li>Only zero live tasks can become ENDED, by a CAS; there is no way back.</li>
 * </ul>
 *
 * Ended tasks are unlinked in bulk, when there are more of them than live ones, by one
 * thread at a time; so a scope that has run millions keeps but a few empty links.
 */
final class Members extends WaitStack {

	private static final long ENDED = Long.MIN_VALUE;

	private static final long ONE_UNLINKABLE = 1L << 32;

	private static final int SWEEP_FROM = 64;

	private static final VarHandle STATE;

	private static final VarHandle HEAD;

	private static final VarHandle SWEEPING;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			STATE = lookup.findVarHandle(Members.class, "state", long.class);
			HEAD = lookup.findVarHandle(Members.class, "head", Task.class);
			SWEEPING = lookup.findVarHandle(Members.class, "sweeping", boolean.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private volatile long state;

	/** The task forked last. Written by CAS. */
	private volatile @Nullable Task<?> head;

	/** Taken by CAS by the one thread that unlinks. */
	private volatile boolean sweeping;

	/** Counts and links a task; false if the group has ended. */
	boolean join(Task<?> task) {
		long before = (long) STATE.getAndAdd(this, 1L);
		if (before < 0) {
			STATE.getAndAdd(this, -1L);
			return false;
		}
		Task<?> first;
		do {
			first = this.head;
			task.linkTo(first);
		}
		while (!HEAD.compareAndSet(this, first, task));
		return true;
	}

	/** The last step of a task that has joined. */
	void leave(Task<?> task) {
		long now = (long) STATE.getAndAdd(this, ONE_UNLINKABLE - 1) + ONE_UNLINKABLE - 1;
		// counted first: a sweep must never unlink more than were counted
		task.setGone();
		int live = live(now);
		if (live == 0) {
			releaseAll();
		}
		int unlinkable = unlinkable(now);
		if (unlinkable >= SWEEP_FROM && unlinkable > live) {
			sweep();
		}
	}

	/** Ends the group if no task is live. */
	boolean tryEnd() {
		while (true) {
			long now = this.state;
			if (now < 0) {
				return true;
			}
			if (live(now) != 0) {
				return false;
			}
			if (STATE.compareAndSet(this, now, now | ENDED)) {
				this.head = null;
				return true;
			}
		}
	}

	boolean hasEnded() {
		return this.state < 0;
	}

	boolean isEmpty() {
		long now = this.state;
		// one who came too late counts itself for a moment
		return now < 0 || live(now) == 0;
	}

	int size() {
		return live(this.state);
	}

	@Override
	boolean isReached(Waiter waiter) {
		return isEmpty() || waiter.isReleased();
	}

	/** Tells all live tasks. */
	void descend(CancelWalk walk) {
		for (Task<?> task = this.head; task != null; task = task.next()) {
			if (!task.isGone()) {
				task.reached(walk);
			}
		}
	}

	/**
	 * Whether the handles of all tasks are done, or about to be: what is live only has to
	 * leave. A task that joins meanwhile may be overlooked.
	 */
	boolean areAllDone() {
		for (Task<?> task = this.head; task != null; task = task.next()) {
			if (!task.isGone() && !task.hasEnded()) {
				return false;
			}
		}
		return true;
	}

	/** The live tasks, the youngest first. */
	List<Task<?>> live() {
		List<Task<?>> live = new ArrayList<>();
		for (Task<?> task = this.head; task != null; task = task.next()) {
			if (!task.isGone()) {
				live.add(task);
			}
		}
		return live;
	}

	private void sweep() {
		if (this.sweeping || !SWEEPING.compareAndSet(this, false, true)) {
			return;
		}
		try {
			Task<?> kept = this.head;
			long unlinked = 0;
			while (kept != null) {
				Task<?> next = kept.next();
				while (next != null && next.isGone()) {
					next = next.next();
					unlinked++;
				}
				kept.linkTo(next);
				kept = next;
			}
			STATE.getAndAdd(this, -unlinked * ONE_UNLINKABLE);
		}
		finally {
			this.sweeping = false;
		}
	}

	private static int live(long state) {
		return (int) state;
	}

	private static int unlinkable(long state) {
		return (int) (state >>> 32) & Integer.MAX_VALUE;
	}

}
