package io.taskgroup.benchmarks.report;

/**
 * How the others are compared with the first.
 */
public enum Comparison {

	/** The first divided by each of the others: ours to theirs. */
	RATIO {

		@Override
		Figure of(Figure first, Figure other) {
			return first.over(other);
		}

		@Override
		String unit(Metric.Unit unit) {
			return "ours / theirs";
		}

	},

	/** What each of the others has more than the first. */
	ADDED {

		@Override
		Figure of(Figure first, Figure other) {
			return other.minus(first);
		}

		@Override
		String unit(Metric.Unit unit) {
			return "added " + unit.name();
		}

	};

	/** Compares two figures. */
	abstract Figure of(Figure first, Figure other);

	/** What a row of comparisons is called, in a table whose figures have that unit. */
	abstract String unit(Metric.Unit unit);

}
