package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.taskgroup.GroupAssertions.assertCancelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Rule 5.6: a reason travels.
 */
@Timeout(30)
class CancelReasonTests {

	/** What a listener was told of a cancellation. */
	private record Told(String what, CancelKind kind, @Nullable String reason) {
	}

	private final List<Told> told = new CopyOnWriteArrayList<>();

	private final TaskGroupFactory groups = TaskGroupFactory.builder().listener(new TaskGroupListener() {
		@Override
		public void groupCancelled(TaskScopeInfo scope, CancelKind kind, @Nullable String reason) {
			CancelReasonTests.this.told.add(new Told(scope.name(), kind, reason));
		}

		@Override
		public void taskCancelled(TaskInfo task, CancelKind kind, @Nullable String reason) {
			CancelReasonTests.this.told.add(new Told(task.name(), kind, reason));
		}
	}).build();

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.6 CancelledException carries the reason of the scope that was cancelled, however far out")
	void cancelledException(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		TaskScope elsewhere = factory.named("elsewhere").openScope();
		TaskHandle<?> endless = elsewhere.fork(new Sleeper());
		CountDownLatch running = new CountDownLatch(1);
		AtomicReference<Throwable> inRegion = new AtomicReference<>();
		AtomicReference<Throwable> inTask = new AtomicReference<>();
		CancelScope outer = CancelScope.create();
		Host<Void> host = rig.start(() -> outer.enter(entered -> CancelScope.run(inner -> {
			inRegion.set(catchThrowable(() -> factory.named("group").run(group -> {
				group.fork(() -> {
					running.countDown();
					inTask.set(catchThrowable(endless::await));
					throw (Exception) inTask.get();
				});
			})));
			throw (Exception) inRegion.get();
		})));
		Waits.on(running);
		host.awaitBlocked();
		outer.cancel("enough");
		host.get();
		elsewhere.close();
		for (AtomicReference<Throwable> thrown : List.of(inRegion, inTask)) {
			assertThat(thrown.get()).isExactlyInstanceOf(CancelledException.class);
			assertThat(((CancelledException) thrown.get()).reason()).contains("enough");
			assertThat(thrown.get()).hasMessageContaining("enough");
		}
	}

	@Test
	@DisplayName("5.6 without a reason there is none, but a kind")
	void noReason() throws Exception {
		CancelScope ended = CancelScope.run(scope -> {
			scope.cancel();
			CancelledException thrown = assertCancelled(CancelScope::checkpoint);
			assertThat(thrown.reason()).isEmpty();
			assertThat(thrown.kind()).isEqualTo(CancelKind.EXPLICIT);
			throw thrown;
		});
		assertThat(ended.cancelReason()).isEmpty();
		assertThat(ended.cancelKind()).contains(CancelKind.EXPLICIT);
	}

	@Test
	@DisplayName("5.6 the first reason stays")
	void firstReasonStays() throws Exception {
		CancelScope ended = CancelScope.run(scope -> {
			scope.cancel("first");
			scope.cancel("second");
			scope.cancel(CancelKind.REQUEST, "third");
			scope.timeout(Duration.ZERO);
			assertThat(assertCancelled(CancelScope::checkpoint).reason()).contains("first");
		});
		assertThat(ended.cancelReason()).contains("first");
		assertThat(ended.cancelKind()).contains(CancelKind.EXPLICIT);
	}

	@Test
	@DisplayName("5.6 a cancellation without a reason was the first all the same")
	void firstWithoutReasonStays() throws Exception {
		CancelScope ended = CancelScope.run(scope -> {
			scope.cancel();
			scope.cancel(CancelKind.REQUEST, "second");
			assertThat(assertCancelled(CancelScope::checkpoint).reason()).isEmpty();
		});
		assertThat(ended.cancelReason()).isEmpty();
		assertThat(ended.cancelKind()).contains(CancelKind.EXPLICIT);
	}

