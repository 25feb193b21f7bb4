package io.taskgroup.benchmarks.first;

import java.util.List;
import java.util.concurrent.Callable;

import io.taskgroup.TaskGroupFactory;

/** {@code any}. */
final class TaskGroups implements First {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	@Override
	public Integer first(List<Callable<Integer>> tasks) throws Exception {
		return this.groups.named("first").any(tasks);
	}

	@Override
	public void close() {
		this.groups.close();
	}

}
