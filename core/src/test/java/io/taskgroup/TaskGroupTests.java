package io.taskgroup;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static io.taskgroup.GroupAssertions.runAndForget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Rule 3.1, and what a group does when nothing goes wrong.
 */
@Timeout(30)
class TaskGroupTests {

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.1 run returns when the body and all tasks have come to their end")
	void runWaitsForTasks(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		List<Integer> done = new ArrayList<>();
		CancelScope scope = rig.call(() -> groups.named("sums").run((group) -> {
			for (int i = 0; i < 100; i++) {
				int number = i;
				group.fork(() -> {
					synchronized (done) {
						done.add(number);
					}
				});
			}
		}));
		assertThat(done).hasSize(100).doesNotHaveDuplicates();
		assertThat(scope.cancelCalled()).isFalse();
		assertThat(scope.cancelCaught()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.1 call returns the value of the body")
	void callReturnsValue(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		int sum = rig.call(() -> groups.named("sum").call((group) -> {
			TaskHandle<Integer> one = group.fork(() -> 1);
			TaskHandle<Integer> two = group.fork("two", () -> 2);
			return one.await() + two.await();
		}));
		assertThat(sum).isEqualTo(3);
	}

	@Test
	@DisplayName("3.1 call may return null")
	void callReturnsNull() throws Exception {
		assertThat(Rig.VIRTUAL.factory().named("null").<String>call((group) -> null)).isNull();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.1 the body runs on the thread that opened the group, a task on a thread of its own")
	void bodyRunsOnHost(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> {
			Thread host = Thread.currentThread();
			AtomicReference<Thread> body = new AtomicReference<>();
			AtomicReference<Thread> task = new AtomicReference<>();
			groups.named("threads").run((group) -> {
				body.set(Thread.currentThread());
				group.fork(() -> task.set(Thread.currentThread()));
			});
			assertThat(body).hasValue(host);
			assertThat(task.get()).isNotNull().isNotSameAs(host);
			assertThat(task.get().isVirtual()).isEqualTo(rig != Rig.PLATFORM);
		});
	}

	@Test
	@DisplayName("3.1 the tasks' threads are virtual if nothing else was set")
	void defaultThreadsAreVirtual() throws Exception {
		try (TaskGroupFactory groups = TaskGroupFactory.create()) {
			assertThat(groups.named("group")
				.<Boolean>call((group) -> group.fork(() -> Thread.currentThread().isVirtual()).await())).isTrue();
		}
	}

	@ParameterizedTest(name = "{0} {1} {2}")
	@MethodSource("endings")
	@DisplayName("3.1 a group comes back only when every task has ended, however it ends")
	void comesBackOnlyWhenEveryTaskHasEnded(Rig rig, Form form, Ending ending) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("done");
		CountDownLatch provoked = new CountDownLatch(1);
		Host<Boolean> host = rig.startCall(() -> {
			runAndForget(() -> ending.around(groups.named("group"), (spec, outer) -> form.go(spec, (group) -> {
				group.fork(holdout);
				holdout.awaitRunning();
				try {
					ending.provoke(group, outer);
				}
				finally {
					provoked.countDown();
				}
			})));
			boolean ended = holdout.hasEnded();
			Thread.interrupted();
			return ended;
		});
		Waits.on(provoked);
		if (ending != Ending.SUCCESS) {
			holdout.awaitInterrupted();
		}
		host.awaitBlocked();
		assertThat(host.isDone()).isFalse();
		holdout.release();
		assertThat(host.get()).isTrue();
	}

	static Stream<Arguments> endings() {
		return Stream.of(Rig.values())
			.flatMap((rig) -> Stream.of(Form.values())
				.flatMap((form) -> Stream.of(Ending.values())
					.filter((ending) -> form != Form.OPEN_AND_CLOSE || ending != Ending.SUCCESS)
					.map((ending) -> Arguments.of(rig, form, ending))));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.1 a group also waits for the tasks that its tasks forked while it was failing")
	void waitsForTasksOfTasks(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicInteger started = new AtomicInteger();
		AtomicInteger ended = new AtomicInteger();
		Host<Integer> host = rig.startCall(() -> {
			GroupAssertions.assertFails(() -> groups.named("tree").run((group) -> forkTree(group, 7, started, ended)));
			return ended.get();
		});
		assertThat(host.get()).isEqualTo(started.get());
		assertThat(started.get()).isEqualTo(255);
	}

	private static void forkTree(TaskGroup group, int depth, AtomicInteger started, AtomicInteger ended) {
		started.incrementAndGet();
		if (depth > 0) {
			for (int i = 0; i < 2; i++) {
				group.fork(() -> {
					try {
						forkTree(group, depth - 1, started, ended);
						if (depth == 1) {
							throw new IOException("leaf");
						}
					}
					finally {
						ended.incrementAndGet();
					}
				});
			}
		}
		if (depth == 7) {
			ended.incrementAndGet();
		}
	}

	@Test
	@DisplayName("3.1 a group without tasks ends with its body")
	void groupWithoutTasks() throws Exception {
		AtomicBoolean ran = new AtomicBoolean();
		Rig.VIRTUAL.factory().named("empty").run((group) -> ran.set(true));
		assertThat(ran).isTrue();
	}

	@Test
	@DisplayName("4.4 a group that lives long keeps no finished task, nor its handle")
	void keepsNoFinishedTask() throws Exception {
		List<WeakReference<?>> references = new ArrayList<>();
		Rig.VIRTUAL.factory().named("group").run((group) -> {
			for (int i = 0; i < 100; i++) {
				forkAndForget(group, references);
			}
			Waits.until(() -> {
				System.gc();
				return references.stream().allMatch((reference) -> reference.get() == null);
			});
		});
		assertThat(references).hasSize(400);
	}

	private static void forkAndForget(TaskGroup group, List<WeakReference<?>> references) throws InterruptedException {
		Object input = new Object();
		Object result = new Object();
		TaskHandle<Object> succeeding = group.fork(() -> (input.hashCode() == 0) ? input : result);
		TaskHandle<Void> cancelled = group.fork(new Sleeper());
		cancelled.cancel();
		succeeding.awaitDone();
		cancelled.awaitDone();
		for (Object object : List.of(input, result, succeeding, cancelled)) {
			references.add(new WeakReference<>(object));
		}
	}

	@Test
	@DisplayName("3.1 groups nest, in bodies and in tasks")
	void groupsNest() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		String text = groups.named("outer").call((outer) -> {
			TaskHandle<String> inTask = outer
				.fork(() -> groups.named("in task").call((inner) -> inner.fork(() -> "task").await()));
			String inBody = groups.named("in body").call((inner) -> inner.fork(() -> "body").await());
			return inTask.await() + inBody;
		});
		assertThat(text).isEqualTo("taskbody");
	}

	@Test
	@DisplayName("2 a spec is immutable and can be used again and again")
	void specIsImmutable() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		TaskGroupSpec spec = groups.named("spec");
		TaskGroupSpec withTimeout = spec.timeout(Duration.ofHours(1));
		assertThat(withTimeout).isNotSameAs(spec);
		for (int i = 0; i < 2; i++) {
			spec.run((group) -> assertThat(group.cancelScope().timeLeft()).isEmpty());
			withTimeout.run((group) -> assertThat(group.cancelScope().timeLeft()).isPresent());
			assertThat(spec.<String>call(TaskGroup::name)).isEqualTo("spec");
		}
	}

