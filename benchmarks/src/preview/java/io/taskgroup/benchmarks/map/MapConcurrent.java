package io.taskgroup.benchmarks.map;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Gatherers;

/** The JDK's {@code Gatherers.mapConcurrent}. */
final class MapConcurrent implements LimitedMap {

	@Override
	public List<Integer> map(List<Integer> items, int limit, Function<Integer, Integer> function) {
		return items.stream().gather(Gatherers.mapConcurrent(limit, function)).toList();
	}

}
