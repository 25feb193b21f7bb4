package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static io.taskgroup.GroupAssertions.assertCancelled;
import static io.taskgroup.GroupAssertions.assertFailsWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Rule 3.13: the deadline of a group.
 */
@Timeout(30)
class GroupDeadlineTests {

	private static final Duration SHORT = Duration.ofMillis(20);

	private static final Duration LONG = Duration.ofHours(1);

	private final IOException failure = new IOException("failure");

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("forms")
	@DisplayName("3.13 the deadline passes while the host waits for the tasks")
	void passesWhileHostWaits(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		rig.run(() -> {
			TaskGroupTimeoutException thrown = assertTimesOut(
					() -> form.go(groups.named("orders").timeout(SHORT), (group) -> group.fork(sleeper)));
			assertThat(thrown.groupName()).isEqualTo("orders");
			assertThat(thrown.exceptions()).hasSize(1);
			assertThat(sleeper.wasInterrupted()).isTrue();
		});
	}

	static Stream<Arguments> forms() {
		return Stream.of(Rig.values())
			.flatMap(
					(rig) -> Stream.of(Form.RUN, Form.CALL, Form.OPEN_AND_JOIN).map((form) -> Arguments.of(rig, form)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("places")
	@DisplayName("3.13 the deadline passes while the body is somewhere")
	void passesInBody(Rig rig, BlockingCall place) throws Exception {
		TaskGroupFactory groups = rig.factory();
		TaskScope elsewhere = groups.named("elsewhere").openScope();
		TaskHandle<?> endless = elsewhere.fork(new Sleeper());
		rig.run(() -> assertTimesOut(
				() -> groups.named("group").timeout(SHORT).run((group) -> place.block(groups, endless))));
		elsewhere.close();
	}

	static Stream<Arguments> places() {
		return Stream.of(Rig.values())
			.flatMap((rig) -> Stream.of(BlockingCall.values()).map((place) -> Arguments.of(rig, place)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("forms")
	@DisplayName("3.13 the group times out also if body and tasks then came to a good end")
	void tasksCameToGoodEnd(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<TaskHandle<String>> handle = new AtomicReference<>();
		Host<Void> host = rig.start(() -> assertTimesOut(
				() -> form.go(groups.named("group").timeout(SHORT), (group) -> handle.set(group.fork(holdout)))));
		holdout.awaitInterrupted();
		holdout.release();
		host.get();
		assertThat(handle.get().resultNow()).isEqualTo("value");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 call times out also if the body then returned a value")
	void bodyReturnsValue(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> assertTimesOut(() -> groups.named("group").timeout(SHORT).call((group) -> {
			Waits.spinUntil(CancelScope::cancelRequested);
			return "value";
		})));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 failures after the deadline follow the TimeoutException")
	void failuresFollow(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<Void> holdout = Holdout.throwing(this.failure);
		Host<TaskGroupTimeoutException> host = rig.startCall(
				() -> assertTimesOut(() -> groups.named("group").timeout(SHORT).run((group) -> group.fork(holdout))));
		holdout.awaitInterrupted();
		holdout.release();
		assertThat(host.get().exceptions()).hasSize(2).endsWith(this.failure);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 the timeout of the group's scope is its deadline too")
	void timeoutOfScope(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		rig.run(() -> assertTimesOut(() -> groups.named("group").run((group) -> {
			group.fork(sleeper);
			sleeper.awaitRunning();
			group.cancelScope().timeout(SHORT);
		})));
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("3.13 the deadline can be set by a task of the group")
	void timeoutOfScopeByTask() {
		assertTimesOut(() -> Rig.VIRTUAL.factory().named("group").run((group) -> {
			group.fork(() -> group.cancelScope().timeout(SHORT));
			Waits.forever();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 a deadline that was moved nearer passes then")
	void movedNearer(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> assertTimesOut(() -> groups.named("group").timeout(LONG).run((group) -> {
			group.cancelScope().timeout(SHORT);
			Waits.forever();
		})));
	}

	@Test
	@DisplayName("3.13 a deadline that was moved farther, or removed, does not pass")
	void movedFarther() throws Exception {
		for (Duration moved : new Duration[] { LONG, null, Duration.ofSeconds(Long.MAX_VALUE) }) {
			Duration soon = Duration.ofMillis(200);
			CancelScope scope = Rig.VIRTUAL.factory().named("group").timeout(soon).run((group) -> {
				long start = System.nanoTime();
				group.cancelScope().timeout(moved);
				Waits.until(() -> System.nanoTime() - start > soon.toNanos() * 2);
				CancelScope.checkpoint();
			});
			assertThat(scope.cancelCalled()).isFalse();
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 a deadline that passes after the group was cancelled does nothing")
	void afterCancel(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		CancelScope scope = rig.call(() -> groups.named("group").timeout(LONG).run((group) -> {
			group.fork(sleeper);
			sleeper.awaitRunning();
			group.cancel("enough");
			group.cancelScope().timeout(Duration.ZERO);
			Waits.spinUntil(sleeper::hasEnded);
		}));
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(scope.cancelReason()).contains("enough");
		assertThat(scope.cancelKind()).contains(CancelKind.EXPLICIT);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 a deadline that passes by itself after the group was cancelled does nothing")
	void passesByItselfAfterCancel(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		long start = System.nanoTime();
		Duration timeout = Duration.ofMillis(500);
		Host<CancelScope> host = rig.startCall(() -> groups.named("group").timeout(timeout).run((group) -> {
			group.fork(holdout);
			holdout.awaitRunning();
			group.cancel("enough");
		}));
		holdout.awaitInterrupted();
		Waits.until(() -> System.nanoTime() - start > timeout.toNanos() * 3 / 2);
		holdout.release();
		assertThat(host.get().cancelReason()).contains("enough");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 a deadline that passes after the group had failed does nothing")
	void afterFailure(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		AtomicReference<TaskHandle<?>> sleeping = new AtomicReference<>();
		rig.run(() -> assertFailsWith(() -> groups.named("group").timeout(LONG).run((group) -> {
			sleeping.set(group.fork(sleeper));
			sleeper.awaitRunning();
			group.fork("culprit", () -> {
				throw this.failure;
			});
			Waits.spinUntil(sleeper::hasEnded);
			group.cancelScope().timeout(Duration.ZERO);
			assertCancelled(CancelScope::checkpoint);
		}), this.failure));
		assertThat(sleeping.get().outcome()).isEqualTo(new Outcome.Cancelled<>("failure in culprit"));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 a deadline that passes after a scope around the group was cancelled does nothing")
	void afterOuterCancellation(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		CancelScope outer = rig.call(() -> CancelScope.<Exception>run((scope) -> {
			throw assertCancelled(() -> groups.named("group").timeout(LONG).run((group) -> {
				scope.cancel();
				group.cancelScope().timeout(Duration.ZERO);
				Waits.forever();
			}));
		}));
		assertThat(outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 a deadline that did not pass before the end does nothing")
	void afterEnd(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> {
			Duration soon = Duration.ofMillis(200);
			long start = System.nanoTime();
			CancelScope scope = groups.named("group").timeout(soon).run((group) -> group.fork(() -> "value"));
			scope.timeout(Duration.ZERO);
			Waits.until(() -> System.nanoTime() - start > soon.toNanos() * 3 / 2);
			assertThat(scope.cancelCalled()).isFalse();
			CancelScope.checkpoint();
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 with moveOnAfter it is as if cancel had been called")
	void moveOnAfter(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		CancelScope scope = rig
			.call(() -> groups.named("group").moveOnAfter(SHORT).run((group) -> group.fork(sleeper)));
		assertThat(sleeper.wasInterrupted()).isTrue();
		assertThat(scope.cancelCalled()).isTrue();
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(scope.cancelKind()).contains(CancelKind.TIMEOUT);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 with moveOnAfter the body is ended too, and call has no value")
	void moveOnAfterInBody(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		TaskCancelledException thrown = rig.call(() -> catchThrowableOfType(TaskCancelledException.class,
				() -> groups.named("group").moveOnAfter(SHORT).call((group) -> {
					Waits.forever();
					return "value";
				})));
		assertThat(thrown).isNotNull();
		assertThat(thrown.kind()).isEqualTo(CancelKind.TIMEOUT);
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("forms")
	@DisplayName("3.13 with moveOnAfter join is quiet, and call returns the value of a body that came to its end")
	void moveOnAfterIsQuiet(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		rig.run(() -> {
			form.go(groups.named("group").moveOnAfter(SHORT), (group) -> {
				group.fork(sleeper);
				group.join();
			});
			CancelScope.checkpoint();
		});
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("3.13 with moveOnAfter close without join needs no cancel")
	void closeAfterMoveOn() throws Exception {
		TaskGroup group = Rig.VIRTUAL.factory().named("group").moveOnAfter(SHORT).open();
		Sleeper sleeper = new Sleeper();
		TaskHandle<?> handle = group.fork(sleeper);
		Waits.spinUntil(handle::isDone);
		assertThat(group.cancelScope().cancelCalled()).isTrue();
		group.close();
	}

	@Test
	@DisplayName("3.13 the nearer of timeout and moveOnAfter counts")
	void nearerCounts() throws Exception {
		TaskGroupSpec spec = Rig.VIRTUAL.factory().named("group");
		for (TaskGroupSpec quiet : new TaskGroupSpec[] { spec.timeout(LONG).moveOnAfter(SHORT),
				spec.moveOnAfter(SHORT).timeout(LONG) }) {
			assertThat(quiet.run((group) -> Waits.forever()).cancelCaught()).isTrue();
		}
		for (TaskGroupSpec failing : new TaskGroupSpec[] { spec.timeout(SHORT).moveOnAfter(LONG),
				spec.moveOnAfter(LONG).timeout(SHORT) }) {
			assertTimesOut(() -> failing.run((group) -> Waits.forever()));
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 the deadline of a scope around the group is not the group's own")
	void outerDeadline(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		CancelScope outer = rig.call(() -> CancelScope.<Exception>moveOnAfter(SHORT, (scope) -> {
			throw assertCancelled(() -> groups.named("group").timeout(LONG).run((group) -> group.fork(new Sleeper())));
		}));
		assertThat(outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 the deadline of an outer group is reported by that group")
	void deadlineOfOuterGroup(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicReference<Throwable> inner = new AtomicReference<>();
		rig.run(() -> {
			TaskGroupTimeoutException thrown = assertTimesOut(
					() -> groups.named("outer").timeout(SHORT).run((group) -> group.fork(() -> {
						inner.set(catchThrowable(() -> groups.named("inner").run((g) -> g.fork(new Sleeper()))));
						CancelScope.checkpoint();
					})));
			assertThat(thrown.groupName()).isEqualTo("outer");
			assertThat(thrown.exceptions()).hasSize(1);
		});
		assertThat(inner.get()).isInstanceOf(CancelledException.class);
		assertThat(((CancelledException) inner.get()).kind()).isEqualTo(CancelKind.TIMEOUT);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 join in the body of run throws the timeout, which is reported once")
	void joinInBodyOfRun(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicReference<Throwable> thrownByJoin = new AtomicReference<>();
		rig.run(() -> {
			TaskGroupTimeoutException thrown = assertTimesOut(
					() -> groups.named("group").timeout(SHORT).run((group) -> {
						group.fork(new Sleeper());
						thrownByJoin.set(catchThrowable(group::join));
						throw (Exception) thrownByJoin.get();
					}));
			assertThat(thrown.exceptions()).hasSize(1);
			assertThat(thrown).isSameAs(thrownByJoin.get());
		});
	}

	@Test
	@DisplayName("3.13 a timeout that the body has caught from join is thrown again")
	void bodyCatchesTheTimeout() {
		AtomicReference<Throwable> thrownByJoin = new AtomicReference<>();
		TaskGroupTimeoutException thrown = assertTimesOut(
				() -> Rig.VIRTUAL.factory().named("group").timeout(SHORT).run((group) -> {
					group.fork(new Sleeper());
					thrownByJoin.set(catchThrowable(group::join));
				}));
		assertThat(thrown).isSameAs(thrownByJoin.get());
	}

	@Test
	@DisplayName("3.13 a second join times out as the first did")
	void secondJoin() {
		try (TaskGroup group = Rig.VIRTUAL.factory().named("group").timeout(SHORT).open()) {
			group.fork(new Sleeper());
			assertTimesOut(group::join);
			assertTimesOut(group::join);
		}
	}

	@Test
	@DisplayName("3.13 close without join throws the timeout")
	void closeWithoutJoin() {
		TaskGroup group = Rig.VIRTUAL.factory().named("group").timeout(SHORT).open();
		TaskHandle<?> handle = group.fork(new Sleeper());
		Waits.spinUntil(handle::isDone);
		assertTimesOut(group::close);
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("passedAlready")
	@DisplayName("3.13 a deadline that has passed already ends the body at its first blocking call, not before")
	void passedAlready(Rig rig, Duration timeout) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicBoolean started = new AtomicBoolean();
		rig.run(() -> assertTimesOut(() -> groups.named("group").timeout(timeout).run((group) -> {
			started.set(true);
			Waits.forever();
		})));
		assertThat(started).isTrue();
	}

	static Stream<Arguments> passedAlready() {
		return Stream.of(Rig.values())
			.flatMap((rig) -> Stream.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofSeconds(Long.MIN_VALUE))
				.map((timeout) -> Arguments.of(rig, timeout)));
	}

	@Test
	@DisplayName("3.13 a deadline that is too far to count is none")
	void tooFar() throws Exception {
		Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
		Rig.VIRTUAL.factory().named("group").timeout(forever).run((group) -> {
			assertThat(group.cancelScope().timeLeft()).isEmpty();
			assertThat(group.fork(() -> "value").await()).isEqualTo("value");
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 the tasks of a group that timed out say so, and cancelCalled is true")
	void kindOfCancellation(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicReference<TaskHandle<?>> handle = new AtomicReference<>();
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		rig.run(() -> assertTimesOut(() -> groups.named("group").timeout(SHORT).run((group) -> {
			opened.set(group);
			handle.set(group.fork(new Sleeper()));
		})));
		TaskCancelledException awaited = catchThrowableOfType(TaskCancelledException.class, handle.get()::await);
		assertThat(awaited.kind()).isEqualTo(CancelKind.TIMEOUT);
		assertThat(opened.get().cancelScope().cancelCalled()).isTrue();
	}

	@Test
	@DisplayName("3.13 the time left is the same for body and tasks")
	void timeLeft() throws Exception {
		Rig.VIRTUAL.factory().named("group").timeout(LONG).run((group) -> {
			assertThat(CancelScope.currentTimeLeft().orElseThrow()).isPositive().isLessThanOrEqualTo(LONG);
			assertThat(group.fork(CancelScope::currentTimeLeft).await().orElseThrow()).isPositive()
				.isLessThanOrEqualTo(LONG);
			assertThat(group.cancelScope().timeLeft().orElseThrow()).isPositive().isLessThanOrEqualTo(LONG);
		});
	}

	@Test
	@DisplayName("3.13 a supervisor's deadline cancels its tasks, and its join throws")
	void supervisor() throws Exception {
		try (TaskScope supervisor = Rig.VIRTUAL.factory().named("supervisor").timeout(SHORT).openScope()) {
			TaskHandle<?> handle = supervisor.fork(new Sleeper());
			TaskGroupTimeoutException thrown = assertTimesOut(supervisor::join);
			assertThat(thrown.groupName()).isEqualTo("supervisor");
			assertThat(handle.state()).isEqualTo(TaskState.CANCELLED);
		}
	}

	@Test
	@DisplayName("3.13 a supervisor's moveOnAfter cancels its tasks, and its join is quiet")
	void supervisorMovesOn() throws Exception {
		try (TaskScope supervisor = Rig.VIRTUAL.factory().named("supervisor").moveOnAfter(SHORT).openScope()) {
			TaskHandle<?> handle = supervisor.fork(new Sleeper());
			supervisor.join();
			assertThat(handle.state()).isEqualTo(TaskState.CANCELLED);
		}
	}

	@Test
	@DisplayName("3.13 a host that computes and then forks is timed out at its next library call")
	void libraryCallsLookAtTheClock() {
		CountDownLatch never = new CountDownLatch(1);
		assertTimesOut(() -> Rig.VIRTUAL.factory().named("group").timeout(SHORT).run((group) -> {
			long start = System.nanoTime();
			Waits.spinUntil(() -> System.nanoTime() - start > SHORT.toNanos());
			assertCancelled(CancelScope::checkpoint);
			Waits.on(never);
		}));
	}

	private static TaskGroupTimeoutException assertTimesOut(ThrowingCallable code) {
		Throwable thrown = catchThrowable(code);
		assertThat(thrown).isInstanceOf(TaskGroupTimeoutException.class);
		TaskGroupTimeoutException timeout = (TaskGroupTimeoutException) thrown;
		assertThat(timeout.exceptions().get(0)).isInstanceOf(TimeoutException.class);
		assertThat(timeout).hasCause(timeout.exceptions().get(0));
		return timeout;
	}

}
