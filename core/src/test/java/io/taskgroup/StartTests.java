package io.taskgroup;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.taskgroup.GroupAssertions.assertCancelled;
import static io.taskgroup.GroupAssertions.assertFailed;
import static io.taskgroup.GroupAssertions.assertFailsWith;
import static io.taskgroup.GroupAssertions.assertInterrupt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Rule 6.3: tasks that say when they have started.
 */
@Timeout(30)
class StartTests {

	private final TaskErrorHandler mustNotBeCalled = (task, exception) -> {
		throw new AssertionError("the handler was called", exception);
	};

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 start returns when the task has called started, with the value typed, and the task goes on")
	void returnsWhenStarted(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		CountDownLatch mayStart = new CountDownLatch(1);
		CountDownLatch mayEnd = new CountDownLatch(1);
		CountDownLatch running = new CountDownLatch(1);
		AtomicReference<StartedTask<Integer, String>> started = new AtomicReference<>();
		CountDownLatch returned = new CountDownLatch(1);
		Host<String> host = rig.startCall(() -> groups.named("group").call((group) -> {
			StartedTask<Integer, String> task = group.start("server", (status) -> {
				running.countDown();
				Waits.on(mayStart);
				status.started(8080);
				Waits.on(mayEnd);
				return "served";
			});
			started.set(task);
			returned.countDown();
			int port = task.startValue();
			return port + " " + task.await();
		}));
		Waits.on(running);
		host.awaitBlocked();
		assertThat(started).hasNullValue();
		mayStart.countDown();
		Waits.on(returned);
		assertThat(started.get().name()).isEqualTo("server");
		assertThat(started.get().state()).isEqualTo(TaskState.RUNNING);
		assertThat(started.get().startValue()).isEqualTo(8080);
		mayEnd.countDown();
		assertThat(host.get()).isEqualTo("8080 served");
		assertThat(started.get().startValue()).isEqualTo(8080);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 started may be called from whichever thread")
	void startedFromOtherThread(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> groups.named("group").run((group) -> {
			CountDownLatch mayEnd = new CountDownLatch(1);
			StartedTask<String, Void> task = group.startAction((status) -> {
				Thread.ofPlatform().start(() -> status.started("from another thread"));
				Waits.on(mayEnd);
			});
			assertThat(task.startValue()).isEqualTo("from another thread");
			assertThat(task.isDone()).isFalse();
			mayEnd.countDown();
		}));
	}

