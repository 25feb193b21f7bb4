package io.taskgroup;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

/**
 * The tree of what is open in a factory (10.2), made from its flat set: each scope is put
 * below the nearest task, group or root scope around it. Reads only, and stops nobody.
 */
final class SnapshotTree {

	private final boolean timed;

	private final SnapshotOptions options;

	private final List<AbstractTaskScope> roots = new ArrayList<>();

	private final Map<Scope, List<AbstractTaskScope>> children = new HashMap<>();

	private int tasksLeftOut;

	private int scopesLeftOut;

	private int tasksTold;

	private int scopesTold;

	/** How many tasks in which nothing is open may still be told of. */
	private int tasksLeft;

	/**
	 * How many of them each group may tell of, so that a large one leaves some to others.
	 */
	private final int share;

	SnapshotTree(DefaultTaskGroupFactory factory, SnapshotOptions options) {
		this.timed = factory.recordsTimes();
		this.options = options;
		List<AbstractTaskScope> all = new ArrayList<>();
		factory.open().forEach(all::add);
		all.sort(Comparator.comparingLong(AbstractTaskScope::id));
		all.forEach(this::add);
		int hosts = (int) this.children.keySet().stream().filter(Task.class::isInstance).count();
		this.tasksLeft = Math.max(0, options.maxTasks() - hosts);
		this.share = fairShare(all.stream().mapToInt((open) -> open.members().size()).toArray(), this.tasksLeft);
	}

	private void add(AbstractTaskScope open) {
		Scope around = open.around();
		if (around != null && hasEnded(around)) {
			// so this one has ended, too, since it was looked at
			return;
		}
		if (around == null) {
			this.roots.add(open);
		}
		else {
			DefaultRootScope root = around.root();
			this.children.computeIfAbsent((root != null) ? root : around, (key) -> new ArrayList<>()).add(open);
		}
	}

	private static boolean hasEnded(Scope around) {
		AbstractTaskScope owner = around.owner();
		return owner != null && owner.scope().hasEnded();
	}

	/** How much each may have, so that what is there goes as far as it can. */
	private static int fairShare(int[] wanted, int there) {
		Arrays.sort(wanted);
		int left = there;
		for (int i = 0; i < wanted.length; i++) {
			int share = left / (wanted.length - i);
			if (wanted[i] > share) {
				return Math.max(1, share);
			}
			left -= wanted[i];
		}
		return Integer.MAX_VALUE;
	}

	TaskTreeSnapshot tree() {
		List<TaskScopeSnapshot> roots = new ArrayList<>();
		this.children.keySet()
			.stream()
			.filter(DefaultRootScope.class::isInstance)
			.map(DefaultRootScope.class::cast)
			.sorted(Comparator.comparingLong(DefaultRootScope::id))
			.forEach((root) -> addRoot(roots, root));
		roots.addAll(snapshots(this.roots, 1));
		return new TaskTreeSnapshot(roots, this.tasksLeftOut, this.scopesLeftOut);
	}

	private void addRoot(List<TaskScopeSnapshot> roots, DefaultRootScope root) {
		List<TaskScopeSnapshot> inside = snapshots(this.children.get(root), 2);
		if (inside.isEmpty()) {
			return;
		}
		roots.add(new TaskScopeSnapshot(root.id(), root.name().orElseGet(() -> "root-" + root.id()), TaskScopeKind.ROOT,
				Optional.ofNullable(CancelCause.of(root.cancellation())), time(root.ageNanos()), root.timeLeft(),
				List.of(), TaskCounts.NONE, List.of(), 0, inside));
	}

	private List<TaskScopeSnapshot> snapshots(@Nullable List<AbstractTaskScope> scopes, int depth) {
		if (scopes == null) {
			return List.of();
		}
		List<TaskScopeSnapshot> snapshots = new ArrayList<>();
		for (AbstractTaskScope open : scopes) {
			if (depth <= this.options.maxDepth() && this.scopesTold < this.options.maxScopes()) {
				this.scopesTold++;
				snapshots.add(snapshot(open, depth));
			}
			else {
				leaveOut(open);
			}
		}
		return snapshots;
	}

