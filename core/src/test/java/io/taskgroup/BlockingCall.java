package io.taskgroup;

import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The places in which a task or a body may be when its cancellation comes.
 */
enum BlockingCall {

	SLEEP(false) {
		@Override
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws InterruptedException {
			Waits.forever();
		}
	},

	LATCH(false) {
		@Override
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws InterruptedException {
			new CountDownLatch(1).await();
		}
	},

	QUEUE(false) {
		@Override
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws InterruptedException {
			new LinkedBlockingQueue<>().take();
		}
	},

	SEMAPHORE(false) {
		@Override
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws InterruptedException {
			new Semaphore(0).acquire();
		}
	},

	CONDITION(false) {
		@Override
		@SuppressWarnings("WaitNotInLoop")
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws InterruptedException {
			ReentrantLock lock = new ReentrantLock();
			lock.lockInterruptibly();
			try {
				lock.newCondition().await();
			}
			finally {
				lock.unlock();
			}
		}
	},

	MONITOR(false) {
		@Override
		@SuppressWarnings("WaitNotInLoop")
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws InterruptedException {
			Object monitor = new Object();
			synchronized (monitor) {
				monitor.wait();
			}
		}
	},

	PARK(false) {
		@Override
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws InterruptedException {
			while (!Thread.interrupted()) {
				LockSupport.park();
			}
			throw new InterruptedException();
		}
	},

	THREAD_JOIN(false) {
		@Override
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws InterruptedException {
			Thread thread = Thread.ofVirtual().start(LockSupport::park);
			try {
				thread.join();
			}
			finally {
				LockSupport.unpark(thread);
			}
		}
	},

	CHANNEL(false) {
		@Override
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws Exception {
			Pipe pipe = Pipe.open();
			try (Pipe.SinkChannel sink = pipe.sink(); Pipe.SourceChannel source = pipe.source()) {
				source.read(ByteBuffer.allocate(1));
				throw new AssertionError("nothing was written to " + sink);
			}
		}
	},

	AWAIT(true) {
		@Override
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws InterruptedException {
			endless.await();
		}
	},

	TIMED_AWAIT(true) {
		@Override
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws Exception {
			endless.await(Waits.BOUND);
		}
	},

	AWAIT_DONE(true) {
		@Override
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws InterruptedException {
			endless.awaitDone();
		}
	},

	START(true) {
		@Override
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws InterruptedException {
			groups.named("start").run((group) -> group.startAction((status) -> Waits.forever()));
		}
	},

	BODY_OF_INNER_GROUP(false) {
		@Override
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws InterruptedException {
			groups.named("inner").run((group) -> Waits.forever());
		}
	},

	JOIN_OF_INNER_GROUP(true) {
		@Override
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws InterruptedException {
			try (TaskGroup inner = groups.named("inner").open()) {
				inner.fork(new Sleeper());
				inner.join();
			}
		}
	},

	END_OF_INNER_GROUP(true) {
		@Override
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws InterruptedException {
			groups.named("inner").run((group) -> group.fork(new Sleeper()));
		}
	},

	THREE_GROUPS_DOWN(true) {
		@Override
		void block(TaskGroupFactory groups, TaskHandle<?> endless) throws InterruptedException {
			groups.named("one").run((one) -> one.fork(() -> {
				groups.named("two").run((two) -> two.fork(() -> {
					groups.named("three").run((three) -> three.fork(new Sleeper()));
				}));
			}));
		}
	};

	/** Whether the waiting is done by the library. */
	final boolean library;

	BlockingCall(boolean library) {
		this.library = library;
	}

	/**
	 * Blocks until interrupted or cancelled.
	 * @param groups where to open groups
	 * @param endless the handle of a task, of another scope, that does not end by itself
	 */
	abstract void block(TaskGroupFactory groups, TaskHandle<?> endless) throws Exception;

}
