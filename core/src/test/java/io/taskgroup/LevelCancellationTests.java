package io.taskgroup;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static io.taskgroup.GroupAssertions.assertCancelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rule 5.2: cancellation is a state, not an event.
 */
@Timeout(60)
class LevelCancellationTests {

	private static final Duration SOON = Duration.ofMillis(20);

	private static final Duration NEVER = Duration.ofHours(1);

	/** The calls of the library that block. */
	enum LibraryCall {

		AWAIT {
			@Override
			void block(TaskScope elsewhere, TaskHandle<?> endless) throws Exception {
				endless.await();
			}
		},

		TIMED_AWAIT {
			@Override
			void block(TaskScope elsewhere, TaskHandle<?> endless) throws Exception {
				endless.await(Waits.BOUND);
			}
		},

		AWAIT_DONE {
			@Override
			void block(TaskScope elsewhere, TaskHandle<?> endless) throws Exception {
				endless.awaitDone();
			}
		},

		JOIN_OF_SUPERVISOR {
			@Override
			void block(TaskScope elsewhere, TaskHandle<?> endless) throws Exception {
				elsewhere.join();
			}
		},

		START {
			@Override
			void block(TaskScope elsewhere, TaskHandle<?> endless) throws Exception {
				elsewhere.start(status -> {
					Waits.forever();
					return "value";
				});
			}
		},

		START_ACTION {
			@Override
			void block(TaskScope elsewhere, TaskHandle<?> endless) throws Exception {
				elsewhere.startAction("task", status -> Waits.forever());
			}
		},

		JOIN_OF_INNER_GROUP {
			@Override
			void block(TaskScope elsewhere, TaskHandle<?> endless) throws Exception {
				try (TaskGroup group = TaskGroupFactory.create().named("inner").open()) {
					group.fork(new Sleeper());
					group.join();
				}
			}
		},

		END_OF_INNER_GROUP {
			@Override
			void block(TaskScope elsewhere, TaskHandle<?> endless) throws Exception {
				TaskGroupFactory.create().named("inner").run(group -> group.fork(new Sleeper()));
			}
		};

		abstract void block(TaskScope elsewhere, TaskHandle<?> endless) throws Exception;

	}

	static Stream<Arguments> libraryCalls() {
		return Stream.of(Rig.VIRTUAL, Rig.PLATFORM)
			.flatMap(rig -> Stream.of(LibraryCall.values()).map(call -> Arguments.of(rig, call)));
	}

