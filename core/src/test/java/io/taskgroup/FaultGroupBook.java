package io.taskgroup;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is known of one group, supervisor or combinator from the outside: its tasks, what
 * came out of its body, and what it reported.
 */
final class FaultGroupBook {

	/** What becomes of the failures of its tasks. */
	enum Policy {

		/** All are in what the group throws (3.3). */
		TOGETHER,

		/** Each is told to the error handler (6.1). */
		SUPERVISED,

		/** One decides (7.4). */
		RACE,

		/** All are in what is thrown, unless one has succeeded (7.4). */
		ANY,

		/** The handles, or outcomes, tell (7.2, 7.6). */
		HANDLES

	}

	/** Something that the error handler was told. */
	record Told(TaskHandle<?> handle, Throwable exception) {
	}

	private final String name;

	private final Policy policy;

	/** Whether the handles of all its tasks are known. */
	private final boolean handles;

	private final List<FaultGauge> gauges;

	private final List<FaultRate> rates;

	private final List<FaultLimiter> foreign;

	final Queue<FaultTaskBook> tasks = new ConcurrentLinkedQueue<>();

	final Queue<Told> told = new ConcurrentLinkedQueue<>();

	/** How often the error handler has been called. */
	final AtomicInteger handled = new AtomicInteger();

	/** How many threads are in the error handler. */
	final AtomicInteger handling = new AtomicInteger();

	/** How many tasks are in their own code. */
	final AtomicInteger running = new AtomicInteger();

	/** What the group's own join threw. Host only, until the end of the run. */
	final List<Throwable> joins = Collections.synchronizedList(new ArrayList<>());

	volatile TaskScope scope;

	/** The engine's number of it, as its tasks saw it; 0 if none began. */
	volatile long seenId;

	/** Whether the call that ends it has returned or thrown. */
	volatile boolean ended;

	/** Whether the body runs inside, so that what comes out of it is a failure. */
	volatile boolean bodyCounts;

	volatile Throwable bodyThrew;

	/** What the call threw, or null. */
	volatile Throwable report;

	/** Whether it was left to what is around it to end it. */
	volatile boolean forgotten;

	/** Whether it has, or may have been given, a deadline. */
	volatile boolean deadline;

	// Set before it is shared

	/** Whether it may be cancelled by a deadline that is no failure. */
	boolean movesOn;

	/** Whether a fork into it is refused when its queue is full. */
	boolean rejects;

	/** Whether a fork into it waits when its queue is full. */
	boolean makesWait;

	FaultGroupBook(String name, Policy policy, boolean handles, List<FaultGauge> gauges, List<FaultRate> rates,
			List<FaultLimiter> foreign) {
		this.name = name;
		this.policy = policy;
		this.handles = handles;
		this.gauges = List.copyOf(gauges);
		this.rates = List.copyOf(rates);
		this.foreign = List.copyOf(foreign);
	}

	/** The engine's number of it; 0 if nobody knows it. */
	long id() {
		return (this.scope instanceof AbstractTaskScope opened) ? opened.id() : this.seenId;
	}

	Policy policy() {
		return this.policy;
	}

	boolean knowsHandles() {
		return this.handles;
	}

	List<FaultGauge> gauges() {
		return this.gauges;
	}

	List<FaultRate> rates() {
		return this.rates;
	}

	List<FaultLimiter> foreign() {
		return this.foreign;
	}

	/** Called when the call that ends the group has come back (3.1). */
	void hasEnded(FaultBooks books) {
		this.ended = true;
		int left = this.running.get();
		books.check(left == 0, (this.policy == Policy.SUPERVISED) ? "6.2" : "3.1", "%s has ended, and %d tasks run",
				this, left);
		books.check(this.handling.get() == 0, "6.2", "%s has ended, and its error handler runs", this);
		for (FaultTaskBook task : this.tasks) {
			TaskHandle<?> handle = task.handle;
			books.check(handle == null || handle.isDone(), "3.1", "%s has ended, and %s is not done", this, task);
		}
	}

	/**
	 * Called when a task is done, on the thread that has ended it or, if it had ended
	 * before anybody asked for that, on the one that has forked it: what can be seen to
	 * be done has been counted (10.2).
	 */
	void hasCounted(FaultBooks books) {
		long done = this.tasks.stream().filter((task) -> task.handle != null && task.handle.isDone()).count();
		TaskCounts counts = ((AbstractTaskScope) this.scope).counts(0, 0);
		books.check(counts.succeeded() + counts.failed() + counts.cancelled() >= done, "10.2",
				"%s has %d tasks that are done, and counts %s", this, done, counts);
	}

	@Override
	public String toString() {
		return this.name;
	}

}
