package io.taskgroup.benchmarks.map;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

import com.pivovarit.collectors.ParallelCollectors;

/** parallel-collectors' {@code parallel}, on virtual threads as it is by default. */
final class CollectorsInParallel implements LimitedMap {

	@Override
	public List<Integer> map(List<Integer> items, int limit, Function<Integer, Integer> function) {
		return items.stream().collect(ParallelCollectors.parallel(function, Collectors.toList(), limit)).join();
	}

}
