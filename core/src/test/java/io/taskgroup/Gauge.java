package io.taskgroup;

import java.util.concurrent.Callable;

/**
 * Counts how many threads are in a stretch of code, and the most there ever were.
 */
final class Gauge {

	private int now;

	private int most;

	private long entries;

	synchronized void enter() {
		this.now++;
		this.entries++;
		this.most = Math.max(this.most, this.now);
	}

	synchronized void leave() {
		this.now--;
	}

	/** Runs the code inside, with a moment in which others may come in. */
	@SuppressWarnings("ThreadPriorityCheck")
	<T> T inside(Callable<? extends T> code) throws Exception {
		enter();
		try {
			Thread.yield();
			return code.call();
		}
		finally {
			leave();
		}
	}

	synchronized int now() {
		return this.now;
	}

	synchronized int most() {
		return this.most;
	}

	synchronized long entries() {
		return this.entries;
	}

	/** Forgets the most there were, up to now. */
	synchronized void reset() {
		this.most = this.now;
	}

}