	@ParameterizedTest
	@EnumSource(names = { "EXPLICIT", "REQUEST", "DISCONNECT", "SHUTDOWN" })
	@DisplayName("5.6 the kind travels with the text, through every exception")
	void kindTravels(CancelKind kind) throws Exception {
		CancelScope ended = CancelScope.run(scope -> {
			scope.cancel(kind, "enough");
			CancelledException thrown = assertCancelled(CancelScope::checkpoint);
			assertThat(thrown.kind()).isEqualTo(kind);
			assertThat(thrown.reason()).contains("enough");
			throw thrown;
		});
		assertThat(ended.cancelKind()).contains(kind);
		assertThat(ended.cancelReason()).contains("enough");
		TaskCancelledException thrown = catchThrowableOfType(TaskCancelledException.class,
				() -> CancelScope.shield(scope -> {
					scope.cancel(kind, "enough");
					Waits.forever();
					return "value";
				}));
		assertThat(thrown.kind()).isEqualTo(kind);
		assertThat(thrown.reason()).contains("enough");
		assertThat(thrown).hasMessageContaining("enough");
	}

	@ParameterizedTest
	@EnumSource(names = { "FAILURE", "TIMEOUT", "PARENT", "INTERRUPT" })
	@DisplayName("5.6 the kinds that state a fact are given by the library alone")
	void kindIsRefused(CancelKind kind) {
		CancelScope scope = CancelScope.create();
		assertThatIllegalArgumentException().isThrownBy(() -> scope.cancel(kind, "enough"))
			.withMessageContaining(kind.name());
		assertThat(scope.cancelCalled()).isFalse();
	}