	@Test
	@DisplayName("6.3 all forms of start: with and without a name, with and without a value")
	void forms() throws Exception {
		try (TaskScope scope = Rig.VIRTUAL.factory().named("supervisor").openScope()) {
			StartedTask<String, Integer> one = scope.start((status) -> {
				status.started("start");
				return 1;
			});
			StartedTask<String, Integer> two = scope.<String, Integer, RuntimeException>start("two", (status) -> {
				status.started();
				return 2;
			});
			StartedTask<String, Void> three = scope.startAction((status) -> status.started("start"));
			StartedTask<String, Void> four = scope.<String, RuntimeException>startAction("four", TaskStatus::started);
			assertThat(one.startValue()).isEqualTo("start");
			assertThat(one.await()).isEqualTo(1);
			assertThat(two.startValue()).isNull();
			assertThat(two.name()).isEqualTo("two");
			assertThat(two.await()).isEqualTo(2);
			assertThat(three.startValue()).isEqualTo("start");
			assertThat(three.await()).isNull();
			assertThat(four.startValue()).isNull();
			assertThat(four.name()).isEqualTo("four");
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 a failure before started is thrown by start as it is, and does not fail the group")
	void failureBeforeStarted(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		FileNotFoundException failure = new FileNotFoundException("port is taken");
		Holdout<String> holdout = Holdout.returning("value");
		String value = rig.call(() -> groups.named("group").call((group) -> {
			TaskHandle<String> sibling = group.fork(holdout);
			try {
				startAndFail(group, failure);
				throw new AssertionError("did not throw");
			}
			catch (FileNotFoundException ex) {
				assertThat(ex).isSameAs(failure);
			}
			CancelScope.checkpoint();
			assertThat(sibling.state()).isEqualTo(TaskState.RUNNING);
			holdout.release();
			return sibling.await();
		}));
		assertThat(value).isEqualTo("value");
		assertThat(holdout.wasInterrupted()).isFalse();
	}

	/** Compiles only if start throws what the task declares, and nothing more. */
	private static void startAndFail(TaskScope scope, FileNotFoundException failure)
			throws FileNotFoundException, InterruptedException {
		scope.<String, Void, FileNotFoundException>start((status) -> {
			throw failure;
		});
	}

	@Test
	@DisplayName("6.3 unchecked exceptions and Errors before started are thrown as they are too")
	void uncheckedFailureBeforeStarted() throws Exception {
		try (TaskScope scope = Rig.VIRTUAL.factory().named("supervisor").onError(this.mustNotBeCalled).openScope()) {
			for (Throwable failure : new Throwable[] { new IllegalArgumentException("unchecked"),
					new StackOverflowError("error"), new TaskFailedException(new IOException()) }) {
				assertThat(catchThrowable(() -> scope.startAction((status) -> {
					if (failure instanceof Error error) {
						throw error;
					}
					throw (RuntimeException) failure;
				}))).isSameAs(failure);
			}
		}
	}

	@Test
	@DisplayName("6.3 a failure before started does not call the error handler")
	void errorHandlerIsNotCalled() throws Exception {
		AtomicInteger handled = new AtomicInteger();
		IOException failure = new IOException("failure");
		try (LogRecords log = LogRecords.open();
				TaskScope scope = Rig.VIRTUAL.factory()
					.named("supervisor")
					.onError((task, exception) -> handled.incrementAndGet())
					.openScope()) {
			assertThat(catchThrowable(() -> scope.startAction((status) -> {
				throw failure;
			}))).isSameAs(failure);
			scope.join();
			assertThat(log.records()).isEmpty();
		}
		assertThat(handled).hasValue(0);
	}

	@Test
	@DisplayName("6.3 a failure before started that the body lets through is its failure, once")
	void bodyLetsFailureThrough() {
		IOException failure = new IOException("failure");
		assertFailsWith(() -> Rig.VIRTUAL.factory().named("group").run((group) -> group.startAction((status) -> {
			throw failure;
		})), failure);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 ending without started throws IllegalStateException in start")
	void endsWithoutStarted(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		String value = rig.call(() -> groups.named("group").call((group) -> {
			assertThatIllegalStateException().isThrownBy(() -> group.start((status) -> "value"));
			assertThatIllegalStateException().isThrownBy(() -> group.startAction((status) -> {
			}));
			CancelScope.checkpoint();
			return "goes on";
		}));
		assertThat(value).isEqualTo("goes on");
	}

	@Test
	@DisplayName("6.3 calling started twice throws IllegalStateException in the one who called")
	void startedTwice() throws Exception {
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Rig.VIRTUAL.factory().named("group").run((group) -> {
			StartedTask<String, String> task = group.start((status) -> {
				status.started("first");
				thrown.set(catchThrowable(() -> status.started("second")));
				return "value";
			});
			assertThat(task.await()).isEqualTo("value");
			assertThat(task.startValue()).isEqualTo("first");
		});
		assertThat(thrown.get()).isInstanceOf(IllegalStateException.class)
			.hasMessageEndingWith("has said already that it has started");
	}

	@Test
	@DisplayName("6.3 calling started after the task's end throws IllegalStateException in the one who called")
	void startedAfterEnd() throws Exception {
		Rig.VIRTUAL.factory().named("group").run((group) -> {
			AtomicReference<TaskStatus<String>> kept = new AtomicReference<>();
			StartedTask<String, Void> task = group.startAction((status) -> {
				kept.set(status);
				status.started("in time");
			});
			task.await();
			assertHasEnded(kept.get());
			assertThatIllegalStateException().isThrownBy(() -> group.<String, RuntimeException>startAction(kept::set));
			assertHasEnded(kept.get());
		});
	}

	private static void assertHasEnded(TaskStatus<String> status) {
		assertThatIllegalStateException().isThrownBy(() -> status.started("after the end"))
			.withMessageEndingWith("has ended");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 a cancelled caller takes the unstarted task down, and start throws only when that has ended")
	void callerCancelled(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		try (TaskScope scope = groups.named("supervisor").onError(this.mustNotBeCalled).openScope()) {
			Holdout<String> holdout = Holdout.returning("value");
			AtomicReference<CancelScope> callers = new AtomicReference<>();
			AtomicReference<TaskStatus<String>> kept = new AtomicReference<>();
			AtomicBoolean ended = new AtomicBoolean();
			Host<CancelScope> caller = rig.startCall(() -> CancelScope.<Exception>run((s) -> {
				callers.set(s);
				CancelledException thrown = assertCancelled(
						() -> scope.<String, String, RuntimeException>start((status) -> {
							kept.set(status);
							return callUnchecked(holdout);
						}));
				ended.set(holdout.hasEnded());
				assertThat(thrown.reason()).contains("caller");
				throw thrown;
			}));
			holdout.awaitRunning();
			caller.awaitBlocked();
			callers.get().cancel("caller");
			holdout.awaitInterrupted();
			caller.awaitBlocked();
			assertThat(caller.isDone()).isFalse();
			holdout.release();
			assertThat(caller.get().cancelCaught()).isTrue();
			assertThat(ended).isTrue();
			assertHasEnded(kept.get());
			assertThat(scope.cancelScope().cancelCalled()).isFalse();
			assertThat(scope.fork(() -> "goes on").await()).isEqualTo("goes on");
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 an interrupted caller takes the unstarted task down, and start throws only when that has ended")
	void callerInterrupted(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		try (TaskScope scope = groups.named("supervisor").onError(this.mustNotBeCalled).openScope()) {
			Holdout<String> holdout = Holdout.returning("value");
			AtomicBoolean ended = new AtomicBoolean();
			Host<Void> caller = rig.start(() -> {
				try {
					scope.start((status) -> callUnchecked(holdout));
				}
				finally {
					ended.set(holdout.hasEnded());
				}
			});
			holdout.awaitRunning();
			caller.awaitBlocked();
			caller.interrupt();
			holdout.awaitInterrupted();
			caller.awaitBlocked();
			assertThat(caller.isDone()).isFalse();
			holdout.release();
			assertInterrupt(caller.thrown());
			assertThat(caller.leftInterrupted()).isFalse();
			assertThat(ended).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 a cancelled caller in the group itself takes the unstarted task down")
	void bodyCancelled(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		AtomicReference<CancelledException> thrown = new AtomicReference<>();
		Host<CancelScope> host = rig.startCall(() -> groups.named("group").run((group) -> {
			opened.set(group);
			thrown.set(assertCancelled(() -> group.startAction((status) -> sleeper.run())));
			assertThat(sleeper.hasEnded()).isTrue();
			throw thrown.get();
		}));
		sleeper.awaitRunning();
		host.awaitBlocked();
		opened.get().cancel("enough");
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(thrown.get().reason()).contains("enough");
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3, 5.2 a failure of the unstarted task on its way down wins over the cancellation, which meets what blocks next")
	void failureOnTheWayDown(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.builder().reinterruptEvery(Duration.ofHours(1)).build();
		IOException failure = new IOException("failure");
		try (TaskScope scope = groups.named("supervisor").onError(this.mustNotBeCalled).openScope()) {
			Holdout<Void> holdout = Holdout.throwing(failure);
			AtomicReference<TaskGroup> callers = new AtomicReference<>();
			Host<CancelScope> caller = rig.startCall(() -> groups.named("caller").run((group) -> {
				callers.set(group);
				assertThat(catchThrowable(() -> scope.start((status) -> holdout.call()))).isSameAs(failure);
				Waits.forever();
			}));
			holdout.awaitRunning();
			caller.awaitBlocked();
			callers.get().cancel();
			holdout.awaitInterrupted();
			holdout.release();
			assertThat(caller.get().cancelCaught()).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3, 5.2 nor is the cancellation forgotten if the unstarted task has ended before its caller waits for that")
	void failedBeforeItIsWaitedFor(Rig rig) throws Exception {
		IOException failure = new IOException("failure");
		Holdout<Void> holdout = Holdout.throwing(failure);
		CountDownLatch ended = new CountDownLatch(1);
		TaskGroupFactory groups = rig.builder().reinterruptEvery(Duration.ofHours(1)).listener(new TaskGroupListener() {

			@Override
			public void taskCancelled(TaskInfo task, CancelKind kind, String reason) {
				holdout.release();
				Waits.spinUntil(() -> ended.getCount() == 0);
			}

			@Override
			public void taskEnded(TaskInfo task, TaskState outcome, Throwable exception, long waited, long ran) {
				ended.countDown();
			}

		}).build();
		try (TaskScope scope = groups.named("supervisor").onError(this.mustNotBeCalled).openScope()) {
			Host<CancelScope> caller = rig.startCall(() -> groups.named("caller").run((own) -> {
				own.cancel();
				assertThat(catchThrowable(() -> scope.start((status) -> holdout.call()))).isSameAs(failure);
				Waits.forever();
			}));
			assertThat(caller.get().cancelCaught()).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 a failure of the unstarted task on its way down wins over the interrupt, which stays pending")
	void failureOnTheWayDownOfInterrupted(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		IOException failure = new IOException("failure");
		try (TaskScope scope = groups.named("supervisor").onError(this.mustNotBeCalled).openScope()) {
			Holdout<Void> holdout = Holdout.throwing(failure);
			Host<Void> caller = rig.start(() -> scope.start((status) -> holdout.call()));
			holdout.awaitRunning();
			caller.awaitBlocked();
			caller.interrupt();
			holdout.awaitInterrupted();
			holdout.release();
			assertThat(caller.thrown()).isSameAs(failure);
			assertThat(caller.leftInterrupted()).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 an unstarted task that is cancelled alone gives the caller TaskCancelledException")
	void taskCancelledAlone(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		TaskScope scope = groups.named("supervisor").onError(this.mustNotBeCalled).openScope();
		Sleeper sleeper = new Sleeper();
		Host<Void> caller = rig.start(() -> scope.startAction((status) -> sleeper.run()));
		sleeper.awaitRunning();
		caller.awaitBlocked();
		scope.cancel("the supervisor");
		assertThat(caller.thrown()).isInstanceOfSatisfying(TaskCancelledException.class,
				(thrown) -> assertThat(thrown.reason()).contains("the supervisor"));
		scope.close();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 a started that comes after its caller gave up has no effect")
	void startedTooLate(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		try (TaskScope scope = groups.named("supervisor").onError(this.mustNotBeCalled).openScope()) {
			Holdout<String> holdout = Holdout.returning("value");
			AtomicReference<Throwable> inTask = new AtomicReference<>(new AssertionError("did not run"));
			AtomicReference<TaskStatus<String>> kept = new AtomicReference<>();
			AtomicReference<CancelScope> callers = new AtomicReference<>();
			Host<CancelScope> caller = rig.startCall(() -> CancelScope.<Exception>run((s) -> {
				callers.set(s);
				throw assertCancelled(() -> scope.<String, String, Exception>start((status) -> {
					kept.set(status);
					holdout.call();
					inTask.set(catchThrowable(() -> status.started("too late")));
					return "value";
				}));
			}));
			holdout.awaitRunning();
			caller.awaitBlocked();
			callers.get().cancel();
			holdout.awaitInterrupted();
			holdout.release();
			assertThat(caller.get().cancelCaught()).isTrue();
			assertThat(inTask.get()).isNull();
			assertHasEnded(kept.get());
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 after started a failure is one of the group")
	void failureAfterStarted(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		IOException failure = new IOException("failure");
		Sleeper sleeper = new Sleeper();
		CountDownLatch mayFail = new CountDownLatch(1);
		Host<Void> host = rig.start(() -> groups.named("group").run((group) -> {
			group.fork(sleeper);
			sleeper.awaitRunning();
			group.startAction((status) -> {
				status.started("start");
				Waits.on(mayFail);
				throw failure;
			});
			mayFail.countDown();
		}));
		assertThat(assertFailed(host.thrown()).exceptions()).containsExactly(failure);
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("6.3 after started a failure goes to the supervisor's error handler")
	void failureAfterStartedInSupervisor() throws Exception {
		IOException failure = new IOException("failure");
		AtomicReference<Throwable> handled = new AtomicReference<>();
		try (TaskScope scope = Rig.VIRTUAL.factory()
			.named("supervisor")
			.onError((task, exception) -> handled.set(exception))
			.openScope()) {
			StartedTask<String, Void> task = scope.startAction((status) -> {
				status.started("start");
				throw failure;
			});
			assertThat(task.startValue()).isEqualTo("start");
			assertThat(catchThrowable(task::await)).isInstanceOf(TaskFailedException.class).hasCause(failure);
			scope.join();
		}
		assertThat(handled.get()).isSameAs(failure);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 after started the task is cancelled with the group and no longer with the caller of start")
	void afterStartedLikeAnyOther(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		try (TaskScope scope = groups.named("supervisor").openScope()) {
			Sleeper sleeper = new Sleeper();
			AtomicReference<StartedTask<String, Void>> task = new AtomicReference<>();
			rig.run(() -> CancelScope.run((s) -> {
				task.set(scope.startAction((status) -> {
					status.started("start");
					sleeper.run();
				}));
				s.cancel();
			}));
			sleeper.awaitRunning();
			assertThat(task.get().state()).isEqualTo(TaskState.RUNNING);
			scope.cancel("enough");
			task.get().awaitDone();
			assertThat(task.get().outcome()).isEqualTo(new Outcome.Cancelled<Void>("enough"));
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 in a cancelled scope the task is started, already cancelled")
	void inCancelledScope(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		try (TaskScope scope = groups.named("supervisor").openScope()) {
			scope.cancel("enough");
			AtomicBoolean cleanedUp = new AtomicBoolean();
			TaskCancelledException thrown = rig
				.call(() -> catchThrowableOfType(TaskCancelledException.class, () -> scope.startAction((status) -> {
					try {
						Waits.forever();
					}
					finally {
						cleanedUp.set(true);
					}
				})));
			assertThat(thrown).isNotNull();
			assertThat(thrown.reason()).contains("enough");
			assertThat(cleanedUp).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 in the body of a cancelled group the task is started, and start throws CancelledException")
	void inBodyOfCancelledGroup(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicBoolean cleanedUp = new AtomicBoolean();
		CancelScope scope = rig.call(() -> groups.named("group").run((group) -> {
			group.cancel("enough");
			throw assertCancelled(() -> group.startAction((status) -> {
				try {
					Waits.forever();
				}
				finally {
					cleanedUp.set(true);
				}
			}));
		}));
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(cleanedUp).isTrue();
	}

	@Test
	@DisplayName("6.3 a failure in the body of a cancelled group wins over the cancellation")
	void failureInBodyOfCancelledGroup() throws Exception {
		IOException failure = new IOException("failure");
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Rig.VIRTUAL.factory().named("group").run((group) -> {
			group.cancel();
			thrown.set(catchThrowable(() -> group.startAction((status) -> {
				throw failure;
			})));
		});
		assertThat(thrown.get()).isSameAs(failure);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 start by a task, and by a thread outside of the group")
	void startByOthers(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Holdout<String> holdout = Holdout.returning("value");
		Host<Integer> host = rig.startCall(() -> groups.named("group").call((group) -> {
			opened.set(group);
			group.fork(holdout);
			return group.fork(() -> group.<Integer, Void, RuntimeException>start((status) -> {
				status.started(1);
				return null;
			}).startValue()).await();
		}));
		holdout.awaitRunning();
		int two = rig.call(() -> opened.get().<Integer, Void, RuntimeException>start((status) -> {
			status.started(2);
			return null;
		}).startValue());
		holdout.release();
		assertThat(host.get()).isEqualTo(1);
		assertThat(two).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 a foreign start keeps the group open until its task has ended")
	void startKeepsGroupOpen(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Holdout<String> first = Holdout.returning("value");
		Holdout<String> second = Holdout.returning("value");
		AtomicBoolean ended = new AtomicBoolean();
		Host<Void> host = rig.start(() -> {
			groups.named("group").run((group) -> {
				opened.set(group);
				group.fork(first);
			});
			ended.set(second.hasEnded());
		});
		first.awaitRunning();
		Host<Void> starting = rig.start(() -> opened.get().start((status) -> {
			callUnchecked(second);
			status.started("start");
			return "value";
		}));
		second.awaitRunning();
		first.release();
		host.awaitBlocked();
		assertThat(host.isDone()).isFalse();
		second.release();
		assertThat(starting.thrown()).isNull();
		host.get();
		assertThat(ended).isTrue();
	}

	@Test
	@DisplayName("6.3 a task that ends right after started has started")
	void endsRightAfterStarted() throws Exception {
		try (TaskScope scope = Rig.VIRTUAL.factory().named("supervisor").openScope()) {
			for (int i = 0; i < 200; i++) {
				int number = i;
				StartedTask<Integer, Integer> task = scope.start((status) -> {
					status.started(number);
					return -number;
				});
				assertThat(task.startValue()).isEqualTo(number);
				assertThat(task.await()).isEqualTo(-number);
			}
		}
	}

	@Test
	@DisplayName("6.3 an InterruptedException before started that nobody asked for is thrown as it is")
	void interruptedExceptionOfTask() throws Exception {
		InterruptedException failure = new InterruptedException("by the task");
		try (TaskScope scope = Rig.VIRTUAL.factory().named("supervisor").openScope()) {
			assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> scope.startAction((status) -> {
				throw failure;
			})).isSameAs(failure);
		}
	}

	private static String callUnchecked(Holdout<String> holdout) {
		try {
			return holdout.call();
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

}
