package io.taskgroup;

import java.io.IOException;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
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
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rules 3.2 and 3.3: the first failure cancels the group, and all failures are reported.
 */
@Timeout(30)
class GroupFailureTests {

	private final IOException failure = new IOException("failure");

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("places")
	@DisplayName("3.2 the failure of a task cancels the other tasks wherever they are")
	void failureOfTaskCancelsTasks(Rig rig, BlockingCall place) throws Exception {
		TaskGroupFactory groups = rig.factory();
		TaskScope elsewhere = groups.named("elsewhere").openScope();
		TaskHandle<?> endless = elsewhere.fork(new Sleeper());
		AtomicReference<TaskHandle<Void>> blocked = new AtomicReference<>();
		rig.run(() -> assertFailsWith(() -> groups.named("group").run((group) -> {
			AtomicReference<Thread> thread = new AtomicReference<>();
			blocked.set(group.fork(() -> {
				thread.set(Thread.currentThread());
				place.block(groups, endless);
			}));
			group.fork(() -> {
				Waits.until(() -> thread.get() != null);
				Waits.untilBlocked(thread.get());
				throw this.failure;
			});
		}), this.failure));
		assertThat(blocked.get().state()).isEqualTo(TaskState.CANCELLED);
		assertThat(endless.isDone()).isFalse();
		elsewhere.close();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("places")
	@DisplayName("3.2 the failure of a task cancels the body wherever it is")
	void failureOfTaskCancelsBody(Rig rig, BlockingCall place) throws Exception {
		TaskGroupFactory groups = rig.factory();
		TaskScope elsewhere = groups.named("elsewhere").openScope();
		TaskHandle<?> endless = elsewhere.fork(new Sleeper());
		rig.run(() -> assertFailsWith(() -> groups.named("group").run((group) -> {
			Thread host = Thread.currentThread();
			group.fork(() -> {
				Waits.untilBlocked(host);
				throw this.failure;
			});
			place.block(groups, endless);
		}), this.failure));
		assertThat(endless.isDone()).isFalse();
		elsewhere.close();
	}

	static Stream<Arguments> places() {
		return Stream.of(Rig.values())
			.flatMap((rig) -> Stream.of(BlockingCall.values()).map((place) -> Arguments.of(rig, place)));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.2 the failure of the body cancels the tasks")
	void failureOfBodyCancelsTasks(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper one = new Sleeper();
		Sleeper two = new Sleeper();
		rig.run(() -> assertFailsWith(() -> groups.named("group").run((group) -> {
			group.fork(one);
			group.fork(two);
			one.awaitRunning();
			two.awaitRunning();
			throw this.failure;
		}), this.failure));
		assertThat(one.wasInterrupted()).isTrue();
		assertThat(two.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.2 an Error cancels the group like any failure")
	void errorCancels(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		StackOverflowError error = new StackOverflowError();
		Sleeper sleeper = new Sleeper();
		rig.run(() -> assertFailsWith(() -> groups.named("group").run((group) -> {
			group.fork(sleeper);
			sleeper.awaitRunning();
			group.fork(() -> {
				throw error;
			});
		}), error));
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.2 a task whose interruption throws does not keep the others from theirs")
	void interruptionThrows(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		List<Sleeper> sleepers = List.of(new Sleeper(), new Sleeper());
		rig.run(() -> {
			TaskGroupException thrown = assertFails(() -> groups.named("group").run((group) -> {
				group.fork(sleepers.get(0));
				RudeChannel channel = new RudeChannel();
				group.fork(channel::block);
				Waits.spinUntil(channel::isBlocked);
				group.fork(sleepers.get(1));
				sleepers.forEach(Sleeper::awaitRunning);
				throw this.failure;
			}));
			assertThat(thrown.exceptions()).startsWith(this.failure);
		});
		assertThat(sleepers).allMatch(Sleeper::wasInterrupted);
	}

	@ParameterizedTest
	@EnumSource(value = Rig.class, names = { "VIRTUAL", "PLATFORM_HOST" })
	@DisplayName("3.2 a failure cancels ten thousand tasks")
	void failureCancelsManyTasks(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicInteger cancelled = new AtomicInteger();
		rig.run(() -> assertFailsWith(() -> groups.named("group").run((group) -> {
			for (int i = 0; i < 10_000; i++) {
				group.fork(() -> {
					try {
						Waits.forever();
					}
					finally {
						cancelled.incrementAndGet();
					}
				});
			}
			throw this.failure;
		}), this.failure));
		assertThat(cancelled).hasValue(10_000);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.2 a task that takes no notice of the cancellation ends as it likes")
	void taskMayIgnoreCancellation(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<TaskHandle<String>> handle = new AtomicReference<>();
		Host<Void> host = rig.start(() -> groups.named("group").run((group) -> {
			handle.set(group.fork(holdout));
			holdout.awaitRunning();
			throw this.failure;
		}));
		holdout.awaitInterrupted();
		holdout.release();
		assertThat(assertFailed(host.thrown()).exceptions()).containsExactly(this.failure);
		assertThat(handle.get().resultNow()).isEqualTo("value");
	}

	@ParameterizedTest(name = "{0}")
	@EnumSource(Form.class)
	@DisplayName("3.3 a single failure of a task comes in a TaskGroupException")
	void singleFailureOfTask(Form form) {
		TaskGroupException thrown = assertFailsWith(() -> form.go(Rig.VIRTUAL.factory().named("orders"), (group) -> {
			TaskHandle<?> failing = group.fork(() -> {
				throw this.failure;
			});
			Waits.spinUntil(failing::isDone);
		}), this.failure);
		assertThat(thrown.groupName()).isEqualTo("orders");
		assertThat(thrown).hasCause(this.failure);
	}

	@ParameterizedTest(name = "{0}")
	@EnumSource(value = Form.class, names = { "RUN", "CALL" })
	@DisplayName("3.3 a single failure of the body comes in a TaskGroupException")
	void singleFailureOfBody(Form form) {
		assertFailsWith(() -> form.go(Rig.VIRTUAL.factory().named("orders"), (group) -> {
			throw this.failure;
		}), this.failure);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.3 all failures are reported in the order in which they happened")
	void orderOfFailures(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		List<IOException> failures = IntStream.range(0, 6).mapToObj((i) -> new IOException("failure " + i)).toList();
		rig.run(() -> {
			TaskGroupException thrown = assertFailsWith(() -> groups.named("group").run((group) -> {
				List<TaskHandle<?>> handles = new ArrayList<>();
				CountDownLatch forked = new CountDownLatch(1);
				// forked in the opposite order, so that this one cannot be mistaken for
				// it
				for (int i = 4; i >= 0; i--) {
					int number = i;
					handles.add(0, group.fork(() -> {
						Waits.stubbornlyOn(forked);
						if (number > 0) {
							Waits.spinUntil(handles.get(number - 1)::isDone);
						}
						throw failures.get(number);
					}));
				}
				forked.countDown();
				Waits.spinUntil(handles.get(4)::isDone);
				throw failures.get(5);
			}), failures.toArray(Throwable[]::new));
			assertThat(thrown.getCause()).isSameAs(failures.get(0));
			assertThat(thrown.getSuppressed()).containsExactly(failures.subList(1, 6).toArray(Throwable[]::new));
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.3 a failure of the body that came first is reported first")
	void failureOfBodyFirst(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		IOException late = new IOException("late");
		rig.run(() -> assertFailsWith(() -> groups.named("group").run((group) -> {
			CountDownLatch running = new CountDownLatch(1);
			group.fork(() -> {
				running.countDown();
				try {
					Waits.forever();
				}
				catch (InterruptedException ex) {
					throw late;
				}
			});
			Waits.on(running);
			throw this.failure;
		}), this.failure, late));
	}

	@Test
	@DisplayName("3.3 siblings that were cancelled by the failure add nothing to it")
	void cancelledSiblingsAddNothing() {
		assertFailsWith(() -> Rig.VIRTUAL.factory().named("group").run((group) -> {
			for (int i = 0; i < 10; i++) {
				Sleeper sleeper = new Sleeper();
				group.fork(sleeper);
				sleeper.awaitRunning();
			}
			group.fork(() -> {
				throw this.failure;
			});
			Waits.forever();
		}), this.failure);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.3 a TaskFailedException that the body lets through is the task's failure, once")
	void bodyLetsTaskFailureThrough(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> assertFailsWith(() -> groups.named("group").call((group) -> {
			TaskHandle<String> failing = group.fork(() -> {
				throw this.failure;
			});
			return failing.await();
		}), this.failure));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.3 a TaskFailedException that the body lets through late is the task's failure, once")
	void bodyLetsTaskFailureThroughLate(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> assertFailsWith(() -> groups.named("group").call((group) -> {
			TaskHandle<String> failing = group.fork(() -> {
				throw this.failure;
			});
			Waits.spinUntil(failing::isDone);
			return failing.await();
		}), this.failure));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.3 a TaskFailedException that a task lets through is the first task's failure, once")
	void taskLetsTaskFailureThrough(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> assertFailsWith(() -> groups.named("group").run((group) -> {
			CountDownLatch go = new CountDownLatch(1);
			TaskHandle<String> failing = group.fork(() -> {
				Waits.on(go);
				throw this.failure;
			});
			CountDownLatch awaiting = new CountDownLatch(3);
			for (int i = 0; i < 3; i++) {
				group.fork(() -> {
					awaiting.countDown();
					return failing.await();
				});
			}
			Waits.on(awaiting);
			go.countDown();
		}), this.failure));
	}

	@Test
	@DisplayName("3.3 a TaskFailedException from a handle of another group is a failure like any other")
	void taskFailureOfAnotherGroup() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		try (TaskScope supervisor = groups.named("supervisor").onError((task, exception) -> {
		}).openScope()) {
			TaskHandle<String> failing = supervisor.fork(() -> {
				throw this.failure;
			});
			TaskGroupException thrown = assertFails(() -> groups.named("group").call((group) -> failing.await()));
			assertThat(thrown.exceptions()).singleElement()
				.isInstanceOf(TaskFailedException.class)
				.extracting(Throwable::getCause)
				.isSameAs(this.failure);
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.3 what the group's own join threw inside the body is not added")
	void ownJoinInBody(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> assertFailsWith(() -> groups.named("group").run((group) -> {
			group.fork(() -> {
				throw this.failure;
			});
			group.join();
		}), this.failure));
	}

	@Test
	@DisplayName("3.3, 3.10 a body that caught what join threw has not undone the failure: it is thrown again")
	void bodyCatchesWhatJoinThrew() {
		List<Throwable> thrownByJoin = new ArrayList<>();
		TaskGroupException thrown = assertFailsWith(() -> Rig.VIRTUAL.factory().named("group").call((group) -> {
			group.fork(() -> {
				throw this.failure;
			});
			thrownByJoin.add(catchThrowable(group::join));
			thrownByJoin.add(catchThrowable(group::join));
			return "all is well";
		}), this.failure);
		assertThat(thrownByJoin).hasSize(2).allMatch((joined) -> joined == thrown);
	}

	@Test
	@DisplayName("3.3 a body that throws something else after join has failed adds that")
	void bodyThrowsSomethingElseAfterJoin() {
		IllegalStateException other = new IllegalStateException("other");
		assertFailsWith(() -> Rig.VIRTUAL.factory().named("group").run((group) -> {
			group.fork(() -> {
				throw this.failure;
			});
			assertThatExceptionOfType(TaskGroupException.class).isThrownBy(group::join);
			throw other;
		}), this.failure, other);
	}

	@Test
	@DisplayName("3.3 an exception instance that two tasks throw is reported")
	void sameInstanceTwice() {
		TaskGroupException thrown = assertFails(() -> Rig.VIRTUAL.factory().named("group").run((group) -> {
			CountDownLatch both = new CountDownLatch(2);
			for (int i = 0; i < 2; i++) {
				group.fork(() -> {
					both.countDown();
					Waits.stubbornlyOn(both);
					throw this.failure;
				});
			}
		}));
		assertThat(thrown.exceptions()).containsOnly(this.failure);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.3 the failure of an inner group is one failure of the outer one, kept as it is")
	void nestedFailure(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> {
			TaskGroupException outer = assertFails(
					() -> groups.named("outer").run((group) -> group.fork(() -> groups.named("inner").run((inner) -> {
						inner.fork(() -> {
							throw this.failure;
						});
					}))));
			assertThat(outer.groupName()).isEqualTo("outer");
			assertThat(outer.exceptions()).singleElement().isExactlyInstanceOf(TaskGroupException.class);
			assertThat(((TaskGroupException) outer.getCause()).groupName()).isEqualTo("inner");
			assertThat(outer.leaves()).containsExactly(this.failure);
		});
	}

	@ParameterizedTest(name = "{0}")
	@EnumSource(value = Form.class, names = { "RUN", "CALL" })
	@DisplayName("3.3 an Error of the body is a failure like any other")
	void errorOfBody(Form form) {
		AssertionError error = new AssertionError("error");
		assertFailsWith(() -> form.go(Rig.VIRTUAL.factory().named("group"), (group) -> {
			throw error;
		}), error);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.3 failures of tasks that happen after the body has ended are all reported")
	void failuresAfterBody(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		IOException second = new IOException("second");
		Holdout<Void> one = Holdout.throwing(this.failure);
		Holdout<Void> two = Holdout.throwing(second);
		Host<Void> host = rig.start(() -> groups.named("group").run((group) -> {
			group.fork(one);
			group.fork(two);
		}));
		one.awaitRunning();
		two.awaitRunning();
		host.awaitBlocked();
		one.release();
		two.awaitInterrupted();
		two.release();
		assertThat(assertFailed(host.thrown()).exceptions()).containsExactly(this.failure, second);
	}

	/** A channel that throws when it is closed by an interrupt. */
	private static final class RudeChannel extends AbstractInterruptibleChannel {

		private final CountDownLatch closed = new CountDownLatch(1);

		private volatile boolean blocked;

		void block() throws IOException {
			begin();
			try {
				this.blocked = true;
				Waits.stubbornlyOn(this.closed);
			}
			finally {
				end(false);
			}
		}

		boolean isBlocked() {
			return this.blocked;
		}

		@Override
		protected void implCloseChannel() {
			this.closed.countDown();
			throw new IllegalStateException("rude");
		}

	}

}
