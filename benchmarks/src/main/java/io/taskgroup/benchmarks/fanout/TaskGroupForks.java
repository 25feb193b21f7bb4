package io.taskgroup.benchmarks.fanout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskHandle;

/** The same as {@code gather}, by hand: {@code call}, {@code fork} and {@code await}. */
final class TaskGroupForks implements FanOut {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	@Override
	public List<Integer> all(List<Callable<Integer>> tasks) throws Exception {
		return this.groups.named("fan-out").call(group -> {
			List<TaskHandle<Integer>> handles = new ArrayList<>(tasks.size());
			for (Callable<Integer> task : tasks) {
				handles.add(group.fork(task));
			}
			List<Integer> results = new ArrayList<>(tasks.size());
			for (TaskHandle<Integer> handle : handles) {
				results.add(handle.await());
			}
			return results;
		});
	}

	@Override
	public void close() {
		this.groups.close();
	}

}
