package io.taskgroup;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Accompanies tasks, and fails now and then, which must not matter to anybody.
 */
final class FaultInstrumentation implements TaskInstrumentation {

	private static final int FAILING = 7;

	private final FaultBooks books;

	private final AtomicInteger calls = new AtomicInteger();

	private final AtomicInteger started = new AtomicInteger();

	private final AtomicInteger ended = new AtomicInteger();

	private final Map<Long, TaskState> outcomes = new ConcurrentHashMap<>();

	FaultInstrumentation(FaultBooks books) {
		this.books = books;
	}

	@Override
	public Forked taskForked(TaskInfo task) {
		failSometimes();
		return () -> started(task);
	}

	private Running started(TaskInfo task) {
		failSometimes();
		this.started.incrementAndGet();
		Thread thread = Thread.currentThread();
		AtomicInteger ends = new AtomicInteger();
		return (outcome, exception) -> {
			this.ended.incrementAndGet();
			this.outcomes.put(task.id(), outcome);
			this.books.check(ends.incrementAndGet() == 1, "10.1", "task %d ends twice", task.id());
			this.books.check(Thread.currentThread() == thread, "10.1", "task %d ends on another thread", task.id());
			this.books.check((exception != null) == (outcome == TaskState.FAILED), "10.1",
					"task %d is %s, and threw %s", task.id(), outcome, exception);
			failSometimes();
		};
	}

	private void failSometimes() {
		if (this.calls.incrementAndGet() % FAILING == 0) {
			throw new IllegalStateException("the instrumentation fails");
		}
	}

	/** Whoever has accompanied a task to its start has done so to its end. */
	void check() {
		this.books.checkOutcomes(this.outcomes);
		this.books.check(this.started.get() == this.ended.get(), "10.1",
				"%d tasks were accompanied, and %d to their end", this.started.get(), this.ended.get());
	}

}
