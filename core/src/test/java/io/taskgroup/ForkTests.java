package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static io.taskgroup.GroupAssertions.assertFailed;
import static io.taskgroup.GroupAssertions.assertFailsWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Rules 3.7, 3.8 and 3.14: what becomes of a forked task, who may fork, and what a task
 * is subject to.
 */
@Timeout(30)
class ForkTests {

	private final IOException failure = new IOException("failure");

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("places")
	@DisplayName("3.7 fork on a cancelled group starts the task, up to its first blocking call")
	void forkOnCancelledGroup(Rig rig, BlockingCall place) throws Exception {
		TaskGroupFactory groups = rig.factory();
		TaskScope elsewhere = groups.named("elsewhere").openScope();
		TaskHandle<?> endless = elsewhere.fork(new Sleeper());
		AtomicBoolean started = new AtomicBoolean();
		AtomicBoolean passed = new AtomicBoolean();
		AtomicBoolean cleanedUp = new AtomicBoolean();
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		rig.run(() -> groups.named("group").run((group) -> {
			group.cancel("enough");
			handle.set(group.fork(() -> {
				started.set(true);
				try {
					place.block(groups, endless);
					passed.set(true);
				}
				finally {
					cleanedUp.set(true);
				}
			}));
		}));
		assertThat(started).isTrue();
		assertThat(cleanedUp).isTrue();
		assertThat(passed).isFalse();
		assertThat(handle.get().outcome()).isEqualTo(new Outcome.Cancelled<Void>("enough"));
		elsewhere.close();
	}

