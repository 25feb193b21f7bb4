package io.taskgroup.benchmarks.map;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;

import com.softwaremill.jox.structured.Par;

/** Jox's {@code parLimit}. */
final class Jox implements LimitedMap {

	@Override
	public List<Integer> map(List<Integer> items, int limit, Function<Integer, Integer> function) throws Exception {
		List<Callable<Integer>> tasks = new ArrayList<>(items.size());
		for (Integer item : items) {
			tasks.add(() -> function.apply(item));
		}
		return Par.parLimit(limit, tasks);
	}

}
