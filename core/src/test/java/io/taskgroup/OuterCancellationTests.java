package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
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
import static io.taskgroup.GroupAssertions.assertFailsWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Rules 3.5 and 3.6: a group in a scope that is cancelled.
 */
@Timeout(30)
class OuterCancellationTests {

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("places")
	@DisplayName("3.6 a cancelled enclosing scope ends the body wherever it is and goes on up")
	void endsBody(Rig rig, BlockingCall place) throws Exception {
		TaskGroupFactory groups = rig.factory();
		TaskScope elsewhere = groups.named("elsewhere").openScope();
		TaskHandle<?> endless = elsewhere.fork(new Sleeper());
		AtomicReference<CancelScope> outer = new AtomicReference<>();
		AtomicReference<TaskGroup> inner = new AtomicReference<>();
		AtomicReference<CancelledException> thrown = new AtomicReference<>();
		Sleeper sleeper = new Sleeper();
		Host<CancelScope> host = rig.startCall(() -> CancelScope.<Exception>run((scope) -> {
			outer.set(scope);
			thrown.set(assertCancelled(() -> groups.named("group").run((group) -> {
				group.fork(sleeper);
				sleeper.awaitRunning();
				inner.set(group);
				place.block(groups, endless);
			})));
			assertThat(sleeper.hasEnded()).isTrue();
			throw thrown.get();
		}));
		Waits.until(() -> inner.get() != null);
		host.awaitBlocked();
		outer.get().cancel("from outside");
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(thrown.get().reason()).contains("from outside");
		assertThat(inner.get().cancelScope().cancelCaught()).isFalse();
		assertThat(inner.get().cancelScope().cancelCalled()).isFalse();
		assertThat(sleeper.wasInterrupted()).isTrue();
		elsewhere.close();
	}

