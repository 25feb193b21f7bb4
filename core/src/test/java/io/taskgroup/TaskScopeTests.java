package io.taskgroup;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.taskgroup.GroupAssertions.assertCancelled;
import static io.taskgroup.GroupAssertions.assertInterrupt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rules 6.1 and 6.2: supervisors.
 */
@Timeout(30)
class TaskScopeTests {

	private final IOException failure = new IOException("failure");

	private final TaskErrorHandler ignore = (task, exception) -> {
	};

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.1 a failing task cancels nothing")
	void failureCancelsNothing(Rig rig) throws Exception {
		Holdout<String> holdout = Holdout.returning("value");
		rig.run(() -> {
			try (TaskScope scope = rig.factory().named("supervisor").onError(this.ignore).openScope()) {
				TaskHandle<String> sibling = scope.fork(holdout);
				holdout.awaitRunning();
				TaskHandle<?> failing = scope.fork(() -> {
					throw this.failure;
				});
				assertThatExceptionOfType(TaskFailedException.class).isThrownBy(failing::await).withCause(this.failure);
				assertThat(sibling.state()).isEqualTo(TaskState.RUNNING);
				assertThat(scope.cancelScope().cancelCalled()).isFalse();
				assertThat(CancelScope.cancelRequested()).isFalse();
				assertThat(scope.fork(() -> "goes on").await()).isEqualTo("goes on");
				holdout.release();
				assertThat(sibling.await()).isEqualTo("value");
				scope.join();
			}
		});
		assertThat(holdout.wasInterrupted()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.1 a failure goes to the error handler at once, on the task's thread, with the task done")
	void errorHandler(Rig rig) throws Exception {
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<Thread> taskThread = new AtomicReference<>();
		AtomicReference<Thread> handlerThread = new AtomicReference<>();
		AtomicReference<TaskHandle<?>> failed = new AtomicReference<>();
		AtomicReference<TaskState> state = new AtomicReference<>();
		CountDownLatch handled = new CountDownLatch(1);
		List<Throwable> exceptions = new CopyOnWriteArrayList<>();
		rig.run(() -> {
			try (TaskScope scope = rig.factory().named("supervisor").onError((task, exception) -> {
				handlerThread.set(Thread.currentThread());
				failed.set(task);
				state.set(task.state());
				exceptions.add(exception);
				handled.countDown();
			}).openScope()) {
				TaskHandle<String> sibling = scope.fork(holdout);
				TaskHandle<?> failing = scope.fork("failing", () -> {
					taskThread.set(Thread.currentThread());
					throw this.failure;
				});
				Waits.on(handled);
				assertThat(sibling.isDone()).isFalse();
				assertThat(failed.get().id()).isEqualTo(failing.id());
				assertThat(failed.get().name()).isEqualTo("failing");
				holdout.release();
				scope.join();
			}
		});
		assertThat(state).hasValue(TaskState.FAILED);
		assertThat(exceptions).containsExactly(this.failure);
		assertThat(handlerThread.get()).isSameAs(taskThread.get());
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.1 the error handler hears each failure once, Errors too, and nothing else")
	void errorHandlerHearsEachFailureOnce(Rig rig) throws Exception {
		List<Throwable> exceptions = new CopyOnWriteArrayList<>();
		List<Throwable> thrown = new ArrayList<>();
		rig.run(() -> {
			try (TaskScope scope = rig.factory()
				.named("supervisor")
				.onError((task, exception) -> exceptions.add(exception))
				.openScope()) {
				for (int i = 0; i < 100; i++) {
					Throwable exception = (i % 2 == 0) ? new IOException("" + i) : new StackOverflowError("" + i);
					thrown.add(exception);
					scope.fork(() -> {
						if (exception instanceof Error error) {
							throw error;
						}
						throw (Exception) exception;
					});
					scope.fork(() -> "success");
				}
				TaskHandle<?> cancelled = scope.fork(new Sleeper());
				cancelled.cancel();
				scope.join();
				assertThat(cancelled.state()).isEqualTo(TaskState.CANCELLED);
			}
		});
		assertThat(exceptions).containsExactlyInAnyOrderElementsOf(thrown);
	}

	@Test
	@DisplayName("6.1 a task that fails while the supervisor is closed is heard of too")
	void failureDuringClose() throws Exception {
		List<Throwable> exceptions = new CopyOnWriteArrayList<>();
		CountDownLatch running = new CountDownLatch(1);
		try (TaskScope scope = Rig.VIRTUAL.factory()
			.named("supervisor")
			.onError((task, exception) -> exceptions.add(exception))
			.openScope()) {
			scope.fork(() -> {
				running.countDown();
				try {
					Waits.forever();
				}
				catch (InterruptedException ex) {
					throw this.failure;
				}
			});
			Waits.on(running);
		}
		assertThat(exceptions).containsExactly(this.failure);
	}

	@Test
	@DisplayName("6.1 the default logs the failure at ERROR with the scope's and the task's name")
	void defaultLogs() throws Exception {
		try (LogRecords log = LogRecords.open();
				TaskScope scope = Rig.VIRTUAL.factory().named("the-supervisor").openScope()) {
			scope.fork("the-task", () -> {
				throw this.failure;
			});
			scope.join();
			assertThat(log.records()).singleElement().satisfies((record) -> {
				assertThat(record.getLevel()).isEqualTo(Level.SEVERE);
				assertThat(record.getThrown()).isSameAs(this.failure);
				assertThat(LogRecords.message(record)).contains("the-supervisor").contains("the-task");
			});
		}
	}

	@Test
	@DisplayName("6.1 onError replaces the default")
	void onErrorReplacesDefault() throws Exception {
		AtomicInteger handled = new AtomicInteger();
		try (LogRecords log = LogRecords.open();
				TaskScope scope = Rig.VIRTUAL.factory()
					.named("supervisor")
					.onError((task, exception) -> handled.incrementAndGet())
					.openScope()) {
			scope.fork(() -> {
				throw this.failure;
			});
			scope.join();
			assertThat(handled).hasValue(1);
			assertThat(log.records()).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.1 a handler that throws is logged and harms nobody")
	void handlerThrows(Rig rig) throws Exception {
		for (Throwable thrown : List.of(new IllegalStateException("handler"), new StackOverflowError("handler"))) {
			try (LogRecords log = LogRecords.open()) {
				rig.run(() -> {
					try (TaskScope scope = rig.factory().named("supervisor").onError((task, exception) -> {
						if (thrown instanceof Error error) {
							throw error;
						}
						throw (RuntimeException) thrown;
					}).openScope()) {
						TaskHandle<?> failing = scope.fork(() -> {
							throw this.failure;
						});
						scope.join();
						assertThat(failing.exceptionNow()).isSameAs(this.failure);
						assertThat(scope.fork(() -> "value").await()).isEqualTo("value");
						assertThat(scope.cancelScope().cancelCalled()).isFalse();
					}
				});
				assertThat(log.records()).anySatisfy((record) -> assertThat(record.getThrown()).isSameAs(thrown));
			}
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.1 the error handler is shielded from the task's cancellation")
	void handlerIsShielded(Rig rig) throws Exception {
		AtomicReference<Throwable> inHandler = new AtomicReference<>(this.failure);
		AtomicBoolean interrupted = new AtomicBoolean(true);
		CountDownLatch running = new CountDownLatch(1);
		rig.run(() -> {
			try (TaskScope scope = rig.factory().named("supervisor").onError((task, exception) -> {
				interrupted.set(Thread.currentThread().isInterrupted());
				inHandler.set(catchThrowable(() -> {
					CancelScope.checkpoint();
					Thread.sleep(1);
				}));
			}).openScope()) {
				scope.fork(() -> {
					running.countDown();
					Waits.spinUntil(CancelScope::cancelRequested);
					throw this.failure;
				});
				Waits.on(running);
			}
		});
		assertThat(interrupted).isFalse();
		assertThat(inHandler.get()).isNull();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.2 join waits until no task is left, and the scope goes on")
	void joinWaits(Rig rig) throws Exception {
		try (TaskScope scope = rig.factory().named("supervisor").openScope()) {
			for (int round = 0; round < 3; round++) {
				Holdout<String> holdout = Holdout.returning("value");
				scope.fork(holdout);
				Host<Boolean> joining = rig.startCall(() -> {
					scope.join();
					return holdout.hasEnded();
				});
				holdout.awaitRunning();
				joining.awaitBlocked();
				assertThat(joining.isDone()).isFalse();
				holdout.release();
				assertThat(joining.get()).isTrue();
				assertThat(holdout.wasInterrupted()).isFalse();
			}
			scope.join();
		}
	}

	@Test
	@DisplayName("6.2 join of a closed supervisor returns")
	void joinAfterClose() throws Exception {
		TaskScope scope = Rig.VIRTUAL.factory().named("supervisor").openScope();
		scope.close();
		scope.join();
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> scope.fork(() -> "late"));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.2 close cancels and waits, and may be called from any thread")
	void closeCancelsAndWaits(Rig rig) throws Exception {
		TaskScope scope = rig.factory().named("supervisor").openScope();
		Sleeper sleeper = new Sleeper();
		Holdout<String> holdout = Holdout.returning("value");
		TaskHandle<?> sleeping = scope.fork(sleeper);
		scope.fork(holdout);
		sleeper.awaitRunning();
		holdout.awaitRunning();
		List<Host<Boolean>> closing = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			closing.add(rig.startCall(() -> {
				scope.close();
				return holdout.hasEnded();
			}));
		}
		holdout.awaitInterrupted();
		for (Host<Boolean> host : closing) {
			host.awaitBlocked();
			assertThat(host.isDone()).isFalse();
		}
		holdout.release();
		for (Host<Boolean> host : closing) {
			assertThat(host.get()).isTrue();
		}
		assertThat(sleeper.wasInterrupted()).isTrue();
		assertThat(sleeping.state()).isEqualTo(TaskState.CANCELLED);
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> scope.fork(() -> "late"));
	}

	@Test
	@DisplayName("6.2 closing is quiet, whether anybody has joined or not")
	void closeIsQuiet() throws Exception {
		TaskScope scope = Rig.VIRTUAL.factory().named("supervisor").onError(this.ignore).openScope();
		Sleeper sleeper = new Sleeper();
		scope.fork(sleeper);
		scope.fork(() -> {
			throw this.failure;
		});
		sleeper.awaitRunning();
		scope.close();
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.2 join and close from a task of the scope itself are an IllegalStateException")
	void fromOwnTask(Rig rig) throws Exception {
		try (TaskScope scope = rig.factory().named("supervisor").openScope()) {
			scope.fork(() -> assertIllegal(scope)).await();
			assertThat(scope.fork(() -> "goes on").await()).isEqualTo("goes on");
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.2 join and close from below a task of the scope are an IllegalStateException")
	void fromBelowOwnTask(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		try (TaskScope scope = groups.named("supervisor").openScope()) {
			scope.fork(() -> {
				groups.named("group").run((group) -> {
					assertIllegal(scope);
					group.fork(() -> assertIllegal(scope));
				});
			}).await();
			assertThat(scope.cancelScope().cancelCalled()).isFalse();
		}
	}

	private static void assertIllegal(TaskScope scope) {
		assertThat(catchThrowable(scope::join)).isExactlyInstanceOf(IllegalStateException.class);
		assertThat(catchThrowable(scope::close)).isExactlyInstanceOf(IllegalStateException.class);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.2 an interrupted join of a supervisor cancels nothing")
	void interruptedJoin(Rig rig) throws Exception {
		try (TaskScope scope = rig.factory().named("supervisor").openScope()) {
			Holdout<String> holdout = Holdout.returning("value");
			TaskHandle<String> handle = scope.fork(holdout);
			Host<Void> joining = rig.start(scope::join);
			holdout.awaitRunning();
			joining.awaitBlocked();
			joining.interrupt();
			assertInterrupt(joining.thrown());
			assertThat(joining.leftInterrupted()).isFalse();
			assertThat(handle.state()).isEqualTo(TaskState.RUNNING);
			assertThat(holdout.wasInterrupted()).isFalse();
			assertThat(scope.cancelScope().cancelCalled()).isFalse();
			holdout.release();
			assertThat(handle.await()).isEqualTo("value");
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.2 a join whose caller is cancelled throws, and the supervisor goes on")
	void cancelledJoin(Rig rig) throws Exception {
		try (TaskScope scope = rig.factory().named("supervisor").openScope()) {
			Holdout<String> holdout = Holdout.returning("value");
			TaskHandle<String> handle = scope.fork(holdout);
			CancelScope caller = rig.call(() -> CancelScope.<Exception>moveOnAfter(Duration.ofMillis(20), (s) -> {
				throw assertCancelled(scope::join);
			}));
			assertThat(caller.cancelCaught()).isTrue();
			assertThat(handle.state()).isEqualTo(TaskState.RUNNING);
			holdout.release();
			assertThat(handle.await()).isEqualTo("value");
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.2 close waits on an interrupted thread too, and the interrupt stays pending")
	void closeOnInterruptedThread(Rig rig) throws Exception {
		TaskScope scope = rig.factory().named("supervisor").openScope();
		Holdout<String> holdout = Holdout.returning("value");
		scope.fork(holdout);
		holdout.awaitRunning();
		Host<Boolean> closing = rig.startCall(() -> {
			Thread.currentThread().interrupt();
			scope.close();
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
	@DisplayName("6.2 close waits in a cancelled scope too")
	void closeInCancelledScope() throws Exception {
		Sleeper sleeper = new Sleeper();
		CancelScope caller = CancelScope.run((s) -> {
			TaskScope scope = Rig.VIRTUAL.factory().named("supervisor").detached().openScope();
			scope.fork(sleeper);
			sleeper.awaitRunning();
			s.cancel();
			scope.close();
			assertThat(sleeper.wasInterrupted()).isTrue();
			CancelScope.checkpoint();
		});
		assertThat(caller.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.2 what the error handler forks is waited for too")
	void handlerForks(Rig rig) throws Exception {
		AtomicReference<TaskScope> opened = new AtomicReference<>();
		Holdout<String> retry = Holdout.returning("value");
		try (TaskScope scope = rig.factory()
			.named("supervisor")
			.onError((task, exception) -> opened.get().fork("retry", retry))
			.openScope()) {
			opened.set(scope);
			CountDownLatch joining = new CountDownLatch(1);
			scope.fork(() -> {
				Waits.on(joining);
				throw this.failure;
			});
			Host<Boolean> host = rig.startCall(() -> {
				joining.countDown();
				scope.join();
				return retry.hasEnded();
			});
			retry.awaitRunning();
			host.awaitBlocked();
			assertThat(host.isDone()).isFalse();
			retry.release();
			assertThat(host.get()).isTrue();
		}
	}

	@Test
	@DisplayName("6.2 join waits for an error handler that is still at work")
	void handlerIsWaitedFor() throws Exception {
		CountDownLatch handling = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicBoolean handled = new AtomicBoolean();
		try (TaskScope scope = Rig.VIRTUAL.factory().named("supervisor").onError((task, exception) -> {
			handling.countDown();
			Waits.stubbornlyOn(goOn);
			handled.set(true);
		}).openScope()) {
			scope.fork(() -> {
				throw this.failure;
			});
			Host<Boolean> host = Rig.VIRTUAL.startCall(() -> {
				scope.join();
				return handled.get();
			});
			Waits.on(handling);
			host.awaitBlocked();
			assertThat(host.isDone()).isFalse();
			goOn.countDown();
			assertThat(host.get()).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.2 cancel cancels all tasks, the next ones too, and join is quiet")
	void cancel(Rig rig) throws Exception {
		try (TaskScope scope = rig.factory().named("supervisor").openScope()) {
			Sleeper sleeper = new Sleeper();
			TaskHandle<?> handle = scope.fork(sleeper);
			sleeper.awaitRunning();
			scope.cancel("enough");
			scope.join();
			assertThat(handle.outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
			Sleeper late = new Sleeper();
			TaskHandle<?> lateHandle = scope.fork(late);
			scope.join();
			assertThat(late.wasInterrupted()).isTrue();
			assertThat(lateHandle.state()).isEqualTo(TaskState.CANCELLED);
			assertThat(scope.cancelScope().cancelReason()).contains("enough");
		}
	}

	@Test
	@DisplayName("6.2 a supervisor may be cancelled by one of its tasks")
	void cancelByOwnTask() throws Exception {
		try (TaskScope scope = Rig.VIRTUAL.factory().named("supervisor").openScope()) {
			TaskHandle<?> handle = scope.fork(() -> {
				scope.cancel("by itself");
				Waits.forever();
			});
			scope.join();
			assertThat(handle.outcome()).isEqualTo(new Outcome.Cancelled<>("by itself"));
		}
	}

	@Test
	@DisplayName("6.2 a supervisor is not bound to the thread that opened it")
	void outlivesOpener() throws Exception {
		TaskScope scope = Rig.PLATFORM.call(() -> Rig.VIRTUAL.factory().named("supervisor").openScope());
		assertThat(scope.fork(() -> "value").await()).isEqualTo("value");
		Rig.VIRTUAL.run(scope::join);
		Rig.PLATFORM.run(scope::close);
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> scope.fork(() -> "late"));
	}

	@Test
	@DisplayName("6.2 a supervisor keeps no finished task, its result, its failure or its handle")
	void keepsNothing() throws Exception {
		List<WeakReference<?>> references = new ArrayList<>();
		try (TaskScope scope = Rig.VIRTUAL.factory().named("supervisor").onError(this.ignore).openScope()) {
			Holdout<String> oldest = Holdout.returning("value");
			scope.fork(oldest);
			oldest.awaitRunning();
			for (int i = 0; i < 100; i++) {
				forkAndForget(scope, references);
			}
			Waits.until(() -> {
				System.gc();
				return references.stream().allMatch((reference) -> reference.get() == null);
			});
			oldest.release();
			scope.join();
		}
		assertThat(references).hasSize(600);
	}

	private static void forkAndForget(TaskScope scope, List<WeakReference<?>> references) throws InterruptedException {
		Object input = new Object();
		Object result = new Object();
		IOException exception = new IOException("failure");
		TaskHandle<Object> succeeding = scope.fork(() -> (input.hashCode() == 0) ? input : result);
		TaskHandle<Object> failing = scope.fork(() -> {
			throw exception;
		});
		TaskHandle<Void> cancelled = scope.fork(new Sleeper());
		cancelled.cancel();
		succeeding.awaitDone();
		failing.awaitDone();
		cancelled.awaitDone();
		for (Object object : List.of(input, result, exception, succeeding, failing, cancelled)) {
			references.add(new WeakReference<>(object));
		}
	}

	@Test
	@Timeout(60)
	@DisplayName("6.2 memory stays flat over a million tasks")
	void memoryStaysFlat() throws Exception {
		AtomicInteger count = new AtomicInteger();
		try (TaskScope scope = TaskGroupFactory.create().named("supervisor").openScope()) {
			forkMany(scope, 50_000, count);
			long before = Memory.used();
			forkMany(scope, 950_000, count);
			long grown = Memory.used() - before;
			assertThat(grown).isLessThan(16 * 1024 * 1024);
		}
		assertThat(count).hasValue(1_000_000);
	}

	private static void forkMany(TaskScope scope, int number, AtomicInteger count) throws InterruptedException {
		for (int i = 0; i < number; i++) {
			scope.fork(() -> {
				count.incrementAndGet();
			});
			if (i % 1000 == 0) {
				scope.join();
			}
		}
		scope.join();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.8, 3.11 a group waits for what a task of a supervisor inside it forks as that is closed with it, and takes no more then")
	void forkedAsTheGroupEnds(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		AtomicReference<TaskHandle<String>> late = new AtomicReference<>();
		rig.run(() -> groups.named("group").run((group) -> {
			opened.set(group);
			Sleeper sleeper = new Sleeper();
			groups.named("supervisor").openScope().fork(() -> {
				try {
					sleeper.run();
				}
				finally {
					late.set(group.fork(() -> "late"));
				}
			});
			sleeper.awaitRunning();
		}));
		assertThat(late.get().resultNow()).isEqualTo("late");
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> opened.get().fork(() -> "too late"));
	}

}
