package io.taskgroup.benchmarks.cancel;

import java.util.Objects;

import io.taskgroup.TaskGroup;
import io.taskgroup.TaskGroupFactory;
import org.jspecify.annotations.Nullable;

/** {@code cancel} of the outermost group. */
final class TaskGroups implements Cancellation {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	private @Nullable TaskGroup outermost;

	@Override
	public void fork(Tree tree) {
		TaskGroup group = this.groups.named("outermost").open();
		fork(group, tree, 0);
		this.outermost = group;
	}

	private void fork(TaskGroup group, Tree tree, int depth) {
		for (int i = 0; i < tree.width(depth); i++) {
			if (tree.isLast(depth)) {
				group.fork(() -> tree.block());
			}
			else {
				group.fork(() -> nest(tree, depth + 1));
			}
		}
	}

	private void nest(Tree tree, int depth) throws InterruptedException {
		this.groups.named("nested").run(group -> fork(group, tree, depth));
	}

	@Override
	public void cancel() throws InterruptedException {
		try (TaskGroup group = Objects.requireNonNull(this.outermost)) {
			group.cancel();
			group.join();
		}
	}

	@Override
	public void close() {
		this.groups.close();
	}

}
