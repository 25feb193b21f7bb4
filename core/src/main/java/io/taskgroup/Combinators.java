package io.taskgroup;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * The combinators in which every task counts. Each opens a group, forks, and lets the
 * group end; what a failure does is the group's.
 */
final class Combinators {

	private Combinators() {
	}

	static <T extends @Nullable Object> List<T> gather(Spec spec, Collection<? extends Callable<? extends T>> tasks)
			throws InterruptedException {
		return results(forkAll(spec, Collecting.FAIL_TOGETHER, checked(tasks)));
	}

	/** Lets the body fork, and combines the results when the group has ended. */
	static <R extends @Nullable Object> R combined(Spec spec, GroupFunction<Combination<R>> forks)
			throws InterruptedException {
		Combination<R> combination = HostedGroup.open(spec, true, Collecting.FAIL_TOGETHER).<Combination<R>>call(forks);
		return combination.value();
	}

	static <T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(Spec spec,
			Collection<? extends Callable<? extends T>> tasks) throws InterruptedException {
		List<TaskHandle<T>> handles = forkAll(spec, Collecting.LEAVE_TO_HANDLES, checked(tasks));
		return handles.stream().map(TaskHandle::outcome).toList();
	}

	static <T extends @Nullable Object, R extends @Nullable Object> List<R> map(Spec spec, Iterable<? extends T> items,
			TaskFunction<? super T, ? extends R> function) throws InterruptedException {
		Objects.requireNonNull(items, "items");
		Objects.requireNonNull(function, "function");
		Results<R> results = new Results<>();
		HostedGroup group = HostedGroup.open(spec.asItGoes(), true, Collecting.FAIL_TOGETHER);
		group.reuseThreads();
		group.call((open) -> {
			feed(items, (item) -> open.fork(results.setter(function, item)));
			return results;
		});
		List<R> list = results.toList();
		if (list == null) {
			throw group.ownCancellation();
		}
		return list;
	}

	static <T extends @Nullable Object> void forEach(Spec spec, Iterable<? extends T> items,
			TaskConsumer<? super T> action) throws InterruptedException {
		Objects.requireNonNull(items, "items");
		Objects.requireNonNull(action, "action");
		HostedGroup group = HostedGroup.open(spec.asItGoes(), true, Collecting.FAIL_TOGETHER);
		group.reuseThreads();
		group.run((open) -> feed(items, (item) -> open.fork(() -> action.accept(item))));
	}

	/** Asks for one item after the other, until the group is cancelled. */
	private static <T extends @Nullable Object> void feed(Iterable<? extends T> items, Consumer<? super T> fork)
			throws CancelledException {
		for (T item : items) {
			CancelScope.checkpoint();
			fork.accept(item);
		}
	}

	private static <T extends @Nullable Object> List<TaskHandle<T>> forkAll(Spec spec, Collecting collecting,
			List<Callable<? extends T>> tasks) throws InterruptedException {
		List<TaskHandle<T>> handles = new ArrayList<>(tasks.size());
		HostedGroup.open(spec, true, collecting).run((group) -> {
			for (Callable<? extends T> task : tasks) {
				handles.add(group.fork(task));
			}
		});
		return handles;
	}

	/** A copy of the tasks, none of which is null. */
	static <T extends @Nullable Object> List<Callable<? extends T>> checked(
			Collection<? extends Callable<? extends T>> tasks) {
		List<Callable<? extends T>> copy = new ArrayList<>(Objects.requireNonNull(tasks, "tasks"));
		for (int i = 0; i < copy.size(); i++) {
			Objects.requireNonNull(copy.get(i), "tasks[" + i + "]");
		}
		return copy;
	}

	/** The results of tasks of a group that has not failed. */
	private static <T extends @Nullable Object> List<T> results(List<TaskHandle<T>> handles)
			throws InterruptedException {
		List<T> results = new ArrayList<>(handles.size());
		for (TaskHandle<T> handle : handles) {
			results.add(handle.await());
		}
		return Collections.unmodifiableList(results);
	}

	/** Makes a value of the results of tasks that have ended. */
	@FunctionalInterface
	interface Combination<R extends @Nullable Object> {

		R value() throws InterruptedException;

	}

}
