package io.taskgroup.benchmarks.report;

import java.util.List;

/**
 * What is measured.
 */
public enum Metric {

	/** How long it takes, in nanoseconds. */
	TIME("Time per %s"),

	/** What half of the requests do not exceed, in nanoseconds. */
	MEDIAN("Median time per %s (p50)"),

	/** What 99 of 100 requests do not exceed, in nanoseconds. */
	P99("Time that 99 %% do not exceed (p99)"),

	/** What none of them exceeded, in nanoseconds. */
	LONGEST("Longest time"),

	/** How many a second. */
	THROUGHPUT("Throughput"),

	/** What is allocated, in bytes. */
	BYTES("Bytes allocated per %s"),

	/** What was left of the heap by the collection that left the most, in bytes. */
	HEAP("Most heap in use after a garbage collection");

	/**
	 * So many of the next larger unit are needed to use it: 9,999 is read as well as 10.
	 */
	private static final int ENOUGH = 10;

	private final String title;

	Metric(String title) {
		this.title = title;
	}

	/**
	 * A heading for it.
	 * @param one what there are many of, a task for instance
	 */
	String title(String one) {
		return this.title.formatted(one);
	}

	/**
	 * The unit for figures of that size: the largest that does not make them too small.
	 */
	Unit unitFor(double size) {
		List<Unit> units = units();
		Unit unit = units.getFirst();
		for (Unit next : units) {
			if (size >= next.size() * ENOUGH) {
				unit = next;
			}
		}
		return unit;
	}

	private List<Unit> units() {
		return switch (this) {
			case TIME, MEDIAN, P99, LONGEST -> Unit.TIMES;
			case THROUGHPUT -> Unit.RATES;
			case BYTES, HEAP -> Unit.SIZES;
		};
	}

	/**
	 * A unit.
	 *
	 * @param name its name
	 * @param size how many of the smallest it is
	 */
	record Unit(String name, double size) {

		private static final List<Unit> TIMES = List.of(new Unit("ns", 1), new Unit("µs", 1e3), new Unit("ms", 1e6));

		private static final List<Unit> SIZES = List.of(new Unit("B", 1), new Unit("kB", 1e3), new Unit("MB", 1e6));

		private static final List<Unit> RATES = List.of(new Unit("per s", 1));

	}

}
