package io.taskgroup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Rule 10.2: how much a snapshot tells of what is open, and of what kind it is.
 */
@Timeout(60)
class SnapshotOptionsTests {

	private static final SnapshotOptions ALL = SnapshotOptions.ALL;

	private final TaskGroupFactory groups = Rig.VIRTUAL.builder().recordTimes(true).build();

	private final CountDownLatch goOn = new CountDownLatch(1);

	@Test
	@DisplayName("10.2 of more tasks than asked for, the oldest are told, and how many were left out")
	void maxTasks() throws Exception {
		this.groups.named("group").run((group) -> {
			List<TaskHandle<?>> handles = fork(group, 10);
			TaskTreeSnapshot tree = this.groups.snapshot(ALL.atMost(4, 10, 10));
			TaskScopeSnapshot snapshot = single(tree.roots());
			assertThat(snapshot.tasks()).extracting(TaskSnapshot::id)
				.containsExactlyElementsOf(handles.subList(0, 4).stream().map(TaskHandle::id).toList());
			assertThat(snapshot.tasksLeftOut()).isEqualTo(6);
			assertThat(tree.tasksLeftOut()).isEqualTo(6);
			assertThat(tree.scopesLeftOut()).isZero();
			assertThat(snapshot.counts().running() + snapshot.counts().queued()).isEqualTo(10);
			this.goOn.countDown();
		});
	}

	@Test
	@DisplayName("10.2 a large group leaves some of the tasks that are told to the others")
	void fairShare() throws Exception {
		this.groups.named("small").run((small) -> {
			fork(small, 3);
			this.groups.named("large").run((large) -> {
				fork(large, 100);
				this.groups.named("last").run((last) -> {
					fork(last, 2);
					TaskTreeSnapshot tree = this.groups.snapshot(ALL.atMost(20, 10, 10));
					TaskScopeSnapshot outer = single(tree.roots());
					assertThat(outer.tasks()).hasSize(3);
					TaskScopeSnapshot middle = single(outer.children());
					assertThat(middle.tasks()).hasSize(15);
					assertThat(middle.tasksLeftOut()).isEqualTo(85);
					assertThat(single(middle.children()).tasks()).hasSize(2);
					assertThat(tree.tasksLeftOut()).isEqualTo(85);
					this.goOn.countDown();
				});
			});
		});
	}

	@Test
	@DisplayName("10.2 a task in which something is open is told before the others")
	void hostsFirst() throws Exception {
		this.groups.named("outer").run((outer) -> {
			fork(outer, 10);
			CountDownLatch inside = new CountDownLatch(1);
			TaskHandle<?> host = outer.fork("host", () -> {
				this.groups.named("inner").run((inner) -> {
					inside.countDown();
					Waits.on(this.goOn);
				});
			});
			Waits.on(inside);
			TaskScopeSnapshot snapshot = single(this.groups.snapshot(ALL.atMost(1, 10, 10)).roots());
			TaskSnapshot told = single(snapshot.tasks());
			assertThat(told.id()).isEqualTo(host.id());
			assertThat(single(told.children()).name()).isEqualTo("inner");
			this.goOn.countDown();
		});
	}

	@Test
	@DisplayName("10.2 groups are left out, and what is in them, beyond the number and the depth asked for")
	void maxScopes() throws Exception {
		this.groups.named("one")
			.run((one) -> this.groups.named("two").run((two) -> this.groups.named("three").run((three) -> {
				fork(three, 2);
				TaskTreeSnapshot flat = this.groups.snapshot(ALL.atMost(10, 2, 10));
				assertThat(single(single(flat.roots()).children()).children()).isEmpty();
				assertThat(flat.scopesLeftOut()).isEqualTo(1);
				assertThat(flat.tasksLeftOut()).isEqualTo(2);
				TaskTreeSnapshot shallow = this.groups.snapshot(ALL.atMost(10, 10, 1));
				assertThat(single(shallow.roots()).children()).isEmpty();
				assertThat(shallow.scopesLeftOut()).isEqualTo(2);
				this.goOn.countDown();
			})));
	}

