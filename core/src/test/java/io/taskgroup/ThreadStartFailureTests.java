package io.taskgroup;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.taskgroup.GroupAssertions.assertFailed;
import static io.taskgroup.GroupAssertions.assertFails;
import static io.taskgroup.GroupAssertions.runAndForget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rule 3.9: threads that cannot be started.
 */
@Timeout(30)
class ThreadStartFailureTests {

	private final AtomicBoolean broken = new AtomicBoolean();

	private final TrackedThreads threads = TrackedThreads.virtual();

	@ParameterizedTest
	@EnumSource(Breakage.class)
	@DisplayName("3.9 fork throws the error, and the group goes on")
	void forkThrows(Breakage breakage) throws Exception {
		TaskGroupFactory groups = factory(breakage);
		AtomicBoolean ran = new AtomicBoolean();
		String value = groups.named("group").call((group) -> {
			TaskHandle<String> before = group.fork(() -> "before");
			this.broken.set(true);
			for (int i = 0; i < 10; i++) {
				breakage.check(catchThrowable(() -> group.fork(() -> ran.set(true))));
			}
			this.broken.set(false);
			CancelScope.checkpoint();
			TaskHandle<String> after = group.fork(() -> "after");
			return before.await() + after.await();
		});
		assertThat(value).isEqualTo("beforeafter");
		assertThat(ran).isFalse();
	}

	@Test
	@DisplayName("3.9 a factory that throws when it has started the thread itself: a task that has begun goes on, and that is logged")
	void throwsAfterTheTaskHasBegun() throws Exception {
		Holdout<String> holdout = Holdout.returning("value");
		TaskGroupFactory groups = TaskGroupFactory.builder().threadFactory((task) -> {
			Thread.ofVirtual().start(task);
			holdout.awaitRunning();
			throw new IllegalStateException("failure");
		}).build();
		try (LogRecords log = LogRecords.open()) {
			groups.named("group").run((group) -> {
				TaskHandle<String> task = group.fork(holdout);
				holdout.release();
				assertThat(task.await()).isEqualTo("value");
			});
			assertThat(log.records()).singleElement()
				.extracting(LogRecords::message)
				.asString()
				.contains("failed after it had started a thread");
		}
	}

