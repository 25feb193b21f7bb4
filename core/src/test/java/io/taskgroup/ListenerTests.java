package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
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
import org.junit.jupiter.params.provider.ValueSource;

import static io.taskgroup.GroupAssertions.assertCancelled;
import static io.taskgroup.GroupAssertions.runAndForget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Rule 10.1: what listeners hear.
 */
@Timeout(30)
class ListenerTests {

	private final Recorder recorder = new Recorder();

	private final TaskGroupFactory groups = Rig.VIRTUAL.builder().listener(this.recorder).build();

	private final IOException failure = new IOException("failure");

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("10.1 a listener hears of the group and its task, in order, with times")
	void successfulGroup(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.builder().listener(this.recorder).build();
		AtomicReference<TaskHandle<?>> handle = new AtomicReference<>();
		AtomicReference<Thread> thread = new AtomicReference<>();
		long start = System.nanoTime();
		rig.run(() -> groups.named("group").run((group) -> handle.set(group.fork("task", () -> {
			thread.set(Thread.currentThread());
			long began = System.nanoTime();
			Waits.spinUntil(() -> System.nanoTime() - began > 2_000_000);
		}))));
		long passed = System.nanoTime() - start;
		assertThat(this.recorder.texts()).containsExactly("opened group", "started task", "ended task SUCCESS",
				"ended group SUCCESS");
		Heard started = this.recorder.heard.get(1);
		Heard taskEnded = this.recorder.heard.get(2);
		Heard groupEnded = this.recorder.heard.get(3);
		assertThat(started.thread()).isSameAs(thread.get());
		assertThat(started.id()).isEqualTo(handle.get().id());
		assertThat(taskEnded.id()).isEqualTo(handle.get().id());
		assertThat(started.scope().name()).isEqualTo("group");
		assertThat(started.scope().supervisor()).isFalse();
		assertThat(started.scopeId()).isEqualTo(this.recorder.heard.get(0).id());
		assertThat(started.waited()).isBetween(0L, passed);
		assertThat(taskEnded.waited()).isEqualTo(started.waited());
		assertThat(taskEnded.ran()).isBetween(2_000_000L, passed);
		assertThat(groupEnded.ran()).isBetween(taskEnded.ran(), passed);
	}

	@Test
	@DisplayName("10.1 a listener hears with what a task failed, and that its group was cancelled for that")
	void failedGroup() throws Exception {
		runAndForget(() -> this.groups.named("group").run((group) -> {
			Sleeper sleeper = new Sleeper();
			group.fork("sibling", sleeper);
			sleeper.awaitRunning();
			group.fork("culprit", () -> {
				throw this.failure;
			});
		}));
		assertThat(this.recorder.texts())
			.contains("opened group", "started sibling", "started culprit", "ended culprit FAILED",
					"cancelled group FAILURE failure in culprit", "ended sibling CANCELLED")
			.endsWith("ended group FAILED")
			.hasSize(7);
		assertThat(this.recorder.heard).filteredOn((heard) -> heard.text().equals("ended culprit FAILED"))
			.singleElement()
			.extracting(Heard::exception)
			.isSameAs(this.failure);
		assertThat(this.recorder.heard).filteredOn((heard) -> heard.text().equals("ended sibling CANCELLED"))
			.singleElement()
			.extracting(Heard::exception)
			.isNull();
	}

	@Test
	@DisplayName("10.1 a failure of the body alone makes the group's outcome FAILED")
	void failedBody() {
		runAndForget(() -> this.groups.named("group").run((group) -> {
			throw this.failure;
		}));
		assertThat(this.recorder.texts()).startsWith("opened group").endsWith("ended group FAILED");
		assertThat(this.recorder.heard.getLast().exception()).isInstanceOf(TaskGroupException.class)
			.hasCause(this.failure);
	}

	@Test
	@DisplayName("10.1 a cancellation is heard once, with its reason")
	void cancelledGroup() throws Exception {
		this.groups.named("group").run((group) -> {
			Sleeper sleeper = new Sleeper();
			group.fork("task", sleeper);
			sleeper.awaitRunning();
			group.cancel("enough");
			group.cancel("more than enough");
		});
		assertThat(this.recorder.texts()).containsExactlyInAnyOrder("opened group", "started task",
				"cancelled group EXPLICIT enough", "ended task CANCELLED", "ended group CANCELLED");
	}

