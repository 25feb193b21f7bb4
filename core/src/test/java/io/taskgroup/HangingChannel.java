package io.taskgroup;

import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.util.concurrent.CountDownLatch;

/**
 * A channel whose closing hangs until the test releases it, as that of a file does while
 * a virtual thread is in a native call: whoever interrupts its reader hangs too.
 */
final class HangingChannel extends AbstractInterruptibleChannel {

	private final CountDownLatch reading = new CountDownLatch(1);

	private final CountDownLatch closing = new CountDownLatch(1);

	private final CountDownLatch released = new CountDownLatch(1);

	/** Blocks until the channel is released. */
	void read() throws Exception {
		begin();
		try {
			this.reading.countDown();
			Waits.spinUntil(() -> this.released.getCount() == 0);
		}
		finally {
			end(true);
		}
	}

	@Override
	protected void implCloseChannel() {
		this.closing.countDown();
		Waits.spinUntil(() -> this.released.getCount() == 0);
	}

	/** Waits until somebody reads. */
	void awaitReading() throws InterruptedException {
		Waits.on(this.reading);
	}

	/** Waits until somebody hangs, because he has interrupted the reader. */
	void awaitClosing() throws InterruptedException {
		Waits.on(this.closing);
	}

	/** Blocks until the channel is released; can be interrupted. */
	void awaitReleased() throws InterruptedException {
		Waits.on(this.released);
	}

	/** Lets reader and closer go on. */
	void release() {
		this.released.countDown();
	}

}
