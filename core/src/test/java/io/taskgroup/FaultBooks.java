package io.taskgroup;

import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What is kept of one run while it goes on. Any thread.
 */
final class FaultBooks {

	private static final int ENOUGH = 20;

	final List<FaultGroupBook> groups = new CopyOnWriteArrayList<>();

	final List<FaultTaskBook> tasks = new CopyOnWriteArrayList<>();

	/** Scopes that are not of groups. */
	final List<CancelScope> scopes = new CopyOnWriteArrayList<>();

	/** Threads that somebody else than the library has interrupted. */
	final Set<Thread> interrupted = ConcurrentHashMap.newKeySet();

	/**
	 * What the thread factory threw, and what limiters of others threw or failed with.
	 */
	final Queue<Throwable> refusals = new ConcurrentLinkedQueue<>();

	/**
	 * By how many nanoseconds each deadline was missed that only the timer can notice.
	 */
	final Queue<Long> late = new ConcurrentLinkedQueue<>();

	/** Whether the factory has been closed, and nothing may run any more. */
	volatile boolean closed;

	/** Whether an interrupt from outside has been told to the host. */
	volatile boolean hostTold;

	private final AtomicLong operations = new AtomicLong();

	private final AtomicInteger numbers = new AtomicInteger();

	private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

	/** Counts something that was done. */
	void did() {
		this.operations.incrementAndGet();
	}

	/** Takes that back: there was nothing to do it to. */
	void didNothing() {
		this.operations.decrementAndGet();
	}

	long operations() {
		return this.operations.get();
	}

	int nextNumber() {
		return this.numbers.incrementAndGet();
	}

	FaultTaskBook newTask(FaultGroupBook group) {
		FaultTaskBook task = new FaultTaskBook(group, nextNumber());
		group.tasks.add(task);
		this.tasks.add(task);
		return task;
	}

	/** 10.1: whoever is told how a task ended is told what it did. */
	void checkOutcome(FaultTaskBook task, TaskState told) {
		check(told != null && task.mayHaveEnded(told), "10.1", "%s is told to be %s, and is %s, and threw %s", task,
				told, task.handle, task.thrown);
	}

	/** The tasks whose numbers are known. */
	List<FaultTaskBook> knownTasks() {
		return this.tasks.stream().filter((task) -> task.id() != 0).toList();
	}

	/** Notes what is wrong, and against which rule. */
	@SuppressWarnings("AnnotateFormatMethod") // the annotation is the tool's own
	void check(boolean right, String rule, String message, Object... arguments) {
		if (!right && this.wrong.size() < ENOUGH) {
			this.wrong.add(rule + " " + String.format(Locale.ROOT, message, arguments));
		}
	}

	Queue<String> wrong() {
		return this.wrong;
	}

}