	static Stream<Arguments> places() {
		return Stream.of(Rig.values())
			.flatMap((rig) -> Stream.of(BlockingCall.values()).map((place) -> Arguments.of(rig, place)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("forms")
	@DisplayName("3.6 a cancelled enclosing scope cancels the tasks, which are waited for, and goes on up")
	void cancelsTasks(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicReference<CancelScope> outer = new AtomicReference<>();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicBoolean ended = new AtomicBoolean();
		Host<CancelScope> host = rig.startCall(() -> CancelScope.<Exception>run((scope) -> {
			outer.set(scope);
			try {
				form.go(groups.named("group"), (group) -> {
					group.fork(holdout);
					holdout.awaitRunning();
				});
				throw new AssertionError("came back");
			}
			finally {
				ended.set(holdout.hasEnded());
			}
		}));
		holdout.awaitRunning();
		host.awaitBlocked();
		outer.get().cancel();
		holdout.awaitInterrupted();
		host.awaitBlocked();
		assertThat(host.isDone()).isFalse();
		holdout.release();
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(ended).isTrue();
	}

	static Stream<Arguments> forms() {
		return Stream.of(Rig.values())
			.flatMap(
					(rig) -> Stream.of(Form.RUN, Form.CALL, Form.OPEN_AND_JOIN).map((form) -> Arguments.of(rig, form)));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 join in the body of run throws when a scope around the group is cancelled")
	void joinInBody(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicReference<CancelScope> outer = new AtomicReference<>();
		AtomicReference<CancelledException> thrown = new AtomicReference<>();
		Sleeper sleeper = new Sleeper();
		Host<CancelScope> host = rig.startCall(() -> CancelScope.run((scope) -> groups.named("group").run((group) -> {
			outer.set(scope);
			group.fork(sleeper);
			sleeper.awaitRunning();
			thrown.set(assertCancelled(group::join));
			throw thrown.get();
		})));
		sleeper.awaitRunning();
		host.awaitBlocked();
		outer.get().cancel("from outside");
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(thrown.get().reason()).contains("from outside");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 a join inside an inner scope whose deadline passes throws, and the group goes on")
	void joinInInnerScope(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		CancelScope group = rig.call(() -> groups.named("group").run((g) -> {
			TaskHandle<String> handle = g.fork(holdout);
			AtomicReference<CancelledException> thrown = new AtomicReference<>();
			CancelScope inner = CancelScope.moveOnAfter(Duration.ofMillis(20), (scope) -> {
				thrown.set(assertCancelled(g::join));
				throw thrown.get();
			});
			assertThat(inner.cancelCaught()).isTrue();
			assertThat(thrown.get().kind()).isEqualTo(CancelKind.TIMEOUT);
			assertThat(holdout.wasInterrupted()).isFalse();
			CancelScope.checkpoint();
			holdout.release();
			assertThat(handle.await()).isEqualTo("value");
		}));
		assertThat(group.cancelCalled()).isFalse();
		assertThat(group.cancelCaught()).isFalse();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("forms")
	@DisplayName("3.6 failures win over a cancellation from outside, which meets the next blocking call")
	void failuresWin(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		IOException failure = new IOException("failure");
		CancelScope outer = rig.call(() -> CancelScope.<Exception>run((scope) -> {
			Holdout<Void> holdout = Holdout.throwing(failure);
			Thread.ofVirtual().start(() -> {
				try {
					holdout.awaitInterrupted();
				}
				catch (InterruptedException ex) {
					throw new AssertionError(ex);
				}
				holdout.release();
			});
			assertFailsWith(() -> form.go(groups.named("group"), (group) -> {
				group.fork(holdout);
				holdout.awaitRunning();
				scope.cancel("from outside");
			}), failure);
			assertThat(CancelScope.cancelRequested()).isTrue();
			CancelledException due = assertCancelled(CancelScope::checkpoint);
			assertThat(due.reason()).contains("from outside");
			throw due;
		}));
		assertThat(outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 after a failure the cancelled enclosing scope meets a foreign blocking call too")
	void failuresWinThenForeignCall(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		IOException failure = new IOException("failure");
		CancelScope outer = rig.call(() -> CancelScope.<Exception>run((scope) -> {
			assertFailsWith(() -> groups.named("group").run((group) -> {
				scope.cancel();
				throw failure;
			}), failure);
			Waits.forever();
		}));
		assertThat(outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 so it does if the body has met the cancellation and fails with something else")
	void failuresWinOverWhatWasMet(Rig rig) throws Exception {
		// only once, so that nobody is interrupted because time has passed
		TaskGroupFactory groups = rig.builder().reinterruptEvery(Duration.ofHours(1)).build();
		IOException failure = new IOException("failure");
		CancelScope outer = rig.call(() -> CancelScope.<Exception>run((scope) -> {
			assertFailsWith(() -> groups.named("group").run((group) -> {
				scope.cancel();
				assertThat(catchThrowable(Waits::forever)).isInstanceOf(InterruptedException.class);
				throw failure;
			}), failure);
			Waits.forever();
		}));
		assertThat(outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest(name = "{0}")
	@EnumSource(Form.class)
	@DisplayName("3.5 opening a group in a cancelled scope is no blocking call: the body starts")
	void bodyStartsInCancelledScope(Form form) throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		AtomicBoolean started = new AtomicBoolean();
		AtomicBoolean returned = new AtomicBoolean();
		CancelScope outer = CancelScope.<Exception>run((scope) -> {
			scope.cancel();
			form.go(groups.named("group"), (group) -> started.set(true));
			returned.set(true);
		});
		assertThat(started).isTrue();
		assertThat(returned).isTrue();
		assertThat(outer.cancelCaught()).isFalse();
	}

	@Test
	@DisplayName("3.5 a supervisor can be opened in a cancelled scope")
	void supervisorOpensInCancelledScope() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		AtomicBoolean ran = new AtomicBoolean();
		CancelScope.run((scope) -> {
			scope.cancel();
			try (TaskScope supervisor = groups.named("supervisor").openScope()) {
				supervisor.fork(() -> ran.set(true));
			}
		});
		assertThat(ran).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.5 if body and tasks came to their end call returns the value, and the cancellation stays due")
	void valueInCancelledScope(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicReference<String> value = new AtomicReference<>();
		CancelScope outer = rig.call(() -> CancelScope.<Exception>run((scope) -> {
			scope.cancel("from outside");
			value.set(groups.named("group").call((group) -> {
				TaskHandle<String> task = group.fork(() -> "value");
				Waits.spinUntil(task::isDone);
				return task.resultNow();
			}));
			throw assertCancelled(CancelScope::checkpoint);
		}));
		assertThat(value).hasValue("value");
		assertThat(outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.5 the cancellation that stayed due meets a foreign blocking call after the group")
	void stillDueForForeignCall(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicBoolean came = new AtomicBoolean();
		CancelScope outer = rig.call(() -> CancelScope.<Exception>run((scope) -> {
			groups.named("group").run((group) -> scope.cancel());
			came.set(true);
			Waits.forever();
		}));
		assertThat(came).isTrue();
		assertThat(outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("forms")
	@DisplayName("3.6 if the end had to be waited for the cancellation goes up, also when the tasks succeed")
	void endHadToBeWaitedFor(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		CountDownLatch bodyEnds = new CountDownLatch(1);
		AtomicReference<TaskHandle<String>> handle = new AtomicReference<>();
		Host<CancelScope> host = rig.startCall(() -> CancelScope.<Exception>run((scope) -> {
			throw assertCancelled(() -> form.go(groups.named("group"), (group) -> {
				handle.set(group.fork(holdout));
				holdout.awaitRunning();
				scope.cancel();
				bodyEnds.countDown();
			}));
		}));
		Waits.on(bodyEnds);
		host.awaitBlocked();
		holdout.release();
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(handle.get().resultNow()).isEqualTo("value");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 if only a task was cut off the cancellation goes up")
	void onlyTaskWasCutOff(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		CancelScope outer = rig.call(() -> CancelScope.<Exception>run((scope) -> {
			throw assertCancelled(() -> groups.named("group").call((group) -> {
				TaskHandle<?> handle = group.fork(sleeper);
				sleeper.awaitRunning();
				scope.cancel();
				Waits.spinUntil(handle::isDone);
				return "value";
			}));
		}));
		assertThat(outer.cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("3.6 a cancellation from outside wins over the group's own")
	void outsideWinsOverOwn() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		AtomicReference<CancelScope> inner = new AtomicReference<>();
		CancelScope outer = CancelScope.<Exception>run((scope) -> {
			throw assertCancelled(() -> groups.named("group").run((group) -> {
				inner.set(group.cancelScope());
				group.cancel("own");
				scope.cancel("from outside");
				Waits.forever();
			}));
		});
		assertThat(outer.cancelCaught()).isTrue();
		assertThat(inner.get().cancelCalled()).isTrue();
		assertThat(inner.get().cancelCaught()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 cancelling an outer group ends the groups in its tasks, whose hosts are its tasks")
	void outerGroup(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		AtomicReference<Throwable> thrownByInner = new AtomicReference<>();
		AtomicReference<TaskHandle<Void>> task = new AtomicReference<>();
		CancelScope outer = rig.call(() -> groups.named("outer").run((group) -> {
			task.set(group.fork(() -> {
				thrownByInner.set(assertCancelled(() -> groups.named("inner").run((inner) -> inner.fork(sleeper))));
				CancelScope.checkpoint();
			}));
			sleeper.awaitRunning();
			group.cancel("outer");
		}));
		assertThat(outer.cancelCaught()).isTrue();
		assertThat(sleeper.wasInterrupted()).isTrue();
		assertThat(((CancelledException) thrownByInner.get()).reason()).contains("outer");
		assertThat(task.get().state()).isEqualTo(TaskState.CANCELLED);
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("forms")
	@DisplayName("5.5 a detached group is not cancelled from outside, and what was held off comes afterwards")
	void detachedGroup(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicBoolean came = new AtomicBoolean();
		CancelScope outer = rig.call(() -> CancelScope.<Exception>run((scope) -> {
			form.go(groups.named("group").detached(), (group) -> {
				TaskHandle<String> handle = group.fork(holdout);
				holdout.awaitRunning();
				scope.cancel();
				CancelScope.checkpoint();
				Thread.sleep(1);
				assertThat(handle.state()).isEqualTo(TaskState.RUNNING);
				holdout.release();
				assertThat(handle.await()).isEqualTo("value");
			});
			came.set(true);
			Waits.forever();
		}));
		assertThat(came).isTrue();
		assertThat(holdout.wasInterrupted()).isFalse();
		assertThat(outer.cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("3.6 close of an open group in a cancelled scope waits, and is the group's end")
	void closeInCancelledScope() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		Sleeper sleeper = new Sleeper();
		CancelScope outer = CancelScope.<Exception>run((scope) -> {
			try (TaskGroup group = groups.named("group").open()) {
				group.fork(sleeper);
				sleeper.awaitRunning();
				scope.cancel();
				assertThatExceptionOfType(CancelledException.class).isThrownBy(CancelScope::checkpoint);
				CancelScope.checkpoint();
			}
			finally {
				assertThat(sleeper.wasInterrupted()).isTrue();
			}
		});
		assertThat(outer.cancelCaught()).isTrue();
	}

}