	@Test
	@DisplayName("2 settings by name are the base of a spec, on top of the defaults")
	void settingsByName() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.builder()
			.defaults((spec) -> spec.moveOnAfter(Duration.ofHours(2)))
			.settings("short", (spec) -> spec.moveOnAfter(Duration.ofMinutes(1)))
			.build();
		groups.named("short")
			.run((group) -> assertThat(group.cancelScope().timeLeft().orElseThrow())
				.isLessThanOrEqualTo(Duration.ofMinutes(1)));
		groups.named("other")
			.run((group) -> assertThat(group.cancelScope().timeLeft().orElseThrow())
				.isGreaterThan(Duration.ofMinutes(1))
				.isLessThanOrEqualTo(Duration.ofHours(2)));
	}

	@Test
	@DisplayName("2 a name is not blank, not longer than 200 characters, without control characters")
	void names() {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		for (String name : List.of("", "  ", "a\nb", "a\u0000", "x".repeat(201))) {
			assertThatIllegalArgumentException().isThrownBy(() -> groups.named(name));
			assertThatIllegalArgumentException().isThrownBy(() -> Rig.VIRTUAL.builder().settings(name, (spec) -> spec));
		}
		assertThat(groups.named("x".repeat(200))).isNotNull();
	}

	/** How a group may end; each leaves a task running at first. */
	enum Ending {

		SUCCESS {
			@Override
			void provoke(TaskGroup group, CancelScope outer) {
				// the body just ends
			}
		},

		BODY_FAILURE {
			@Override
			void provoke(TaskGroup group, CancelScope outer) throws Exception {
				throw new IOException("body");
			}
		},

		BODY_ERROR {
			@Override
			void provoke(TaskGroup group, CancelScope outer) {
				throw new StackOverflowError("body");
			}
		},

		TASK_FAILURE {
			@Override
			void provoke(TaskGroup group, CancelScope outer) throws Exception {
				awaitDone(group.fork(() -> {
					throw new IOException("task");
				}));
			}
		},

		TASK_ERROR {
			@Override
			void provoke(TaskGroup group, CancelScope outer) throws Exception {
				awaitDone(group.fork(() -> {
					throw new StackOverflowError("task");
				}));
			}
		},

		CANCEL {
			@Override
			void provoke(TaskGroup group, CancelScope outer) {
				group.cancel();
			}
		},

		INTERRUPT {
			@Override
			void provoke(TaskGroup group, CancelScope outer) throws Exception {
				throw new InterruptedException("by somebody else");
			}
		},

		INTERRUPT_FLAG {
			@Override
			void provoke(TaskGroup group, CancelScope outer) throws Exception {
				Thread.currentThread().interrupt();
			}
		},

		TIMEOUT {
			@Override
			void provoke(TaskGroup group, CancelScope outer) {
				group.cancelScope().timeout(Duration.ZERO);
			}
		},

		SPEC_TIMEOUT {
			@Override
			void around(TaskGroupSpec spec, Going going) throws Exception {
				going.go(spec.timeout(Duration.ofMillis(5)), null);
			}

			@Override
			void provoke(TaskGroup group, CancelScope outer) {
				// the time passes while the group waits
			}
		},

		MOVE_ON {
			@Override
			void around(TaskGroupSpec spec, Going going) throws Exception {
				going.go(spec.moveOnAfter(Duration.ofMillis(5)), null);
			}

			@Override
			void provoke(TaskGroup group, CancelScope outer) {
				// the time passes while the group waits
			}
		},

		OUTER_SCOPE {

			@Override
			void around(TaskGroupSpec spec, Going going) throws Exception {
				CancelScope.<Exception>run((outer) -> {
					going.go(spec, outer);
				});
			}

			@Override
			void provoke(TaskGroup group, CancelScope outer) {
				outer.cancel();
			}
		};

		void around(TaskGroupSpec spec, Going going) throws Exception {
			going.go(spec, null);
		}

		abstract void provoke(TaskGroup group, CancelScope outer) throws Exception;

		/** Not by the library, which would throw in the cancelled group. */
		private static void awaitDone(TaskHandle<?> handle) {
			Waits.spinUntil(handle::isDone);
		}

		interface Going {

			void go(TaskGroupSpec spec, CancelScope outer) throws Exception;

		}

	}

}
