package io.taskgroup.autoconfigure.actuate;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import io.taskgroup.CancelKind;
import io.taskgroup.SnapshotOptions;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskTreeSnapshot;
import io.taskgroup.autoconfigure.actuate.TaskGroupsDescriptor.LeftOutDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskGroupsDescriptor.ScopeDescriptor;

/**
 * What is open in all factories of the application, and what there was of each name.
 */
final class TaskTree {

	private final Supplier<List<TaskGroupFactory>> factories;

	private final NameTable names;

	private final int maxTasks;

	TaskTree(Supplier<List<TaskGroupFactory>> factories, NameTable names, int maxTasks) {
		this.factories = factories;
		this.names = names;
		this.maxTasks = maxTasks;
	}

	/**
	 * What is open. The bounds are those of each factory; nearly every application has
	 * one.
	 */
	TaskGroupsDescriptor describe(TreeQuery query) {
		SnapshotOptions options = query.options(this.maxTasks);
		Instant time = Instant.now().truncatedTo(ChronoUnit.MILLIS);
		Descriptors descriptors = new Descriptors(time);
		List<ScopeDescriptor> open = new ArrayList<>();
		int tasksLeftOut = 0;
		int scopesLeftOut = 0;
		for (TaskGroupFactory factory : this.factories.get()) {
			TaskTreeSnapshot tree = factory.snapshot(options);
			open.addAll(descriptors.scopes(tree.roots()));
			tasksLeftOut += tree.tasksLeftOut();
			scopesLeftOut += tree.scopesLeftOut();
		}
		return new TaskGroupsDescriptor(time, new LeftOutDescriptor(tasksLeftOut, scopesLeftOut), open,
				this.names.all());
	}

	boolean cancel(long id, String reason) {
		return this.factories.get().stream().anyMatch((factory) -> factory.cancel(id, CancelKind.EXPLICIT, reason));
	}

}
