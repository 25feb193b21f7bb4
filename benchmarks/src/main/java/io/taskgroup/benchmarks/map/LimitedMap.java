package io.taskgroup.benchmarks.map;

import java.util.List;
import java.util.function.Function;

/** Applies a function to many items, so many at a time. */
public interface LimitedMap extends AutoCloseable {

	/**
	 * Applies the function to each item, on a virtual thread.
	 * @param items the items
	 * @param limit how many at a time
	 * @param function the function
	 * @return the results, in the order of the items
	 * @throws Exception if the function failed
	 */
	List<Integer> map(List<Integer> items, int limit, Function<Integer, Integer> function) throws Exception;

	@Override
	default void close() {
		// most have nothing to close
	}

}
