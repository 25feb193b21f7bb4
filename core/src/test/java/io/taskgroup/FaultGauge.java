package io.taskgroup;

/**
 * Counts how many tasks with a permit of one limiter are in their own code. Those that
 * wait inside the library are left out, since they may have lent theirs (8.3).
 */
final class FaultGauge {

	private final String name;

	private final FaultBooks books;

	/** The highest limit there has been. */
	private int limit;

	private int now;

	FaultGauge(String name, int limit, FaultBooks books) {
		this.name = name;
		this.limit = limit;
		this.books = books;
	}

	/** Called before the limit is set. */
	synchronized void raise(int limit) {
		this.limit = Math.max(this.limit, limit);
	}

	void enter() {
		int inside;
		int most;
		synchronized (this) {
			inside = ++this.now;
			most = this.limit;
		}
		this.books.check(inside <= most, "8.2", "%d tasks at once under %s, which never was above %d", inside,
				this.name, most);
	}

	synchronized void leave() {
		this.now--;
	}

	synchronized int highestLimit() {
		return this.limit;
	}

	String name() {
		return this.name;
	}

}