	private static TaskGroupFactory.Builder builder(Rig rig) {
		return rig.builder().reinterruptEvery(NEVER).warnAfter(NEVER);
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("libraryCalls")
	@DisplayName("5.2 every library call that blocks throws in a cancelled scope, each time")
	void everyCallThrowsEachTime(Rig rig, LibraryCall call) throws Exception {
		TaskGroupFactory factory = builder(rig).build();
		try (TaskScope elsewhere = factory.named("elsewhere").openScope()) {
			TaskHandle<?> endless = elsewhere.fork(new Sleeper());
			CancelScope ended = rig.call(() -> CancelScope.run(scope -> {
				scope.cancel("enough");
				for (int i = 0; i < 3; i++) {
					CancelledException thrown = assertCancelled(() -> call.block(elsewhere, endless));
					assertThat(thrown.reason()).contains("enough");
				}
				throw assertCancelled(() -> call.block(elsewhere, endless));
			}));
			assertThat(ended.cancelCaught()).isTrue();
			assertThat(endless.state()).isEqualTo(TaskState.RUNNING);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("libraryCalls")
	@DisplayName("5.2 a library call that throws CancelledException takes the library's pending interrupt with it")
	void callTakesPendingInterrupt(Rig rig, LibraryCall call) throws Exception {
		TaskGroupFactory factory = builder(rig).build();
		try (TaskScope elsewhere = factory.named("elsewhere").openScope()) {
			TaskHandle<?> endless = elsewhere.fork(new Sleeper());
			rig.run(() -> CancelScope.run(scope -> {
				scope.cancel();
				Waits.spinUntil(() -> Thread.currentThread().isInterrupted());
				assertCancelled(() -> call.block(elsewhere, endless));
				assertThat(Thread.currentThread().isInterrupted()).isFalse();
				Thread.sleep(1);
			}));
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("libraryCalls")
	@DisplayName("5.2 a thread that is cancelled while it waits in the library is woken, and not interrupted besides")
	void waitingThreadIsWoken(Rig rig, LibraryCall call) throws Exception {
		TaskGroupFactory factory = builder(rig).build();
		try (TaskScope elsewhere = factory.named("elsewhere").openScope()) {
			TaskHandle<?> endless = elsewhere.fork(new Sleeper());
			CancelScope scope = CancelScope.create();
			Host<Void> host = rig.start(() -> scope.enter(entered -> {
				assertCancelled(() -> call.block(elsewhere, endless));
				assertThat(Thread.currentThread().isInterrupted()).isFalse();
				Thread.sleep(1);
			}));
			host.awaitBlocked();
			scope.cancel();
			host.get();
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.2 a group's own join is judged by the scopes around it: after the group's cancel it waits and returns")
	void ownJoinAfterOwnCancel(Rig rig) throws Exception {
		TaskGroupFactory factory = builder(rig).build();
		rig.run(() -> {
			Holdout<String> holdout = Holdout.returning("value");
			factory.named("group").run(group -> {
				TaskHandle<String> handle = group.fork(holdout);
				holdout.awaitRunning();
				group.cancel();
				Waits.spinUntil(holdout::wasInterrupted);
				holdout.release();
				group.join();
				assertThat(handle.state()).isEqualTo(TaskState.SUCCESS);
				group.join();
			});
			try (TaskGroup group = factory.named("group").open()) {
				TaskHandle<Void> handle = group.fork(new Sleeper());
				group.cancel();
				group.join();
				assertThat(handle.state()).isEqualTo(TaskState.CANCELLED);
			}
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.2 a group's own join throws when a scope around the group is cancelled")
	void ownJoinInCancelledScope(Rig rig) throws Exception {
		TaskGroupFactory factory = builder(rig).build();
		CancelScope ended = rig.call(() -> CancelScope.run(scope -> factory.named("group").run(group -> {
			group.fork(new Sleeper());
			scope.cancel("enough");
			assertThat(assertCancelled(group::join).reason()).contains("enough");
			throw assertCancelled(CancelScope::checkpoint);
		})));
		assertThat(ended.cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("5.2 a body inside its own cancelled group still meets CancelledException in every other call")
	void otherCallsInOwnCancelledGroup() throws Exception {
		TaskGroupFactory factory = builder(Rig.VIRTUAL).build();
		Swallower swallower = new Swallower();
		CancelScope ended = factory.named("group").run(group -> {
			TaskHandle<String> handle = group.fork(swallower);
			swallower.awaitRunning();
			group.cancel("enough");
			assertThat(assertCancelled(handle::await).reason()).contains("enough");
			assertCancelled(handle::awaitDone);
			assertCancelled(CancelScope::checkpoint);
			swallower.release();
		});
		assertThat(ended.cancelCaught()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.2 a thread blocked elsewhere is interrupted once for each cancellation that newly reaches it")
	void onceForEachCancellation(Rig rig) throws Exception {
		TaskGroupFactory factory = builder(rig).build();
		Swallower swallower = new Swallower();
		AtomicReference<TaskHandle<?>> handle = new AtomicReference<>();
		AtomicReference<TaskGroup> group = new AtomicReference<>();
		CancelScope outer = CancelScope.create();
		Host<Void> host = rig.start(() -> outer.enter(entered -> factory.named("group").run(open -> {
			group.set(open);
			handle.set(open.fork(swallower));
		})));
		swallower.awaitRunning();
		Waits.until(() -> handle.get() != null);
		handle.get().cancel();
		swallower.awaitInterrupts(1);
		handle.get().cancel();
		handle.get().cancel("again");
		group.get().cancel();
		swallower.awaitInterrupts(2);
		group.get().cancel();
		group.get().cancelScope().cancel("again");
		handle.get().cancel();
		outer.cancel();
		swallower.awaitInterrupts(3);
		outer.cancel();
		group.get().cancel();
		handle.get().cancel();
		swallower.release();
		host.thrown();
		assertThat(swallower.interrupts()).isEqualTo(3);
	}

	@Test
	@DisplayName("5.2 a thread that computes when the cancellation comes is interrupted in its next blocking call, once")
	void computingThreadIsInterruptedLater() throws Exception {
		AtomicBoolean computing = new AtomicBoolean(true);
		AtomicInteger interrupts = new AtomicInteger();
		CountDownLatch running = new CountDownLatch(1);
		builder(Rig.VIRTUAL).build().named("group").run(group -> {
			TaskHandle<String> handle = group.fork(() -> {
				running.countDown();
				Waits.spinUntil(() -> !computing.get());
				for (int i = 0; i < 3; i++) {
					try {
						Thread.sleep(1);
					}
					catch (InterruptedException ex) {
						interrupts.incrementAndGet();
					}
				}
				return "value";
			});
			Waits.on(running);
			handle.cancel();
			computing.set(false);
			assertThat(handle.await()).isEqualTo("value");
		});
		assertThat(interrupts).hasValue(1);
	}

	@ParameterizedTest
	@EnumSource(value = Region.class, mode = EnumSource.Mode.EXCLUDE, names = { "SHIELD", "RUN_SHIELDED" })
	@DisplayName("5.2 a thread that met its interrupt in an inner block is not interrupted once more when that block ends")
	void onceThoughInnerBlockEnds(Region region) throws Exception {
		CancelScope.<Exception>run(outer -> {
			assertThat(catchThrowable(() -> region.go(inner -> {
				outer.cancel();
				Waits.forever();
			}))).isInstanceOf(InterruptedException.class);
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			assertCancelled(CancelScope::checkpoint);
			Thread.sleep(1);
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.2 a task that swallows the interrupt is interrupted again, until it ends")
	void taskIsInterruptedAgain(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.builder().reinterruptEvery(SOON).build();
		Swallower swallower = new Swallower();
		rig.run(() -> factory.named("group").run(group -> {
			TaskHandle<String> handle = group.fork(swallower);
			swallower.awaitRunning();
			handle.cancel();
			swallower.awaitInterrupts(5);
			swallower.release();
			assertThat(handle.await()).isEqualTo("value");
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.2 so is a body that swallows it, and a region inside a task")
	void bodyIsInterruptedAgain(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.builder().reinterruptEvery(SOON).build();
		Swallower body = new Swallower();
		Swallower region = new Swallower();
		AtomicReference<TaskGroup> group = new AtomicReference<>();
		Host<Void> host = rig.start(() -> factory.named("group").run(open -> {
			group.set(open);
			open.fork(() -> CancelScope.run(scope -> region.call()));
			body.call();
		}));
		body.awaitRunning();
		region.awaitRunning();
		group.get().cancel();
		body.awaitInterrupts(3);
		region.awaitInterrupts(3);
		body.release();
		region.release();
		host.get();
	}

	@Test
	@DisplayName("5.2 the interval of a group's spec counts for that group")
	void intervalOfSpec() throws Exception {
		TaskGroupFactory factory = TaskGroupFactory.builder().reinterruptEvery(NEVER).build();
		Swallower often = new Swallower();
		Swallower once = new Swallower();
		factory.named("once").run(onceGroup -> factory.named("often").reinterruptEvery(SOON).run(oftenGroup -> {
			TaskHandle<String> onceHandle = onceGroup.fork(once);
			TaskHandle<String> oftenHandle = oftenGroup.fork(often);
			once.awaitRunning();
			often.awaitRunning();
			onceHandle.cancel();
			oftenHandle.cancel();
			often.awaitInterrupts(5);
			once.awaitInterrupts(1);
			once.release();
			often.release();
		}));
		assertThat(once.interrupts()).isEqualTo(1);
	}

	@Test
	@DisplayName("5.2 a thread that has left the cancelled scope is not interrupted again")
	void threadThatLeftIsNotInterruptedAgain() throws Exception {
		TaskGroupFactory factory = TaskGroupFactory.builder().reinterruptEvery(SOON).build();
		Swallower clock = new Swallower();
		Swallower left = new Swallower();
		factory.named("group").run(group -> {
			TaskHandle<String> clockHandle = group.fork(clock);
			group.fork(() -> {
				factory.named("inner").run(inner -> {
					inner.cancel();
					Waits.forever();
				});
				left.call();
			});
			left.awaitRunning();
			clockHandle.cancel();
			clock.awaitInterrupts(5);
			clock.release();
			left.release();
		});
		assertThat(left.interrupts()).isZero();
	}

	@Test
	@DisplayName("5.2 a thread inside a shield is not interrupted again while the shield lasts")
	void shieldedThreadIsNotInterruptedAgain() throws Exception {
		TaskGroupFactory factory = TaskGroupFactory.builder().reinterruptEvery(SOON).build();
		Swallower clock = new Swallower();
		Swallower shielded = new Swallower();
		Swallower after = new Swallower();
		factory.named("group").run(group -> {
			group.fork(clock);
			group.fork(() -> {
				CancelScope.runShielded(shield -> shielded.call());
				after.call();
			});
			clock.awaitRunning();
			shielded.awaitRunning();
			group.cancel();
			clock.awaitInterrupts(5);
			clock.release();
			shielded.release();
			after.awaitInterrupts(2);
			after.release();
		});
		assertThat(shielded.interrupts()).isZero();
	}

	@Test
	@Timeout(90)
	@DisplayName("5.2 by default a thread is interrupted again after 5 s, and its task logged after 10 s")
	void defaults() throws Exception {
		TaskGroupFactory factory = TaskGroupFactory.create();
		Swallower swallower = new Swallower();
		try (LogRecords log = LogRecords.open()) {
			factory.named("group").run(group -> {
				TaskHandle<String> handle = group.fork(swallower);
				swallower.awaitRunning();
				handle.cancel();
				CancelScope.moveOnAfter(Duration.ofSeconds(4), clock -> Waits.forever());
				assertThat(swallower.interrupts()).isEqualTo(1);
				swallower.awaitInterrupts(2);
				assertThat(log.records()).isEmpty();
				Waits.spinUntil(() -> !log.records().isEmpty());
				swallower.release();
				handle.await();
			});
		}
	}

	@Test
	@DisplayName("5.2 a region on a thread of the user's own has the default of 5 s too")
	void defaultOfRegions() throws Exception {
		Swallower swallower = new Swallower();
		CancelScope scope = CancelScope.create();
		Host<Void> host = Rig.PLATFORM.start(() -> scope.enter(entered -> swallower.call()));
		swallower.awaitRunning();
		scope.cancel();
		swallower.awaitInterrupts(2);
		swallower.release();
		host.get();
	}

	private static void stuckHere(Swallower swallower) {
		swallower.call();
	}

	private static String everythingIn(LogRecord record) {
		StringBuilder text = new StringBuilder(LogRecords.message(record));
		for (Throwable thrown = record.getThrown(); thrown != null; thrown = thrown.getCause()) {
			text.append('\n').append(thrown).append('\n').append(Arrays.toString(thrown.getStackTrace()));
		}
		return text.toString();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.2 a task that outlives its cancellation is logged once, with its stack and both names")
	void stuckTaskIsLoggedOnce(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.builder().reinterruptEvery(SOON).warnAfter(SOON).build();
		Swallower stuck = new Swallower();
		Sleeper quick = new Sleeper();
		Swallower uncancelled = new Swallower();
		try (LogRecords log = LogRecords.open()) {
			rig.run(() -> factory.named("the-group").run(group -> {
				TaskHandle<Void> stuckHandle = group.fork("the-stuck-task", () -> stuckHere(stuck));
				TaskHandle<Void> quickHandle = group.fork("the-quick-task", quick);
				group.fork("the-uncancelled-task", uncancelled);
				stuck.awaitRunning();
				quick.awaitRunning();
				uncancelled.awaitRunning();
				quickHandle.cancel("enough");
				stuckHandle.cancel("enough");
				Waits.spinUntil(() -> !log.records().isEmpty());
				stuckHandle.cancel("again");
				stuck.awaitInterrupts(stuck.interrupts() + 5);
				stuck.release();
				uncancelled.release();
			}));
			assertThat(log.records()).singleElement().satisfies(record -> {
				assertThat(record.getLevel()).isEqualTo(Level.WARNING);
				assertThat(record.getLoggerName()).isEqualTo("io.taskgroup");
				assertThat(everythingIn(record)).contains("the-group", "the-stuck-task", "stuckHere");
			});
		}
	}

	@Test
	@DisplayName("5.2 each stuck task is logged, wherever above it the cancellation was")
	void eachStuckTaskIsLogged() throws Exception {
		TaskGroupFactory factory = TaskGroupFactory.builder().reinterruptEvery(NEVER).warnAfter(SOON).build();
		List<Swallower> stuck = List.of(new Swallower(), new Swallower(), new Swallower());
		try (LogRecords log = LogRecords.open()) {
			factory.named("outer").run(outer -> {
				outer.fork("task-0", stuck.get(0));
				outer.fork("host-of-inner", () -> factory.named("inner").run(inner -> {
					inner.fork("task-1", stuck.get(1));
					inner.fork("task-2", stuck.get(2));
				}));
				for (Swallower swallower : stuck) {
					swallower.awaitRunning();
				}
				outer.cancel();
				Waits.spinUntil(() -> log.records().size() >= 3);
				Waits.spinUntil(() -> Stream.of("task-0", "task-1", "task-2").allMatch(name -> mentioned(log, name)));
				stuck.forEach(Swallower::release);
			});
			for (String name : List.of("task-0", "task-1", "task-2")) {
				assertThat(log.records().stream().map(LogRecords::message).filter(message -> message.contains(name)))
					.hasSize(1);
			}
		}
	}

	private static boolean mentioned(LogRecords log, String name) {
		return log.records().stream().anyMatch(record -> LogRecords.message(record).contains(name));
	}

	@Test
	@DisplayName("5.2 the age of a group's spec counts for that group")
	void ageOfSpec() throws Exception {
		TaskGroupFactory factory = TaskGroupFactory.builder().reinterruptEvery(NEVER).warnAfter(NEVER).build();
		Swallower patient = new Swallower();
		Swallower impatient = new Swallower();
		try (LogRecords log = LogRecords.open()) {
			factory.named("patient").run(one -> factory.named("impatient").warnAfter(SOON).run(other -> {
				TaskHandle<String> patientHandle = one.fork("patient-task", patient);
				TaskHandle<String> impatientHandle = other.fork("impatient-task", impatient);
				patient.awaitRunning();
				impatient.awaitRunning();
				patientHandle.cancel();
				impatientHandle.cancel();
				Waits.spinUntil(() -> !log.records().isEmpty());
				patient.release();
				impatient.release();
			}));
			assertThat(log.records()).singleElement()
				.satisfies(record -> assertThat(LogRecords.message(record)).contains("impatient-task"));
		}
	}

	@Test
	@DisplayName("5.2 the interval and the age must be more than zero")
	void intervalsMustBePositive() {
		TaskGroupFactory.Builder builder = TaskGroupFactory.builder();
		TaskGroupSpec spec = TaskGroupFactory.create().named("group");
		for (Duration duration : List.of(Duration.ZERO, Duration.ofMillis(-1))) {
			assertThat(catchThrowable(() -> builder.reinterruptEvery(duration)))
				.isInstanceOf(IllegalArgumentException.class);
			assertThat(catchThrowable(() -> builder.warnAfter(duration))).isInstanceOf(IllegalArgumentException.class);
			assertThat(catchThrowable(() -> spec.reinterruptEvery(duration)))
				.isInstanceOf(IllegalArgumentException.class);
			assertThat(catchThrowable(() -> spec.warnAfter(duration))).isInstanceOf(IllegalArgumentException.class);
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.2 a host that waits in the library is not interrupted again while its threads are")
	void waitingHostIsNotInterruptedAgain(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.builder().reinterruptEvery(SOON).build();
		Swallower stuck = new Swallower();
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Host<CancelScope> host = rig.startCall(() -> factory.named("group").run(group -> {
			group.fork(stuck);
			group.fork(() -> "another");
			stuck.awaitRunning();
			opened.set(group);
			// blocked here, it is interrupted, and so the watch is over the host too
			Waits.forever();
		}));
		Waits.spinUntil(() -> opened.get() != null);
		host.awaitBlocked();
		opened.get().cancel("enough");
		stuck.awaitInterrupts(5);
		stuck.release();
		// had it been interrupted while it waits, that would be somebody else's interrupt
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(opened.get().cancelScope().cancelReason()).contains("enough");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.2 a thread that swallowed its interrupt and went into a shield is not interrupted there again")
	void shieldAfterSwallowedInterrupt(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.builder().reinterruptEvery(SOON).build();
		Swallower clock = new Swallower();
		Holdout<Void> told = Holdout.returning(null);
		Swallower shielded = new Swallower();
		AtomicBoolean inside = new AtomicBoolean();
		rig.run(() -> factory.named("group").run(group -> {
			group.fork(clock);
			group.fork(() -> {
				told.call();
				CancelScope.runShielded(shield -> {
					inside.set(true);
					shielded.call();
				});
			});
			clock.awaitRunning();
			told.awaitRunning();
			group.cancel();
			Waits.spinUntil(told::wasInterrupted);
			told.release();
			Waits.spinUntil(inside::get);
			int before = clock.interrupts();
			clock.awaitInterrupts(before + 4);
			clock.release();
			shielded.release();
		}));
		assertThat(shielded.interrupts()).isZero();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.2 a group's own join inside a cancelled region throws, also when the group is cancelled too")
	void ownJoinInCancelledRegion(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		CancelScope ended = rig.call(() -> groups.named("group").run(group -> {
			group.fork(holdout);
			holdout.awaitRunning();
			group.cancel("of the group");
			CancelScope.run(region -> {
				region.cancel("of the region");
				for (int i = 0; i < 3; i++) {
					assertThat(assertCancelled(group::join)).isNotNull();
				}
				assertThat(holdout.hasEnded()).isFalse();
				holdout.release();
				group.cancelScope();
			});
		}));
		assertThat(ended.cancelCalled()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.2 a task whose code has ended is not interrupted again, while a listener takes its time")
	void endedTaskIsNotInterruptedAgain(Rig rig) throws Exception {
		Swallower clock = new Swallower();
		Holdout<String> told = Holdout.returning("value");
		AtomicBoolean interrupted = new AtomicBoolean();
		CountDownLatch heard = new CountDownLatch(1);
		TaskGroupFactory factory = rig.builder().reinterruptEvery(SOON).listener(new TaskGroupListener() {
			@Override
			public void taskEnded(TaskInfo task, TaskState outcome, Throwable exception, long waitedNanos,
					long ranNanos) {
				if (task.name().equals("told")) {
					clock.awaitInterrupts(clock.interrupts() + 4);
					interrupted.set(Thread.currentThread().isInterrupted());
					heard.countDown();
				}
			}
		}).build();
		rig.run(() -> factory.named("group").run(group -> {
			group.fork(clock);
			group.fork("told", told);
			clock.awaitRunning();
			told.awaitRunning();
			group.cancel();
			Waits.spinUntil(told::wasInterrupted);
			told.release();
			Waits.spinUntil(() -> heard.getCount() == 0);
			clock.release();
		}));
		assertThat(interrupted).isFalse();
	}

	@Test
	@DisplayName("5.2 a task that outlives several cancellations is logged once all the same")
	void loggedOnceForSeveralCancellations() throws Exception {
		TaskGroupFactory factory = TaskGroupFactory.builder().warnAfter(SOON).build();
		Swallower twice = new Swallower();
		Swallower witness = new Swallower();
		try (LogRecords log = LogRecords.open()) {
			factory.named("group").run(group -> {
				TaskHandle<String> first = group.fork("cancelled twice", twice);
				twice.awaitRunning();
				first.cancel();
				Waits.spinUntil(() -> log.records().size() == 1);
				// the elder one is looked at last
				group.fork("witness", witness);
				witness.awaitRunning();
				group.cancel();
				Waits.spinUntil(() -> log.records().size() >= 2);
				first.cancel();
				twice.release();
				witness.release();
			});
			assertThat(log.records()).extracting(LogRecord::getMessage)
				.satisfiesExactly(message -> assertThat(message).contains("'cancelled twice'"),
						message -> assertThat(message).contains("'witness'"));
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.2 a library call that throws counts as the interrupt, though the canceller is still on its way")
	void toldBeforeTheCancellerComes(Rig rig) throws Exception {
		rig.run(() -> {
			CancelScope ended = CancelScope.run(scope -> {
				Thread canceller = Thread.ofPlatform().unstarted(() -> scope.cancel("enough"));
				// the canceller has marked the scope, and cannot get at this thread yet
				synchronized (((Scope) scope).strand()) {
					canceller.start();
					Waits.spinUntil(() -> canceller.getState() == Thread.State.BLOCKED);
					assertThat(assertCancelled(CancelScope::checkpoint).reason()).contains("enough");
				}
				Waits.spinUntil(() -> !canceller.isAlive());
				assertThat(Thread.currentThread().isInterrupted()).isFalse();
				CancelScope.checkpoint();
			});
			assertThat(ended.cancelCaught()).isTrue();
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.2 an interrupt that a group's own join has put off meets the body's next blocking call")
	void interruptPutOffByOwnJoin(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<Boolean> before = new AtomicReference<>();
		AtomicReference<Boolean> after = new AtomicReference<>();
		Host<CancelScope> host = rig.startCall(() -> groups.named("group").run(group -> {
			group.fork(holdout);
			holdout.awaitRunning();
			group.cancel();
			before.set(Thread.currentThread().isInterrupted());
			group.join();
			after.set(Thread.currentThread().isInterrupted());
			Waits.forever();
		}));
		holdout.awaitInterrupted();
		host.awaitBlocked();
		holdout.release();
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(before.get()).isTrue();
		assertThat(after.get()).isTrue();
	}

}
