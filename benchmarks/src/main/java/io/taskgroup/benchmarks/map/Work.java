package io.taskgroup.benchmarks.map;

import java.util.function.Function;

/** What is done with an item. All return the item itself. */
enum Work implements Function<Integer, Integer> {

	/** Nothing. */
	TRIVIAL {

		@Override
		public Integer apply(Integer item) {
			return item;
		}

	},

	/**
	 * Mostly nothing, two milliseconds for one item in a hundred, and twenty for one in a
	 * thousand: about 60 ms for 100,000 items, if 64 of those that wait always do so at
	 * the same time.
	 */
	UNEVEN {

		@Override
		public Integer apply(Integer item) {
			if (item % 1000 == 500) {
				sleep(20);
			}
			else if (item % 100 == 0) {
				sleep(2);
			}
			return item;
		}

	};

	private static void sleep(int millis) {
		try {
			Thread.sleep(millis);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