	@Test
	@DisplayName("10.2 the snapshot counts the tasks of a group by what has become of them")
	void counts() throws Exception {
		TaskScope scope = this.groups.named("scope").maxConcurrency(2).onError((task, exception) -> {
		}).openScope();
		scope.fork(() -> "value").awaitDone();
		scope.fork(() -> "value").awaitDone();
		scope.fork(() -> {
			throw new IllegalStateException("wrong");
		}).awaitDone();
		Sleeper sleeper = new Sleeper();
		TaskHandle<?> cancelled = scope.fork(sleeper);
		sleeper.awaitRunning();
		cancelled.cancel();
		cancelled.awaitDone();
		// the permit of the one that was cancelled comes back a moment after its end
		Waits.until(() -> single(this.groups.snapshot()).limiters().get(0).inUse().getAsInt() == 0);
		fork(scope, 5);
		assertThat(single(this.groups.snapshot()).counts()).isEqualTo(new TaskCounts(3, 2, 2, 1, 1));
		this.goOn.countDown();
		scope.join();
		assertThat(single(this.groups.snapshot()).counts()).isEqualTo(new TaskCounts(0, 0, 7, 1, 1));
		scope.close();
	}

	@Test
	@DisplayName("10.2 what a thread is doing is told of tasks that are old enough, when it is asked for")
	void stacks() throws Exception {
		this.groups.named("group").run((group) -> {
			fork(group, 1);
			assertThat(task(ALL).stack()).isEmpty();
			assertThat(task(ALL.stacks(100, Duration.ofHours(1))).stack()).isEmpty();
			Waits.until(() -> task(ALL.stacks(100, Duration.ZERO)).stack()
				.stream()
				.anyMatch((frame) -> frame.getClassName().equals(Waits.class.getName())));
			assertThat(task(ALL.stacks(2, Duration.ZERO)).stack()).hasSize(2);
			this.goOn.countDown();
		});
	}

	@Test
	@DisplayName("10.2 a root scope is in the tree as long as something is open in it")
	@SuppressWarnings("try") // to be inside is all that the body needs
	void root() throws Exception {
		RootScope root = CancelScope.createRoot();
		assertThat(root.name()).isEmpty();
		try (RootScope.Entered entered = root.enter()) {
			assertThat(this.groups.snapshot()).isEmpty();
			root.timeout(Duration.ofHours(1));
			this.groups.named("group").run((group) -> {
				assertThat(single(this.groups.snapshot()).name()).isEqualTo("root-" + root.id());
				root.name(() -> "GET /books");
				TaskScopeSnapshot snapshot = single(this.groups.snapshot());
				assertThat(snapshot.id()).isEqualTo(root.id());
				assertThat(snapshot.name()).isEqualTo("GET /books");
				assertThat(snapshot.kind()).isEqualTo(TaskScopeKind.ROOT);
				assertThat(snapshot.age()).isPresent();
				assertThat(snapshot.timeLeft()).isPresent();
				assertThat(snapshot.tasks()).isEmpty();
				TaskScopeSnapshot inside = single(snapshot.children());
				assertThat(inside.name()).isEqualTo("group");
				assertThat(inside.kind()).isEqualTo(TaskScopeKind.GROUP);
			});
			assertThat(this.groups.snapshot()).isEmpty();
			root.timeout(null);
			TaskScope supervisor = this.groups.named("supervisor").openScope();
			assertThat(single(single(this.groups.snapshot()).children()).kind()).isEqualTo(TaskScopeKind.SUPERVISOR);
			supervisor.close();
		}
		root.close();
	}

