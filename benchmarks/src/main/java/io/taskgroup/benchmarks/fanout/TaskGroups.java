package io.taskgroup.benchmarks.fanout;

import java.util.List;
import java.util.concurrent.Callable;

import io.taskgroup.TaskGroupFactory;

/** {@code gather}. */
final class TaskGroups implements FanOut {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	@Override
	public List<Integer> all(List<Callable<Integer>> tasks) throws Exception {
		return this.groups.named("fan-out").gather(tasks);
	}

	@Override
	public void close() {
		this.groups.close();
	}

}
