package io.taskgroup.benchmarks.map;

import java.util.List;
import java.util.function.Function;

import io.taskgroup.TaskGroupFactory;

/** {@code map} with {@code maxConcurrency}. */
final class TaskGroups implements LimitedMap {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	@Override
	public List<Integer> map(List<Integer> items, int limit, Function<Integer, Integer> function) throws Exception {
		return this.groups.named("map").maxConcurrency(limit).map(items, function::apply);
	}

	@Override
	public void close() {
		this.groups.close();
	}

}
