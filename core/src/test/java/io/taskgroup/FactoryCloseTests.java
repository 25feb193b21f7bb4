package io.taskgroup;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
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
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Rule 6.4: closing the factory.
 */
@Timeout(30)
class FactoryCloseTests {

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.4 close cancels a run as a shutdown, quietly, body and tasks")
	void closeCancelsRun(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		Host<CancelScope> host = rig.startCall(() -> groups.named("group").run((group) -> {
			handle.set(group.fork(sleeper));
			sleeper.awaitRunning();
			Waits.forever();
		}));
		sleeper.awaitRunning();
		host.awaitBlocked();
		groups.close();
		CancelScope scope = host.get();
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(scope.cancelKind()).contains(CancelKind.SHUTDOWN);
		assertThat(sleeper.wasInterrupted()).isTrue();
		TaskCancelledException awaited = catchThrowableOfType(TaskCancelledException.class, handle.get()::await);
		assertThat(awaited.kind()).isEqualTo(CancelKind.SHUTDOWN);
	}

	@Test
	@DisplayName("6.4 close cancels a call, which has no value")
	void closeCancelsCall() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		CountDownLatch running = new CountDownLatch(1);
		Host<String> host = Rig.VIRTUAL.startCall(() -> groups.named("group").call((group) -> {
			running.countDown();
			Waits.forever();
			return "value";
		}));
		Waits.on(running);
		groups.close();
		assertThat(host.thrown()).isInstanceOfSatisfying(TaskCancelledException.class,
				(thrown) -> assertThat(thrown.kind()).isEqualTo(CancelKind.SHUTDOWN));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("forms")
	@DisplayName("6.4 close waits until the groups have ended")
	void closeWaitsForGroups(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		Host<Void> host = rig.start(() -> form.go(groups.named("group"), (group) -> {
			group.fork(holdout);
			holdout.awaitRunning();
			if (form == Form.OPEN_AND_CLOSE) {
				Waits.spinUntil(CancelScope::cancelRequested);
			}
		}));
		holdout.awaitRunning();
		Host<Boolean> closing = rig.startCall(() -> {
			groups.close();
			return holdout.hasEnded();
		});
		holdout.awaitInterrupted();
		closing.awaitBlocked();
		assertThat(closing.isDone()).isFalse();
		holdout.release();
		assertThat(closing.get()).isTrue();
		assertThat(host.thrown()).matches((thrown) -> thrown == null || form == Form.OPEN_AND_CLOSE);
	}

	static Stream<Arguments> forms() {
		return Stream.of(Rig.values())
			.flatMap((rig) -> Stream.of(Form.values()).map((form) -> Arguments.of(rig, form)));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.4 close cancels supervisors and waits for their tasks, the detached ones too")
	void closeEndsSupervisors(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		for (boolean detached : new boolean[] { false, true }) {
			TaskGroupFactory closing = rig.factory();
			TaskGroupSpec spec = closing.named("supervisor");
			TaskScope scope = (detached ? spec.detached() : spec).openScope();
			Sleeper sleeper = new Sleeper();
			TaskHandle<?> handle = scope.fork(sleeper);
			sleeper.awaitRunning();
			closing.close();
			assertThat(sleeper.hasEnded()).isTrue();
			assertThat(handle.state()).isEqualTo(TaskState.CANCELLED);
			assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> scope.fork(() -> "late"));
			scope.close();
		}
		assertThat(groups.named("other").<String>call((group) -> "not closed")).isEqualTo("not closed");
	}

