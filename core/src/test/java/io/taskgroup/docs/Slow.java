package io.taskgroup.docs;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A call that takes so long that somebody has to cut it off.
 */
final class Slow {

	private final CountDownLatch running = new CountDownLatch(1);

	private volatile boolean interrupted;

	private volatile boolean ended;

	String call() throws InterruptedException {
		this.running.countDown();
		try {
			TimeUnit.HOURS.sleep(1);
			return "too late";
		}
		catch (InterruptedException ex) {
			this.interrupted = true;
			throw ex;
		}
		finally {
			this.ended = true;
		}
	}

	void awaitRunning() throws InterruptedException {
		this.running.await();
	}

	/** Whether it ran, was interrupted, and has ended. */
	boolean wasCutOff() {
		return this.interrupted && this.ended;
	}

}