	@Test
	@DisplayName("3.9 a factory that throws when it has started the thread itself: a task that has not begun never does")
	void throwsBeforeTheTaskHasBegun() throws Exception {
		CountDownLatch forked = new CountDownLatch(1);
		AtomicReference<Thread> started = new AtomicReference<>();
		AtomicBoolean ran = new AtomicBoolean();
		IllegalStateException failure = new IllegalStateException("failure");
		TaskGroupFactory groups = TaskGroupFactory.builder().threadFactory((task) -> {
			started.set(Thread.ofVirtual().start(() -> {
				Waits.stubbornlyOn(forked);
				task.run();
			}));
			throw failure;
		}).build();
		Rig.VIRTUAL.run(() -> groups.named("group").run((group) -> {
			assertThat(catchThrowable(() -> group.fork(() -> ran.set(true)))).isSameAs(failure);
			forked.countDown();
			started.get().join();
		}));
		assertThat(ran).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.12 a failure that is told on a thread that waits does not interrupt it")
	void failureToldOnWaitingThread(Rig rig) throws Exception {
		TaskGroupFactory groups = factory(rig);
		ConcurrencyLimiter one = ConcurrencyLimiter.of(1);
		AtomicReference<Thread> waiting = new AtomicReference<>();
		AtomicReference<Thread> toldOn = new AtomicReference<>();
		AtomicBoolean interrupted = new AtomicBoolean();
		Holdout<String> holdout = Holdout.returning("value");
		Host<Void> releaser = rig.start(() -> {
			Waits.spinUntil(() -> toldOn.get() != null);
			Waits.untilBlocked(waiting.get());
			holdout.release();
		});
		rig.run(() -> {
			try (TaskScope supervisor = groups.named("supervisor")
				.limiter(one)
				.onError((handle, exception) -> toldOn.set(Thread.currentThread()))
				.openScope()) {
				groups.named("outer").limiter(one).run((outer) -> outer.fork(() -> {
					waiting.set(Thread.currentThread());
					outer.cancel();
					runAndForget(() -> groups.named("inner").run((inner) -> {
						inner.fork(holdout);
						holdout.awaitRunning();
						// gets the permit that this thread lends while it waits, but no
						// thread
						supervisor.fork(() -> "never");
						this.broken.set(true);
					}));
					CancelScope.runShielded((scope) -> interrupted.set(Thread.currentThread().isInterrupted()));
				}));
			}
		});
		releaser.get();
		assertThat(toldOn.get()).isSameAs(waiting.get());
		assertThat(interrupted).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("8.3 a permit that is lent is not lent again by an error handler that waits meanwhile")
	void handlerWaitsOnLendingThread(Rig rig) throws Exception {
		TaskGroupFactory groups = factory(rig);
		ConcurrencyLimiter one = ConcurrencyLimiter.of(1);
		AtomicReference<Thread> lending = new AtomicReference<>();
		AtomicInteger inUse = new AtomicInteger(1);
		Holdout<String> first = Holdout.returning("first");
		Holdout<String> second = Holdout.returning("second");
		Host<Void> releaser = rig.start(() -> {
			Waits.spinUntil(() -> lending.get() != null);
			Waits.untilBlocked(lending.get());
			inUse.set(one.inUse());
			first.release();
			second.release();
		});
		rig.run(() -> {
			try (TaskScope unlimited = groups.named("unlimited").openScope()) {
				TaskHandle<String> awaitedByHandler = unlimited.fork(first);
				TaskHandle<String> awaited = unlimited.fork(second);
				try (TaskScope supervisor = groups.named("supervisor").limiter(one).onError((handle, exception) -> {
					lending.set(Thread.currentThread());
					runAndForget(awaitedByHandler::awaitDone);
				}).openScope()) {
					supervisor.fork(() -> {
						// gets the permit that this thread lends while it waits, but no
						// thread
						supervisor.fork(() -> "never");
						this.broken.set(true);
						return awaited.await();
					}).await();
				}
			}
		});
		releaser.get();
		assertThat(inUse).hasValue(0);
		assertThat(one.inUse()).isZero();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.2, 5.3 an error handler that runs on a thread that waits is interrupted by a deadline of its own")
	void handlerWithDeadlineOnWaitingThread(Rig rig) throws Exception {
		TaskGroupFactory groups = factory(rig);
		CountDownLatch never = new CountDownLatch(1);
		CountDownLatch told = new CountDownLatch(1);
		AtomicBoolean movedOn = new AtomicBoolean();
		Holdout<String> holdout = Holdout.returning("value");
		rig.run(() -> {
			try (TaskScope unlimited = groups.named("unlimited").openScope()) {
				TaskHandle<String> awaited = unlimited.fork(holdout);
				try (TaskScope supervisor = groups.named("supervisor")
					.maxConcurrency(1)
					.onError((handle, exception) -> {
						runAndForget(() -> {
							CancelScope scope = CancelScope.moveOnAfter(Duration.ofMillis(20),
									(region) -> Waits.on(never));
							movedOn.set(scope.cancelCaught() && !Thread.currentThread().isInterrupted());
						});
						told.countDown();
					})
					.openScope()) {
					TaskHandle<String> waiting = supervisor.fork(() -> {
						// gets the permit that this thread lends while it waits, but no
						// thread
						supervisor.fork(() -> "never");
						this.broken.set(true);
						return awaited.await();
					});
					Waits.on(told);
					holdout.release();
					assertThat(waiting.await()).isEqualTo("value");
				}
			}
		});
		assertThat(movedOn).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.2, 6.4 an error handler cannot close its own supervisor, on whichever thread it runs")
	void handlerCloses(Rig rig) throws Exception {
		TaskGroupFactory groups = brokenOnce(rig);
		AtomicReference<TaskScope> closed = new AtomicReference<>();
		List<Throwable> thrown = new CopyOnWriteArrayList<>();
		rig.run(() -> {
			try (TaskScope supervisor = groups.named("supervisor").maxConcurrency(1).onError((handle, exception) -> {
				thrown.add(catchThrowable(closed.get()::close));
				thrown.add(catchThrowable(closed.get()::join));
				thrown.add(catchThrowable(groups::close));
			}).openScope()) {
				closed.set(supervisor);
				supervisor.fork(() -> {
					supervisor.fork(() -> "never");
					this.broken.set(true);
				});
				supervisor.join();
			}
		});
		assertThat(thrown).hasSize(3).hasOnlyElementsOfType(IllegalStateException.class);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("8.3 an error handler may wait for the task that got the permit of the one that got no thread")
	void handlerWaitsForNextInQueue(Rig rig) throws Exception {
		AtomicReference<TaskHandle<String>> next = new AtomicReference<>();
		List<TaskState> awaited = new CopyOnWriteArrayList<>();
		TaskGroupFactory groups = brokenOnce(rig);
		rig.run(() -> {
			try (TaskScope supervisor = groups.named("supervisor").maxConcurrency(1).onError((handle, exception) -> {
				runAndForget(next.get()::awaitDone);
				awaited.add(next.get().state());
			}).openScope()) {
				supervisor.fork(() -> {
					supervisor.fork(() -> "never");
					next.set(supervisor.fork(() -> "next"));
					this.broken.set(true);
				});
				supervisor.join();
			}
		});
		assertThat(awaited).containsExactly(TaskState.SUCCESS);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("8.3 an error handler may wait for others that got a permit and no thread, too")
	void handlersWaitForEachOther(Rig rig) throws Exception {
		TaskGroupFactory groups = factory(rig);
		List<TaskHandle<String>> handles = new CopyOnWriteArrayList<>();
		List<TaskState> awaited = new CopyOnWriteArrayList<>();
		rig.run(() -> {
			try (TaskScope supervisor = groups.named("supervisor").maxConcurrency(1).onError((handle, exception) -> {
				for (TaskHandle<String> other : handles) {
					runAndForget(other::awaitDone);
					awaited.add(other.state());
				}
			}).openScope()) {
				supervisor.fork(() -> {
					handles.add(supervisor.fork(() -> "never"));
					handles.add(supervisor.fork(() -> "never"));
					this.broken.set(true);
				});
				supervisor.join();
			}
		});
		assertThat(awaited).hasSize(4).containsOnly(TaskState.FAILED);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("8.3 an error handler does not hold up the item that the thread it runs on was to run next")
	void handlerHoldsUpNoItem(Rig rig) throws Exception {
		TaskGroupFactory groups = brokenOnce(rig);
		ConcurrencyLimiter one = ConcurrencyLimiter.of(1);
		CountDownLatch noThread = new CountDownLatch(1);
		CountDownLatch secondRuns = new CountDownLatch(1);
		TaskGroupSpec map = groups.named("map").limiter(one);
		rig.run(() -> {
			try (TaskScope supervisor = groups.named("supervisor").limiter(one).onError((handle, exception) -> {
				Waits.stubbornlyOn(secondRuns);
				noThread.countDown();
			}).openScope()) {
				// the second item is asked for when the supervisor's task is in the queue
				map.forEach(() -> Stream.of(1, 2).peek((item) -> {
					if (item == 2) {
						Waits.spinUntil(() -> one.waiting() == 1);
					}
				}).iterator(), (item) -> {
					if (item == 1) {
						supervisor.fork(() -> "never");
						Waits.spinUntil(() -> one.waiting() == 2);
						this.broken.set(true);
					}
					else {
						secondRuns.countDown();
					}
				});
			}
		});
		assertThat(noThread.getCount()).isZero();
	}

	/** Gives no thread to one task, the next one after {@code broken} was set. */
	private TaskGroupFactory brokenOnce(Rig rig) {
		ThreadFactory threads = rig.taskThreads();
		return TaskGroupFactory.builder()
			.threadFactory((task) -> this.broken.getAndSet(false) ? Breakage.OUT_OF_MEMORY.newBrokenThread()
					: threads.newThread(task))
			.build();
	}

	private TaskGroupFactory factory(Rig rig) {
		return factory(Breakage.OUT_OF_MEMORY, rig.taskThreads());
	}

	@ParameterizedTest
	@EnumSource(Breakage.class)
	@DisplayName("3.9 an open group whose only fork failed can be joined and closed")
	void onlyForkFails(Breakage breakage) throws Exception {
		TaskGroupFactory groups = factory(breakage);
		this.broken.set(true);
		try (TaskGroup group = groups.named("group").open()) {
			breakage.check(catchThrowable(() -> group.fork(() -> "never")));
			group.join();
		}
	}

	@ParameterizedTest
	@EnumSource(Breakage.class)
	@DisplayName("3.9 an error that the body lets through is its failure")
	void bodyLetsErrorThrough(Breakage breakage) throws Exception {
		TaskGroupFactory groups = factory(breakage);
		Sleeper sleeper = new Sleeper();
		TaskGroupException thrown = assertFails(() -> groups.named("group").run((group) -> {
			group.fork(sleeper);
			sleeper.awaitRunning();
			this.broken.set(true);
			group.fork(() -> "never");
		}));
		assertThat(thrown.exceptions()).hasSize(1);
		breakage.check(thrown.getCause());
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Breakage.class)
	@DisplayName("3.9 an error that a task lets through is its failure")
	void taskLetsErrorThrough(Breakage breakage) {
		TaskGroupFactory groups = factory(breakage);
		AtomicReference<TaskHandle<?>> forking = new AtomicReference<>();
		TaskGroupException thrown = assertFails(() -> groups.named("group").run((group) -> {
			forking.set(group.fork(() -> {
				this.broken.set(true);
				group.fork(() -> "never");
			}));
		}));
		assertThat(thrown.exceptions()).hasSize(1);
		breakage.check(thrown.getCause());
		assertThat(forking.get().state()).isEqualTo(TaskState.FAILED);
	}

	@ParameterizedTest
	@EnumSource(Breakage.class)
	@DisplayName("3.9 a fork that fails while the host waits does not keep it waiting")
	void failsWhileHostWaits(Breakage breakage) throws Exception {
		TaskGroupFactory groups = factory(breakage);
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Host<Void> host = Rig.VIRTUAL.start(() -> groups.named("group").run((group) -> {
			opened.set(group);
			group.fork(holdout);
		}));
		holdout.awaitRunning();
		host.awaitBlocked();
		this.broken.set(true);
		breakage.check(catchThrowable(() -> opened.get().fork(() -> "never")));
		holdout.release();
		assertThat(host.thrown()).isNull();
	}

	@ParameterizedTest
	@EnumSource(Breakage.class)
	@DisplayName("3.9 fork on a cancelled group throws the error, and the group ends")
	void forkOnCancelledGroup(Breakage breakage) throws Exception {
		TaskGroupFactory groups = factory(breakage);
		CancelScope scope = groups.named("group").run((group) -> {
			group.cancel();
			this.broken.set(true);
			breakage.check(catchThrowable(() -> group.fork(() -> "never")));
		});
		assertThat(scope.cancelCalled()).isTrue();
		assertThat(scope.cancelCaught()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Breakage.class)
	@DisplayName("3.9 a supervisor stays consistent too, and its error handler is not called")
	void supervisor(Breakage breakage) throws Exception {
		TaskGroupFactory groups = factory(breakage);
		AtomicInteger handled = new AtomicInteger();
		try (TaskScope supervisor = groups.named("supervisor")
			.onError((task, exception) -> handled.incrementAndGet())
			.openScope()) {
			this.broken.set(true);
			breakage.check(catchThrowable(() -> supervisor.fork(() -> "never")));
			supervisor.join();
			this.broken.set(false);
			assertThat(supervisor.fork(() -> "value").await()).isEqualTo("value");
		}
		assertThat(handled).hasValue(0);
	}

	@ParameterizedTest
	@EnumSource(Breakage.class)
	@DisplayName("3.9 start throws the error, and the group goes on")
	void startThrows(Breakage breakage) throws Exception {
		TaskGroupFactory groups = factory(breakage);
		String value = groups.named("group").call((group) -> {
			this.broken.set(true);
			breakage.check(catchThrowable(() -> group.startAction(TaskStatus::started)));
			this.broken.set(false);
			return group.fork(() -> "value").await();
		});
		assertThat(value).isEqualTo("value");
	}

	@ParameterizedTest
	@EnumSource(Breakage.class)
	@DisplayName("3.9 what did not run is not counted: not by listeners, not by the snapshot")
	void nothingIsCounted(Breakage breakage) throws Exception {
		List<String> heard = new CopyOnWriteArrayList<>();
		AtomicInteger restored = new AtomicInteger();
		TaskGroupFactory groups = TaskGroupFactory.builder()
			.threadFactory(breakage.factory(this.broken, this.threads))
			.contextPropagation(() -> () -> {
				restored.incrementAndGet();
				return () -> {
				};
			})
			.listener(new TaskGroupListener() {

				@Override
				public void taskStarted(TaskInfo task, long waitedNanos) {
					heard.add("started " + task.name());
				}

				@Override
				public void taskEnded(TaskInfo task, TaskState outcome, Throwable exception, long waitedNanos,
						long ranNanos) {
					heard.add("ended " + task.name());
				}

			})
			.build();
		groups.named("group").run((group) -> {
			this.broken.set(true);
			breakage.check(catchThrowable(() -> group.fork("never", () -> "never")));
			assertThat(groups.snapshot()).singleElement()
				.satisfies((snapshot) -> assertThat(snapshot.tasks()).isEmpty());
			this.broken.set(false);
			group.fork("one", () -> "value");
		});
		assertThat(heard).containsExactly("started one", "ended one");
		assertThat(restored).hasValue(1);
	}

	@ParameterizedTest
	@EnumSource(Breakage.class)
	@DisplayName("3.9 failures that came before the error are reported with it")
	void besideOtherFailures(Breakage breakage) {
		TaskGroupFactory groups = factory(breakage);
		IllegalArgumentException failure = new IllegalArgumentException("failure");
		TaskGroupException thrown = assertFailed(catchThrowable(() -> groups.named("group").run((group) -> {
			TaskHandle<?> failing = group.fork(() -> {
				throw failure;
			});
			Waits.spinUntil(failing::isDone);
			this.broken.set(true);
			group.fork(() -> "never");
		})));
		assertThat(thrown.exceptions()).hasSize(2).startsWith(failure);
		breakage.check(thrown.exceptions().get(1));
	}

	private TaskGroupFactory factory(Breakage breakage) {
		return factory(breakage, this.threads);
	}

	private TaskGroupFactory factory(Breakage breakage, TrackedThreads threads) {
		return TaskGroupFactory.builder().threadFactory(breakage.factory(this.broken, threads)).build();
	}

	/** What may be wrong with a thread factory. */
	@SuppressWarnings("StaticAssignmentOfThrowable") // nobody looks at their stack traces
	enum Breakage {

		OUT_OF_MEMORY {
			@Override
			Thread newBrokenThread() {
				throw ERROR;
			}
		},

		EXCEPTION {
			@Override
			Thread newBrokenThread() {
				throw EXCEPTION_INSTANCE;
			}

			@Override
			void check(Throwable thrown) {
				assertThat(thrown).isSameAs(EXCEPTION_INSTANCE);
			}
		},

		START_FAILS {
			@Override
			Thread newBrokenThread() {
				return new Thread() {
					@Override
					public void start() {
						throw ERROR;
					}
				};
			}
		},

		NO_THREAD {
			@Override
			Thread newBrokenThread() {
				return null;
			}

			@Override
			void check(Throwable thrown) {
				assertThat(thrown).isInstanceOf(RuntimeException.class);
			}
		},

		STARTED_ALREADY {
			@Override
			Thread newBrokenThread() {
				Thread thread = new Thread(() -> {
				});
				thread.start();
				return thread;
			}

			@Override
			void check(Throwable thrown) {
				assertThat(thrown).isInstanceOf(IllegalThreadStateException.class);
			}
		};

		private static final OutOfMemoryError ERROR = new OutOfMemoryError("unable to create native thread");

		private static final IllegalStateException EXCEPTION_INSTANCE = new IllegalStateException("no threads today");

		abstract Thread newBrokenThread();

		void check(Throwable thrown) {
			assertThat(thrown).isSameAs(ERROR);
		}

		ThreadFactory factory(AtomicBoolean broken, ThreadFactory threads) {
			return (task) -> broken.get() ? newBrokenThread() : threads.newThread(task);
		}

	}

}
