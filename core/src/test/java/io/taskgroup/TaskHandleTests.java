package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
import static io.taskgroup.GroupAssertions.assertInterrupt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Rules 4.1 and 4.2: what a handle tells, and what it cancels.
 */
@Timeout(30)
class TaskHandleTests {

	@SuppressWarnings("StaticAssignmentOfThrowable") // its stack does not matter
	private static final IOException FAILURE = new IOException("failure");

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	/** The ways in which a task ends. */
	enum Ending {

		SUCCESS(TaskState.SUCCESS) {
			@Override
			TaskHandle<String> fork(TaskScope scope) {
				return scope.fork("task", () -> "value");
			}

			@Override
			void assertTold(Throwable thrown) {
				assertThat(thrown).isNull();
			}

			@Override
			void assertOutcome(Outcome<String> outcome) {
				assertThat(outcome).isEqualTo(new Outcome.Success<>("value"));
			}
		},

		FAILED(TaskState.FAILED) {
			@Override
			TaskHandle<String> fork(TaskScope scope) {
				return scope.fork("task", failing(FAILURE));
			}

			@Override
			void assertTold(Throwable thrown) {
				assertThat(thrown).isExactlyInstanceOf(TaskFailedException.class);
				assertThat(thrown.getCause()).isSameAs(FAILURE);
			}

			@Override
			void assertOutcome(Outcome<String> outcome) {
				assertThat(outcome).isEqualTo(new Outcome.Failure<>(FAILURE));
			}
		},

		CANCELLED(TaskState.CANCELLED) {
			@Override
			TaskHandle<String> fork(TaskScope scope) {
				TaskHandle<String> handle = scope.fork("task", endless());
				handle.cancel("enough");
				return handle;
			}

			@Override
			void assertTold(Throwable thrown) {
				assertThat(thrown).isExactlyInstanceOf(TaskCancelledException.class);
				assertThat(((TaskCancelledException) thrown).reason()).contains("enough");
			}

			@Override
			void assertOutcome(Outcome<String> outcome) {
				assertThat(outcome).isEqualTo(new Outcome.Cancelled<>("enough"));
			}
		};

		final TaskState state;

		Ending(TaskState state) {
			this.state = state;
		}

		abstract TaskHandle<String> fork(TaskScope scope);

		abstract void assertTold(Throwable thrownByAwait);

		abstract void assertOutcome(Outcome<String> outcome);

		/** Returns the handle of a task that has ended like this. */
		TaskHandle<String> finished(TaskGroupFactory groups) throws InterruptedException {
			try (TaskScope scope = supervisor(groups)) {
				TaskHandle<String> handle = fork(scope);
				handle.awaitDone();
				return handle;
			}
		}

	}

	/** The ways to wait for a task. */
	enum Waiting {

		AWAIT {
			@Override
			Object on(TaskHandle<?> handle) throws Exception {
				return handle.await();
			}
		},

		TIMED_AWAIT {
			@Override
			Object on(TaskHandle<?> handle) throws Exception {
				return handle.await(Waits.BOUND.plusSeconds(10));
			}
		},

		ENDLESS_AWAIT {
			@Override
			Object on(TaskHandle<?> handle) throws Exception {
				return handle.await(Duration.ofSeconds(Long.MAX_VALUE));
			}
		},

		AWAIT_DONE {
			@Override
			Object on(TaskHandle<?> handle) throws Exception {
				handle.awaitDone();
				return handle.isDone() ? "value" : "not done";
			}
		};

		abstract Object on(TaskHandle<?> handle) throws Exception;

	}

	private static TaskScope supervisor(TaskGroupFactory groups) {
		return groups.named("supervisor").detached().onError((task, exception) -> {
		}).openScope();
	}

	private static <T> Callable<T> failing(Exception failure) {
		return () -> {
			throw failure;
		};
	}

	private static <T> Callable<T> endless() {
		return () -> {
			Waits.forever();
			throw new AssertionError("not reached");
		};
	}

	static Stream<Arguments> waitings() {
		return Stream.of(Rig.values())
			.flatMap(rig -> Stream.of(Waiting.values()).map(waiting -> Arguments.of(rig, waiting)));
	}

	@ParameterizedTest
	@EnumSource(Ending.class)
	@DisplayName("4.1 await waits, and returns the value or throws TaskFailedException or TaskCancelledException")
	void awaitTells(Ending ending) throws Exception {
		try (TaskScope scope = supervisor(this.groups)) {
			TaskHandle<String> handle = ending.fork(scope);
			AtomicReference<String> value = new AtomicReference<>();
			ending.assertTold(catchThrowable(() -> value.set(handle.await())));
			assertThat(handle.isDone()).isTrue();
			assertThat(value.get()).isEqualTo((ending == Ending.SUCCESS) ? "value" : null);
		}
	}

