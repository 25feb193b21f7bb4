package io.taskgroup;

/**
 * A task that blocks until it is interrupted, and then gives way at once.
 */
final class Sleeper implements TaskAction {

	private volatile boolean running;

	private volatile boolean interrupted;

	private volatile boolean ended;

	@Override
	public void run() throws InterruptedException {
		this.running = true;
		try {
			Waits.forever();
		}
		catch (InterruptedException ex) {
			this.interrupted = true;
			throw ex;
		}
		finally {
			this.ended = true;
		}
	}

	/** Waits until the task runs, without looking like a thread that blocks. */
	void awaitRunning() {
		Waits.spinUntil(() -> this.running);
	}

	/** Returns whether an interrupt has ended the task. */
	boolean wasInterrupted() {
		return this.interrupted;
	}

	/** Returns whether the task has run and ended. */
	boolean hasEnded() {
		return this.ended;
	}

}
