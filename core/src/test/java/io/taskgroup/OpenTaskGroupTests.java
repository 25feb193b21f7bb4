package io.taskgroup;

import java.io.IOException;
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

import static io.taskgroup.GroupAssertions.assertCancelled;
import static io.taskgroup.GroupAssertions.assertFailed;
import static io.taskgroup.GroupAssertions.assertFails;
import static io.taskgroup.GroupAssertions.assertFailsWith;
import static io.taskgroup.GroupAssertions.assertInterrupt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rule 3.10: groups in try-with-resources, and join and close.
 */
@Timeout(30)
class OpenTaskGroupTests {

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	private final IOException failure = new IOException("failure");

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.10 join waits for the tasks, and their results are there")
	void joinWaits(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		Host<String> host = rig.startCall(() -> {
			try (TaskGroup group = groups.named("group").open()) {
				TaskHandle<String> handle = group.fork(holdout);
				group.join();
				return handle.resultNow();
			}
		});
		holdout.awaitRunning();
		host.awaitBlocked();
		assertThat(host.isDone()).isFalse();
		holdout.release();
		assertThat(host.get()).isEqualTo("value");
		assertThat(holdout.wasInterrupted()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.10 join throws the failures, and has cancelled and waited for the rest")
	void joinThrows(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		rig.run(() -> {
			try (TaskGroup group = groups.named("group").open()) {
				group.fork(sleeper);
				sleeper.awaitRunning();
				group.fork(() -> {
					throw this.failure;
				});
				assertFailsWith(group::join, this.failure);
				assertThat(sleeper.wasInterrupted()).isTrue();
			}
		});
	}

	@Test
	@DisplayName("3.10 close after a finished join does nothing")
	void closeAfterJoin() throws Exception {
		TaskGroup group = this.groups.named("group").open();
		group.fork(() -> "value");
		group.join();
		group.close();
		group.close();
	}

	@Test
	@DisplayName("3.10 close after a join that threw does nothing")
	void closeAfterFailedJoin() {
		TaskGroupException thrown = assertFails(() -> {
			try (TaskGroup group = this.groups.named("group").open()) {
				group.fork(() -> {
					throw this.failure;
				});
				group.join();
			}
		});
		assertThat(thrown.exceptions()).containsExactly(this.failure);
		assertThat(thrown.getSuppressed()).isEmpty();
	}

	@Test
	@DisplayName("3.10 a second join throws what the first did")
	void secondJoinThrows() {
		try (TaskGroup group = this.groups.named("group").open()) {
			group.fork(() -> {
				throw this.failure;
			});
			assertFailsWith(group::join, this.failure);
			assertFailsWith(group::join, this.failure);
		}
	}

	@Test
	@DisplayName("3.10 a second join returns if the first did")
	void secondJoinReturns() throws Exception {
		try (TaskGroup group = this.groups.named("group").open()) {
			TaskHandle<String> handle = group.fork(() -> "value");
			group.join();
			group.join();
			assertThat(handle.isDone()).isTrue();
			group.cancel();
			group.join();
			assertThat(group.cancelScope().cancelCalled()).isFalse();
		}
	}

	@Test
	@DisplayName("3.10 a second join in a scope that was cancelled throws what the first did")
	void secondJoinAfterCancellation() throws Exception {
		AtomicBoolean both = new AtomicBoolean();
		CancelScope outer = CancelScope.<Exception>run((scope) -> {
			try (TaskGroup group = this.groups.named("group").open()) {
				group.fork(new Sleeper());
				scope.cancel("from outside");
				CancelledException first = assertCancelled(group::join);
				CancelledException second = assertCancelled(group::join);
				assertThat(first.reason()).isEqualTo(second.reason()).contains("from outside");
				both.set(true);
				throw first;
			}
		});
		assertThat(both).isTrue();
		assertThat(outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.10 an interrupted join ends the group: the tasks are cancelled and waited for")
	void interruptedJoin(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		AtomicBoolean ended = new AtomicBoolean();
		AtomicBoolean closed = new AtomicBoolean();
		Host<Void> host = rig.start(() -> {
			try (TaskGroup group = groups.named("group").open()) {
				group.fork(sleeper);
				sleeper.awaitRunning();
				thrown.set(catchThrowable(group::join));
				ended.set(sleeper.hasEnded());
				closed.set(catchThrowable(() -> group.fork(() -> "late")) instanceof TaskGroupClosedException);
			}
		});
		sleeper.awaitRunning();
		host.awaitBlocked();
		host.interrupt();
		assertThat(host.thrown()).isNull();
		assertInterrupt(thrown.get());
		assertThat(ended).isTrue();
		assertThat(closed).isTrue();
		assertThat(host.leftInterrupted()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.10 close without join cancels, waits, and throws the failures, those of the cleaning up included")
	void closeWithoutJoinThrowsFailures(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		IOException late = new IOException("late");
		Holdout<Void> cleaning = Holdout.throwing(late);
		Sleeper sleeper = new Sleeper();
		AtomicBoolean ended = new AtomicBoolean();
		Host<Void> host = rig.start(() -> {
			TaskGroup group = groups.named("group").open();
			try {
				group.fork(sleeper);
				group.fork(cleaning);
				sleeper.awaitRunning();
				cleaning.awaitRunning();
				group.fork(() -> {
					throw this.failure;
				});
				cleaning.awaitInterrupted();
				group.close();
			}
			finally {
				ended.set(sleeper.hasEnded() && cleaning.hasEnded());
			}
		});
		cleaning.awaitInterrupted();
		host.awaitBlocked();
		cleaning.release();
		assertThat(assertFailed(host.thrown()).exceptions()).containsExactly(this.failure, late);
		assertThat(ended).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.10 close without join cancels running tasks, waits, and is an IllegalStateException")
	void closeWithoutJoin(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		rig.run(() -> {
			TaskGroup group = groups.named("group").open();
			group.fork(sleeper);
			sleeper.awaitRunning();
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(group::close);
			assertThat(sleeper.wasInterrupted()).isTrue();
			group.close();
		});
	}

	@Test
	@DisplayName("3.10 close without join is an IllegalStateException also if the tasks were done")
	void closeWithoutJoinOfDoneTasks() {
		TaskGroup group = this.groups.named("group").open();
		TaskHandle<String> handle = group.fork(() -> "value");
		Waits.spinUntil(handle::isDone);
		assertThatIllegalStateException().isThrownBy(group::close);
	}

	@Test
	@DisplayName("3.10 close without join of a group in which nothing was forked is fine")
	void closeWithoutTasks() {
		TaskGroup group = this.groups.named("group").open();
		group.close();
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> group.fork(() -> "late"));
	}

	@Test
	@DisplayName("3.4 close is no cancel: cancelCalled is for cancel() and deadlines")
	void closeIsNoCancel() {
		TaskGroup group = this.groups.named("group").open();
		TaskHandle<Void> handle = group.fork(new Sleeper());
		assertThatIllegalStateException().isThrownBy(group::close);
		assertThat(handle.state()).isEqualTo(TaskState.CANCELLED);
		assertThat(group.cancelScope().cancelCalled()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.10 close without join is quiet after cancel")
	void closeAfterCancel(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		rig.run(() -> {
			TaskGroup group = groups.named("group").open();
			group.fork(sleeper);
			sleeper.awaitRunning();
			group.cancel("enough");
			group.close();
			assertThat(sleeper.wasInterrupted()).isTrue();
			assertThat(group.cancelScope().cancelCaught()).isTrue();
		});
	}

	@Test
	@DisplayName("3.10 close after cancel throws the failures")
	void closeAfterCancelThrowsFailures() throws Exception {
		TaskGroup group = this.groups.named("group").open();
		Holdout<Void> holdout = Holdout.throwing(this.failure);
		group.fork(holdout);
		holdout.awaitRunning();
		group.cancel();
		holdout.release();
		assertFailsWith(group::close, this.failure);
	}

	@Test
	@DisplayName("3.10 a body that throws before join carries the IllegalStateException as suppressed")
	void bodyThrowsBeforeJoin() throws Exception {
		Sleeper sleeper = new Sleeper();
		Throwable thrown = catchThrowable(() -> {
			try (TaskGroup group = this.groups.named("group").open()) {
				group.fork(sleeper);
				sleeper.awaitRunning();
				throw this.failure;
			}
		});
		assertThat(thrown).isSameAs(this.failure);
		assertThat(thrown.getSuppressed()).singleElement().isInstanceOf(IllegalStateException.class);
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("3.10 a body that throws before join carries the failures of the tasks as suppressed")
	void bodyThrowsBeforeJoinAndTasksFail() {
		IllegalStateException other = new IllegalStateException("body");
		Throwable thrown = catchThrowable(() -> {
			try (TaskGroup group = this.groups.named("group").open()) {
				TaskHandle<?> failing = group.fork(() -> {
					throw this.failure;
				});
				Waits.spinUntil(failing::isDone);
				throw other;
			}
		});
		assertThat(thrown).isSameAs(other);
		assertThat(thrown.getSuppressed()).singleElement()
			.isInstanceOfSatisfying(TaskGroupException.class,
					(suppressed) -> assertThat(suppressed.exceptions()).containsExactly(this.failure));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.10 the body of an open group is not interrupted out of foreign calls")
	void bodyIsNotInterrupted(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		CountDownLatch failed = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicBoolean came = new AtomicBoolean();
		Host<Void> host = rig.start(() -> {
			try (TaskGroup group = groups.named("group").open()) {
				group.fork(sleeper);
				sleeper.awaitRunning();
				TaskHandle<?> failing = group.fork(() -> {
					throw this.failure;
				});
				Waits.spinUntil(failing::isDone);
				Waits.spinUntil(sleeper::wasInterrupted);
				failed.countDown();
				Waits.on(goOn);
				came.set(true);
				assertFailsWith(group::join, this.failure);
			}
		});
		Waits.on(failed);
		host.awaitBlocked();
		goOn.countDown();
		host.get();
		assertThat(came).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("libraryCalls")
	@DisplayName("3.10 the body of an open group is cancelled inside library calls, and join reports")
	void bodyIsCancelledInLibraryCalls(Rig rig, BlockingCall place) throws Exception {
		TaskGroupFactory groups = rig.factory();
		TaskScope elsewhere = groups.named("elsewhere").openScope();
		TaskHandle<?> endless = elsewhere.fork(new Sleeper());
		CountDownLatch go = new CountDownLatch(1);
		Host<Void> host = rig.start(() -> {
			try (TaskGroup group = groups.named("group").open()) {
				group.fork("culprit", () -> {
					Waits.on(go);
					throw this.failure;
				});
				CancelledException cancelled = assertCancelled(() -> place.block(groups, endless));
				assertThat(cancelled.reason()).contains("failure in culprit");
				assertThat(Thread.currentThread().isInterrupted()).isFalse();
				assertCancelled(CancelScope::checkpoint);
				assertFailsWith(group::join, this.failure);
			}
			CancelScope.checkpoint();
		});
		host.awaitBlocked();
		go.countDown();
		host.get();
		assertThat(endless.isDone()).isFalse();
		elsewhere.close();
	}

	static Stream<Arguments> libraryCalls() {
		return Stream.of(Rig.values())
			.flatMap((rig) -> Stream.of(BlockingCall.values())
				.filter((place) -> place.library)
				.map((place) -> Arguments.of(rig, place)));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.10 join in the body of run waits and returns, and the group goes on")
	void joinInBodyOfRun(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		String value = rig.call(() -> groups.named("group").call((group) -> {
			TaskHandle<String> one = group.fork(() -> "one");
			group.join();
			TaskHandle<String> two = group.fork(() -> one.resultNow() + " two");
			group.join();
			return two.resultNow();
		}));
		assertThat(value).isEqualTo("one two");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.10 join in the body of run waits until the tasks have ended")
	void joinInBodyOfRunWaits(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicBoolean ended = new AtomicBoolean();
		Host<Void> host = rig.start(() -> groups.named("group").run((group) -> {
			group.fork(holdout);
			group.join();
			ended.set(holdout.hasEnded());
		}));
		holdout.awaitRunning();
		host.awaitBlocked();
		holdout.release();
		host.get();
		assertThat(ended).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.10 join in the body of run throws the failures when all tasks have ended")
	void joinInBodyOfRunThrows(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<Void> second = Holdout.throwing(new IOException("second"));
		AtomicBoolean checked = new AtomicBoolean();
		Host<Void> host = rig.start(() -> groups.named("group").run((group) -> {
			group.fork(second);
			second.awaitRunning();
			group.fork(() -> {
				throw this.failure;
			});
			TaskGroupException thrown = assertFails(group::join);
			assertThat(thrown.exceptions()).hasSize(2).startsWith(this.failure);
			assertThat(second.hasEnded()).isTrue();
			checked.set(true);
		}));
		second.awaitInterrupted();
		second.release();
		assertThat(assertFailed(host.thrown()).exceptions()).hasSize(2).startsWith(this.failure);
		assertThat(checked).isTrue();
	}

	@Test
	@DisplayName("3.10 close in the body of run is an IllegalStateException, and the group goes on")
	void closeInBodyOfRun() throws Exception {
		String value = this.groups.named("group").call((group) -> {
			Holdout<String> holdout = Holdout.returning("value");
			TaskHandle<String> handle = group.fork(holdout);
			assertThatIllegalStateException().isThrownBy(group::close);
			assertThat(group.cancelScope().cancelCalled()).isFalse();
			holdout.release();
			return handle.await();
		});
		assertThat(value).isEqualTo("value");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.10 join and close belong to the host")
	void wrongThread(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> {
			try (TaskGroup group = groups.named("group").open()) {
				AtomicReference<Throwable> join = new AtomicReference<>();
				AtomicReference<Throwable> close = new AtomicReference<>();
				TaskHandle<?> task = group.fork(() -> {
					join.set(catchThrowable(group::join));
					close.set(catchThrowable(group::close));
				});
				task.await();
				assertThat(join.get()).isInstanceOf(WrongThreadException.class);
				assertThat(close.get()).isInstanceOf(WrongThreadException.class);
				rig.run(() -> {
					assertThatExceptionOfType(WrongThreadException.class).isThrownBy(group::join);
					assertThatExceptionOfType(WrongThreadException.class).isThrownBy(group::close);
				});
				assertThat(group.fork(() -> "goes on").await()).isEqualTo("goes on");
				group.join();
			}
		});
	}

	@Test
	@DisplayName("3.10 join in the body of run belongs to the host too")
	void wrongThreadInRun() throws Exception {
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		this.groups.named("group").run((group) -> group.fork(() -> {
			thrown.set(catchThrowable(group::join));
		}));
		assertThat(thrown.get()).isInstanceOf(WrongThreadException.class);
	}

}
