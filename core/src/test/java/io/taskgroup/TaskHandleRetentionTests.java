package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rule 4.4: what a finished handle keeps, and what it does not.
 */
@Timeout(60)
class TaskHandleRetentionTests {

	/** Something that a task was handed. */
	private static final class Argument {

		private final byte[] weight = new byte[1 << 16];

	}

	/** The ways in which a task ends. */
	enum Ending {

		SUCCESS {
			@Override
			String end(CountDownLatch running) {
				running.countDown();
				return "value";
			}
		},

		FAILED {
			@Override
			String end(CountDownLatch running) throws IOException {
				running.countDown();
				throw new IOException("failure");
			}
		},

		CANCELLED {
			@Override
			String end(CountDownLatch running) throws InterruptedException {
				running.countDown();
				Waits.forever();
				return "not reached";
			}
		};

		abstract String end(CountDownLatch running) throws Exception;

		TaskState state() {
			return TaskState.valueOf(name());
		}

	}

	/** A context that is captured for each task. */
	private record TrackedContext(Collected collected) implements ContextPropagation {

		@Override
		public Captured capture() {
			return this.collected.track("captured context", new Captured() {

				private final Argument context = new Argument();

				@Override
				public Restored restore() {
					assertThat(this.context.weight).isNotEmpty();
					return TrackedContext.this.collected.track("restored context", new Restored() {

						private final Argument context = new Argument();

						@Override
						public void close() {
							assertThat(this.context.weight).isNotEmpty();
						}

					});
				}
			});
		}

	}

	private static TaskGroupFactory factory(Collected collected) {
		return collected.track("factory",
				TaskGroupFactory.builder()
					.contextPropagation(new TrackedContext(collected))
					.listener(collected.track("listener", new TaskGroupListener() {
					}))
					.threadFactory(task -> collected.track("thread", Thread.ofPlatform().daemon().unstarted(task)))
					.build());
	}

	/** Runs a task that holds on to something; all that is left of it is its handle. */
	private static TaskHandle<String> taskOfGroup(Collected collected, Ending ending) {
		TaskGroupFactory factory = factory(collected);
		AtomicReference<TaskHandle<String>> handle = new AtomicReference<>();
		Throwable thrown = catchThrowable(() -> factory.named("group").run(group -> {
			collected.track("group", group);
			collected.track("scope", group.cancelScope());
			CountDownLatch running = new CountDownLatch(1);
			handle.set(group.fork("task", task(collected, ending, running)));
			Waits.on(running);
			if (ending == Ending.CANCELLED) {
				handle.get().cancel("enough");
			}
			handle.get().awaitDone();
		}));
		assertThat(thrown != null).isEqualTo(ending == Ending.FAILED);
		return handle.get();
	}

	private static Callable<String> task(Collected collected, Ending ending, CountDownLatch running) {
		Argument argument = collected.track("argument", new Argument());
		return collected.track("closure", new Callable<>() {
			@Override
			public String call() throws Exception {
				assertThat(argument.weight).isNotEmpty();
				return ending.end(running);
			}
		});
	}

	private static TaskHandle<String> taskOfSupervisor(Collected collected, Ending ending) throws Exception {
		TaskGroupFactory factory = factory(collected);
		try (TaskScope scope = collected.track("group",
				factory.named("supervisor").onError(collected.track("error handler", new TaskErrorHandler() {
					@Override
					public void onError(TaskHandle<?> task, Throwable exception) {
					}
				})).openScope())) {
			CountDownLatch running = new CountDownLatch(1);
			TaskHandle<String> handle = scope.fork("task", task(collected, ending, running));
			Waits.on(running);
			if (ending == Ending.CANCELLED) {
				handle.cancel("enough");
			}
			handle.awaitDone();
			return handle;
		}
	}

	private static void assertKeepsItsOwn(TaskHandle<String> handle, Ending ending) {
		assertThat(handle.name()).isEqualTo("task");
		assertThat(handle.id()).isNotNegative();
		assertThat(handle.state()).isEqualTo(ending.state());
		switch (handle.outcome()) {
			case Outcome.Success<String>(String value) -> assertThat(value).isEqualTo("value");
			case Outcome.Failure<String>(Throwable exception) ->
				assertThat(exception).isExactlyInstanceOf(IOException.class);
			case Outcome.Cancelled<String>(String reason) -> assertThat(reason).isEqualTo("enough");
		}
	}

	@ParameterizedTest
	@EnumSource(Ending.class)
	@DisplayName("4.4 a finished handle keeps id, name, state and outcome, not thread, closure, context or group")
	void handleOfGroupKeepsNothingElse(Ending ending) {
		Collected collected = new Collected();
		TaskHandle<String> handle = taskOfGroup(collected, ending);
		assertThat(collected.isTracked("thread") && collected.isTracked("restored context")).isTrue();
		collected.awaitAll();
		assertKeepsItsOwn(handle, ending);
	}

	@ParameterizedTest
	@EnumSource(Ending.class)
	@DisplayName("4.4 neither does that of a supervisor's task")
	void handleOfSupervisorKeepsNothingElse(Ending ending) throws Exception {
		Collected collected = new Collected();
		TaskHandle<String> handle = taskOfSupervisor(collected, ending);
		collected.awaitAll();
		assertKeepsItsOwn(handle, ending);
	}

