package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static io.taskgroup.GroupAssertions.assertFailed;
import static io.taskgroup.GroupAssertions.assertFailsWith;
import static io.taskgroup.GroupAssertions.assertInterrupt;
import static io.taskgroup.GroupAssertions.runAndForget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Rules 3.6 and 3.12: interrupts of the host, the library's own and those of others.
 */
@Timeout(30)
class HostInterruptTests {

	private final IOException failure = new IOException("failure");

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("forms")
	@DisplayName("3.6 an interrupt of the host in the body cancels the tasks, waits for them and goes up")
	void interruptInBody(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicBoolean allEnded = new AtomicBoolean();
		CountDownLatch sleeping = new CountDownLatch(1);
		Host<Void> host = rig.start(() -> {
			try {
				form.go(groups.named("group"), (group) -> {
					group.fork(sleeper);
					group.fork(holdout);
					sleeper.awaitRunning();
					holdout.awaitRunning();
					sleeping.countDown();
					Waits.forever();
				});
			}
			finally {
				allEnded.set(sleeper.hasEnded() && holdout.hasEnded());
			}
		});
		Waits.on(sleeping);
		host.awaitBlocked();
		host.interrupt();
		holdout.awaitInterrupted();
		host.awaitBlocked();
		assertThat(host.isDone()).isFalse();
		holdout.release();
		assertInterrupt(host.thrown());
		assertThat(allEnded).isTrue();
		assertThat(sleeper.wasInterrupted()).isTrue();
		assertThat(host.leftInterrupted()).isFalse();
	}

	static Stream<Arguments> forms() {
		return Stream.of(Rig.values())
			.flatMap((rig) -> Stream.of(Form.values()).map((form) -> Arguments.of(rig, form)));
	}