	/**
	 * Counts a group, its tasks, and all below them. What has ended since it was looked
	 * at is not there any more, and so is not left out. Not recursive: it may lie deep.
	 */
	private void leaveOut(AbstractTaskScope leftOut) {
		Deque<AbstractTaskScope> scopes = new ArrayDeque<>(List.of(leftOut));
		while (!scopes.isEmpty()) {
			AbstractTaskScope open = scopes.pop();
			this.scopesLeftOut++;
			for (Task<?> task : open.members().live()) {
				if (task.openHandle() != null) {
					this.tasksLeftOut++;
					scopes.addAll(this.children.getOrDefault(task, List.of()));
				}
			}
			scopes.addAll(this.children.getOrDefault(open.scope(), List.of()));
		}
	}

	private TaskScopeSnapshot snapshot(AbstractTaskScope open, int depth) {
		Scope scope = open.scope();
		Tasks tasks = new Tasks(depth);
		// the youngest is the first
		open.members().live().reversed().forEach(tasks::add);
		return new TaskScopeSnapshot(open.id(), open.name(), open.kind(), Optional.ofNullable(open.cause()),
				time(open.ageNanos()), scope.timeLeft(), limiters(open), open.counts(tasks.queued, tasks.running),
				tasks.told, tasks.leftOut, snapshots(this.children.get(scope), depth + 1));
	}

	private static List<LimiterSnapshot> limiters(AbstractTaskScope open) {
		Limits limits = open.limits();
		return (limits != null) ? limits.snapshot() : List.of();
	}

	private Optional<Duration> time(long nanos) {
		return this.timed ? Optional.of(Duration.ofNanos(nanos)) : Optional.empty();
	}

	/** The tasks of one group. */
	private final class Tasks {

		private final int depth;

		private final List<TaskSnapshot> told = new ArrayList<>();

		private int toldWithoutChildren;

		private int leftOut;

		private int queued;

		private int running;

		Tasks(int depth) {
			this.depth = depth;
		}

		void add(Task<?> task) {
			Handle<?> handle = task.openHandle();
			if (handle == null) {
				return;
			}
			boolean queued = task.isQueued();
			if (queued) {
				this.queued++;
			}
			else {
				this.running++;
			}
			if (isToBeTold(task)) {
				SnapshotTree.this.tasksTold++;
				this.told.add(snapshot(task, handle, queued));
			}
			else {
				this.leftOut++;
				SnapshotTree.this.tasksLeftOut++;
				SnapshotTree.this.children.getOrDefault(task, List.of()).forEach(SnapshotTree.this::leaveOut);
			}
		}

		private boolean isToBeTold(Task<?> task) {
			SnapshotTree tree = SnapshotTree.this;
			if (tree.children.containsKey(task)) {
				return tree.tasksTold < tree.options.maxTasks();
			}
			if (tree.tasksLeft == 0 || this.toldWithoutChildren >= tree.share) {
				return false;
			}
			tree.tasksLeft--;
			this.toldWithoutChildren++;
			return true;
		}

		private TaskSnapshot snapshot(Task<?> task, Handle<?> handle, boolean queued) {
			Strand strand = task.strand();
			boolean looksAtStack = !queued && isLongRunning(task);
			return new TaskSnapshot(task.id(), handle.shownName(), handle.state(), time(task.ageNanos()),
					time(task.waitedNanos()), Optional.ofNullable(strand).map(Strand::threadName),
					(strand != null) ? OptionalLong.of(strand.threadId()) : OptionalLong.empty(),
					(strand != null && looksAtStack) ? stack(strand) : List.of(),
					snapshots(SnapshotTree.this.children.get(task), this.depth + 1));
		}

		private boolean isLongRunning(Task<?> task) {
			SnapshotOptions options = SnapshotTree.this.options;
			return options.stackDepth() > 0 && (!SnapshotTree.this.timed
					|| Duration.ofNanos(task.ageNanos()).compareTo(options.stackAge()) >= 0);
		}

		private List<StackTraceElement> stack(Strand strand) {
			StackTraceElement[] frames = strand.stackTrace();
			return List.of(frames).subList(0, Math.min(frames.length, SnapshotTree.this.options.stackDepth()));
		}

	}

}