	@ParameterizedTest
	@EnumSource(Ending.class)
	@DisplayName("4.1 a timed await tells the same")
	void timedAwaitTells(Ending ending) throws Exception {
		try (TaskScope scope = supervisor(this.groups)) {
			TaskHandle<String> handle = ending.fork(scope);
			AtomicReference<String> value = new AtomicReference<>();
			ending.assertTold(catchThrowable(() -> value.set(handle.await(Waits.BOUND))));
			assertThat(handle.isDone()).isTrue();
			assertThat(value.get()).isEqualTo((ending == Ending.SUCCESS) ? "value" : null);
		}
	}

	@ParameterizedTest
	@EnumSource(Ending.class)
	@DisplayName("4.1 awaitDone waits and never throws what became of the task")
	void awaitDoneNeverThrowsFailure(Ending ending) throws Exception {
		try (TaskScope scope = supervisor(this.groups)) {
			TaskHandle<String> handle = ending.fork(scope);
			handle.awaitDone();
			assertThat(handle.state()).isEqualTo(ending.state);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("waitings")
	@DisplayName("4.1 whoever waits is woken when the task ends")
	void waitersAreWoken(Rig rig, Waiting waiting) throws Exception {
		Holdout<String> task = Holdout.returning("value");
		try (TaskScope scope = supervisor(rig.factory())) {
			TaskHandle<String> handle = scope.fork(task);
			Host<Object> one = rig.startCall(() -> waiting.on(handle));
			Host<Object> other = rig.startCall(() -> waiting.on(handle));
			one.awaitBlocked();
			other.awaitBlocked();
			assertThat(one.isDone() || other.isDone()).isFalse();
			task.release();
			assertThat(one.get()).isEqualTo("value");
			assertThat(other.get()).isEqualTo("value");
		}
	}

	@Test
	@DisplayName("4.1 a task may return null")
	void nullIsAValue() throws Exception {
		this.groups.named("group").run(group -> {
			TaskHandle<String> handle = group.fork(() -> null);
			assertThat(handle.await()).isNull();
			assertThat(handle.state()).isEqualTo(TaskState.SUCCESS);
			assertThat(handle.outcome()).isEqualTo(new Outcome.Success<>(null));
			assertThat(handle.resultNow()).isNull();
			assertThat(handle.toCompletionStage().toCompletableFuture().get(15, TimeUnit.SECONDS)).isNull();
		});
	}

	@ParameterizedTest
	@EnumSource(Ending.class)
	@DisplayName("4.1 a finished handle answers first, also in a cancelled scope")
	void finishedHandleAnswersInCancelledScope(Ending ending) throws Exception {
		TaskHandle<String> handle = ending.finished(this.groups);
		CancelScope ended = CancelScope.run(scope -> {
			scope.cancel();
			assertThatExceptionOfType(CancelledException.class).isThrownBy(CancelScope::checkpoint);
			ending.assertTold(catchThrowable(handle::await));
			ending.assertTold(catchThrowable(() -> handle.await(Duration.ZERO)));
			ending.assertTold(catchThrowable(() -> handle.await(Waits.BOUND)));
			handle.awaitDone();
		});
		assertThat(ended.cancelCaught()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Ending.class)
	@DisplayName("4.1 a finished handle answers first, also on an interrupted thread, which stays interrupted")
	void finishedHandleAnswersInterruptedThread(Ending ending) throws Exception {
		TaskHandle<String> handle = ending.finished(this.groups);
		Thread.currentThread().interrupt();
		Throwable await = catchThrowable(handle::await);
		Throwable timedAwait = catchThrowable(() -> handle.await(Waits.BOUND));
		Throwable awaitDone = catchThrowable(handle::awaitDone);
		assertThat(Thread.interrupted()).isTrue();
		ending.assertTold(await);
		ending.assertTold(timedAwait);
		assertThat(awaitDone).isNull();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.1 awaiting a task that fails tells its failure, not the cancellation that it causes")
	void awaitTellsFailureOfOwnGroup(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		rig.run(() -> Together.often(() -> {
			AtomicReference<Throwable> told = new AtomicReference<>();
			assertFailsWith(() -> factory.named("group").run(group -> {
				TaskHandle<String> handle = group.fork(failing(FAILURE));
				told.set(catchThrowable(handle::await));
			}), FAILURE);
			Ending.FAILED.assertTold(told.get());
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.1 a task that ends, and then cancels the one who waits, between any two looks of his has ended")
	void endsAndCancelsBetweenAnyTwoLooks(Rig rig) throws Exception {
		rig.run(() -> {
			int look = 0;
			EndsAfterLook task;
			do {
				look++;
				CancelScope scope = CancelScope.create();
				task = new EndsAfterLook(look, scope);
				EndsAfterLook waitedFor = task;
				scope.enter(entered -> {
					Strand.Wait how = Strand.attach().await(waitedFor, null, 20_000_000);
					boolean hasEnded = waitedFor.looks >= waitedFor.last;
					assertThat(how).isEqualTo(hasEnded ? Strand.Wait.REACHED : Strand.Wait.TIMED_OUT);
				});
			}
			while (task.looks >= look);
			assertThat(look).isGreaterThan(2);
		});
	}

	@Test
	@DisplayName("4.1 a task that ends, and then cancels the one who only looks, while he does has ended")
	void endsAndCancelsWhileSomebodyOnlyLooks() throws Exception {
		CancelScope scope = CancelScope.create();
		scope.enter(entered -> assertThat(Strand.attach().await(new EndsAfterLook(1, scope), null, 0))
			.isEqualTo(Strand.Wait.REACHED));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.2 a cancel that comes when the task is about to be done answers when it is")
	void cancelWhenAboutToBeDone(Rig rig) throws Exception {
		AtomicReference<Thread> canceller = new AtomicReference<>();
		AtomicBoolean answered = new AtomicBoolean();
		CountDownLatch atItsEnd = new CountDownLatch(1);
		// looked at when the task cannot be cancelled any more, before it is done
		@SuppressWarnings("serial")
		class Looked extends TaskFailedException {

			Looked() {
				super(FAILURE);
			}

			@Override
			public synchronized Throwable getCause() {
				atItsEnd.countDown();
				for (int waiting = 0; waiting < 100 && !answered.get();) {
					waiting += (canceller.get() != null
							&& Waits.isIn(canceller.get(), Handle.class.getName(), "cancel")) ? 1 : 0;
				}
				return super.getCause();
			}

		}
		boolean[] answers = new boolean[3];
		Throwable thrown = catchThrowable(() -> rig.factory().named("group").run(group -> {
			TaskHandle<?> handle = group.fork(() -> {
				throw new Looked();
			});
			Waits.on(atItsEnd);
			answers[0] = handle.isDone();
			canceller.set(Thread.currentThread());
			answers[1] = handle.cancel();
			answers[2] = handle.isDone();
			answered.set(true);
		}));
		assertThat(thrown).isInstanceOf(TaskGroupException.class);
		assertThat(answers).as("done, cancelled, done").containsExactly(false, false, true);
	}

	/** Ends, and cancels, just when somebody has looked for the given time. */
	private static final class EndsAfterLook extends WaitStack {

		private final int last;

		private final CancelScope cancels;

		private int looks;

		EndsAfterLook(int last, CancelScope cancels) {
			this.last = last;
			this.cancels = cancels;
		}

		@Override
		boolean isReached(Waiter waiter) {
			this.looks++;
			if (this.looks == this.last) {
				this.cancels.cancel();
			}
			return this.looks > this.last;
		}

	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.1 a handle is finished before its failure cancels anybody")
	void handleIsFinishedBeforeItsFailureCancels(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		rig.run(() -> Together.often(() -> {
			CountDownLatch running = new CountDownLatch(1);
			AtomicReference<TaskHandle<String>> failing = new AtomicReference<>();
			AtomicReference<TaskState> seenBySibling = new AtomicReference<>();
			AtomicReference<TaskState> seenByBody = new AtomicReference<>();
			assertFailsWith(() -> factory.named("group").run(group -> {
				group.fork(() -> {
					running.countDown();
					try {
						Waits.forever();
					}
					finally {
						seenBySibling.set(failing.get().state());
					}
				});
				CountDownLatch known = new CountDownLatch(1);
				failing.set(group.fork(() -> {
					Waits.on(known);
					Waits.on(running);
					throw FAILURE;
				}));
				known.countDown();
				try {
					Waits.forever();
				}
				finally {
					seenByBody.set(failing.get().state());
				}
			}), FAILURE);
			assertThat(seenBySibling.get()).isEqualTo(TaskState.FAILED);
			assertThat(seenByBody.get()).isEqualTo(TaskState.FAILED);
		}));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("waitings")
	@DisplayName("4.1 waiting for an unfinished task in a cancelled scope throws CancelledException")
	void unfinishedHandleInCancelledScope(Rig rig, Waiting waiting) throws Exception {
		try (TaskScope scope = supervisor(rig.factory())) {
			TaskHandle<String> handle = scope.fork(endless());
			CancelScope ended = rig.call(() -> CancelScope.run(cancelled -> {
				cancelled.cancel("enough");
				CancelledException thrown = assertCancelled(() -> waiting.on(handle));
				assertThat(thrown.reason()).contains("enough");
				throw thrown;
			}));
			assertThat(ended.cancelCaught()).isTrue();
			assertThat(handle.state()).isEqualTo(TaskState.RUNNING);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("waitings")
	@DisplayName("4.1 the cancellation of a waiting thread's own scope ends the wait with CancelledException")
	void waitIsCancelled(Rig rig, Waiting waiting) throws Exception {
		try (TaskScope scope = supervisor(rig.factory())) {
			TaskHandle<String> handle = scope.fork(endless());
			CancelScope entered = CancelScope.create();
			AtomicReference<Throwable> thrown = new AtomicReference<>();
			AtomicReference<Boolean> interrupted = new AtomicReference<>();
			Host<Void> host = rig.start(() -> entered.enter(inside -> {
				thrown.set(catchThrowable(() -> waiting.on(handle)));
				interrupted.set(Thread.currentThread().isInterrupted());
			}));
			host.awaitBlocked();
			entered.cancel("enough");
			host.get();
			assertThat(thrown.get()).isExactlyInstanceOf(CancelledException.class);
			assertThat(((CancelledException) thrown.get()).reason()).contains("enough");
			assertThat(interrupted.get()).isFalse();
			assertThat(handle.state()).isEqualTo(TaskState.RUNNING);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("waitings")
	@DisplayName("4.1 a foreign interrupt ends the wait, and the task goes on")
	void waitIsInterrupted(Rig rig, Waiting waiting) throws Exception {
		try (TaskScope scope = supervisor(rig.factory())) {
			TaskHandle<String> handle = scope.fork(endless());
			Host<Object> host = rig.startCall(() -> waiting.on(handle));
			host.awaitBlocked();
			host.interrupt();
			assertInterrupt(host.thrown());
			assertThat(host.leftInterrupted()).isFalse();
			assertThat(handle.state()).isEqualTo(TaskState.RUNNING);
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.1 await throws TimeoutException when its time has passed, and the task goes on")
	void awaitTimesOut(Rig rig) throws Exception {
		Holdout<String> task = Holdout.returning("value");
		try (TaskScope scope = supervisor(rig.factory())) {
			TaskHandle<String> handle = scope.fork(task);
			task.awaitRunning();
			rig.run(() -> assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> handle.await(Duration.ofMillis(5))));
			assertThat(handle.state()).isEqualTo(TaskState.RUNNING);
			assertThat(task.wasInterrupted()).isFalse();
			task.release();
			assertThat(handle.await()).isEqualTo("value");
		}
	}

	static Stream<Duration> looks() {
		return Stream.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofSeconds(Long.MIN_VALUE));
	}

	@ParameterizedTest
	@MethodSource("looks")
	@DisplayName("4.1 a timeout that is zero or negative only looks")
	void zeroTimeoutOnlyLooks(Duration timeout) throws Exception {
		try (TaskScope scope = supervisor(this.groups)) {
			TaskHandle<String> running = scope.fork(endless());
			assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> running.await(timeout));
			for (Ending ending : Ending.values()) {
				TaskHandle<String> finished = ending.finished(this.groups);
				ending.assertTold(catchThrowable(() -> finished.await(timeout)));
			}
			CancelScope.run(cancelled -> {
				cancelled.cancel("enough");
				assertThat(assertCancelled(() -> running.await(timeout)).reason()).contains("enough");
			});
		}
	}

	@ParameterizedTest
	@MethodSource("looks")
	@DisplayName("4.1 looking at a task on an interrupted thread tells that it is not done, and leaves the flag set")
	void lookOnInterruptedThread(Duration timeout) throws Exception {
		Holdout<String> task = Holdout.returning("value");
		try (TaskScope scope = supervisor(this.groups)) {
			TaskHandle<String> running = scope.fork(task);
			Host<Boolean> host = Rig.VIRTUAL.startCall(() -> {
				Thread.currentThread().interrupt();
				assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> running.await(timeout));
				return Thread.interrupted();
			});
			try {
				assertThat(host.get()).isTrue();
			}
			finally {
				task.release();
			}
		}
	}

	@ParameterizedTest
	@EnumSource(Ending.class)
	@DisplayName("4.1 outcome, resultNow and exceptionNow tell what became of the task")
	void outcomeTells(Ending ending) throws Exception {
		TaskHandle<String> handle = ending.finished(this.groups);
		ending.assertOutcome(handle.outcome());
		if (ending == Ending.SUCCESS) {
			assertThat(handle.resultNow()).isEqualTo("value");
		}
		else {
			assertThatIllegalStateException().isThrownBy(handle::resultNow);
		}
		if (ending == Ending.FAILED) {
			assertThat(handle.exceptionNow()).isSameAs(FAILURE);
		}
		else {
			assertThatIllegalStateException().isThrownBy(handle::exceptionNow);
		}
	}

	@Test
	@DisplayName("4.1 outcome, resultNow and exceptionNow of an unfinished task are an IllegalStateException")
	void unfinishedTaskHasNoOutcome() throws Exception {
		try (TaskScope scope = supervisor(this.groups)) {
			Swallower task = new Swallower();
			TaskHandle<String> handle = scope.fork(task);
			for (int i = 0; i < 2; i++) {
				assertThat(handle.isDone()).isFalse();
				assertThatIllegalStateException().isThrownBy(handle::outcome);
				assertThatIllegalStateException().isThrownBy(handle::resultNow);
				assertThatIllegalStateException().isThrownBy(handle::exceptionNow);
				handle.cancel();
			}
			task.release();
		}
	}

	@Test
	@DisplayName("4.1 a task has an id of its own, and the name it was given or one with its id")
	void idAndName() throws Exception {
		Set<Long> ids = ConcurrentHashMap.newKeySet();
		this.groups.named("group").run(group -> {
			for (int i = 0; i < 100; i++) {
				TaskHandle<Void> named = group.fork("name", () -> {
				});
				TaskHandle<Void> unnamed = group.fork(() -> {
				});
				assertThat(named.name()).isEqualTo("name");
				assertThat(unnamed.name()).contains(String.valueOf(unnamed.id()));
				ids.add(named.id());
				ids.add(unnamed.id());
			}
		});
		assertThat(ids).hasSize(200);
	}

	@Test
	@DisplayName("4.1 every completion stage is a copy: what is done to one changes neither task nor other copies")
	void completionStageIsACopy() throws Exception {
		Holdout<String> task = Holdout.returning("value");
		try (TaskScope scope = supervisor(this.groups)) {
			TaskHandle<String> handle = scope.fork(task);
			task.awaitRunning();
			CompletableFuture<String> completed = handle.toCompletionStage().toCompletableFuture();
			CompletableFuture<String> cancelled = handle.toCompletionStage().toCompletableFuture();
			CompletableFuture<String> left = handle.toCompletionStage().toCompletableFuture();
			completed.complete("another value");
			cancelled.cancel(true);
			assertThat(left).isNotDone();
			assertThat(handle.state()).isEqualTo(TaskState.RUNNING);
			assertThat(task.wasInterrupted()).isFalse();
			task.release();
			assertThat(left.get(15, TimeUnit.SECONDS)).isEqualTo("value");
			assertThat(handle.await()).isEqualTo("value");
			assertThat(handle.toCompletionStage().toCompletableFuture().get(15, TimeUnit.SECONDS)).isEqualTo("value");
		}
	}

	@ParameterizedTest
	@EnumSource(Ending.class)
	@DisplayName("4.1 a completion stage ends as the task does, with the task's own exception")
	void completionStageTells(Ending ending) throws Exception {
		CompletableFuture<Throwable> early = new CompletableFuture<>();
		CompletableFuture<Throwable> late = new CompletableFuture<>();
		try (TaskScope scope = supervisor(this.groups)) {
			CountDownLatch goOn = new CountDownLatch(1);
			TaskHandle<String> handle = scope.fork("task", () -> {
				Waits.on(goOn);
				return switch (ending) {
					case SUCCESS -> "value";
					case FAILED -> throw FAILURE;
					case CANCELLED -> {
						Waits.forever();
						yield "not reached";
					}
				};
			});
			handle.toCompletionStage().whenComplete((value, exception) -> early.complete(exception));
			goOn.countDown();
			if (ending == Ending.CANCELLED) {
				handle.cancel("enough");
			}
			handle.awaitDone();
			handle.toCompletionStage().whenComplete((value, exception) -> late.complete(exception));
			for (CompletableFuture<Throwable> told : Set.of(early, late)) {
				Throwable exception = told.get(15, TimeUnit.SECONDS);
				switch (ending) {
					case SUCCESS -> assertThat(exception).isNull();
					case FAILED -> assertThat(exception).isSameAs(FAILURE);
					case CANCELLED -> Ending.CANCELLED.assertTold(exception);
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.1 a callback that blocks does not hold up the group, nor the handle")
	void callbackCannotHoldUpGroup(Rig rig) throws Exception {
		CountDownLatch entered = new CountDownLatch(1);
		CountDownLatch released = new CountDownLatch(1);
		AtomicReference<Thread> taskThread = new AtomicReference<>();
		CompletableFuture<Thread> callbackThread = new CompletableFuture<>();
		TaskGroupFactory factory = rig.factory();
		rig.run(() -> factory.named("group").run(group -> {
			CountDownLatch goOn = new CountDownLatch(1);
			TaskHandle<Void> handle = group.fork(() -> {
				taskThread.set(Thread.currentThread());
				Waits.on(goOn);
			});
			handle.toCompletionStage().thenRun(() -> {
				callbackThread.complete(Thread.currentThread());
				entered.countDown();
				Waits.stubbornlyOn(released);
			});
			goOn.countDown();
			handle.await();
		}));
		Waits.on(entered);
		assertThat(callbackThread.join()).isNotSameAs(taskThread.get());
		released.countDown();
	}

	@Test
	@DisplayName("4.1 a callback that throws does not break the group")
	void callbackCannotBreakGroup() throws Exception {
		CountDownLatch called = new CountDownLatch(2);
		CancelScope scope = this.groups.named("group").run(group -> {
			CountDownLatch goOn = new CountDownLatch(1);
			TaskHandle<Void> handle = group.fork(() -> Waits.on(goOn));
			handle.toCompletionStage().thenRun(() -> {
				called.countDown();
				throw new IllegalStateException("callback");
			});
			handle.toCompletionStage().thenRun(() -> {
				called.countDown();
				throw new StackOverflowError("callback");
			});
			goOn.countDown();
			handle.await();
			assertThat(handle.state()).isEqualTo(TaskState.SUCCESS);
		});
		Waits.on(called);
		assertThat(scope.cancelCalled()).isFalse();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("waitings")
	@DisplayName("4.1 a task that awaits itself gets IllegalStateException")
	void taskAwaitsItself(Rig rig, Waiting waiting) throws Exception {
		TaskGroupFactory factory = rig.factory();
		rig.run(() -> factory.named("group").run(group -> {
			CompletableFuture<TaskHandle<String>> self = new CompletableFuture<>();
			self.complete(group.fork(() -> {
				TaskHandle<String> handle = self.get();
				assertThatIllegalStateException().isThrownBy(() -> waiting.on(handle));
				assertThatIllegalStateException().isThrownBy(() -> handle.await(Duration.ZERO));
				return "value";
			}));
			assertThat(self.get().await()).isEqualTo("value");
		}));
	}

	@Test
	@DisplayName("4.1 a task without limits is never QUEUED, even while its thread has not begun to run")
	void taskWithoutLimitsIsNeverQueued() throws Exception {
		CountDownLatch begin = new CountDownLatch(1);
		TaskGroupFactory slow = TaskGroupFactory.builder().threadFactory(task -> Thread.ofVirtual().unstarted(() -> {
			Waits.stubbornlyOn(begin);
			task.run();
		})).build();
		slow.named("group").run(group -> {
			TaskHandle<String> handle = group.fork(() -> "value");
			assertThat(handle.state()).isEqualTo(TaskState.RUNNING);
			begin.countDown();
			assertThat(handle.await()).isEqualTo("value");
		});
	}

	/** Who may be cancelled for a task to be cancelled. */
	enum Cancelled {

		TASK, GROUP, SCOPE_OF_GROUP, REGION_AROUND_GROUP, TASK_AROUND_GROUP, GROUP_AROUND_TASK, FAILURE_OF_SIBLING,
		DEADLINE

	}

	@ParameterizedTest
	@EnumSource(Cancelled.class)
	@DisplayName("4.1 CANCELLING: a cancellation is in effect for the task, and it has not ended")
	void cancelling(Cancelled cancelled) throws Exception {
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<TaskHandle<String>> handle = new AtomicReference<>();
		AtomicReference<TaskGroup> outer = new AtomicReference<>();
		AtomicReference<TaskGroup> inner = new AtomicReference<>();
		AtomicReference<TaskHandle<?>> around = new AtomicReference<>();
		CountDownLatch fail = new CountDownLatch(1);
		CancelScope region = CancelScope.create();
		Host<Void> host = Rig.VIRTUAL.start(() -> this.groups.named("outer").run(outerGroup -> {
			outer.set(outerGroup);
			around.set(outerGroup.fork(() -> region.enter(entered -> this.groups.named("inner").run(innerGroup -> {
				inner.set(innerGroup);
				innerGroup.fork(() -> {
					Waits.on(fail);
					throw FAILURE;
				});
				handle.set(innerGroup.fork(holdout));
			}))));
		}));
		holdout.awaitRunning();
		Waits.until(() -> handle.get() != null && around.get() != null);
		assertThat(handle.get().state()).isEqualTo(TaskState.RUNNING);
		switch (cancelled) {
			case TASK -> handle.get().cancel();
			case GROUP -> inner.get().cancel();
			case SCOPE_OF_GROUP -> inner.get().cancelScope().cancel();
			case REGION_AROUND_GROUP -> region.cancel();
			case TASK_AROUND_GROUP -> around.get().cancel();
			case GROUP_AROUND_TASK -> outer.get().cancel();
			case FAILURE_OF_SIBLING -> {
				fail.countDown();
				holdout.awaitInterrupted();
			}
			case DEADLINE -> {
				inner.get().cancelScope().timeout(Duration.ofMillis(1));
				holdout.awaitInterrupted();
			}
		}
		assertThat(handle.get().state()).isEqualTo(TaskState.CANCELLING);
		assertThat(handle.get().isDone()).isFalse();
		holdout.release();
		fail.countDown();
		host.thrown();
		assertThat(handle.get().state()).isEqualTo(TaskState.SUCCESS);
	}

	@Test
	@DisplayName("4.1 a cancellation further out that a shield holds off leaves a task RUNNING")
	void shieldedTaskIsRunning() throws Exception {
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<TaskHandle<String>> handle = new AtomicReference<>();
		AtomicReference<TaskGroup> group = new AtomicReference<>();
		CancelScope outer = CancelScope.create();
		Host<Void> host = Rig.VIRTUAL.start(
				() -> outer.enter(entered -> CancelScope.runShielded(shield -> this.groups.named("group").run(open -> {
					group.set(open);
					handle.set(open.fork(holdout));
				}))));
		holdout.awaitRunning();
		Waits.until(() -> handle.get() != null);
		outer.cancel();
		assertThat(handle.get().state()).isEqualTo(TaskState.RUNNING);
		group.get().cancel();
		assertThat(handle.get().state()).isEqualTo(TaskState.CANCELLING);
		holdout.release();
		host.get();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.2 cancel cancels that task and nothing else")
	void cancelCancelsThatTaskOnly(Rig rig) throws Exception {
		Sleeper sleeper = new Sleeper();
		Swallower sibling = new Swallower();
		TaskGroupFactory factory = rig.factory();
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		CancelScope scope = rig.call(() -> factory.named("group").run(group -> {
			TaskHandle<String> other = group.fork(sibling);
			handle.set(group.fork(sleeper));
			sleeper.awaitRunning();
			sibling.awaitRunning();
			assertThat(handle.get().cancel("enough")).isTrue();
			handle.get().awaitDone();
			assertThat(handle.get().outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
			assertThat(sleeper.wasInterrupted()).isTrue();
			assertThat(other.state()).isEqualTo(TaskState.RUNNING);
			assertThat(CancelScope.cancelRequested()).isFalse();
			assertThat(group.cancelScope().cancelCalled()).isFalse();
			sibling.release();
			assertThat(other.await()).isEqualTo("value");
		}));
		assertThat(sibling.interrupts()).isZero();
		assertThat(scope.cancelCalled()).isFalse();
		assertThat(scope.cancelCaught()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.2 cancel reaches the groups inside the task")
	void cancelReachesGroupsInsideTask(Rig rig) throws Exception {
		Sleeper sleeper = new Sleeper();
		TaskGroupFactory factory = rig.factory();
		rig.run(() -> factory.named("group").run(group -> {
			TaskHandle<CancelScope> handle = group.fork(() -> factory.named("inner").run(inner -> inner.fork(sleeper)));
			sleeper.awaitRunning();
			assertThat(handle.cancel()).isTrue();
			handle.awaitDone();
			assertThat(sleeper.wasInterrupted()).isTrue();
			assertThat(handle.state()).isEqualTo(TaskState.CANCELLED);
		}));
	}

	@Test
	@DisplayName("4.2 cancel is true while the task runs, also the second time, and false when it is done")
	void cancelTellsWhetherTaskWasDone() throws Exception {
		Holdout<String> holdout = Holdout.returning("value");
		try (TaskScope scope = supervisor(this.groups)) {
			TaskHandle<String> handle = scope.fork(holdout);
			holdout.awaitRunning();
			assertThat(handle.cancel("first")).isTrue();
			assertThat(handle.cancel("second")).isTrue();
			assertThat(handle.cancel()).isTrue();
			assertThat(handle.state()).isEqualTo(TaskState.CANCELLING);
			holdout.release();
			handle.awaitDone();
		}
		for (Ending ending : Ending.values()) {
			TaskHandle<String> handle = ending.finished(this.groups);
			assertThat(handle.cancel()).isFalse();
			assertThat(handle.cancel("late")).isFalse();
			ending.assertOutcome(handle.outcome());
		}
	}

	@Test
	@DisplayName("4.2 a task that is cancelled before its thread runs is cut off at its first blocking call")
	void cancelBeforeThreadRuns() throws Exception {
		CountDownLatch begin = new CountDownLatch(1);
		TaskGroupFactory slow = TaskGroupFactory.builder().threadFactory(task -> Thread.ofVirtual().unstarted(() -> {
			Waits.stubbornlyOn(begin);
			task.run();
		})).build();
		slow.named("group").run(group -> {
			Sleeper sleeper = new Sleeper();
			TaskHandle<Void> handle = group.fork(sleeper);
			assertThat(handle.cancel("enough")).isTrue();
			assertThat(handle.state()).isEqualTo(TaskState.CANCELLING);
			begin.countDown();
			handle.awaitDone();
			assertThat(sleeper.wasInterrupted()).isTrue();
			assertThat(handle.outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.2 a task that returns in spite of its cancellation is a SUCCESS")
	void returningInSpiteOfCancellation(Rig rig) throws Exception {
		Holdout<String> holdout = Holdout.returning("value");
		TaskGroupFactory factory = rig.factory();
		rig.run(() -> factory.named("group").run(group -> {
			TaskHandle<String> handle = group.fork(holdout);
			holdout.awaitRunning();
			handle.cancel();
			holdout.awaitInterrupted();
			holdout.release();
			assertThat(handle.await()).isEqualTo("value");
			assertThat(handle.outcome()).isEqualTo(new Outcome.Success<>("value"));
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.2 a cancelled task that throws something else is FAILED and counts as a failure of the group")
	void failingInSpiteOfCancellation(Rig rig) throws Exception {
		Holdout<Void> holdout = Holdout.throwing(FAILURE);
		Sleeper sibling = new Sleeper();
		TaskGroupFactory factory = rig.factory();
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		rig.run(() -> assertFailsWith(() -> factory.named("group").run(group -> {
			group.fork(sibling);
			handle.set(group.fork(holdout));
			sibling.awaitRunning();
			holdout.awaitRunning();
			handle.get().cancel();
			holdout.awaitInterrupted();
			holdout.release();
		}), FAILURE));
		assertThat(handle.get().state()).isEqualTo(TaskState.FAILED);
		assertThat(handle.get().exceptionNow()).isSameAs(FAILURE);
		assertThat(sibling.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("4.2 a supervisor's error handler hears of a cancelled task that failed, not of one that was cancelled")
	void errorHandlerHearsOfFailureOnly() throws Exception {
		Set<String> heard = ConcurrentHashMap.newKeySet();
		Holdout<Void> holdout = Holdout.throwing(FAILURE);
		try (TaskScope scope = this.groups.named("supervisor")
			.onError((task, exception) -> heard.add(task.name()))
			.openScope()) {
			TaskHandle<Void> failing = scope.fork("failing", holdout);
			TaskHandle<String> cancelled = scope.fork("cancelled", endless());
			holdout.awaitRunning();
			failing.cancel();
			cancelled.cancel();
			holdout.release();
			scope.join();
		}
		assertThat(heard).containsExactly("failing");
	}

	@Test
	@DisplayName("4.2 awaiting a task that was cancelled alone is a failure of the body: nobody cancelled the group")
	void awaitingTaskCancelledAloneFailsTheBody() {
		TaskGroupException thrown = catchThrowableOfType(TaskGroupException.class,
				() -> this.groups.named("group").run(group -> {
					TaskHandle<String> handle = group.fork(endless());
					handle.cancel("enough");
					handle.await();
				}));
		assertThat(thrown).isNotNull();
		assertThat(thrown.exceptions()).singleElement().isInstanceOf(TaskCancelledException.class);
	}

}
