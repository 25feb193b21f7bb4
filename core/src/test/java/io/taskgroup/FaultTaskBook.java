package io.taskgroup;

/**
 * What is known of one task from the outside: what it was seen to do, and its handle.
 */
final class FaultTaskBook {

	private final FaultGroupBook group;

	private final int number;

	/** The engine's number of it, as its own thread saw it; 0 if it never began. */
	private volatile long seenId;

	/** Set by who forks; null as long as fork has not returned, and if it never does. */
	volatile TaskHandle<?> handle;

	/** What fork or start threw. */
	volatile Throwable refused;

	volatile boolean began;

	volatile boolean returned;

	/** What came out of the task's own code. */
	volatile Throwable thrown;

	/** Whether its own code has come to an end. */
	volatile boolean over;

	/** What {@code started} was called with first. */
	volatile Integer startValue;

	/** Whether it has come to its end when another one had decided already. */
	volatile boolean late;

	/** Whether somebody has cancelled it, it alone. */
	volatile boolean cancelled;

	/** Whether it was forked by {@code start}. */
	volatile boolean byStart;

	FaultTaskBook(FaultGroupBook group, int number) {
		this.group = group;
		this.number = number;
	}

	FaultGroupBook group() {
		return this.group;
	}

	/** The engine's number of it; 0 if it never began and has no handle. */
	long id() {
		TaskHandle<?> known = this.handle;
		return (known != null) ? known.id() : this.seenId;
	}

	/**
	 * Whether it may have ended so, by what it was seen to do, and what its handle says.
	 */
	boolean mayHaveEnded(TaskState outcome) {
		TaskHandle<?> known = this.handle;
		if (known != null) {
			return outcome == known.state() && (this.seenId == 0 || this.seenId == known.id());
		}
		return switch (outcome) {
			case SUCCESS -> this.returned;
			// a task that has come to its end fails if it has left something open
			case FAILED -> true;
			case CANCELLED -> !this.returned && !FaultChecks.isFailure(this.thrown);
			case QUEUED, RUNNING, CANCELLING -> false;
		};
	}

	/** What the task returns. */
	int value() {
		return this.number;
	}

	/** Called by the task first of all. */
	void begin(FaultBooks books) {
		books.check(!this.began, "3.7", "%s runs twice", this);
		this.began = true;
		Scope here = Strand.currentScope();
		books.check(here instanceof Task<?>, "5.1", "%s is in no scope of a task, but in %s", this, here);
		if (here instanceof Task<?> seen) {
			this.seenId = seen.id();
			this.group.seenId = seen.owner().id();
		}
		this.group.running.incrementAndGet();
		books.check(!this.group.ended, "3.1", "%s begins after its group has ended", this);
		books.check(!books.closed, "6.4", "%s begins after the factory was closed", this);
		this.group.rates().forEach(FaultRate::begin);
		this.group.foreign().forEach(FaultLimiter::enter);
	}

	/** Called by the task last of all. */
	void end(FaultBooks books) {
		this.late = FaultScenes.isDecided();
		books.check(!this.group.ended, "3.1", "%s is still there after its group has ended", this);
		this.group.foreign().forEach(FaultLimiter::leave);
		this.group.running.decrementAndGet();
		this.over = true;
	}

	@Override
	public String toString() {
		return "task " + this.number + " of " + this.group;
	}

}