	@Test
	@DisplayName("10.1 a group whose deadline passed ends with TIMEOUT")
	void timedOutGroup() {
		runAndForget(() -> this.groups.named("group")
			.timeout(Duration.ofMillis(20))
			.run((group) -> group.fork("task", new Sleeper())));
		// the timer's thread tells of the cancellation, and may come last
		Waits
			.until(() -> this.recorder.texts().stream().anyMatch((text) -> text.startsWith("cancelled group TIMEOUT")));
		assertThat(this.recorder.texts()).containsSubsequence("ended task CANCELLED", "ended group TIMEOUT");
	}

	@Test
	@DisplayName("10.1 a group cancelled by a scope around it hears of the PARENT, once, with its reason")
	void cancelledFromOutside() throws Exception {
		CancelScope.run((scope) -> {
			throw assertCancelled(() -> this.groups.named("group").run((group) -> {
				Sleeper sleeper = new Sleeper();
				group.fork("task", sleeper);
				sleeper.awaitRunning();
				scope.cancel("from outside");
				scope.cancel("again");
			}));
		});
		assertThat(this.recorder.texts()).containsExactlyInAnyOrder("opened group", "started task",
				"cancelled group PARENT from outside", "ended task CANCELLED", "ended group CANCELLED");
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	@DisplayName("10.1 a task is heard of as queued before it starts, also when a permit comes free at that moment")
	void queuedBeforeStarted(boolean limiterOfOthers) throws Exception {
		ConcurrencyLimiter ours = ConcurrencyLimiter.of(1);
		TaskLimiter limiter = limiterOfOthers ? new TaskLimiter() {
			@Override
			public CompletableFuture<Permit> acquire() {
				return ours.acquire();
			}
		} : ours;
		CountDownLatch release = new CountDownLatch(1);
		List<String> heard = new CopyOnWriteArrayList<>();
		TaskGroupListener listener = new TaskGroupListener() {
			@Override
			public void taskQueued(TaskInfo task) {
				release.countDown();
				Waits.until(() -> (limiterOfOthers ? ours.waiting() : ours.inUse()) == 0
						|| heard.contains("started second"));
				heard.add("queued " + task.name());
			}

			@Override
			public void taskStarted(TaskInfo task, long waitedNanos) {
				heard.add("started " + task.name());
			}
		};
		TaskGroupFactory listening = TaskGroupFactory.builder().listener(listener).build();
		Rig.VIRTUAL.run(() -> listening.named("group").limiter(limiter).run(group -> {
			group.fork("first", () -> Waits.on(release));
			group.fork("second", () -> {
			});
		}));
		assertThat(heard).containsExactly("started first", "queued second", "started second");
	}

	@Test
	@DisplayName("10.1 a group cancelled by itself and then from outside is heard of once, with the first reason")
	void cancelledTwice() throws Exception {
		CancelScope.run((scope) -> {
			throw assertCancelled(() -> this.groups.named("group").run((group) -> {
				group.cancel("own");
				scope.cancel("from outside");
				Waits.forever();
			}));
		});
		assertThat(this.recorder.texts()).filteredOn((text) -> text.startsWith("cancelled"))
			.containsExactly("cancelled group EXPLICIT own");
	}

	@Test
	@DisplayName("10.1 cancelling an outer group is heard of each group below, once")
	void cancelledOuterGroup() throws Exception {
		this.groups.named("outer").run((outer) -> {
			Sleeper sleeper = new Sleeper();
			outer.fork("task", () -> this.groups.named("inner").run((inner) -> inner.fork("sleeper", sleeper)));
			sleeper.awaitRunning();
			outer.cancel("enough");
		});
		assertThat(this.recorder.texts()).filteredOn((text) -> text.startsWith("cancelled"))
			.containsExactlyInAnyOrder("cancelled outer EXPLICIT enough", "cancelled inner PARENT enough");
	}

	@Test
	@DisplayName("10.1 an interrupt of the host is heard as such")
	void interruptedHost() throws Exception {
		Sleeper sleeper = new Sleeper();
		Host<Void> host = Rig.VIRTUAL
			.start(() -> this.groups.named("group").run((group) -> group.fork("task", sleeper)));
		sleeper.awaitRunning();
		host.awaitBlocked();
		host.interrupt();
		assertThat(host.thrown()).isInstanceOf(InterruptedException.class);
		assertThat(this.recorder.texts()).anyMatch((text) -> text.startsWith("cancelled group INTERRUPT"))
			.endsWith("ended group CANCELLED");
	}

	@Test
	@DisplayName("10.1 a shutdown of the factory is heard as such")
	void shutdown() throws Exception {
		TaskScope scope = this.groups.named("supervisor").openScope();
		Sleeper sleeper = new Sleeper();
		scope.fork("task", sleeper);
		sleeper.awaitRunning();
		this.groups.close();
		assertThat(this.recorder.texts()).anyMatch((text) -> text.startsWith("cancelled supervisor SHUTDOWN"));
		assertThat(this.recorder.heard.get(0).scope().supervisor()).isTrue();
	}

	@Test
	@DisplayName("10.1 the cancellation of a single task is heard, with its reason")
	void cancelledTask() throws Exception {
		this.groups.named("group").run((group) -> {
			Sleeper sleeper = new Sleeper();
			TaskHandle<?> handle = group.fork("task", sleeper);
			sleeper.awaitRunning();
			handle.cancel("not needed");
			handle.cancel("again");
			handle.awaitDone();
			handle.cancel("too late");
		});
		assertThat(this.recorder.texts()).containsExactlyInAnyOrder("opened group", "started task",
				"cancelled task EXPLICIT not needed", "ended task CANCELLED", "ended group SUCCESS");
	}

	@Test
	@DisplayName("10.1 a task that starts at once is never queued")
	void notQueued() throws Exception {
		this.groups.named("group").run((group) -> {
			for (int i = 0; i < 20; i++) {
				group.fork(() -> "value");
			}
		});
		assertThat(this.recorder.texts()).noneMatch((text) -> text.startsWith("queued"));
	}

	@Test
	@DisplayName("10.1 a task that was heard of as queued says so when it starts and when it ends, and no other does")
	void hadToWait() throws Exception {
		List<String> heard = new CopyOnWriteArrayList<>();
		TaskGroupListener listener = new TaskGroupListener() {

			@Override
			public void taskStarted(TaskInfo task, long waitedNanos) {
				heard.add(task.name() + " started " + task.hadToWait());
			}

			@Override
			public void taskEnded(TaskInfo task, TaskState outcome, Throwable exception, long waitedNanos,
					long ranNanos) {
				heard.add(task.name() + " ended " + task.hadToWait() + " " + (ranNanos > 0));
			}

		};
		TaskGroupFactory groups = Rig.VIRTUAL.builder().listener(listener).build();
		groups.named("group").maxConcurrency(1).run((group) -> {
			CountDownLatch release = new CountDownLatch(1);
			group.fork("first", () -> Waits.on(release));
			group.fork("second", () -> "value");
			group.fork("third", () -> "value").cancel();
			release.countDown();
		});
		assertThat(heard).containsExactlyInAnyOrder("first started false", "first ended false true",
				"second started true", "second ended true true", "third ended true false");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("10.1 as many tasks end that had to wait as were heard of as queued, whenever they are cancelled")
	void queuedAndEndedAgree(Rig rig) throws Exception {
		AtomicInteger queued = new AtomicInteger();
		AtomicInteger ended = new AtomicInteger();
		TaskGroupListener listener = new TaskGroupListener() {

			@Override
			public void taskQueued(TaskInfo task) {
				queued.incrementAndGet();
			}

			@Override
			public void taskEnded(TaskInfo task, TaskState outcome, Throwable exception, long waitedNanos,
					long ranNanos) {
				if (task.hadToWait()) {
					ended.incrementAndGet();
				}
			}

		};
		TaskGroupFactory groups = rig.builder().listener(listener).build();
		rig.run(() -> Together.often(() -> {
			groups.named("group").maxConcurrency(1).run((group) -> {
				group.fork(new Sleeper());
				Together.run(() -> group.fork(() -> "value"), group::cancel);
			});
			assertThat(ended).hasValue(queued.get());
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("10.1 every task is heard to start once and to end once, before its group ends")
	void exactlyOnce(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.builder().listener(this.recorder).build();
		rig.run(() -> groups.named("group").run((group) -> {
			for (int i = 0; i < 100; i++) {
				group.fork("task " + i, () -> {
					group.fork("task of " + Thread.currentThread().threadId(), () -> "value");
				});
			}
		}));
		List<Long> started = this.recorder.ids("started");
		List<Long> ended = this.recorder.ids("ended");
		assertThat(started).hasSize(200).doesNotHaveDuplicates();
		assertThat(ended.subList(0, 200)).containsExactlyInAnyOrderElementsOf(started);
		assertThat(this.recorder.texts()).hasSize(402).endsWith("ended group SUCCESS");
	}

	@Test
	@DisplayName("10.1 a supervisor is heard of too, and failing tasks do not make it fail")
	void supervisor() throws Exception {
		try (TaskScope scope = this.groups.named("supervisor").onError((task, exception) -> {
		}).openScope()) {
			scope.fork("task", () -> {
				throw this.failure;
			});
			scope.join();
		}
		assertThat(this.recorder.texts()).startsWith("opened supervisor", "started task", "ended task FAILED");
		assertThat(this.recorder.texts()).anyMatch((text) -> text.startsWith("ended supervisor"));
		assertThat(this.recorder.heard.get(0).scope().supervisor()).isTrue();
	}

	@Test
	@DisplayName("10.1 several listeners are called in the order in which they were added")
	void severalListeners() throws Exception {
		List<String> order = new CopyOnWriteArrayList<>();
		TaskGroupFactory groups = Rig.VIRTUAL.builder()
			.listener(opening(order, "one"))
			.listener(opening(order, "two"))
			.build();
		groups.named("group").run((group) -> {
		});
		assertThat(order).containsExactly("one", "two");
	}

	private static TaskGroupListener opening(List<String> order, String name) {
		return new TaskGroupListener() {

			@Override
			public void groupOpened(TaskScopeInfo scope) {
				order.add(name);
			}

		};
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("10.1 a listener that throws is logged and harms nobody")
	void listenerThrows(Rig rig) throws Exception {
		for (Throwable thrown : List.of(new IllegalStateException("listener"), new StackOverflowError("listener"))) {
			this.recorder.heard.clear();
			TaskGroupFactory groups = rig.builder()
				.listener(new ThrowingListener(thrown))
				.listener(this.recorder)
				.build();
			try (LogRecords log = LogRecords.open()) {
				String value = rig.call(() -> groups.named("group").call((group) -> {
					Sleeper sleeper = new Sleeper();
					TaskHandle<?> sleeping = group.fork("sleeper", sleeper);
					sleeper.awaitRunning();
					sleeping.cancel("one");
					TaskHandle<String> handle = group.fork("task", () -> "value");
					String result = handle.await();
					group.cancel("all");
					return result;
				}));
				assertThat(value).isEqualTo("value");
				assertThat(log.records()).anySatisfy((record) -> assertThat(record.getThrown()).isSameAs(thrown));
			}
			assertThat(this.recorder.texts())
				.contains("opened group", "started sleeper", "started task", "cancelled sleeper EXPLICIT one",
						"ended sleeper CANCELLED", "ended task SUCCESS", "cancelled group EXPLICIT all")
				.anyMatch((text) -> text.startsWith("ended group"));
		}
	}

	@Test
	@DisplayName("10.1 a task that failed in spite of its cancellation is heard as FAILED")
	void failedInSpiteOfCancellation() throws Exception {
		runAndForget(() -> this.groups.named("group").run((group) -> {
			Holdout<Void> holdout = Holdout.throwing(this.failure);
			group.fork("task", holdout);
			holdout.awaitRunning();
			group.cancel("enough");
			holdout.release();
		}));
		assertThat(this.recorder.texts()).contains("ended task FAILED", "ended group FAILED");
	}

	/** One call of a listener. */
	private record Heard(String text, long id, TaskScopeInfo scope, long scopeId, Throwable exception, long waited,
			long ran, Thread thread) {
	}

	/** Writes down what it hears. */
	private static final class Recorder implements TaskGroupListener {

		private final List<Heard> heard = new CopyOnWriteArrayList<>();

		List<String> texts() {
			return this.heard.stream().map(Heard::text).toList();
		}

		List<Long> ids(String text) {
			return this.heard.stream().filter((heard) -> heard.text().startsWith(text)).map(Heard::id).toList();
		}

		@Override
		public void groupOpened(TaskScopeInfo scope) {
			hear("opened " + scope.name(), scope, 0);
		}

		@Override
		public void groupEnded(TaskScopeInfo scope, GroupOutcome outcome, Throwable exception, long openNanos) {
			hear("ended " + scope.name() + " " + outcome, scope, exception, openNanos);
		}

		@Override
		public void groupCancelled(TaskScopeInfo scope, CancelKind kind, String reason) {
			hear("cancelled " + scope.name() + " " + kind + " " + reason, scope, 0);
		}

		@Override
		public void taskQueued(TaskInfo task) {
			hear("queued " + task.name(), task, null, 0, 0);
		}

		@Override
		public void taskStarted(TaskInfo task, long waitedNanos) {
			hear("started " + task.name(), task, null, waitedNanos, 0);
		}

		@Override
		public void taskCancelled(TaskInfo task, CancelKind kind, String reason) {
			hear("cancelled " + task.name() + " " + kind + " " + reason, task, null, 0, 0);
		}

		@Override
		public void taskEnded(TaskInfo task, TaskState outcome, Throwable exception, long waitedNanos, long ranNanos) {
			hear("ended " + task.name() + " " + outcome, task, exception, waitedNanos, ranNanos);
		}

		private void hear(String text, TaskScopeInfo scope, long nanos) {
			hear(text, scope, null, nanos);
		}

		private void hear(String text, TaskScopeInfo scope, Throwable exception, long nanos) {
			this.heard.add(new Heard(text, scope.id(), scope, scope.id(), exception, 0, nanos, Thread.currentThread()));
		}

		private void hear(String text, TaskInfo task, Throwable exception, long waited, long ran) {
			this.heard.add(new Heard(text, task.id(), task.scope(), task.scope().id(), exception, waited, ran,
					Thread.currentThread()));
		}

	}

	/** Throws whatever it hears. */
	private record ThrowingListener(Throwable thrown) implements TaskGroupListener {

		@Override
		public void groupOpened(TaskScopeInfo scope) {
			fail();
		}

		@Override
		public void groupEnded(TaskScopeInfo scope, GroupOutcome outcome, Throwable exception, long openNanos) {
			fail();
		}

		@Override
		public void groupCancelled(TaskScopeInfo scope, CancelKind kind, String reason) {
			fail();
		}

		@Override
		public void taskStarted(TaskInfo task, long waitedNanos) {
			fail();
		}

		@Override
		public void taskCancelled(TaskInfo task, CancelKind kind, String reason) {
			fail();
		}

		@Override
		public void taskEnded(TaskInfo task, TaskState outcome, Throwable exception, long waitedNanos, long ranNanos) {
			fail();
		}

		private void fail() {
			if (this.thrown instanceof Error error) {
				throw error;
			}
			throw (RuntimeException) this.thrown;
		}

	}

	@ParameterizedTest
	@EnumSource(value = CancelKind.class, names = { "REQUEST", "DISCONNECT", "SHUTDOWN" })
	@DisplayName("10.1 a group inside a request that was cancelled hears the kind of that, not just that it came from outside")
	void kindOfRequest(CancelKind kind) throws Exception {
		CancelScope request = CancelScope.create();
		request.enter((scope) -> {
			throw assertCancelled(() -> this.groups.named("group").run((group) -> {
				Sleeper sleeper = new Sleeper();
				group.fork("task", sleeper);
				sleeper.awaitRunning();
				request.cancel(kind, "the client has gone");
			}));
		});
		assertThat(this.recorder.texts()).contains("cancelled group " + kind + " the client has gone");
	}

	@Test
	@DisplayName("10.1 a race or any that was decided ends as the task that decided it")
	void decided() throws Exception {
		TaskGroupSpec spec = this.groups.named("group");
		Sleeper loser = new Sleeper();
		Callable<String> winner = () -> {
			loser.awaitRunning();
			return "value";
		};
		Callable<String> culprit = () -> {
			loser.awaitRunning();
			throw this.failure;
		};
		Callable<String> sleep = () -> {
			loser.run();
			return "never";
		};
		assertThat(spec.any(List.of(sleep, winner))).isEqualTo("value");
		assertThat(this.recorder.texts()).endsWith("ended group SUCCESS");
		assertThat(spec.race(List.of(sleep, winner))).isEqualTo("value");
		assertThat(this.recorder.texts()).endsWith("ended group SUCCESS");
		TaskGroupException thrown = catchThrowableOfType(TaskGroupException.class,
				() -> spec.race(List.of(sleep, culprit)));
		assertThat(thrown.exceptions()).containsExactly(this.failure);
		assertThat(this.recorder.texts()).endsWith("ended group FAILED");
		assertThat(this.recorder.heard.getLast().exception()).isSameAs(thrown);
	}

	@Test
	@DisplayName("10.1 closing a supervisor that has nothing to do cancels nothing")
	void idleSupervisorClosed() throws Exception {
		TaskScope scope = this.groups.named("scope").openScope();
		scope.fork("task", () -> {
		});
		scope.join();
		scope.close();
		assertThat(this.recorder.texts()).containsExactly("opened scope", "started task", "ended task SUCCESS",
				"ended scope SUCCESS");
	}

	@Test
	@DisplayName("10.1 a supervisor has nothing to do as soon as the handles of its tasks are done")
	void leavingSupervisorClosed() throws Exception {
		CountDownLatch leave = new CountDownLatch(1);
		TaskGroupFactory groups = Rig.VIRTUAL.builder().listener(new TaskGroupListener() {
			@Override
			public void taskEnded(TaskInfo task, TaskState outcome, Throwable exception, long waitedNanos,
					long ranNanos) {
				Waits.stubbornlyOn(leave);
			}
		}).listener(this.recorder).build();
		TaskScope scope = groups.named("scope").openScope();
		scope.fork("task", () -> "value").await();
		Host<?> closer = Rig.VIRTUAL.start(scope::close);
		closer.awaitBlocked();
		leave.countDown();
		closer.get();
		assertThat(this.recorder.texts()).contains("ended task SUCCESS").endsWith("ended scope SUCCESS");
	}

	@Test
	@DisplayName("10.1 a supervisor is cancelled if a task of it runs when it is closed, however that ends")
	void stubbornSupervisorClosed() throws Exception {
		TaskScope scope = this.groups.named("scope").openScope();
		Holdout<String> holdout = Holdout.returning("value");
		scope.fork("task", holdout);
		holdout.awaitRunning();
		Host<?> closer = Rig.VIRTUAL.start(scope::close);
		holdout.awaitInterrupted();
		holdout.release();
		closer.get();
		assertThat(this.recorder.texts()).contains("ended task SUCCESS").endsWith("ended scope CANCELLED");
	}

	@Test
	@DisplayName("10.1 closing a supervisor whose tasks run cancels them")
	void busySupervisorClosed() throws Exception {
		TaskScope scope = this.groups.named("scope").openScope();
		Sleeper sleeper = new Sleeper();
		scope.fork("task", sleeper);
		sleeper.awaitRunning();
		scope.close();
		assertThat(this.recorder.texts()).containsExactlyInAnyOrder("opened scope", "started task",
				"cancelled scope EXPLICIT the scope was closed", "ended task CANCELLED", "ended scope CANCELLED");
	}

	@Test
	@DisplayName("10.1 a task that was to wait, need not, and gets no thread is heard of as ended")
	void queuedButNoThread() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		TaskLimiter.Permit taken = limiter.acquire().join();
		AtomicBoolean broken = new AtomicBoolean();
		OutOfMemoryError error = new OutOfMemoryError("no more threads");
		TaskGroupFactory factory = Rig.VIRTUAL.builder().threadFactory((runnable) -> {
			if (broken.get()) {
				throw error;
			}
			return Thread.ofVirtual().unstarted(runnable);
		}).listener(this.recorder).listener(new TaskGroupListener() {
			@Override
			public void taskQueued(TaskInfo task) {
				broken.set(true);
				taken.release(TaskState.SUCCESS);
			}
		}).build();
		factory.named("group").limiter(limiter).run((group) -> {
			assertThatThrownBy(() -> group.fork("task", () -> {
			})).isSameAs(error);
		});
		assertThat(this.recorder.texts()).containsExactly("opened group", "queued task", "ended task FAILED",
				"ended group SUCCESS");
		assertThat(this.recorder.heard.get(2).exception()).isSameAs(error);
		assertThat(this.recorder.heard.get(2).ran()).isZero();
		assertThat(limiter.inUse()).isZero();
	}

	@Test
	@DisplayName("10.1 a task that waits for several permits is heard of as queued once")
	void queuedOnce() throws Exception {
		List<String> queued = new CopyOnWriteArrayList<>();
		TaskGroupFactory factory = Rig.VIRTUAL.builder().listener(new TaskGroupListener() {
			@Override
			public void taskQueued(TaskInfo task) {
				queued.add(task.name());
			}
		}).build();
		ConcurrencyLimiter one = ConcurrencyLimiter.of(1);
		ConcurrencyLimiter two = ConcurrencyLimiter.of(1);
		TaskLimiter.Permit ofOne = one.acquire().join();
		TaskLimiter.Permit ofTwo = two.acquire().join();
		Rig.VIRTUAL.run(() -> factory.named("group").limiter(one).limiter(two).run((group) -> {
			TaskHandle<String> task = group.fork("waits twice", () -> "value");
			ofOne.release(TaskState.SUCCESS);
			assertThat(two.waiting()).isEqualTo(1);
			ofTwo.release(TaskState.SUCCESS);
			assertThat(task.await()).isEqualTo("value");
		}));
		assertThat(queued).containsExactly("waits twice");
	}

	@Test
	@DisplayName("10.1 a task that was cancelled while its limiter was asked is not heard of as queued when it has ended")
	void cancelledWhileAsked() throws Exception {
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		TaskLimiter limiter = () -> {
			opened.get().cancel();
			return new CompletableFuture<>();
		};
		this.groups.named("group").limiter(limiter).run((group) -> {
			opened.set(group);
			assertThat(group.fork("task", () -> 1).state()).isEqualTo(TaskState.CANCELLED);
		});
		assertThat(this.recorder.texts()).contains("ended task CANCELLED").doesNotContain("queued task");
	}

	@Test
	@DisplayName("10.1 listeners hear of a cancellation when everybody who is cancelled has been told: nobody waits for them")
	void heardAfterAllHaveBeenTold() throws Exception {
		Sleeper sleeper = new Sleeper();
		AtomicBoolean told = new AtomicBoolean();
		TaskGroupFactory factory = Rig.VIRTUAL.builder().listener(new TaskGroupListener() {
			@Override
			public void groupCancelled(TaskScopeInfo scope, CancelKind kind, String reason) {
				if (scope.name().equals("outer")) {
					Waits.spinUntil(sleeper::wasInterrupted);
					told.set(true);
				}
			}
		}).build();
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Host<CancelScope> host = Rig.VIRTUAL.startCall(() -> factory.named("outer").run((outer) -> {
			opened.set(outer);
			outer.fork(() -> factory.named("inner").run((inner) -> inner.fork(sleeper)));
		}));
		sleeper.awaitRunning();
		host.awaitBlocked();
		opened.get().cancel("enough");
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(told).isTrue();
	}

	@Test
	@DisplayName("10.1 without listeners no clock is read, unless somebody asked for times")
	void noClockWithoutListeners() {
		DefaultTaskGroupFactory plain = (DefaultTaskGroupFactory) TaskGroupFactory.create();
		assertThat(plain.recordsTimes()).isFalse();
		assertThat(plain.now()).isZero();
		DefaultTaskGroupFactory listening = (DefaultTaskGroupFactory) Rig.VIRTUAL.builder()
			.listener(this.recorder)
			.build();
		assertThat(listening.recordsTimes()).isTrue();
		assertThat(listening.now()).isNotZero();
	}

}