	@Test
	@DisplayName("6.4 after close every opening throws TaskGroupClosedException")
	void everyLaterOpeningThrows() {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		TaskGroupSpec spec = groups.named("group");
		groups.close();
		AtomicBoolean ran = new AtomicBoolean();
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> spec.run((group) -> ran.set(true)));
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> spec.call((group) -> {
			ran.set(true);
			return "value";
		}));
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(spec::open);
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(spec::openScope);
		assertThatExceptionOfType(TaskGroupClosedException.class)
			.isThrownBy(() -> groups.named("other").detached().run((group) -> ran.set(true)));
		assertThat(ran).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.4 an opening while the factory is being closed throws too")
	void openingDuringClose(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		TaskScope scope = groups.named("supervisor").openScope();
		Holdout<String> holdout = Holdout.returning("value");
		scope.fork(holdout);
		holdout.awaitRunning();
		Host<Void> closing = rig.start(groups::close);
		holdout.awaitInterrupted();
		closing.awaitBlocked();
		assertThatExceptionOfType(TaskGroupClosedException.class)
			.isThrownBy(() -> groups.named("late").run((group) -> group.fork(() -> "late")));
		holdout.release();
		closing.get();
	}

	@Test
	@DisplayName("6.4 closing twice does nothing, and a second closer waits as the first does")
	void closeTwice() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		TaskScope scope = groups.named("supervisor").openScope();
		Holdout<String> holdout = Holdout.returning("value");
		scope.fork(holdout);
		holdout.awaitRunning();
		Host<Void> first = Rig.VIRTUAL.start(groups::close);
		holdout.awaitInterrupted();
		Host<Boolean> second = Rig.VIRTUAL.startCall(() -> {
			groups.close();
			return holdout.hasEnded();
		});
		second.awaitBlocked();
		holdout.release();
		first.get();
		assertThat(second.get()).isTrue();
		groups.close();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.4 close from one of the factory's own tasks, bodies or supervisors is an IllegalStateException")
	void closeFromInside(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> {
			groups.named("group").run((group) -> {
				assertIllegal(groups);
				group.fork(() -> assertIllegal(groups));
				CancelScope.runShielded((scope) -> assertIllegal(groups));
			});
			try (TaskScope scope = groups.named("supervisor").openScope()) {
				scope.fork(() -> assertIllegal(groups)).await();
			}
			try (TaskGroup group = groups.named("group").open()) {
				assertIllegal(groups);
				group.join();
			}
			assertThat(groups.named("group").<String>call((group) -> "goes on")).isEqualTo("goes on");
		});
	}

	private static void assertIllegal(TaskGroupFactory groups) {
		assertThat(catchThrowable(groups::close)).isExactlyInstanceOf(IllegalStateException.class);
	}

	@Test
	@DisplayName("6.4 a task of one factory may close another")
	void closeOfAnotherFactory() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		TaskGroupFactory other = Rig.VIRTUAL.factory();
		Sleeper sleeper = new Sleeper();
		other.named("supervisor").openScope().fork(sleeper);
		sleeper.awaitRunning();
		groups.named("group").run((group) -> group.fork(other::close));
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.4 close waits on an interrupted thread too, and the interrupt stays pending")
	void closeOnInterruptedThread(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		groups.named("supervisor").openScope().fork(holdout);
		holdout.awaitRunning();
		Host<Boolean> closing = rig.startCall(() -> {
			Thread.currentThread().interrupt();
			groups.close();
			return holdout.hasEnded();
		});
		holdout.awaitInterrupted();
		closing.awaitBlocked();
		assertThat(closing.isDone()).isFalse();
		holdout.release();
		assertThat(closing.leftInterrupted()).isTrue();
		assertThat(closing.get()).isTrue();
	}

	@Test
	@DisplayName("6.4 a failure during the shutdown is reported by its group")
	void failureDuringShutdown() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		IllegalArgumentException failure = new IllegalArgumentException("failure");
		Holdout<Void> holdout = Holdout.throwing(failure);
		Host<Void> host = Rig.VIRTUAL.start(() -> groups.named("group").run((group) -> group.fork(holdout)));
		holdout.awaitRunning();
		Host<Void> closing = Rig.VIRTUAL.start(groups::close);
		holdout.awaitInterrupted();
		holdout.release();
		closing.get();
		assertThat(assertFailed(host.thrown()).exceptions()).containsExactly(failure);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.4 close cancels every group that is open, the outer ones not later than the inner ones")
	void closeEndsNestedGroups(Rig rig) throws Exception {
		for (int round = 0; round < 30; round++) {
			TaskGroupFactory groups = rig.factory();
			Sleeper sleeper = new Sleeper();
			Host<CancelScope> host = rig
				.startCall(() -> groups.named("outermost").run((outermost) -> nest(groups, 5, sleeper)));
			sleeper.awaitRunning();
			host.awaitBlocked();
			groups.close();
			assertThat(sleeper.wasInterrupted()).isTrue();
			assertThat(host.get().cancelKind()).contains(CancelKind.SHUTDOWN);
			assertThat(host.get().cancelCaught()).isTrue();
		}
	}

	private static void nest(TaskGroupFactory groups, int depth, Sleeper sleeper) throws InterruptedException {
		groups.named("group").run((group) -> {
			if (depth > 0) {
				group.fork(() -> nest(groups, depth - 1, sleeper));
			}
			else {
				group.fork(sleeper);
			}
		});
	}

	@Test
	@DisplayName("6.4 a factory is closed by try-with-resources when nothing is open")
	void closeWithoutGroups() throws Exception {
		AtomicBoolean ran = new AtomicBoolean();
		try (TaskGroupFactory groups = Rig.VIRTUAL.factory()) {
			groups.named("group").run((group) -> group.fork(() -> ran.set(true)));
		}
		assertThat(ran).isTrue();
	}

}