	@Test
	@DisplayName("5.6 a group's cancelled tasks tell its reason: outcome, await, completion stage")
	void taskOfCancelledGroup() throws Exception {
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		Sleeper sleeper = new Sleeper();
		this.groups.named("group").run(group -> {
			handle.set(group.fork(sleeper));
			sleeper.awaitRunning();
			group.cancel("enough");
		});
		assertThat(handle.get().outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
		TaskCancelledException thrown = catchThrowableOfType(TaskCancelledException.class, () -> handle.get().await());
		assertThat(thrown.reason()).contains("enough");
		assertThat(thrown.kind()).isEqualTo(CancelKind.EXPLICIT);
		AtomicReference<Throwable> ofStage = new AtomicReference<>();
		CountDownLatch called = new CountDownLatch(1);
		handle.get().toCompletionStage().whenComplete((value, exception) -> {
			ofStage.set(exception);
			called.countDown();
		});
		assertThat(called.await(15, TimeUnit.SECONDS)).isTrue();
		assertThat(((TaskCancelledException) ofStage.get()).reason()).contains("enough");
		assertThat(this.told).containsExactly(new Told("group", CancelKind.EXPLICIT, "enough"));
	}

	@Test
	@DisplayName("5.6 the tasks of an inner group tell the reason of the outer one")
	void taskOfInnerGroup() throws Exception {
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		Sleeper sleeper = new Sleeper();
		this.groups.named("outer").run(outer -> {
			outer.fork(() -> this.groups.named("inner").run(inner -> handle.set(inner.fork(sleeper))));
			sleeper.awaitRunning();
			outer.cancel("enough");
		});
		assertThat(handle.get().outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
		assertThat(this.told).containsExactlyInAnyOrder(new Told("outer", CancelKind.EXPLICIT, "enough"),
				new Told("inner", CancelKind.PARENT, "enough"));
	}

	@Test
	@DisplayName("5.6 a task's outcome tells the cancellation that came first: its own")
	void ownCancellationFirst() throws Exception {
		Swallower body = new Swallower();
		AtomicReference<TaskHandle<String>> handle = new AtomicReference<>();
		this.groups.named("group").run(group -> {
			handle.set(group.fork("task", () -> {
				body.call();
				CancelScope.checkpoint();
				return "value";
			}));
			body.awaitRunning();
			handle.get().cancel("own");
			handle.get().cancel("own again");
			group.cancel("group's");
			body.release();
		});
		assertThat(handle.get().outcome()).isEqualTo(new Outcome.Cancelled<>("own"));
		assertThat(this.told).containsExactlyInAnyOrder(new Told("task", CancelKind.EXPLICIT, "own"),
				new Told("group", CancelKind.EXPLICIT, "group's"));
	}

	@Test
	@DisplayName("5.6 a task's outcome tells the cancellation that came first: its group's")
	void cancellationOfGroupFirst() throws Exception {
		Swallower body = new Swallower();
		AtomicReference<TaskHandle<String>> handle = new AtomicReference<>();
		this.groups.named("group").run(group -> {
			handle.set(group.fork("task", () -> {
				body.call();
				CancelScope.checkpoint();
				return "value";
			}));
			body.awaitRunning();
			group.cancel("group's");
			handle.get().cancel("own");
			body.release();
		});
		assertThat(handle.get().outcome()).isEqualTo(new Outcome.Cancelled<>("group's"));
	}

	@Test
	@DisplayName("5.6 a handle that was cancelled without a reason says so")
	void handleCancelledWithoutReason() throws Exception {
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		this.groups.named("group").run(group -> {
			handle.set(group.fork("task", new Sleeper()));
			handle.get().cancel();
		});
		assertThat(handle.get().outcome()).isEqualTo(new Outcome.Cancelled<>(null));
	}

	@Test
	@DisplayName("5.6 the listener is told the task by its name, also when the task ends meanwhile")
	void listenerIsToldName() throws Exception {
		Together.often(() -> {
			this.told.clear();
			this.groups.named("group").run(group -> {
				Sleeper sleeper = new Sleeper();
				TaskHandle<Void> handle = group.fork("task", sleeper);
				sleeper.awaitRunning();
				handle.cancel();
				assertThat(this.told).containsExactly(new Told("task", CancelKind.EXPLICIT, null));
			});
		});
	}

	@Test
	@DisplayName("5.6 kind failure: the siblings of a failed task are told which")
	void kindFailure() {
		AtomicReference<TaskHandle<Void>> sibling = new AtomicReference<>();
		AtomicReference<Throwable> ofTask = new AtomicReference<>();
		Sleeper sleeper = new Sleeper();
		GroupAssertions.assertFails(() -> this.groups.named("group").run(group -> {
			sibling.set(group.fork(() -> {
				try {
					sleeper.run();
				}
				finally {
					ofTask.set(catchThrowable(CancelScope::checkpoint));
				}
			}));
			sleeper.awaitRunning();
			group.fork("the-failing-task", () -> {
				throw new IOException("failure");
			});
		}));
		assertThat(sibling.get().outcome()).isEqualTo(new Outcome.Cancelled<>("failure in the-failing-task"));
		assertThat(((CancelledException) ofTask.get()).kind()).isEqualTo(CancelKind.FAILURE);
		assertThat(((CancelledException) ofTask.get()).reason()).contains("failure in the-failing-task");
		assertThat(this.told).containsExactly(new Told("group", CancelKind.FAILURE, "failure in the-failing-task"));
	}

	@Test
	@DisplayName("5.6 kind timeout: a deadline of a region, and of a group")
	void kindTimeout() throws Exception {
		CancelScope region = CancelScope.run(scope -> {
			CancelledException thrown = catchThrowableOfType(CancelledException.class,
					() -> this.groups.named("inner").run(group -> {
						group.fork(new Sleeper());
						scope.timeout(Duration.ofMillis(1));
					}));
			assertThat(thrown.kind()).isEqualTo(CancelKind.TIMEOUT);
			throw thrown;
		});
		assertThat(region.cancelKind()).contains(CancelKind.TIMEOUT);
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		CancelScope group = this.groups.named("group")
			.moveOnAfter(Duration.ofMillis(1))
			.run(open -> handle.set(open.fork(new Sleeper())));
		assertThat(group.cancelKind()).contains(CancelKind.TIMEOUT);
		assertThat(catchThrowableOfType(TaskCancelledException.class, () -> handle.get().await()).kind())
			.isEqualTo(CancelKind.TIMEOUT);
		Waits.until(() -> this.told.size() == 2);
		assertThat(this.told).extracting(Told::what, Told::kind)
			.containsExactlyInAnyOrder(tuple("inner", CancelKind.PARENT), tuple("group", CancelKind.TIMEOUT));
	}

	@Test
	@DisplayName("5.6 kind interrupt: somebody interrupted the host")
	void kindInterrupt() throws Exception {
		Sleeper sleeper = new Sleeper();
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		Host<Void> host = Rig.VIRTUAL
			.start(() -> this.groups.named("group").run(group -> handle.set(group.fork(sleeper))));
		sleeper.awaitRunning();
		host.awaitBlocked();
		host.interrupt();
		GroupAssertions.assertInterrupt(host.thrown());
		assertThat(catchThrowableOfType(TaskCancelledException.class, () -> handle.get().await()).kind())
			.isEqualTo(CancelKind.INTERRUPT);
		assertThat(this.told).extracting(Told::kind).containsExactly(CancelKind.INTERRUPT);
	}

	@Test
	@DisplayName("5.6 kind shutdown: the factory is closed")
	void kindShutdown() throws Exception {
		Sleeper sleeper = new Sleeper();
		Host<CancelScope> host = Rig.VIRTUAL
			.startCall(() -> this.groups.named("group").run(group -> group.fork(sleeper)));
		sleeper.awaitRunning();
		host.awaitBlocked();
		this.groups.close();
		CancelScope ended = host.get();
		assertThat(ended.cancelKind()).contains(CancelKind.SHUTDOWN);
		assertThat(this.told).extracting(Told::kind).containsExactly(CancelKind.SHUTDOWN);
	}

	@Test
	@DisplayName("5.6 kind parent: the scope in which a supervisor was opened has ended")
	void kindParent() throws Exception {
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		this.groups.named("group").run(group -> {
			TaskScope supervisor = this.groups.named("supervisor").openScope();
			handle.set(supervisor.fork(new Sleeper()));
		});
		assertThat(catchThrowableOfType(TaskCancelledException.class, () -> handle.get().await()).kind())
			.isEqualTo(CancelKind.PARENT);
		assertThat(this.told).extracting(Told::what, Told::kind).contains(tuple("supervisor", CancelKind.PARENT));
	}

	@Test
	@DisplayName("5.6 kinds request and disconnect reach the tasks through a scope that stands for a request")
	void kindsRequestAndDisconnect() throws Exception {
		for (CancelKind kind : List.of(CancelKind.REQUEST, CancelKind.DISCONNECT)) {
			CancelScope request = CancelScope.create();
			Swallower body = new Swallower();
			AtomicReference<CancelledException> thrown = new AtomicReference<>();
			Host<Void> host = Rig.VIRTUAL
				.start(() -> request.enter(entered -> this.groups.named("group").run(group -> group.fork(() -> {
					body.call();
					thrown.set(assertCancelled(CancelScope::checkpoint));
				}))));
			body.awaitRunning();
			request.cancel(kind, "the client has gone");
			body.release();
			host.get();
			assertThat(thrown.get().kind()).isEqualTo(kind);
			assertThat(thrown.get().reason()).isEqualTo(Optional.of("the client has gone"));
		}
	}

	@Test
	@DisplayName("5.6 the log of a stuck task carries the reason")
	void logCarriesReason() throws Exception {
		TaskGroupFactory factory = TaskGroupFactory.builder().warnAfter(Duration.ofMillis(5)).build();
		Swallower swallower = new Swallower();
		try (LogRecords log = LogRecords.open()) {
			factory.named("group").run(group -> {
				TaskHandle<String> handle = group.fork(swallower);
				swallower.awaitRunning();
				handle.cancel("the-reason");
				Waits.spinUntil(() -> !log.records().isEmpty());
				swallower.release();
				handle.await();
			});
			assertThat(log.records()).singleElement()
				.satisfies(record -> assertThat(LogRecords.message(record)).contains("the-reason"));
		}
	}

}
