package io.taskgroup;

import java.io.IOException;
import java.net.BindException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.taskgroup.GroupAssertions.assertFailed;
import static io.taskgroup.GroupAssertions.assertFails;
import static io.taskgroup.GroupAssertions.assertFailsWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The use cases and edge cases of the discussions that the library comes from: CPython's
 * issue 108951 and pull request 105011, AnyIO's manual and pull request 890.
 */
@Timeout(30)
class SeedDiscussionTests {

	private final IOException failure = new IOException("failure");

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.4 happy eyeballs by hand: the first that succeeds cancels the others, and its result is returned")
	void happyEyeballs(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		List<Sleeper> losers = List.of(new Sleeper(), new Sleeper(), new Sleeper());
		AtomicReference<String> winner = new AtomicReference<>();
		CancelScope scope = rig.call(() -> groups.named("eyeballs").run((group) -> {
			for (Sleeper loser : losers) {
				group.fork(loser);
				loser.awaitRunning();
			}
			group.fork(() -> {
				winner.set("connection");
				group.cancel("have a winner");
			});
		}));
		assertThat(winner).hasValue("connection");
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(losers).allMatch(Sleeper::wasInterrupted);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.2 happy eyeballs with handles: the winner's result is awaited, the loser cancelled alone")
	void happyEyeballsWithHandles(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		String connection = rig.call(() -> groups.named("eyeballs").call((group) -> {
			Sleeper slow = new Sleeper();
			TaskHandle<Void> loser = group.fork(slow);
			slow.awaitRunning();
			TaskHandle<String> winner = group.fork(() -> "connection");
			String result = winner.await();
			loser.cancel("lost");
			loser.awaitDone();
			assertThat(loser.outcome()).isEqualTo(new Outcome.Cancelled<Void>("lost"));
			CancelScope.checkpoint();
			return result;
		}));
		assertThat(connection).isEqualTo("connection");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.4 a group that cancels itself in its body goes on behind it, and swallows nothing else")
	void selfCancellingBody(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicBoolean after = new AtomicBoolean();
		rig.run(() -> {
			groups.named("t2").run((group) -> {
				group.fork(new Sleeper());
				group.cancel();
			});
			CancelScope.checkpoint();
			Thread.sleep(1);
			after.set(true);
		});
		assertThat(after).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.4 a config reload restarts a subsystem, and waits until the change has settled")
	void configReload(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		BlockingQueue<String> changes = new LinkedBlockingQueue<>();
		List<String> ran = new CopyOnWriteArrayList<>();
		List<String> settled = new CopyOnWriteArrayList<>();
		Host<Void> subsystem = rig.start(() -> {
			String config = "first";
			while (!config.equals("stop")) {
				String current = config;
				AtomicReference<String> next = new AtomicReference<>();
				CountDownLatch serving = new CountDownLatch(1);
				groups.named("subsystem").run((group) -> {
					group.fork("watch", () -> {
						Waits.on(serving);
						next.set(changes.poll(Waits.BOUND.toSeconds(), TimeUnit.SECONDS));
						group.cancel("config changed");
						CancelScope.runShielded((scope) -> {
							Thread.sleep(2);
							settled.add(next.get());
						});
					});
					group.fork("serve", () -> {
						ran.add(current);
						serving.countDown();
						Waits.forever();
					});
					Waits.forever();
				});
				assertThat(settled).last().isEqualTo(next.get());
				config = next.get();
			}
		});
		changes.addAll(List.of("second", "third", "stop"));
		subsystem.get();
		assertThat(ran).containsExactly("first", "second", "third");
		assertThat(settled).containsExactly("second", "third", "stop");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.4 a connection handler cancels its own sender, receiver and pinger, and has a result")
	void connectionHandler(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sender = new Sleeper();
		Sleeper pinger = new Sleeper();
		BlockingQueue<String> wire = new LinkedBlockingQueue<>();
		AtomicReference<String> result = new AtomicReference<>();
		rig.run(() -> {
			CancelScope scope = groups.named("connection").run((group) -> {
				group.fork("send", sender);
				group.fork("ping", pinger);
				sender.awaitRunning();
				pinger.awaitRunning();
				group.fork("receive", () -> {
					while (true) {
						String message = wire.take();
						if (message.equals("bye")) {
							group.cancel("disconnect");
						}
						else {
							result.set(message);
						}
					}
				});
				wire.addAll(List.of("hello", "result", "bye"));
			});
			assertThat(scope.cancelReason()).contains("disconnect");
		});
		assertThat(result).hasValue("result");
		assertThat(sender.wasInterrupted()).isTrue();
		assertThat(pinger.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.7 what is handed to a task is closed exactly once: by the task, or by who could not fork")
	void handingOverResources(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> Together.often(() -> {
			List<Connection> connections = new CopyOnWriteArrayList<>();
			AtomicReference<TaskGroup> opened = new AtomicReference<>();
			Together.run(() -> groups.named("server").run((group) -> {
				opened.set(group);
				group.fork(Together::pause);
				Together.pause();
				group.cancel();
			}), () -> {
				Waits.spinUntil(() -> opened.get() != null);
				for (int i = 0; i < 5; i++) {
					Connection connection = new Connection();
					connections.add(connection);
					try {
						opened.get().fork(() -> {
							try {
								Waits.forever();
							}
							finally {
								connection.close();
							}
						});
					}
					catch (TaskGroupClosedException ex) {
						connection.close();
					}
				}
			});
			assertThat(connections).hasSize(5).allMatch((connection) -> connection.closed.get() == 1);
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.7 a task fails, another's finally forks a third, which runs up to its first blocking call")
	void forkFromFinallyOfCancelledTask(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		List<String> printed = new CopyOnWriteArrayList<>();
		rig.run(() -> assertFailsWith(() -> groups.named("nursery").run((group) -> {
			CountDownLatch running = new CountDownLatch(1);
			group.fork("a", () -> {
				Waits.on(running);
				throw this.failure;
			});
			group.fork("b", () -> {
				try {
					running.countDown();
					Waits.forever();
				}
				finally {
					group.fork("c", () -> {
						printed.add("Yes");
						Thread.sleep(1);
						throw new IllegalStateException("We don't go here");
					});
				}
			});
		}), this.failure));
		assertThat(printed).containsExactly("Yes");
	}

	@Test
	@DisplayName("3.5 fork in a scope whose time is over is no error, and ends with the scope")
	void forkInScopeWhoseTimeIsOver() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		Sleeper sleeper = new Sleeper();
		CancelScope scope = CancelScope.moveOnAfter(Duration.ZERO,
				(s) -> groups.named("group").run((group) -> group.fork(sleeper)));
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("3.5 the first fork after cancel is not special, whoever calls it")
	void firstForkAfterCancel() throws Exception {
		AtomicInteger started = new AtomicInteger();
		Rig.VIRTUAL.factory().named("group").run((group) -> {
			group.cancel();
			for (int i = 0; i < 3; i++) {
				spawnInto(group, started);
			}
		});
		assertThat(started).hasValue(3);
	}

	private static void spawnInto(TaskScope scope, AtomicInteger started) {
		scope.fork(() -> {
			started.incrementAndGet();
			Waits.forever();
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.5 a body that tries to trap the cancellation does not get away with it")
	void trappedCancellation(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.builder().reinterruptEvery(Duration.ofMillis(50)).build();
		AtomicInteger trapped = new AtomicInteger();
		CancelScope scope = rig.call(() -> groups.named("group").run((group) -> {
			TaskHandle<Void> job = group.fork(new Sleeper());
			try {
				group.cancel();
			}
			catch (RuntimeException ex) {
				throw new AssertionError("cancel does not throw", ex);
			}
			for (int i = 0; i < 10; i++) {
				trap(CancelScope::checkpoint, trapped);
			}
			Waits.spinUntil(job::isDone);
			trap(Waits::forever, trapped);
			Waits.forever();
		}));
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(trapped).hasValue(11);
	}

	private static void trap(TaskAction action, AtomicInteger trapped) throws Exception {
		try {
			action.run();
		}
		catch (InterruptedException ex) {
			trapped.incrementAndGet();
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.2 jobs that loop for ever all end when one of them cancels the group")
	void loopingJobs(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicInteger rounds = new AtomicInteger();
		AtomicInteger roundsAfterCancel = new AtomicInteger();
		AtomicBoolean cancelled = new AtomicBoolean();
		CancelScope scope = rig.call(() -> groups.named("jobs").run((group) -> {
			for (int i = 0; i < 3; i++) {
				group.fork(() -> {
					while (true) {
						Thread.sleep(0, 100_000);
						if (cancelled.get()) {
							roundsAfterCancel.incrementAndGet();
						}
						if (rounds.incrementAndGet() == 20) {
							group.cancel("enough rounds");
							cancelled.set(true);
						}
					}
				});
			}
		}));
		assertThat(scope.cancelCaught()).isTrue();
		// each of the others may have been past its sleep when the cancellation came,
		// once
		assertThat(roundsAfterCancel.get()).isLessThanOrEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 nested groups: the outer one cancelled, the inner one does not swallow it")
	void outerCancelled(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicBoolean behindInner = new AtomicBoolean();
		Sleeper sleeper = new Sleeper();
		CancelScope outerScope = rig.call(() -> groups.named("outer").run((outer) -> {
			outer.fork(() -> {
				groups.named("inner").run((inner) -> inner.fork(sleeper));
				behindInner.set(true);
			});
			sleeper.awaitRunning();
			outer.cancel();
		}));
		assertThat(outerScope.cancelCaught()).isTrue();
		assertThat(sleeper.wasInterrupted()).isTrue();
		assertThat(behindInner).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.4 nested groups: the inner one cancelled, the outer one goes on")
	void innerCancelled(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> outerTask = Holdout.returning("outer");
		AtomicBoolean behindInner = new AtomicBoolean();
		CancelScope outerScope = rig.call(() -> groups.named("outer").run((outer) -> {
			outer.fork(outerTask);
			outerTask.awaitRunning();
			TaskHandle<?> task = outer.fork(() -> {
				CancelScope innerScope = groups.named("inner").run((inner) -> {
					inner.fork(new Sleeper());
					inner.cancel();
				});
				assertThat(innerScope.cancelCaught()).isTrue();
				CancelScope.checkpoint();
				behindInner.set(true);
			});
			task.await();
			outerTask.release();
		}));
		assertThat(behindInner).isTrue();
		assertThat(outerTask.wasInterrupted()).isFalse();
		assertThat(outerScope.cancelCalled()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.3 nested groups: the inner one is cancelled, a task of it fails on its way down, the outer fails")
	void innerCancelledWithFailure(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<Void> holdout = Holdout.throwing(this.failure);
		Host<Void> host = rig.start(() -> groups.named("outer").run((outer) -> outer.fork(() -> {
			groups.named("inner").run((inner) -> {
				inner.fork(holdout);
				holdout.awaitRunning();
				inner.cancel();
			});
		})));
		holdout.awaitInterrupted();
		holdout.release();
		TaskGroupException thrown = assertFailed(host.thrown());
		assertThat(thrown.groupName()).isEqualTo("outer");
		assertThat(thrown.exceptions()).singleElement().isInstanceOf(TaskGroupException.class);
		assertThat(thrown.leaves()).containsExactly(this.failure);
	}

	@Test
	@DisplayName("3.3 exceptions raised in finally blocks while the group is cancelled are all reported")
	void failuresInFinallyBlocks() {
		IllegalStateException inFinally = new IllegalStateException("in finally");
		TaskGroupException thrown = assertFails(() -> Rig.VIRTUAL.factory().named("group").run((group) -> {
			CountDownLatch running = new CountDownLatch(1);
			group.fork(() -> {
				running.countDown();
				try {
					Waits.forever();
				}
				catch (InterruptedException ex) {
					throw inFinally;
				}
			});
			Waits.on(running);
			group.fork(() -> {
				throw this.failure;
			});
		}));
		List<Throwable> handled = new ArrayList<>();
		thrown.handle(IOException.class, handled::add).handle(IllegalStateException.class, handled::add).throwIfAny();
		assertThat(handled).containsExactly(this.failure, inFinally);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.4 a stop signal from elsewhere cancels the group")
	void stopSignal(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		CountDownLatch stop = new CountDownLatch(1);
		Sleeper sleeper = new Sleeper();
		Host<CancelScope> host = rig.startCall(() -> groups.named("group").run((group) -> {
			group.fork(sleeper);
			Waits.on(stop);
			group.cancel("stopped");
		}));
		sleeper.awaitRunning();
		stop.countDown();
		assertThat(host.get().cancelReason()).contains("stopped");
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.8 a server's acceptor forks handlers into its group, and all end with it")
	void serverShutdown(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		List<Sleeper> handlers = new CopyOnWriteArrayList<>();
		BlockingQueue<Sleeper> arriving = new LinkedBlockingQueue<>();
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Host<CancelScope> host = rig.startCall(() -> groups.named("server").run((group) -> {
			opened.set(group);
			group.fork("accept", () -> {
				while (true) {
					Sleeper handler = arriving.take();
					handlers.add(handler);
					group.fork(handler);
				}
			});
		}));
		for (int i = 0; i < 10; i++) {
			Sleeper handler = new Sleeper();
			arriving.add(handler);
			handler.awaitRunning();
		}
		opened.get().cancel("shutdown");
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(handlers).hasSize(10).allMatch(Sleeper::wasInterrupted);
	}

	@Test
	@DisplayName("6.3 a service is started, its port known, before the next task connects to it")
	void startService() throws Exception {
		CancelScope scope = Rig.VIRTUAL.factory().named("main").run((group) -> {
			StartedTask<Integer, Void> service = group.start("service", (status) -> {
				status.started(5000);
				Waits.forever();
				return null;
			});
			assertThat(service.startValue()).isEqualTo(5000);
			assertThat(service.isDone()).isFalse();
			group.cancel();
		});
		assertThat(scope.cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("6.3 a service that cannot bind its port tells its caller, who may try another one")
	void bindFails() throws Exception {
		int port = Rig.VIRTUAL.factory().named("main").call((group) -> {
			for (int candidate = 5000;; candidate++) {
				int number = candidate;
				try {
					return group.<Integer, Void, BindException>start((status) -> {
						if (number < 5003) {
							throw new BindException("port is taken");
						}
						status.started(number);
						return null;
					}).startValue();
				}
				catch (BindException ex) {
					assertThat(ex).hasMessage("port is taken");
				}
			}
		});
		assertThat(port).isEqualTo(5003);
	}

	@Test
	@DisplayName("6.3 a task whose status is never called does not leave its caller waiting")
	void statusNeverCalled() throws Exception {
		Rig.VIRTUAL.factory()
			.named("main")
			.run((group) -> assertThatIllegalStateException()
				.isThrownBy(() -> group.start((status) -> "never started")));
	}

	@Test
	@DisplayName("6.1 a long-lived supervisor serves on after failures, and its handler hears of all of them")
	void longLivedSupervisor() throws Exception {
		List<String> delegated = new CopyOnWriteArrayList<>();
		AtomicInteger served = new AtomicInteger();
		try (TaskScope supervisor = Rig.VIRTUAL.factory()
			.named("connections")
			.onError((task, exception) -> delegated.add(task.name() + ": " + exception.getMessage()))
			.openScope()) {
			for (int i = 0; i < 100; i++) {
				int number = i;
				supervisor.fork("connection " + i, () -> {
					if (number % 10 == 0) {
						throw new IOException("reset");
					}
					served.incrementAndGet();
				});
			}
			supervisor.join();
		}
		assertThat(served).hasValue(90);
		assertThat(delegated).hasSize(10).contains("connection 0: reset", "connection 90: reset");
	}

	@Test
	@DisplayName("3.4 cancelCalled and cancelCaught differ when an outside cancellation comes at about the same time")
	void calledButNotCaught() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		AtomicReference<CancelScope> inner = new AtomicReference<>();
		CancelScope outer = CancelScope.<Exception>run((scope) -> groups.named("group").run((group) -> {
			inner.set(group.cancelScope());
			scope.cancel("outer");
			group.cancel("inner");
			Waits.forever();
		}));
		assertThat(inner.get().cancelCalled()).isTrue();
		assertThat(inner.get().cancelCaught()).isFalse();
		assertThat(outer.cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("3.10 results are there after a with block, without variables of an outer scope")
	void resultsOfHandles() throws Exception {
		List<TaskHandle<Integer>> handles = new ArrayList<>();
		try (TaskGroup group = Rig.VIRTUAL.factory().named("group").open()) {
			for (int i = 0; i < 10; i++) {
				int number = i;
				handles.add(group.fork(() -> number * number));
			}
			group.join();
		}
		assertThat(handles).extracting(TaskHandle::resultNow).containsExactly(0, 1, 4, 9, 16, 25, 36, 49, 64, 81);
	}

	@Test
	@DisplayName("3.7 after its end a group refuses tasks by an exception of its own type")
	void refusesAfterEnd() throws Exception {
		AtomicReference<TaskGroup> kept = new AtomicReference<>();
		Rig.VIRTUAL.factory().named("group").run(kept::set);
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> kept.get().fork(() -> "late"));
		assertThat(catchThrowable(() -> kept.get().fork(() -> "late"))).isInstanceOf(IllegalStateException.class);
	}

	/** Something that must be closed once. */
	private static final class Connection {

		private final AtomicInteger closed = new AtomicInteger();

		void close() {
			this.closed.incrementAndGet();
		}

	}

}
