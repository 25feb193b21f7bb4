package io.taskgroup;

import java.io.IOException;
import java.util.Optional;
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
import static io.taskgroup.GroupAssertions.assertFails;
import static io.taskgroup.GroupAssertions.assertFailsWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Rules 3.4 and 3.5: a group cancelled by its own {@code cancel()}.
 */
@Timeout(30)
class GroupCancellationTests {

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.4 run of a group that was cancelled returns, and its scope says caught")
	void cancelledRunReturns(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		CancelScope scope = rig.call(() -> groups.named("group").run((group) -> {
			group.fork(sleeper);
			sleeper.awaitRunning();
			group.cancel("enough");
		}));
		assertThat(sleeper.wasInterrupted()).isTrue();
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(scope.cancelCalled()).isTrue();
		assertThat(scope.cancelReason()).contains("enough");
		assertThat(scope.cancelKind()).contains(CancelKind.EXPLICIT);
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("places")
	@DisplayName("3.4 cancel ends the body wherever it is, and that is caught too")
	void cancelEndsBody(Rig rig, BlockingCall place) throws Exception {
		TaskGroupFactory groups = rig.factory();
		TaskScope elsewhere = groups.named("elsewhere").openScope();
		TaskHandle<?> endless = elsewhere.fork(new Sleeper());
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Host<CancelScope> host = rig.startCall(() -> groups.named("group").run((group) -> {
			opened.set(group);
			place.block(groups, endless);
		}));
		Waits.until(() -> opened.get() != null);
		host.awaitBlocked();
		opened.get().cancel();
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(endless.isDone()).isFalse();
		elsewhere.close();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("places")
	@DisplayName("3.5 cancel before the body's first blocking call cuts that off")
	void cancelBeforeFirstBlockingCall(Rig rig, BlockingCall place) throws Exception {
		TaskGroupFactory groups = rig.factory();
		TaskScope elsewhere = groups.named("elsewhere").openScope();
		TaskHandle<?> endless = elsewhere.fork(new Sleeper());
		AtomicBoolean reached = new AtomicBoolean();
		CancelScope scope = rig.call(() -> groups.named("group").run((group) -> {
			group.cancel();
			reached.set(true);
			place.block(groups, endless);
			throw new AssertionError("did not block");
		}));
		assertThat(reached).isTrue();
		assertThat(scope.cancelCaught()).isTrue();
		elsewhere.close();
	}

	static Stream<Arguments> places() {
		return Stream.of(Rig.values())
			.flatMap((rig) -> Stream.of(BlockingCall.values()).map((place) -> Arguments.of(rig, place)));
	}

	@Test
	@DisplayName("3.4 a cancellation that ended nothing is not caught")
	void nothingCaught() throws Exception {
		CancelScope scope = Rig.VIRTUAL.factory().named("group").run((group) -> {
			TaskHandle<?> task = group.fork(() -> "done");
			Waits.spinUntil(task::isDone);
			group.cancel();
		});
		assertThat(scope.cancelCalled()).isTrue();
		assertThat(scope.cancelCaught()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.4 call of a cancelled group whose body was cut off throws TaskCancelledException with the reason")
	void cancelledCallThrows(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		TaskCancelledException thrown = rig
			.call(() -> catchThrowableOfType(TaskCancelledException.class, () -> groups.named("group").call((group) -> {
				group.fork(() -> group.cancel("no need"));
				Waits.forever();
				return "value";
			})));
		assertThat(thrown).isNotNull();
		assertThat(thrown.reason()).contains("no need");
		assertThat(thrown.kind()).isEqualTo(CancelKind.EXPLICIT);
		assertThat(thrown).hasMessageContaining("no need");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.4 call of a cancelled group whose body came to its end returns the value")
	void cancelledCallReturnsValue(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		String value = rig.call(() -> groups.named("group").call((group) -> {
			group.fork(sleeper);
			sleeper.awaitRunning();
			group.cancel();
			return "value";
		}));
		assertThat(value).isEqualTo("value");
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.4 call returns the value of a body that had ended when the group was cancelled")
	void callCancelledAtEndReturnsValue(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Sleeper sleeper = new Sleeper();
		Host<String> host = rig.startCall(() -> groups.named("group").call((group) -> {
			group.fork(sleeper);
			sleeper.awaitRunning();
			opened.set(group);
			return "value";
		}));
		Waits.until(() -> opened.get() != null);
		host.awaitBlocked();
		opened.get().cancel();
		assertThat(host.get()).isEqualTo("value");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.4 call returns the value of a body that dealt with the cancellation itself")
	void callReturnsValueInSpiteOfCancellation(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		String value = rig.call(() -> groups.named("group").call((group) -> {
			group.fork(() -> group.cancel());
			assertThatExceptionOfType(InterruptedException.class).isThrownBy(Waits::forever);
			return "partial";
		}));
		assertThat(value).isEqualTo("partial");
	}

	@Test
	@DisplayName("3.4 a cancellation by kind is as quiet, and its kind is told")
	void cancelByKind() throws Exception {
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		CancelScope scope = Rig.VIRTUAL.factory().named("group").run((group) -> {
			handle.set(group.fork(new Sleeper()));
			group.cancelScope().cancel(CancelKind.REQUEST, "the client has gone");
		});
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(scope.cancelKind()).contains(CancelKind.REQUEST);
		TaskCancelledException awaited = catchThrowableOfType(TaskCancelledException.class, handle.get()::await);
		assertThat(awaited.kind()).isEqualTo(CancelKind.REQUEST);
		assertThat(awaited.reason()).contains("the client has gone");
	}

	@Test
	@DisplayName("3.4 a null that the body returned is a value")
	void cancelledCallReturnsNull() throws Exception {
		assertThat(Rig.VIRTUAL.factory().named("group").<String>call((group) -> {
			group.cancel();
			return null;
		})).isNull();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.4 join in the body of a group that was cancelled waits and returns")
	void ownJoinAfterCancel(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicBoolean returned = new AtomicBoolean();
		Host<CancelScope> host = rig.startCall(() -> groups.named("group").run((group) -> {
			group.fork(holdout);
			holdout.awaitRunning();
			group.cancel();
			group.join();
			returned.set(holdout.hasEnded());
			assertThatExceptionOfType(CancelledException.class).isThrownBy(CancelScope::checkpoint);
		}));
		holdout.awaitInterrupted();
		host.awaitBlocked();
		assertThat(host.isDone()).isFalse();
		holdout.release();
		host.get();
		assertThat(returned).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("joiningForms")
	@DisplayName("3.4 cancel while the host is in join makes that return")
	void cancelDuringJoin(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		AtomicBoolean returned = new AtomicBoolean();
		Host<Void> host = rig.start(() -> form.go(groups.named("group"), (group) -> {
			group.fork(sleeper);
			sleeper.awaitRunning();
			opened.set(group);
			group.join();
			returned.set(sleeper.hasEnded());
		}));
		Waits.until(() -> opened.get() != null);
		host.awaitBlocked();
		opened.get().cancel();
		host.get();
		assertThat(returned).isTrue();
	}

	static Stream<Arguments> joiningForms() {
		return Stream.of(Rig.values())
			.flatMap((rig) -> Stream.of(Form.values()).map((form) -> Arguments.of(rig, form)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("joiningForms")
	@DisplayName("3.4 a group that was cancelled ends quietly, and without an interrupt")
	void cancelledGroupEndsQuietly(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		rig.run(() -> {
			form.go(groups.named("group"), (group) -> {
				group.fork(sleeper);
				sleeper.awaitRunning();
				group.cancel();
			});
			CancelScope.checkpoint();
		});
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.4 cancelCalled is false for a group that failed, whose siblings say in which task")
	void siblingsOfFailure(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		IOException failure = new IOException("failure");
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		AtomicReference<CancelledException> inSibling = new AtomicReference<>();
		AtomicReference<TaskHandle<Void>> sibling = new AtomicReference<>();
		rig.run(() -> assertFailsWith(() -> groups.named("group").run((group) -> {
			opened.set(group);
			CountDownLatch running = new CountDownLatch(1);
			sibling.set(group.fork("sibling", () -> {
				Holdout<Void> holdout = Holdout.returning(null);
				groups.named("inner").run((inner) -> {
					TaskHandle<Void> handle = inner.fork(holdout);
					running.countDown();
					try {
						handle.await();
					}
					catch (CancelledException ex) {
						inSibling.set(ex);
						throw ex;
					}
					finally {
						holdout.release();
					}
				});
			}));
			Waits.on(running);
			group.fork("culprit", () -> {
				throw failure;
			});
		}), failure));
		assertThat(opened.get().cancelScope().cancelCalled()).isFalse();
		assertThat(sibling.get().outcome()).isEqualTo(new Outcome.Cancelled<Void>("failure in culprit"));
		assertThat(inSibling.get().reason()).contains("failure in culprit");
		TaskCancelledException awaited = catchThrowableOfType(TaskCancelledException.class, sibling.get()::await);
		assertThat(awaited.reason()).contains("failure in culprit");
		assertThat(awaited.kind()).isEqualTo(CancelKind.FAILURE);
	}

	@ParameterizedTest(name = "{0}")
	@EnumSource(Form.class)
	@DisplayName("3.4 a failure while a cancelled group ends is not quiet")
	void failureAfterCancel(Form form) {
		IOException failure = new IOException("while cleaning up");
		assertFailsWith(() -> form.go(Rig.VIRTUAL.factory().named("group"), (group) -> {
			CountDownLatch running = new CountDownLatch(1);
			group.fork(() -> {
				running.countDown();
				try {
					Waits.forever();
				}
				finally {
					cleanUp(failure);
				}
			});
			Waits.on(running);
			group.cancel();
		}), failure);
	}

	private static void cleanUp(IOException failure) throws IOException {
		throw failure;
	}

	@Test
	@DisplayName("3.4 a cancelled body that throws something else fails the group")
	void bodyFailsAfterCancel() {
		IOException failure = new IOException("failure");
		assertFailsWith(() -> Rig.VIRTUAL.factory().named("group").run((group) -> {
			group.cancel();
			throw failure;
		}), failure);
	}

	@Test
	@DisplayName("3.4 a group that failed and then was cancelled still failed")
	void cancelAfterFailure() {
		IOException failure = new IOException("failure");
		assertFailsWith(() -> Rig.VIRTUAL.factory().named("group").run((group) -> {
			TaskHandle<?> failing = group.fork(() -> {
				throw failure;
			});
			Waits.spinUntil(failing::isDone);
			group.cancel();
		}), failure);
	}

	@Test
	@DisplayName("3.5 cancel before any task was forked is no error")
	void cancelBeforeFirstFork() throws Exception {
		AtomicBoolean after = new AtomicBoolean();
		CancelScope scope = Rig.VIRTUAL.factory().named("group").run((group) -> {
			group.cancel();
			after.set(true);
		});
		assertThat(after).isTrue();
		assertThat(scope.cancelCalled()).isTrue();
		assertThat(scope.cancelCaught()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.5 cancel twice is no error, and the first reason stays")
	void cancelTwice(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		CancelScope scope = rig.call(() -> groups.named("group").run((group) -> {
			group.cancel("first");
			group.cancel("second");
			group.cancel();
			group.cancelScope().cancel("third");
			Waits.forever();
		}));
		assertThat(scope.cancelReason()).contains("first");
		assertThat(scope.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.5 cancel from a task cancels that task, the others and the body")
	void cancelFromTask(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper other = new Sleeper();
		Sleeper self = new Sleeper();
		AtomicBoolean bodyInterrupted = new AtomicBoolean();
		CancelScope scope = rig.call(() -> groups.named("group").run((group) -> {
			group.fork(other);
			other.awaitRunning();
			group.fork(() -> {
				group.cancel();
				self.run();
			});
			try {
				Waits.forever();
			}
			catch (InterruptedException ex) {
				bodyInterrupted.set(true);
				throw ex;
			}
		}));
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(other.wasInterrupted()).isTrue();
		assertThat(self.wasInterrupted()).isTrue();
		assertThat(bodyInterrupted).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("endingForms")
	@DisplayName("3.5 cancel after the end does nothing")
	void cancelAfterEnd(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicReference<TaskGroup> ended = new AtomicReference<>();
		rig.run(() -> {
			form.go(groups.named("group"), ended::set);
			ended.get().cancel("too late");
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			CancelScope.checkpoint();
			ended.get().cancelScope().cancel("too late");
		});
		assertThat(ended.get().cancelScope().cancelCalled()).isFalse();
		assertThat(ended.get().cancelScope().cancelCaught()).isFalse();
		assertThat(ended.get().cancelScope().cancelReason()).isEmpty();
	}

	static Stream<Arguments> endingForms() {
		return Stream.of(Rig.values())
			.flatMap(
					(rig) -> Stream.of(Form.RUN, Form.CALL, Form.OPEN_AND_JOIN).map((form) -> Arguments.of(rig, form)));
	}

	@Test
	@DisplayName("3.5 after cancel the state stays: a body that swallows the first exception meets the next")
	void cancellationIsAState() throws Exception {
		AtomicBoolean metAgain = new AtomicBoolean();
		Rig.VIRTUAL.factory().named("group").run((group) -> {
			TaskHandle<?> holdout = group.fork(new Sleeper());
			group.cancel();
			assertThatExceptionOfType(InterruptedException.class).isThrownBy(Waits::forever);
			Waits.spinUntil(holdout::isDone);
			for (int i = 0; i < 3; i++) {
				assertThatExceptionOfType(CancelledException.class).isThrownBy(CancelScope::checkpoint);
			}
			metAgain.set(true);
		});
		assertThat(metAgain).isTrue();
	}

	@Test
	@DisplayName("3.4 the scope of the group and the one that run returns tell the same")
	void scopeOfGroup() throws Exception {
		AtomicReference<CancelScope> inside = new AtomicReference<>();
		CancelScope returned = Rig.VIRTUAL.factory().named("group").run((group) -> {
			inside.set(group.cancelScope());
			group.cancelScope().cancel("by its scope");
			Waits.forever();
		});
		assertThat(inside.get().cancelReason()).isEqualTo(returned.cancelReason()).contains("by its scope");
		assertThat(inside.get().cancelCaught()).isTrue();
		assertThat(returned.cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("3.4 a body that fails cancels its tasks with a failure as the reason")
	void failureOfBodyIsReason() {
		AtomicReference<TaskHandle<Void>> sleeping = new AtomicReference<>();
		assertFailed(assertFails(() -> Rig.VIRTUAL.factory().named("group").run((group) -> {
			Sleeper sleeper = new Sleeper();
			sleeping.set(group.fork(sleeper));
			sleeper.awaitRunning();
			throw new IOException("failure");
		})));
		TaskCancelledException awaited = catchThrowableOfType(TaskCancelledException.class, sleeping.get()::await);
		assertThat(awaited.kind()).isEqualTo(CancelKind.FAILURE);
		assertThat(awaited.reason().orElseThrow()).startsWith("failure in");
	}

	@Test
	@DisplayName("3.5 cancel() after the end does nothing, also after a failure had cancelled the group")
	void cancelAfterFailedEnd() throws Exception {
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Rig.VIRTUAL.run(() -> GroupAssertions.assertFails(() -> Rig.VIRTUAL.factory().named("group").run((group) -> {
			opened.set(group);
			group.fork(() -> {
				throw new IOException("failure");
			});
		})));
		CancelScope scope = opened.get().cancelScope();
		scope.cancel("too late");
		assertThat(scope.cancelCalled()).isFalse();
		assertThat(scope.cancelReason()).isNotEqualTo(Optional.of("too late"));
	}

	@Test
	@DisplayName("5.3, 3.4 cancelCalled says that somebody asked, also after a failure had cancelled the group")
	void cancelCalledAfterFailure() throws Exception {
		IOException failure = new IOException("failure");
		Holdout<Void> holdout = Holdout.returning(null);
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Host<CancelScope> host = Rig.VIRTUAL.startCall(() -> Rig.VIRTUAL.factory().named("group").run((group) -> {
			opened.set(group);
			group.fork(holdout);
			holdout.awaitRunning();
			group.fork("culprit", () -> {
				throw failure;
			});
		}));
		holdout.awaitInterrupted();
		CancelScope scope = opened.get().cancelScope();
		assertThat(scope.cancelCalled()).isFalse();
		scope.cancel("too late for a reason");
		assertThat(scope.cancelCalled()).isTrue();
		assertThat(scope.cancelReason()).contains("failure in culprit");
		holdout.release();
		assertThat(GroupAssertions.assertFailed(host.thrown()).exceptions()).containsExactly(failure);
		assertThat(scope.cancelCaught()).isFalse();
	}

}
