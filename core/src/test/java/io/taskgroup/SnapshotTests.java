package io.taskgroup;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rule 10.2: what is open now.
 */
@Timeout(30)
class SnapshotTests {

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	@Test
	@DisplayName("10.2 when nothing is open the snapshot is empty")
	void nothingOpen() throws Exception {
		assertThat(this.groups.snapshot()).isEmpty();
		this.groups.named("group").run((group) -> group.fork(() -> "value"));
		assertThat(this.groups.snapshot()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("10.2 the snapshot is a tree of groups and tasks, each below where it was opened")
	void tree(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> innermost = Holdout.returning("value");
		CountDownLatch inBody = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicReference<TaskHandle<?>> task = new AtomicReference<>();
		AtomicLong threadId = new AtomicLong();
		Host<Void> host = rig.start(() -> groups.named("outer").run((outer) -> {
			task.set(outer.fork("task", () -> {
				threadId.set(Thread.currentThread().threadId());
				groups.named("in task").run((inner) -> inner.fork("innermost", innermost));
			}));
			outer.fork("finished", () -> "value").await();
			groups.named("in body").run((inner) -> {
				inBody.countDown();
				Waits.on(goOn);
			});
		}));
		innermost.awaitRunning();
		Waits.on(inBody);
		TaskScopeSnapshot outer = single(groups.snapshot());
		assertThat(outer.name()).isEqualTo("outer");
		assertThat(outer.supervisor()).isFalse();
		assertThat(outer.cancelled()).isFalse();
		assertThat(outer.cancelCause()).isEmpty();
		assertThat(outer.timeLeft()).isEmpty();
		assertThat(outer.children()).extracting(TaskScopeSnapshot::name).containsExactly("in body");
		TaskSnapshot taskSnapshot = single(outer.tasks());
		assertThat(taskSnapshot.name()).isEqualTo("task");
		assertThat(taskSnapshot.id()).isEqualTo(task.get().id());
		assertThat(taskSnapshot.state()).isEqualTo(TaskState.RUNNING);
		assertThat(taskSnapshot.thread()).contains("outer/task");
		assertThat(taskSnapshot.threadId()).hasValue(threadId.get());
		TaskScopeSnapshot inTask = single(taskSnapshot.children());
		assertThat(inTask.name()).isEqualTo("in task");
		assertThat(single(inTask.tasks()).name()).isEqualTo("innermost");
		assertThat(single(inTask.tasks()).children()).isEmpty();
		innermost.release();
		goOn.countDown();
		host.get();
		assertThat(groups.snapshot()).isEmpty();
	}

	@Test
	@DisplayName("10.2 supervisors are in the tree, detached ones too, until they are closed")
	void supervisors() throws Exception {
		TaskScope supervisor = this.groups.named("supervisor").openScope();
		TaskScope detached = this.groups.named("detached").detached().openScope();
		Sleeper sleeper = new Sleeper();
		supervisor.fork("sleeper", sleeper);
		sleeper.awaitRunning();
		List<TaskScopeSnapshot> snapshot = this.groups.snapshot();
		assertThat(snapshot).extracting(TaskScopeSnapshot::name).containsExactlyInAnyOrder("supervisor", "detached");
		assertThat(snapshot).allMatch(TaskScopeSnapshot::supervisor);
		assertThat(snapshot).filteredOn((scope) -> scope.name().equals("supervisor"))
			.flatExtracting(TaskScopeSnapshot::tasks)
			.extracting(TaskSnapshot::name)
			.containsExactly("sleeper");
		supervisor.close();
		assertThat(this.groups.snapshot()).extracting(TaskScopeSnapshot::name).containsExactly("detached");
		detached.close();
		assertThat(this.groups.snapshot()).isEmpty();
	}

	@Test
	@DisplayName("10.2 a supervisor opened in a body is below that group")
	void supervisorBelowGroup() throws Exception {
		this.groups.named("outer").run((outer) -> {
			this.groups.named("supervisor").openScope();
			TaskScopeSnapshot snapshot = single(this.groups.snapshot());
			assertThat(snapshot.name()).isEqualTo("outer");
			assertThat(single(snapshot.children()).name()).isEqualTo("supervisor");
		});
	}

	@Test
	@DisplayName("10.2 the snapshot tells cancellations, with kind and reason, and the states of the tasks")
	void cancelled() throws Exception {
		Holdout<String> holdout = Holdout.returning("value");
		Host<Void> host = Rig.VIRTUAL.start(() -> this.groups.named("group").run((group) -> {
			group.fork("holdout", holdout);
			holdout.awaitRunning();
			group.cancel("enough");
		}));
		holdout.awaitInterrupted();
		TaskScopeSnapshot snapshot = single(this.groups.snapshot());
		assertThat(snapshot.cancelled()).isTrue();
		assertThat(snapshot.cancelCause().map(CancelCause::kind)).contains(CancelKind.EXPLICIT);
		assertThat(snapshot.cancelCause().map(CancelCause::reason)).contains("enough");
		assertThat(single(snapshot.tasks()).state()).isEqualTo(TaskState.CANCELLING);
		holdout.release();
		host.get();
	}

	@Test
	@DisplayName("10.2 the snapshot tells deadlines")
	void deadlines() throws Exception {
		this.groups.named("group").timeout(Duration.ofHours(1)).run((group) -> {
			assertThat(single(this.groups.snapshot()).timeLeft().orElseThrow()).isPositive()
				.isLessThanOrEqualTo(Duration.ofHours(1));
			group.cancelScope().timeout(null);
			assertThat(single(this.groups.snapshot()).timeLeft()).isEmpty();
		});
	}

	@Test
	@DisplayName("10.2 the snapshot tells ages if the factory keeps times")
	void ages() throws Exception {
		TaskGroupFactory keeping = Rig.VIRTUAL.builder().recordTimes(true).build();
		assertAges(keeping, true);
		TaskGroupFactory listening = Rig.VIRTUAL.builder().listener(new TaskGroupListener() {
		}).build();
		assertAges(listening, true);
	}

	@Test
	@DisplayName("10.1 without listeners no clock is read: there are no ages")
	void noAges() throws Exception {
		assertAges(this.groups, false);
		TaskGroupFactory notKeeping = Rig.VIRTUAL.builder().recordTimes(false).build();
		assertAges(notKeeping, false);
	}

	private static void assertAges(TaskGroupFactory groups, boolean present) throws InterruptedException {
		long start = System.nanoTime();
		groups.named("group").run((group) -> {
			Sleeper sleeper = new Sleeper();
			group.fork(sleeper);
			sleeper.awaitRunning();
			TaskScopeSnapshot snapshot = single(groups.snapshot());
			Duration passed = Duration.ofNanos(System.nanoTime() - start);
			assertThat(snapshot.age().isPresent()).isEqualTo(present);
			assertThat(single(snapshot.tasks()).age().isPresent()).isEqualTo(present);
			snapshot.age().ifPresent((age) -> assertThat(age).isBetween(Duration.ZERO, passed));
			single(snapshot.tasks()).age().ifPresent((age) -> assertThat(age).isBetween(Duration.ZERO, passed));
			assertThat(single(snapshot.tasks()).waited().isPresent()).isEqualTo(present);
			group.cancel();
		});
	}

	@Test
	@DisplayName("10.2 the snapshot tells how long a task waited until it started, or has waited")
	void waited() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.builder().recordTimes(true).build();
		groups.named("group").maxConcurrency(1).run((group) -> {
			Sleeper sleeper = new Sleeper();
			group.fork("runs", sleeper);
			group.fork("waits", () -> "value");
			sleeper.awaitRunning();
			List<TaskSnapshot> first = single(groups.snapshot()).tasks();
			List<TaskSnapshot> second = single(groups.snapshot()).tasks();
			assertThat(second.get(0).waited()).isEqualTo(first.get(0).waited());
			assertThat(second.get(0).waited().orElseThrow()).isBetween(Duration.ZERO, first.get(0).age().orElseThrow());
			assertThat(second.get(1).waited().orElseThrow()).isGreaterThan(first.get(1).waited().orElseThrow());
			group.cancel();
		});
	}

	@Test
	@DisplayName("10.2 ids of groups are unique, those of tasks are the handles'")
	void ids() throws Exception {
		this.groups.named("one").run((one) -> this.groups.named("two").run((two) -> {
			Sleeper sleeper = new Sleeper();
			TaskHandle<?> handle = two.fork(sleeper);
			sleeper.awaitRunning();
			TaskScopeSnapshot first = single(this.groups.snapshot());
			TaskScopeSnapshot second = single(first.children());
			assertThat(first.id()).isNotEqualTo(second.id());
			assertThat(single(second.tasks()).id()).isEqualTo(handle.id());
			two.cancel();
		}));
	}

	@Test
	@DisplayName("10.2 groups of another factory are not in the snapshot")
	void otherFactory() throws Exception {
		TaskGroupFactory other = Rig.VIRTUAL.factory();
		other.named("other").run((group) -> assertThat(this.groups.snapshot()).isEmpty());
	}

	@Test
	@DisplayName("10.2 a snapshot can be taken at any time, without stopping anybody")
	void whileBusy() throws Exception {
		AtomicBoolean stop = new AtomicBoolean();
		Host<Void> host = Rig.VIRTUAL.start(() -> {
			while (!stop.get()) {
				this.groups.named("outer").run((outer) -> {
					for (int i = 0; i < 10; i++) {
						outer.fork("task", () -> {
							this.groups.named("inner").run((inner) -> inner.fork("innermost", () -> "value"));
						});
					}
				});
			}
		});
		try {
			for (int i = 0; i < 2000; i++) {
				for (TaskScopeSnapshot outer : this.groups.snapshot()) {
					assertThat(outer.name()).isEqualTo("outer");
					for (TaskSnapshot task : outer.tasks()) {
						assertThat(task.name()).isEqualTo("task");
						assertThat(task.children()).allMatch((inner) -> inner.name().equals("inner"));
					}
				}
			}
		}
		finally {
			stop.set(true);
		}
		host.get();
		assertThat(this.groups.snapshot()).isEmpty();
	}

	private static <T> T single(List<T> list) {
		assertThat(list).hasSize(1);
		return list.get(0);
	}

}
