package io.taskgroup.benchmarks.limit;

import java.util.List;

import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupSpec;

/** A group for each caller, and one limiter. */
final class TaskGroups implements SharedLimit {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	private final TaskGroupSpec limited = this.groups.named("limited")
		.limiter(ConcurrencyLimiter.of(SharedLimitBenchmark.LIMIT));

	@Override
	public void all(List<Runnable> tasks) throws Exception {
		this.limited.run(group -> {
			for (Runnable task : tasks) {
				group.fork(task::run);
			}
		});
	}

	@Override
	public void close() {
		this.groups.close();
	}

}