	private static StartedTask<String, String> startedTask(Collected collected) throws InterruptedException {
		TaskGroupFactory factory = factory(collected);
		AtomicReference<StartedTask<String, String>> started = new AtomicReference<>();
		factory.named("group").run(group -> {
			collected.track("group", group);
			Argument argument = collected.track("argument", new Argument());
			started.set(group.start("task", collected.track("closure", new StartableTask<>() {
				@Override
				public String run(TaskStatus<String> status) {
					assertThat(argument.weight).isNotEmpty();
					status.started("start value");
					return "value";
				}
			})));
		});
		return started.get();
	}

	@Test
	@DisplayName("4.4 a finished handle of a started task keeps its start value too, and nothing else")
	void handleOfStartedTask() throws Exception {
		Collected collected = new Collected();
		StartedTask<String, String> handle = startedTask(collected);
		handle.awaitDone();
		collected.awaitAll();
		assertThat(handle.startValue()).isEqualTo("start value");
		assertKeepsItsOwn(handle, Ending.SUCCESS);
	}

	@ParameterizedTest
	@EnumSource(Ending.class)
	@DisplayName("4.4 a finished handle keeps nothing while its group and its host are still there")
	void handleKeepsNothingWhileGroupIsOpen(Ending ending) throws Exception {
		TaskGroupFactory factory = TaskGroupFactory.builder().build();
		try (TaskScope scope = factory.named("supervisor").onError((task, exception) -> {
		}).openScope()) {
			Collected collected = new Collected();
			TaskHandle<String> handle = forkAndAwait(scope, collected, ending);
			collected.awaitAll();
			assertKeepsItsOwn(handle, ending);
		}
	}

	private static TaskHandle<String> forkAndAwait(TaskScope scope, Collected collected, Ending ending)
			throws InterruptedException {
		CountDownLatch running = new CountDownLatch(1);
		TaskHandle<String> handle = scope.fork("task", task(collected, ending, running));
		Waits.on(running);
		if (ending == Ending.CANCELLED) {
			handle.cancel("enough");
		}
		handle.awaitDone();
		return handle;
	}

	@ParameterizedTest
	@EnumSource(Ending.class)
	@DisplayName("4.4 a long-lived scope keeps no finished handle")
	void scopeKeepsNoFinishedHandle(Ending ending) throws Exception {
		try (TaskScope scope = TaskGroupFactory.create().named("supervisor").onError((task, exception) -> {
		}).openScope()) {
			Collected collected = new Collected();
			for (int i = 0; i < 100; i++) {
				collected.track("handle " + i, forkAndAwait(scope, collected, ending));
			}
			collected.awaitAll();
			assertThat(scope.name()).isEqualTo("supervisor");
		}
	}

	@Test
	@DisplayName("4.4 an open group keeps no handle of a task that came to a good end")
	void openGroupKeepsNoFinishedHandle() throws Exception {
		TaskGroupFactory.create().named("group").run(group -> {
			Collected collected = new Collected();
			for (int i = 0; i < 100; i++) {
				collected.track("handle " + i, forkAndAwait(group, collected, Ending.SUCCESS));
				collected.track("cancelled handle " + i, forkAndAwait(group, collected, Ending.CANCELLED));
			}
			collected.awaitAll();
			assertThat(group.name()).isEqualTo("group");
		});
	}

	private static void trackStages(TaskHandle<String> handle, Collected collected) {
		for (int i = 0; i < 10; i++) {
			Argument argument = collected.track("argument of callback " + i, new Argument());
			CompletionStage<String> stage = collected.track("stage " + i, handle.toCompletionStage());
			stage.thenRun(() -> assertThat(argument.weight).isNotEmpty());
		}
	}

	@Test
	@DisplayName("4.4 a finished handle keeps none of the completion stages that it gave away")
	void handleKeepsNoStages() throws Exception {
		Collected collected = new Collected();
		Holdout<String> holdout = Holdout.returning("value");
		try (TaskScope scope = TaskGroupFactory.create().named("supervisor").openScope()) {
			TaskHandle<String> handle = scope.fork("task", holdout);
			trackStages(handle, collected);
			holdout.release();
			handle.awaitDone();
			collected.awaitAll();
			assertKeepsItsOwn(handle, Ending.SUCCESS);
		}
	}

	@Test
	@DisplayName("4.4 an abandoned wait leaves nothing behind in the handle of a task that still runs")
	void abandonedWaitLeavesNothing() throws Exception {
		Swallower task = new Swallower();
		try (TaskScope scope = TaskGroupFactory.create().named("supervisor").openScope()) {
			TaskHandle<String> handle = scope.fork("task", task);
			Collected collected = new Collected();
			Semaphore waited = new Semaphore(0);
			for (int i = 0; i < 10; i++) {
				collected.track("waiter " + i, Thread.ofPlatform().daemon().start(() -> {
					assertThat(catchThrowable(() -> handle.await(Duration.ofMillis(1))))
						.isInstanceOf(TimeoutException.class);
					waited.release();
				}));
			}
			assertThat(waited.tryAcquire(10, Waits.BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
			collected.awaitAll();
			task.release();
			assertThat(handle.await()).isEqualTo("value");
		}
	}

}
