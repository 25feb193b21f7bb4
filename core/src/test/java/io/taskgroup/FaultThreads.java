package io.taskgroup;

import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * The threads of one run. Now and then it has none left: it throws, or returns null. When
 * a thread has done what it was made for, it looks whether anything was left on it.
 */
final class FaultThreads implements ThreadFactory {

	private final ThreadFactory delegate;

	/** Each how manieth thread cannot be started; 0 for none. */
	private final int failing;

	private final FaultRun run;

	private final Queue<Thread> made = new ConcurrentLinkedQueue<>();

	private final AtomicInteger count = new AtomicInteger();

	FaultThreads(boolean virtual, int failing, FaultRun run) {
		this.delegate = virtual ? Thread.ofVirtual().factory() : Thread.ofPlatform().daemon().factory();
		this.failing = failing;
		this.run = run;
	}

	@Override
	public Thread newThread(Runnable runnable) {
		int number = this.count.incrementAndGet();
		if (this.failing > 0 && number % this.failing == 0) {
			if (number % 2 == 0) {
				return null;
			}
			OutOfMemoryError failure = new OutOfMemoryError("no more threads");
			this.run.books().refusals.add(failure);
			throw failure;
		}
		return thread(() -> {
			runnable.run();
			lookBehind();
		});
	}

	/** A thread that belongs to no group. */
	Thread thread(Runnable runnable) {
		Thread thread = this.delegate.newThread(runnable);
		this.made.add(thread);
		return thread;
	}

	/** 3.12, 9.1: nothing stays on a thread that a task has run on. */
	private void lookBehind() {
		FaultBooks books = this.run.books();
		Integer left = this.run.context().get();
		books.check(left == null, "9.1", "the context %s was left on a task's thread", left);
		Thread thread = Thread.currentThread();
		books.check(!thread.isInterrupted() || books.interrupted.contains(thread), "3.12",
				"a task's thread was left interrupted");
	}

	/** Waits until all have ended; false if they do not. */
	boolean awaitEnd(long untilNanos) throws InterruptedException {
		for (Thread thread : this.made) {
			long left = untilNanos - System.nanoTime();
			if (thread.getState() != Thread.State.NEW && !thread.join(java.time.Duration.ofNanos(Math.max(1, left)))) {
				return false;
			}
		}
		return true;
	}

	/** What those are doing that have not ended. */
	String dump() {
		return this.made.stream()
			.filter(Thread::isAlive)
			.map((thread) -> thread + " " + thread.getState() + "\n"
					+ Arrays.stream(thread.getStackTrace())
						.map((frame) -> "\tat " + frame + "\n")
						.collect(Collectors.joining()))
			.collect(Collectors.joining("\n"));
	}

}