	static Stream<Arguments> waitingForms() {
		return Stream.of(Rig.values())
			.flatMap(
					(rig) -> Stream.of(Form.RUN, Form.CALL, Form.OPEN_AND_JOIN).map((form) -> Arguments.of(rig, form)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("waitingForms")
	@DisplayName("3.6 an interrupt of the host while it waits for the end cancels the tasks, and goes up")
	void interruptAtEnd(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicBoolean ended = new AtomicBoolean();
		Host<Void> host = rig.start(() -> {
			try {
				form.go(groups.named("group"), (group) -> {
					group.fork(holdout);
					holdout.awaitRunning();
				});
			}
			finally {
				ended.set(holdout.hasEnded());
			}
		});
		holdout.awaitRunning();
		host.awaitBlocked();
		host.interrupt();
		holdout.awaitInterrupted();
		host.awaitBlocked();
		assertThat(host.isDone()).isFalse();
		holdout.release();
		assertInterrupt(host.thrown());
		assertThat(ended).isTrue();
		assertThat(host.leftInterrupted()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 an interrupt of the host in its own join goes up through the body")
	void interruptInOwnJoin(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		AtomicReference<Throwable> thrownByJoin = new AtomicReference<>();
		Host<Void> host = rig.start(() -> groups.named("group").run((group) -> {
			group.fork(sleeper);
			sleeper.awaitRunning();
			thrownByJoin.set(catchThrowable(group::join));
			throw (Exception) thrownByJoin.get();
		}));
		sleeper.awaitRunning();
		host.awaitBlocked();
		host.interrupt();
		assertInterrupt(host.thrown());
		assertInterrupt(thrownByJoin.get());
		assertThat(sleeper.wasInterrupted()).isTrue();
		assertThat(host.leftInterrupted()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 the tasks of an interrupted host say that it was an interrupt")
	void kindOfCancellation(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		Host<Void> host = rig.start(() -> groups.named("group").run((group) -> {
			handle.set(group.fork(sleeper));
			sleeper.awaitRunning();
		}));
		sleeper.awaitRunning();
		host.awaitBlocked();
		host.interrupt();
		assertInterrupt(host.thrown());
		TaskCancelledException awaited = catchThrowableOfType(TaskCancelledException.class, handle.get()::await);
		assertThat(awaited.kind()).isEqualTo(CancelKind.INTERRUPT);
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("waitingForms")
	@DisplayName("3.6 failures win over an interrupt, which stays pending")
	void failuresWin(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<Void> holdout = Holdout.throwing(this.failure);
		Host<Void> host = rig.start(() -> form.go(groups.named("group"), (group) -> {
			group.fork(holdout);
			holdout.awaitRunning();
		}));
		holdout.awaitRunning();
		host.awaitBlocked();
		host.interrupt();
		holdout.awaitInterrupted();
		holdout.release();
		assertThat(assertFailed(host.thrown()).exceptions()).containsExactly(this.failure);
		assertThat(host.leftInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 failures win over an interrupt that came out of the body, which stays pending")
	void failuresWinOverInterruptOfBody(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<Void> holdout = Holdout.throwing(this.failure);
		CountDownLatch sleeping = new CountDownLatch(1);
		Host<Void> host = rig.start(() -> groups.named("group").run((group) -> {
			group.fork(holdout);
			holdout.awaitRunning();
			sleeping.countDown();
			Waits.forever();
		}));
		Waits.on(sleeping);
		host.awaitBlocked();
		host.interrupt();
		holdout.awaitInterrupted();
		holdout.release();
		assertThat(assertFailed(host.thrown()).exceptions()).containsExactly(this.failure);
		assertThat(host.leftInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 a failure of the body is told also beside a pending interrupt and a cancellation")
	void failureBesideInterruptAndCancellation(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> CancelScope.<Exception>run((outer) -> {
			assertFailsWith(() -> groups.named("group").run((group) -> {
				Thread.currentThread().interrupt();
				outer.cancel();
				throw this.failure;
			}), this.failure);
			assertThat(Thread.interrupted()).isTrue();
		}));
		rig.run(() -> {
			assertFailsWith(() -> groups.named("group").call((group) -> {
				Thread.currentThread().interrupt();
				group.cancel();
				throw this.failure;
			}), this.failure);
			assertThat(Thread.interrupted()).isTrue();
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 an interrupt that was pending when the host came to wait goes up")
	void pendingWithTasks(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		rig.run(() -> {
			assertInterrupt(catchThrowable(() -> groups.named("group").run((group) -> {
				group.fork(sleeper);
				sleeper.awaitRunning();
				Thread.currentThread().interrupt();
			})));
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		});
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("forms")
	@DisplayName("3.6 an interrupt that was pending stays so if nothing had to be waited for")
	void pendingWithoutTasks(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> {
			Thread.currentThread().interrupt();
			AtomicBoolean ran = new AtomicBoolean();
			form.go(groups.named("group"), (group) -> ran.set(true));
			assertThat(ran).isTrue();
			assertThat(Thread.interrupted()).isTrue();
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 a body that deals with the interrupt itself goes on, and so does the group")
	void bodySwallowsInterrupt(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		CountDownLatch sleeping = new CountDownLatch(1);
		Host<String> host = rig.startCall(() -> groups.named("group").call((group) -> {
			TaskHandle<String> handle = group.fork(holdout);
			sleeping.countDown();
			assertInterrupt(catchThrowable(Waits::forever));
			assertThat(CancelScope.cancelRequested()).isFalse();
			assertThat(holdout.wasInterrupted()).isFalse();
			holdout.release();
			return handle.await();
		}));
		Waits.on(sleeping);
		host.awaitBlocked();
		host.interrupt();
		assertThat(host.get()).isEqualTo("value");
		assertThat(host.leftInterrupted()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 an InterruptedException out of the body that nobody asked for is an interrupt of the host")
	void interruptedExceptionOfBody(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		rig.run(() -> assertInterrupt(catchThrowable(() -> groups.named("group").run((group) -> {
			group.fork(sleeper);
			sleeper.awaitRunning();
			throw new InterruptedException("from the body");
		}))));
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 a wrapped interruption out of the body that nobody asked for is a failure")
	void wrappedInterruptionOfBody(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		RuntimeException wrapped = new RuntimeException(new InterruptedException());
		rig.run(() -> assertFailsWith(() -> groups.named("group").run((group) -> {
			throw wrapped;
		}), wrapped));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 an interrupt of the host goes up through all its groups")
	void throughAllGroups(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper outerTask = new Sleeper();
		Sleeper innerTask = new Sleeper();
		Host<Void> host = rig.start(() -> groups.named("outer").run((outer) -> {
			outer.fork(outerTask);
			outerTask.awaitRunning();
			groups.named("inner").run((inner) -> inner.fork(innerTask));
		}));
		innerTask.awaitRunning();
		host.awaitBlocked();
		host.interrupt();
		assertInterrupt(host.thrown());
		assertThat(outerTask.wasInterrupted()).isTrue();
		assertThat(innerTask.wasInterrupted()).isTrue();
		assertThat(host.leftInterrupted()).isFalse();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("waitingForms")
	@DisplayName("3.6 the end of the last task wakes the host also if a listener has used up the wake-up")
	void listenerParksHost(Rig rig, Form form) throws Exception {
		ParkingListener listener = new ParkingListener();
		TaskGroupFactory groups = rig.builder().listener(listener).build();
		Host<Void> host = rig.start(() -> form.go(groups.named("group"), (group) -> group.fork(listener::runTask)));
		listener.holdout.awaitRunning();
		host.awaitBlocked();
		host.interrupt();
		assertInterrupt(host.thrown());
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("waitingForms")
	@DisplayName("3.13 the same when the host finds that its group's deadline has passed")
	void listenerParksHostAtDeadline(Rig rig, Form form) throws Exception {
		ParkingListener listener = new ParkingListener();
		TaskGroupFactory groups = rig.builder().listener(listener).build();
		Host<Void> host = rig.start(() -> form.go(groups.named("group").timeout(Duration.ofMillis(50)),
				(group) -> group.fork(listener::runTask)));
		assertThat(host.thrown()).isInstanceOf(TaskGroupTimeoutException.class);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 an interrupt during close does not end the waiting, and stays pending")
	void interruptDuringClose(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicBoolean ended = new AtomicBoolean();
		Host<Void> host = rig.start(() -> {
			TaskGroup group = groups.named("group").open();
			group.fork(holdout);
			holdout.awaitRunning();
			group.cancel();
			group.close();
			ended.set(holdout.hasEnded());
		});
		holdout.awaitInterrupted();
		host.awaitBlocked();
		host.interrupt();
		host.awaitBlocked();
		assertThat(host.isDone()).isFalse();
		holdout.release();
		assertThat(host.leftInterrupted()).isTrue();
		assertThat(ended).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("causes")
	@DisplayName("3.12 the library's interrupt of a host that computes is gone after the group")
	void ownInterruptIsGone(Rig rig, Cause cause) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> {
			AtomicBoolean interrupted = new AtomicBoolean();
			runAndForget(() -> cause.around((scope) -> groups.named("group").run((group) -> {
				cause.provoke(group, scope);
				Waits.spinUntil(Thread.currentThread()::isInterrupted);
				interrupted.set(true);
			})));
			assertThat(interrupted).isTrue();
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			Thread.sleep(1);
		});
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("causes")
	@DisplayName("3.12 the library's interrupt of a host that sleeps is gone after the group")
	void ownInterruptOfSleepingHostIsGone(Rig rig, Cause cause) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> {
			runAndForget(() -> cause.around((scope) -> groups.named("group").run((group) -> {
				cause.provoke(group, scope);
				Waits.forever();
			})));
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			Thread.sleep(1);
		});
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("causes")
	@DisplayName("3.12 an interrupt of others that was there before the library's is kept or thrown")
	void foreignInterruptBefore(Rig rig, Cause cause) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> {
			Throwable thrown = catchThrowable(() -> cause.around((scope) -> groups.named("group").run((group) -> {
				Thread.currentThread().interrupt();
				cause.provoke(group, scope);
				Waits.spinUntil(CancelScope::cancelRequested);
			})));
			boolean kept = Thread.interrupted();
			boolean wasThrown = thrown instanceof InterruptedException && !(thrown instanceof CancelledException);
			assertThat(kept || wasThrown).as("kept or thrown, not: %s", thrown).isTrue();
		});
	}

	static Stream<Arguments> causes() {
		return Stream.of(Rig.values())
			.flatMap((rig) -> Stream.of(Cause.values()).map((cause) -> Arguments.of(rig, cause)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("waitingForms")
	@DisplayName("3.12 a host that waits inside the library tells an interrupt from a cancellation before it")
	void interruptAfterCancel(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Host<Void> host = rig.start(() -> form.go(groups.named("group"), (group) -> {
			group.fork(holdout);
			holdout.awaitRunning();
			opened.set(group);
		}));
		Waits.until(() -> opened.get() != null);
		host.awaitBlocked();
		opened.get().cancel();
		holdout.awaitInterrupted();
		host.awaitBlocked();
		host.interrupt();
		holdout.release();
		Throwable thrown = host.thrown();
		assertThat(thrown == null || !(thrown instanceof CancelledException)).isTrue();
		assertThat(thrown instanceof InterruptedException || host.leftInterrupted()).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("waitingForms")
	@DisplayName("3.12 a host that waits inside the library tells an interrupt from a cancellation after it")
	void cancelAfterInterrupt(Rig rig, Form form) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Host<Void> host = rig.start(() -> form.go(groups.named("group"), (group) -> {
			group.fork(holdout);
			holdout.awaitRunning();
			opened.set(group);
		}));
		Waits.until(() -> opened.get() != null);
		host.awaitBlocked();
		host.interrupt();
		holdout.awaitInterrupted();
		opened.get().cancel();
		holdout.release();
		assertInterrupt(host.thrown());
		assertThat(host.leftInterrupted()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.12 a host that waits inside the library is woken without an interrupt")
	void wokenWithoutInterrupt(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		AtomicBoolean interrupted = new AtomicBoolean(true);
		Host<Void> host = rig.start(() -> groups.named("group").run((group) -> {
			TaskHandle<String> handle = group.fork(holdout);
			opened.set(group);
			try {
				handle.await();
			}
			finally {
				interrupted.set(Thread.currentThread().isInterrupted());
				holdout.release();
			}
		}));
		Waits.until(() -> opened.get() != null);
		host.awaitBlocked();
		opened.get().cancel();
		host.get();
		assertThat(interrupted).isFalse();
	}

	/**
	 * When the group is cancelled, lets the task end, and then parks the thread, which
	 * may be that of the host, so that the host's wake-up is gone.
	 */
	private static final class ParkingListener implements TaskGroupListener {

		private final Holdout<String> holdout = Holdout.returning("value");

		private final AtomicReference<Thread> thread = new AtomicReference<>();

		void runTask() throws Exception {
			this.thread.set(Thread.currentThread());
			this.holdout.call();
		}

		@Override
		public void groupCancelled(TaskScopeInfo scope, CancelKind kind, String reason) {
			this.holdout.release();
			Waits.spinUntil(() -> this.thread.get() != null && !this.thread.get().isAlive());
			LockSupport.parkNanos(1);
		}

	}

	/** Why the library interrupts a host. */
	enum Cause {

		CANCEL {
			@Override
			void provoke(TaskGroup group, CancelScope outer) {
				group.cancel();
			}
		},

		CANCEL_BY_TASK {
			@Override
			void provoke(TaskGroup group, CancelScope outer) {
				group.fork(() -> group.cancel());
			}
		},

		FAILURE {
			@Override
			void provoke(TaskGroup group, CancelScope outer) {
				group.fork(() -> {
					throw new IOException("failure");
				});
			}
		},

		TIMEOUT {
			@Override
			void provoke(TaskGroup group, CancelScope outer) {
				group.cancelScope().timeout(Duration.ofMillis(2));
			}
		},

		OUTER {
			@Override
			void provoke(TaskGroup group, CancelScope outer) {
				Thread.ofVirtual().start(outer::cancel);
			}
		};

		/** Runs the body in a scope that may be cancelled. */
		void around(CancelScope.Body<Exception> body) throws Exception {
			CancelScope.run(body);
		}

		abstract void provoke(TaskGroup group, CancelScope outer);

	}

}