	static Stream<Arguments> places() {
		return Stream.of(Rig.values())
			.flatMap((rig) -> Stream.of(BlockingCall.values()).map((place) -> Arguments.of(rig, place)));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.7 a task forked on a cancelled group that never blocks succeeds")
	void forkOnCancelledGroupMaySucceed(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicBoolean cancelledFromTheStart = new AtomicBoolean();
		AtomicReference<TaskHandle<String>> handle = new AtomicReference<>();
		rig.run(() -> groups.named("group").run((group) -> {
			group.cancel();
			handle.set(group.fork(() -> {
				cancelledFromTheStart.set(CancelScope.cancelRequested());
				return "value";
			}));
		}));
		assertThat(cancelledFromTheStart).isTrue();
		assertThat(handle.get().resultNow()).isEqualTo("value");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.7 fork on a group that has failed starts the task too, already cancelled")
	void forkOnFailedGroup(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper late = new Sleeper();
		rig.run(() -> assertFailsWith(() -> groups.named("group").run((group) -> {
			TaskHandle<?> failing = group.fork(() -> {
				throw this.failure;
			});
			Waits.spinUntil(failing::isDone);
			Waits.spinUntil(CancelScope::cancelRequested);
			group.fork(late);
		}), this.failure));
		assertThat(late.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.7 fork from the finally block of a cancelled task starts the task, already cancelled")
	void forkFromFinally(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper late = new Sleeper();
		CountDownLatch running = new CountDownLatch(1);
		rig.run(() -> assertFailsWith(() -> groups.named("group").run((group) -> {
			group.fork(() -> {
				try {
					running.countDown();
					Waits.forever();
				}
				finally {
					group.fork(late);
				}
			});
			Waits.on(running);
			throw this.failure;
		}), this.failure));
		assertThat(late.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.7 fork from another thread, while a cancelled group still waits, starts the task")
	void forkWhileCancelledGroupWaits(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Sleeper late = new Sleeper();
		Host<CancelScope> host = rig.startCall(() -> groups.named("group").run((group) -> {
			opened.set(group);
			group.fork(holdout);
			holdout.awaitRunning();
			group.cancel();
		}));
		holdout.awaitInterrupted();
		host.awaitBlocked();
		TaskHandle<?> handle = opened.get().fork(late);
		handle.awaitDone();
		assertThat(late.wasInterrupted()).isTrue();
		assertThat(handle.state()).isEqualTo(TaskState.CANCELLED);
		assertThat(host.isDone()).isFalse();
		holdout.release();
		assertThat(host.get().cancelCaught()).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("forms")
	@DisplayName("3.7 fork and start after the end throw TaskGroupClosedException")
	void forkAfterEnd(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicReference<TaskGroup> ended = new AtomicReference<>();
		AtomicBoolean ran = new AtomicBoolean();
		rig.run(() -> form.go(groups.named("orders"), ended::set));
		TaskGroup group = ended.get();
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> group.fork(() -> ran.set(true)))
			.withMessageContaining("orders");
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> group.fork("name", () -> "value"));
		assertThatExceptionOfType(TaskGroupClosedException.class)
			.isThrownBy(() -> group.fork("name", () -> ran.set(true)));
		assertThatExceptionOfType(TaskGroupClosedException.class)
			.isThrownBy(() -> group.startAction((status) -> ran.set(true)));
		assertThat(ran).isFalse();
	}

	static Stream<Arguments> forms() {
		return Stream.of(Rig.values())
			.flatMap((rig) -> Stream.of(Form.values()).map((form) -> Arguments.of(rig, form)));
	}

	@Test
	@DisplayName("3.7 fork after a finished join of an open group throws, before close too")
	void forkAfterJoin() throws Exception {
		try (TaskGroup group = Rig.VIRTUAL.factory().named("group").open()) {
			group.join();
			assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> group.fork(() -> "late"));
		}
	}

	@Test
	@DisplayName("3.7 fork after a join that threw throws TaskGroupClosedException")
	void forkAfterFailedJoin() {
		try (TaskGroup group = Rig.VIRTUAL.factory().named("group").open()) {
			group.fork(() -> {
				throw this.failure;
			});
			assertFailsWith(group::join, this.failure);
			assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> group.fork(() -> "late"));
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.7 a task that is cancelled alone right after fork still runs up to its first blocking call")
	void cancelRightAfterFork(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicInteger started = new AtomicInteger();
		AtomicInteger passed = new AtomicInteger();
		rig.run(() -> groups.named("group").run((group) -> {
			for (int i = 0; i < 300; i++) {
				group.fork(() -> {
					started.incrementAndGet();
					Waits.forever();
					passed.incrementAndGet();
				}).cancel();
			}
		}));
		assertThat(started).hasValue(300);
		assertThat(passed).hasValue(0);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.7 tasks whose group is cancelled right after fork still run up to their first blocking call")
	void cancelGroupRightAfterFork(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		for (int round = 0; round < 100; round++) {
			AtomicInteger started = new AtomicInteger();
			CancelScope scope = rig.call(() -> groups.named("group").run((group) -> {
				for (int i = 0; i < 3; i++) {
					group.fork(() -> {
						started.incrementAndGet();
						Waits.forever();
					});
				}
				group.cancel();
			}));
			assertThat(started).hasValue(3);
			assertThat(scope.cancelCaught()).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.8 a task may fork into its own group, whose end waits for that")
	void taskForks(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicInteger count = new AtomicInteger();
		rig.run(() -> groups.named("group").run((group) -> group.fork(() -> forkDown(group, 50, count))));
		assertThat(count).hasValue(51);
	}

	private static void forkDown(TaskGroup group, int depth, AtomicInteger count) {
		count.incrementAndGet();
		if (depth > 0) {
			group.fork(() -> forkDown(group, depth - 1, count));
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("waitingForms")
	@DisplayName("3.8 any thread that was given the group may fork, while its host waits for the end")
	void anyThreadForks(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> first = Holdout.returning("first");
		Holdout<String> second = Holdout.returning("second");
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		AtomicBoolean ended = new AtomicBoolean();
		Host<Void> host = rig.start(() -> {
			form.go(groups.named("group"), (group) -> {
				opened.set(group);
				group.fork(first);
			});
			ended.set(second.hasEnded());
		});
		first.awaitRunning();
		host.awaitBlocked();
		TaskHandle<String> handle = opened.get().fork(second);
		second.awaitRunning();
		first.release();
		host.awaitBlocked();
		assertThat(host.isDone()).isFalse();
		second.release();
		host.get();
		assertThat(ended).isTrue();
		assertThat(handle.resultNow()).isEqualTo("second");
	}

	static Stream<Arguments> waitingForms() {
		return Stream.of(Rig.values())
			.flatMap(
					(rig) -> Stream.of(Form.RUN, Form.CALL, Form.OPEN_AND_JOIN).map((form) -> Arguments.of(rig, form)));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.8 the failure of a task that another thread forked fails the group")
	void failureOfForeignFork(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Host<Void> host = rig.start(() -> groups.named("group").run((group) -> {
			opened.set(group);
			group.fork(sleeper);
		}));
		sleeper.awaitRunning();
		opened.get().fork(() -> {
			throw this.failure;
		});
		assertThat(assertFailed(host.thrown()).exceptions()).containsExactly(this.failure);
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.14 a task forked inside a cancel scope is not subject to that")
	void cancelScopeAroundFork(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<Optional<Duration>> timeLeft = new AtomicReference<>();
		String value = rig.call(() -> groups.named("group").call((group) -> {
			AtomicReference<TaskHandle<String>> handle = new AtomicReference<>();
			CancelScope scope = CancelScope.moveOnAfter(Duration.ofHours(1), (s) -> {
				handle.set(group.fork(() -> {
					timeLeft.set(CancelScope.currentTimeLeft());
					return holdout.call();
				}));
				holdout.awaitRunning();
				s.cancel();
				CancelScope.checkpoint();
			});
			assertThat(scope.cancelCaught()).isTrue();
			assertThat(handle.get().state()).isEqualTo(TaskState.RUNNING);
			assertThat(holdout.wasInterrupted()).isFalse();
			holdout.release();
			return handle.get().await();
		}));
		assertThat(value).isEqualTo("value");
		assertThat(timeLeft.get()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.14 a task forked inside a shield is not shielded")
	void shieldAroundFork(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		CancelScope outer = rig.call(() -> CancelScope.<Exception>run((scope) -> groups.named("group").run((group) -> {
			CancelScope.runShielded((shield) -> {
				TaskHandle<?> handle = group.fork(sleeper);
				sleeper.awaitRunning();
				scope.cancel("from outside");
				handle.awaitDone();
				assertThat(handle.outcome()).isEqualTo(new Outcome.Cancelled<>("from outside"));
			});
		})));
		assertThat(outer.cancelCaught()).isTrue();
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.14 a task of a group opened inside a shield is shielded, also if it was forked outside of it")
	void shieldAroundGroup(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<String> value = new AtomicReference<>();
		CancelScope outer = rig.call(() -> CancelScope.<Exception>run((scope) -> {
			value.set(CancelScope.shield((shield) -> groups.named("group").call((group) -> {
				TaskHandle<String> handle = group.fork(holdout);
				holdout.awaitRunning();
				scope.cancel();
				assertThat(handle.state()).isEqualTo(TaskState.RUNNING);
				holdout.release();
				return handle.await();
			})));
			CancelScope.checkpoint();
		}));
		assertThat(value).hasValue("value");
		assertThat(holdout.wasInterrupted()).isFalse();
		assertThat(outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.14 a task forked by a thread in a cancelled scope is not cancelled")
	void forkByCancelledThread(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Holdout<String> first = Holdout.returning("first");
		AtomicReference<TaskHandle<Boolean>> handle = new AtomicReference<>();
		Host<Void> host = rig.start(() -> groups.named("group").run((group) -> {
			opened.set(group);
			group.fork(first);
		}));
		first.awaitRunning();
		rig.run(() -> CancelScope.run((scope) -> {
			scope.cancel();
			handle.set(opened.get().fork(CancelScope::cancelRequested));
		}));
		assertThat(handle.get().await()).isFalse();
		first.release();
		host.get();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.14 a thread that the user starts himself inherits nothing")
	void ownThreadInheritsNothing(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicBoolean requested = new AtomicBoolean(true);
		AtomicReference<Optional<Duration>> timeLeft = new AtomicReference<>();
		AtomicBoolean ran = new AtomicBoolean();
		CancelScope scope = rig.call(() -> groups.named("group").moveOnAfter(Duration.ofHours(1)).run((group) -> {
			group.cancel();
			Host<Void> own = rig.start(() -> {
				requested.set(CancelScope.cancelRequested());
				timeLeft.set(CancelScope.currentTimeLeft());
				CancelScope.checkpoint();
				groups.named("other").run((other) -> ran.set(other.fork(() -> true).await()));
			});
			Waits.spinUntil(own::isDone);
			own.get();
		}));
		assertThat(scope.cancelCalled()).isTrue();
		assertThat(requested).isFalse();
		assertThat(timeLeft.get()).isEmpty();
		assertThat(ran).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.14 a thread that a task starts inherits nothing of the task")
	void ownThreadOfTaskInheritsNothing(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicBoolean requested = new AtomicBoolean(true);
		rig.run(() -> groups.named("group").run((group) -> group.fork(() -> {
			CancelScope.moveOnAfter(Duration.ofHours(1), (scope) -> {
				scope.cancel();
				Host<Boolean> own = rig.startCall(CancelScope::cancelRequested);
				Waits.spinUntil(own::isDone);
				requested.set(own.get());
			});
		})));
		assertThat(requested).isFalse();
	}

	@Test
	@DisplayName("3.8 names and ids of tasks: given, or made from the id")
	void namesOfTasks() throws Exception {
		Rig.VIRTUAL.factory().named("group").run((group) -> {
			TaskHandle<String> one = group.fork("one", () -> "value");
			TaskHandle<Void> two = group.fork("two", () -> {
			});
			TaskHandle<String> unnamed = group.fork(() -> "value");
			assertThat(one.name()).isEqualTo("one");
			assertThat(two.name()).isEqualTo("two");
			assertThat(unnamed.name()).contains(String.valueOf(unnamed.id()));
			assertThat(one.id()).isNotEqualTo(two.id()).isNotEqualTo(unnamed.id());
			assertThat(group.name()).isEqualTo("group");
		});
	}

}
