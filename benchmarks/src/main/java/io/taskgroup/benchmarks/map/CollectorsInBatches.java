package io.taskgroup.benchmarks.map;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;

import com.pivovarit.collectors.ParallelCollectors;

/**
 * parallel-collectors' {@code Batching}, which its documentation advises for what is
 * light and similar: as many parts of the input as run at a time, each on one virtual
 * thread from its beginning to its end.
 */
final class CollectorsInBatches implements LimitedMap {

	private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

	@Override
	public List<Integer> map(List<Integer> items, int limit, Function<Integer, Integer> function) {
		return items.stream()
			.collect(ParallelCollectors.Batching.parallel(function, Collectors.toList(), this.executor, limit))
			.join();
	}

	@Override
	public void close() {
		this.executor.close();
	}

}
