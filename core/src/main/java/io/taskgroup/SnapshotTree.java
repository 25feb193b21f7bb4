package io.taskgroup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * The tree of what is open in a factory (10.2), made from its flat set: each scope is put
 * below the nearest task or group around it. Reads only, and stops nobody.
 */
final class SnapshotTree {

	private final boolean timed;

	private final List<AbstractTaskScope> roots = new ArrayList<>();

	private final Map<Scope, List<AbstractTaskScope>> children = new HashMap<>();

	SnapshotTree(DefaultTaskGroupFactory factory) {
		this.timed = factory.recordsTimes();
		for (AbstractTaskScope open : factory.open()) {
			Scope around = around(open);
			if (around != null && hasEnded(around)) {
				// so this one has ended, too, since it was looked at
				continue;
			}
			List<AbstractTaskScope> siblings = (around != null)
					? this.children.computeIfAbsent(around, (key) -> new ArrayList<>()) : this.roots;
			siblings.add(open);
		}
	}

	/** The nearest task or group around a scope, of the same factory. */
	private static @Nullable Scope around(AbstractTaskScope open) {
		Scope inner = open.scope();
		for (Scope scope = inner.parent(); scope != null; scope = scope.parent()) {
			AbstractTaskScope owner = scope.owner();
			if (owner != null && owner.factory() == open.factory()) {
				return scope;
			}
		}
		return null;
	}

	private static boolean hasEnded(Scope around) {
		AbstractTaskScope owner = around.owner();
		return owner != null && owner.scope().hasEnded();
	}

	List<TaskScopeSnapshot> roots() {
		return snapshots(this.roots);
	}

	private List<TaskScopeSnapshot> snapshots(@Nullable List<AbstractTaskScope> scopes) {
		return (scopes != null) ? scopes.stream().map(this::snapshot).toList() : List.of();
	}

	private TaskScopeSnapshot snapshot(AbstractTaskScope open) {
		Scope scope = open.scope();
		Scope cause = scope.cause();
		Cancellation cancellation = (cause != null) ? scope.firstCancellation() : null;
		List<TaskSnapshot> tasks = new ArrayList<>();
		for (Task<?> task : open.members().live()) {
			addIfLive(tasks, task);
		}
		return new TaskScopeSnapshot(open.id(), open.name(), open.supervisor(), cancellation != null,
				Optional.ofNullable(cancellation).map(Cancellation::kind),
				Optional.ofNullable(cancellation).map(Cancellation::reason), age(open.ageNanos()), scope.timeLeft(),
				limiters(open), tasks, snapshots(this.children.get(scope)));
	}

	private static List<LimiterSnapshot> limiters(AbstractTaskScope open) {
		Limits limits = open.limits();
		return (limits != null) ? limits.snapshot() : List.of();
	}

	private void addIfLive(List<TaskSnapshot> tasks, Task<?> task) {
		Handle<?> handle = task.handle();
		if (handle == null || handle.isDone()) {
			return;
		}
		Strand strand = task.strand();
		tasks.add(new TaskSnapshot(task.id(), handle.name(), handle.state(), age(task.ageNanos()),
				Optional.ofNullable(strand).map(Strand::threadName), snapshots(this.children.get(task))));
	}

	private Optional<Duration> age(long nanos) {
		return this.timed ? Optional.of(Duration.ofNanos(nanos)) : Optional.empty();
	}

}