	@Test
	@DisplayName("5.6 a root scope can be cancelled by its number as long as something is open in it")
	void cancelRoot() throws Exception {
		RootScope root = CancelScope.createRoot();
		Sleeper sleeper = new Sleeper();
		Host<Boolean> host = Rig.VIRTUAL.startCall(() -> {
			try (RootScope.Entered entered = root.enter()) {
				try {
					this.groups.named("group").run((group) -> group.fork(sleeper));
				}
				catch (CancelledException ex) {
					return entered.catches(ex);
				}
				return false;
			}
		});
		sleeper.awaitRunning();
		assertThat(this.groups.cancel(root.id(), CancelKind.EXPLICIT, "enough")).isTrue();
		assertThat(host.get()).isTrue();
		assertThat(root.cancelReason()).contains("enough");
		assertThat(this.groups.cancel(root.id(), CancelKind.EXPLICIT, "enough")).isFalse();
	}

	@Test
	@DisplayName("10.2 many tasks in many groups, which come and go, are told within the bounds")
	void bounded() throws Exception {
		SnapshotOptions options = ALL.atMost(200, 100, 20);
		Host<Void> host = Rig.VIRTUAL.start(() -> this.groups.named("outer").run((outer) -> {
			for (int i = 0; i < 300; i++) {
				outer.fork("host", () -> this.groups.named("inner").run((inner) -> {
					fork(inner, 20);
					while (this.goOn.getCount() > 0) {
						inner.fork("short", () -> "value").await();
					}
				}));
			}
		}));
		Waits.until(() -> {
			TaskTreeSnapshot tree = this.groups.snapshot(options);
			return tree.scopesLeftOut() + scopes(tree.roots()) == 301;
		});
		for (int i = 0; i < 50; i++) {
			TaskTreeSnapshot tree = this.groups.snapshot(options);
			assertThat(tasks(tree.roots())).isLessThanOrEqualTo(200);
			assertThat(scopes(tree.roots())).isLessThanOrEqualTo(100);
			assertThat(tree.tasksLeftOut()).isPositive();
			assertThat(tree.scopesLeftOut()).isEqualTo(301 - scopes(tree.roots()));
		}
		this.goOn.countDown();
		host.get();
		assertThat(this.groups.snapshot(options)).isEqualTo(new TaskTreeSnapshot(List.of(), 0, 0));
	}

	@Test
	@DisplayName("a negative number is refused, with its name")
	void negative() {
		assertThatIllegalArgumentException().isThrownBy(() -> ALL.atMost(-1, 1, 1))
			.withMessage("maxTasks must not be negative, but is -1");
		assertThatIllegalArgumentException().isThrownBy(() -> ALL.atMost(1, -1, 1)).withMessageContaining("maxScopes");
		assertThatIllegalArgumentException().isThrownBy(() -> ALL.atMost(1, 1, -1)).withMessageContaining("maxDepth");
		assertThatIllegalArgumentException().isThrownBy(() -> ALL.stacks(-1, Duration.ZERO))
			.withMessageContaining("stackDepth");
	}

	private List<TaskHandle<?>> fork(TaskScope scope, int number) {
		List<TaskHandle<?>> handles = new ArrayList<>();
		IntStream.range(0, number).forEach((i) -> handles.add(scope.fork("task", () -> Waits.on(this.goOn))));
		return handles;
	}

	private TaskSnapshot task(SnapshotOptions options) {
		return single(single(this.groups.snapshot(options).roots()).tasks());
	}

	private static int tasks(List<TaskScopeSnapshot> scopes) {
		return scopes.stream()
			.mapToInt((scope) -> scope.tasks().size() + tasks(scope.children())
					+ scope.tasks().stream().mapToInt((task) -> tasks(task.children())).sum())
			.sum();
	}

	private static int scopes(List<TaskScopeSnapshot> scopes) {
		return scopes.stream()
			.mapToInt((scope) -> 1 + scopes(scope.children())
					+ scope.tasks().stream().mapToInt((task) -> scopes(task.children())).sum())
			.sum();
	}

	private static <T> T single(List<T> list) {
		assertThat(list).hasSize(1);
		return list.get(0);
	}

}
