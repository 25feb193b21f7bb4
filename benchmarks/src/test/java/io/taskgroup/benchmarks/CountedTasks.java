package io.taskgroup.benchmarks;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the tasks that run, and those that have ended, however they did. */
public final class CountedTasks {

	private final AtomicInteger running = new AtomicInteger();

	private final AtomicInteger ended = new AtomicInteger();

	/** The same tasks, counted. */
	public <T> List<Callable<T>> of(List<Callable<T>> tasks) {
		return tasks.stream().<Callable<T>>map(task -> () -> {
			this.running.incrementAndGet();
			try {
				return task.call();
			}
			finally {
				this.running.decrementAndGet();
				this.ended.incrementAndGet();
			}
		}).toList();
	}

	/** How many have ended. */
	public int ended() {
		return this.ended.get();
	}

	/** How many have begun and not ended. */
	public int running() {
		return this.running.get();
	}

}
