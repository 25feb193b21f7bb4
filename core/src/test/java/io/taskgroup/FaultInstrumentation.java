package io.taskgroup;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Accompanies tasks, and fails now and then, which must not matter to anybody.
 */
final class FaultInstrumentation implements TaskInstrumentation {

	private static final int FAILING = 7;

	private final FaultBooks books;

	private final AtomicInteger calls = new AtomicInteger();

	/** Tasks whose fork it was told of. */
	private final Set<Long> forked = ConcurrentHashMap.newKeySet();

	/** Those of them that it goes with. */
	private final Set<Long> accompanied = ConcurrentHashMap.newKeySet();

	/** Those of them whose start it was told of. */
	private final Set<Long> started = ConcurrentHashMap.newKeySet();

	/** Those of them that it goes with to the end. */
	private final Set<Long> running = ConcurrentHashMap.newKeySet();

	/** How those have ended whose end it was told of. */
	private final Map<Long, TaskState> outcomes = new ConcurrentHashMap<>();

	FaultInstrumentation(FaultBooks books) {
		this.books = books;
	}

	@Override
	public Forked taskForked(TaskInfo task) {
		boolean isNew = this.forked.add(task.id());
		this.books.check(isNew, "10.1", "task %d is forked twice", task.id());
		failSometimes();
		this.accompanied.add(task.id());
		return () -> started(task);
	}

	private Running started(TaskInfo task) {
		boolean isNew = this.started.add(task.id());
		this.books.check(isNew, "10.1", "task %d starts twice", task.id());
		failSometimes();
		this.running.add(task.id());
		Thread thread = Thread.currentThread();
		AtomicInteger ends = new AtomicInteger();
		return (outcome, exception) -> {
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

	/**
	 * It was told of each fork, and has gone with each task as far as it had not failed
	 * itself.
	 */
	void check() {
		this.books.check(this.running.equals(this.outcomes.keySet()), "10.1",
				"the tasks %s were accompanied, and to their end %s", this.running, this.outcomes);
		this.books.knownTasks().forEach(this::check);
	}

	private void check(FaultTaskBook task) {
		long id = task.id();
		this.books.check(this.forked.contains(id), "10.1", "nobody was told that %s was forked", task);
		boolean toldOfStart = this.started.contains(id);
		this.books.check(toldOfStart == (task.began && this.accompanied.contains(id)), "10.1",
				"%s began: %s, and an instrumentation was told so: %s", task, task.began, toldOfStart);
		if (this.running.contains(id)) {
			this.books.checkOutcome(task, this.outcomes.get(id));
		}
	}

}
