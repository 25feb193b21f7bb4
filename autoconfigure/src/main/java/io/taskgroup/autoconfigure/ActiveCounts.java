package io.taskgroup.autoconfigure;

import java.util.concurrent.atomic.LongAdder;

/**
 * How many groups of a name are open, and how many of their tasks wait or run. Told by a
 * listener, on any thread. What comes and what goes may be counted the other way round
 * for a moment; it is never shown as less than none.
 */
public final class ActiveCounts {

	private final LongAdder groups = new LongAdder();

	private final LongAdder queued = new LongAdder();

	private final LongAdder running = new LongAdder();

	/**
	 * Counts a group that was opened.
	 */
	public void groupOpened() {
		this.groups.increment();
	}

	/**
	 * Counts a group that has ended.
	 */
	public void groupEnded() {
		this.groups.decrement();
	}

	/**
	 * Counts a task that has to wait for a permit.
	 */
	public void taskQueued() {
		this.queued.increment();
	}

	/**
	 * Counts a task that was started.
	 * @param hadToWait whether it was counted as queued
	 */
	public void taskStarted(boolean hadToWait) {
		this.running.increment();
		if (hadToWait) {
			this.queued.decrement();
		}
	}

	/**
	 * Counts a task that has ended.
	 * @param hadToWait whether it was counted as queued
	 * @param ranNanos how long it ran; zero if it never did, and so left the queue only
	 * now, if it was in it
	 */
	public void taskEnded(boolean hadToWait, long ranNanos) {
		if (ranNanos > 0) {
			this.running.decrement();
		}
		else if (hadToWait) {
			this.queued.decrement();
		}
	}

	/**
	 * Returns how many groups are open.
	 * @return the number of groups
	 */
	public int groups() {
		return now(this.groups);
	}

	/**
	 * Returns how many tasks wait for a permit.
	 * @return the number of tasks
	 */
	public int queued() {
		return now(this.queued);
	}

	/**
	 * Returns how many tasks run.
	 * @return the number of tasks
	 */
	public int running() {
		return now(this.running);
	}

	private static int now(LongAdder adder) {
		return (int) Math.max(0, adder.sum());
	}

}
