package io.taskgroup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.taskgroup.GroupAssertions.assertFailsWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rule 9.1: the context of tasks.
 */
@Timeout(30)
class ContextPropagationTests {

	private static final ThreadLocal<String> CONTEXT = ThreadLocal.withInitial(() -> "none");

	private static final InheritableThreadLocal<String> INHERITABLE = new InheritableThreadLocal<>();

	/** What was restored and taken back, and on which thread. */
	private final List<Event> events = new CopyOnWriteArrayList<>();

	private final ContextPropagation propagation = () -> {
		String captured = CONTEXT.get();
		return () -> {
			String before = CONTEXT.get();
			CONTEXT.set(captured);
			this.events.add(new Event("restored " + captured, Thread.currentThread()));
			return () -> {
				CONTEXT.set(before);
				this.events.add(new Event("back to " + before, Thread.currentThread()));
			};
		};
	};

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("9.1 a task sees the context of the thread that called fork, not the host's")
	void contextOfForkingThread(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.builder().contextPropagation(this.propagation).build();
		AtomicReference<String> byBody = new AtomicReference<>();
		AtomicReference<String> byTask = new AtomicReference<>();
		AtomicReference<String> byForeigner = new AtomicReference<>();
		rig.run(() -> {
			CONTEXT.set("host");
			groups.named("group").run((group) -> {
				group.fork(() -> byBody.set(CONTEXT.get())).await();
				group.fork(() -> {
					CONTEXT.set("task");
					group.fork(() -> byTask.set(CONTEXT.get())).await();
				}).await();
				rig.run(() -> {
					CONTEXT.set("foreigner");
					group.fork(() -> byForeigner.set(CONTEXT.get())).await();
				});
			});
			assertThat(CONTEXT.get()).isEqualTo("host");
		});
		assertThat(byBody).hasValue("host");
		assertThat(byTask).hasValue("task");
		assertThat(byForeigner).hasValue("foreigner");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("9.1 a task sees the context of the thread that called start")
	void contextOfStartingThread(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.builder().contextPropagation(this.propagation).build();
		rig.run(() -> {
			CONTEXT.set("host");
			groups.named("group").run((group) -> {
				StartedTask<String, Void> task = group.startAction((status) -> status.started(CONTEXT.get()));
				assertThat(task.startValue()).isEqualTo("host");
				StartedTask<String, String> inTask = group.fork(() -> {
					CONTEXT.set("task");
					return group.<String, String, RuntimeException>start((status) -> {
						status.started(CONTEXT.get());
						return CONTEXT.get();
					});
				}).await();
				assertThat(inTask.startValue()).isEqualTo("task");
				assertThat(inTask.await()).isEqualTo("task");
			});
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("9.1 the context is that of the moment of fork")
	void contextOfTheMoment(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.builder().contextPropagation(this.propagation).build();
		rig.run(() -> {
			List<TaskHandle<String>> handles = new ArrayList<>();
			groups.named("group").run((group) -> {
				CountDownLatch changed = new CountDownLatch(1);
				for (int i = 0; i < 10; i++) {
					CONTEXT.set("value " + i);
					handles.add(group.fork(() -> {
						Waits.on(changed);
						return CONTEXT.get();
					}));
				}
				CONTEXT.set("changed");
				changed.countDown();
			});
			for (int i = 0; i < 10; i++) {
				assertThat(handles.get(i).resultNow()).isEqualTo("value " + i);
			}
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("9.1 a task of a supervisor sees the context of the thread that called fork")
	void contextInSupervisor(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.builder().contextPropagation(this.propagation).build();
		try (TaskScope scope = groups.named("supervisor").openScope()) {
			String seen = rig.call(() -> {
				CONTEXT.set("caller");
				return scope.fork(CONTEXT::get).await();
			});
			assertThat(seen).isEqualTo("caller");
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("9.1 afterwards nothing stays on the task's thread, however the task ended")
	void nothingStays(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.builder().contextPropagation(this.propagation).build();
		IOException failure = new IOException("failure");
		AtomicReference<Thread> thread = new AtomicReference<>();
		List<TaskAction> tasks = List.of(() -> thread.set(Thread.currentThread()), () -> {
			thread.set(Thread.currentThread());
			throw failure;
		}, () -> {
			thread.set(Thread.currentThread());
			throw new StackOverflowError();
		}, () -> {
			thread.set(Thread.currentThread());
			Waits.forever();
		});
		for (TaskAction task : tasks) {
			this.events.clear();
			rig.run(() -> {
				CONTEXT.set("host");
				try (TaskScope scope = groups.named("supervisor").onError((t, exception) -> {
				}).openScope()) {
					TaskHandle<?> handle = scope.fork(task);
					Waits.until(() -> thread.get() != null);
					handle.cancel();
					scope.join();
				}
			});
			assertThat(this.events).containsExactly(new Event("restored host", thread.get()),
					new Event("back to none", thread.get()));
			thread.set(null);
		}
	}

	@Test
	@DisplayName("9.1 the context is taken back before the group ends")
	void takenBackBeforeEnd() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.builder().contextPropagation(this.propagation).build();
		for (int i = 0; i < 200; i++) {
			this.events.clear();
			groups.named("group").run((group) -> group.fork(() -> "value"));
			assertThat(this.events).hasSize(2);
		}
	}

	@Test
	@DisplayName("9.1 several are applied in the order in which they were added, and taken back in the opposite one")
	void order() throws Exception {
		List<String> order = new CopyOnWriteArrayList<>();
		TaskGroupFactory groups = Rig.VIRTUAL.builder()
			.contextPropagation(recording("one", order))
			.contextPropagation(recording("two", order))
			.contextPropagation(recording("three", order))
			.build();
		groups.named("group").run((group) -> {
			CountDownLatch forked = new CountDownLatch(1);
			group.fork(() -> {
				Waits.on(forked);
				order.add("task");
			});
			forked.countDown();
		});
		assertThat(order).filteredOn((event) -> event.startsWith("capture"))
			.containsExactly("capture one", "capture two", "capture three");
		assertThat(order).filteredOn((event) -> !event.startsWith("capture"))
			.containsExactly("restore one", "restore two", "restore three", "task", "close three", "close two",
					"close one");
	}

	private static ContextPropagation recording(String name, List<String> order) {
		return () -> {
			order.add("capture " + name);
			return () -> {
				order.add("restore " + name);
				return () -> order.add("close " + name);
			};
		};
	}

	@Test
	@DisplayName("9.1 capture is called by the thread that forks, once for each fork")
	void captureOnForkingThread() throws Exception {
		List<Thread> captures = new CopyOnWriteArrayList<>();
		TaskGroupFactory groups = Rig.VIRTUAL.builder().contextPropagation(() -> {
			captures.add(Thread.currentThread());
			return () -> () -> {
			};
		}).build();
		AtomicReference<Thread> task = new AtomicReference<>();
		groups.named("group").run((group) -> group.fork(() -> {
			task.set(Thread.currentThread());
			group.fork(() -> "value").await();
		}).await());
		assertThat(captures).containsExactly(Thread.currentThread(), task.get());
	}

	@Test
	@DisplayName("9.1 what capture throws is thrown by fork and start, no task starts, and the group goes on")
	void captureThrows() throws Exception {
		AtomicBoolean broken = new AtomicBoolean(true);
		AtomicInteger restored = new AtomicInteger();
		IllegalStateException failure = new IllegalStateException("capture");
		TaskGroupFactory groups = Rig.VIRTUAL.builder().contextPropagation(() -> {
			if (broken.get()) {
				throw failure;
			}
			return () -> {
				restored.incrementAndGet();
				return () -> {
				};
			};
		}).build();
		AtomicBoolean ran = new AtomicBoolean();
		groups.named("group").run((group) -> {
			assertThat(catchThrowable(() -> group.fork(() -> ran.set(true)))).isSameAs(failure);
			assertThat(catchThrowable(() -> group.startAction((status) -> ran.set(true)))).isSameAs(failure);
			CancelScope.checkpoint();
			broken.set(false);
			assertThat(group.fork(() -> "value").await()).isEqualTo("value");
		});
		assertThat(ran).isFalse();
		assertThat(restored).hasValue(1);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("9.1 what restore throws is the task's failure, and what was in place is taken back")
	void restoreThrows(Rig rig) throws Exception {
		IllegalStateException failure = new IllegalStateException("restore");
		TaskGroupFactory groups = rig.builder().contextPropagation(this.propagation).contextPropagation(() -> () -> {
			throw failure;
		}).build();
		AtomicBoolean ran = new AtomicBoolean();
		AtomicReference<TaskHandle<?>> handle = new AtomicReference<>();
		rig.run(() -> assertFailsWith(
				() -> groups.named("group").run((group) -> handle.set(group.fork(() -> ran.set(true)))), failure));
		assertThat(ran).isFalse();
		assertThat(handle.get().exceptionNow()).isSameAs(failure);
		assertThat(this.events).extracting(Event::what).containsExactly("restored none", "back to none");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("9.1 what taking back throws is logged, harms nobody, and does not keep the others from it")
	void closeThrows(Rig rig) throws Exception {
		for (Throwable failure : List.of(new IllegalStateException("close"), new StackOverflowError("close"))) {
			this.events.clear();
			TaskGroupFactory groups = rig.builder()
				.contextPropagation(this.propagation)
				.contextPropagation(() -> () -> () -> {
					if (failure instanceof Error error) {
						throw error;
					}
					throw (RuntimeException) failure;
				})
				.build();
			try (LogRecords log = LogRecords.open()) {
				assertThat(rig
					.<String>call(() -> groups.named("group").call((group) -> group.fork(() -> "value").await())))
					.isEqualTo("value");
				assertThat(log.records()).anySatisfy((record) -> assertThat(record.getThrown()).isSameAs(failure));
			}
			assertThat(this.events).extracting(Event::what).containsExactly("restored none", "back to none");
		}
	}

	@Test
	@DisplayName("9.1 the default threads inherit no inheritable thread-locals")
	void noInheritance() throws Exception {
		INHERITABLE.set("mine");
		try {
			String seen = TaskGroupFactory.create()
				.named("group")
				.<String>call((group) -> group.fork(() -> INHERITABLE.get()).await());
			assertThat(seen).isNull();
		}
		finally {
			INHERITABLE.remove();
		}
	}

	/** Something that happened on a thread. */
	private record Event(String what, Thread thread) {
	}

}
