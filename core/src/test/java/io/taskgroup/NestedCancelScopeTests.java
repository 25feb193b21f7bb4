package io.taskgroup;

import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rule 5.1: scopes nest, and a cancellation reaches all below at once.
 */
@Timeout(30)
class NestedCancelScopeTests {

	private final AtomicReference<CancelScope> scope = new AtomicReference<>();

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.1 threads three groups down are interrupted directly, though nobody in between gives way")
	void threeGroupsDown(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		Sleeper deepest = new Sleeper();
		List<Swallower> between = List.of(new Swallower(), new Swallower(), new Swallower());
		CountDownLatch open = new CountDownLatch(3);
		AtomicReference<TaskGroup> outer = new AtomicReference<>();
		Host<Void> host = rig.start(() -> factory.named("one").run(one -> {
			outer.set(one);
			one.fork(() -> factory.named("two").run(two -> {
				two.fork(() -> factory.named("three").run(three -> {
					three.fork(deepest);
					open.countDown();
					between.get(2).call();
				}));
				open.countDown();
				between.get(1).call();
			}));
			open.countDown();
			between.get(0).call();
		}));
		Waits.on(open);
		deepest.awaitRunning();
		outer.get().cancel();
		Waits.until(deepest::hasEnded);
		assertThat(deepest.wasInterrupted()).isTrue();
		between.forEach(swallower -> swallower.awaitInterrupts(1));
		assertThat(host.isDone()).isFalse();
		between.forEach(Swallower::release);
		host.get();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.1 a failure three groups up reaches the threads below directly too")
	void failureThreeGroupsUp(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		Sleeper deepest = new Sleeper();
		Swallower between = new Swallower();
		CountDownLatch fail = new CountDownLatch(1);
		IllegalStateException failure = new IllegalStateException("failure");
		Host<Void> host = rig.start(() -> factory.named("one").run(one -> {
			one.fork(() -> {
				Waits.on(fail);
				throw failure;
			});
			one.fork(() -> factory.named("two").run(two -> {
				two.fork(() -> factory.named("three").run(three -> three.fork(deepest)));
				between.call();
			}));
		}));
		deepest.awaitRunning();
		between.awaitRunning();
		fail.countDown();
		Waits.until(deepest::hasEnded);
		assertThat(deepest.wasInterrupted()).isTrue();
		between.release();
		assertThat(((TaskGroupException) host.thrown()).exceptions()).containsExactly(failure);
	}

	/** What may be opened below a scope for its tasks to be cancelled with it. */
	enum Below {

		RUN {
			@Override
			void fork(TaskGroupFactory groups, Sleeper sleeper) throws Exception {
				groups.named("group").run(group -> group.fork(sleeper));
			}
		},

		OPEN {
			@Override
			void fork(TaskGroupFactory groups, Sleeper sleeper) throws Exception {
				try (TaskGroup group = groups.named("group").open()) {
					group.fork(sleeper);
					group.join();
				}
			}
		},

		SUPERVISOR {
			@Override
			void fork(TaskGroupFactory groups, Sleeper sleeper) throws Exception {
				try (TaskScope supervisor = groups.named("supervisor").openScope()) {
					supervisor.fork(sleeper);
					supervisor.join();
				}
			}
		},

		GROUP_IN_REGION {
			@Override
			void fork(TaskGroupFactory groups, Sleeper sleeper) throws Exception {
				CancelScope.run(region -> RUN.fork(groups, sleeper));
			}
		},

		GROUP_IN_TASK_OF_SUPERVISOR {
			@Override
			void fork(TaskGroupFactory groups, Sleeper sleeper) throws Exception {
				try (TaskScope supervisor = groups.named("supervisor").openScope()) {
					supervisor.fork(() -> RUN.fork(groups, sleeper));
					supervisor.join();
				}
			}
		},

		REGION_IN_TASK {
			@Override
			void fork(TaskGroupFactory groups, Sleeper sleeper) throws Exception {
				groups.named("group").run(group -> group.fork(() -> CancelScope.run(region -> sleeper.run())));
			}
		};

		abstract void fork(TaskGroupFactory groups, Sleeper sleeper) throws Exception;

	}

	@ParameterizedTest
	@EnumSource(Below.class)
	@DisplayName("5.1 scopes nest, whatever kind they are")
	void kindsNest(Below below) throws Exception {
		TaskGroupFactory factory = TaskGroupFactory.create();
		Sleeper sleeper = new Sleeper();
		Host<CancelScope> host = Rig.PLATFORM.startCall(() -> CancelScope.<Exception>run(entered -> {
			this.scope.set(entered);
			below.fork(factory, sleeper);
		}));
		sleeper.awaitRunning();
		this.scope.get().cancel();
		assertThat(host.get().cancelCalled()).isTrue();
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Below.class)
	@DisplayName("5.1 what is opened in a scope that is cancelled already is cancelled from the start")
	void openedInCancelledScope(Below below) throws Exception {
		TaskGroupFactory factory = TaskGroupFactory.create();
		Sleeper sleeper = new Sleeper();
		CancelScope.<Exception>run(entered -> {
			entered.cancel();
			below.fork(factory, sleeper);
		});
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.1 cancelling a scope leaves those around it and beside it alone")
	void scopesAroundAndBeside(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		Sleeper below = new Sleeper();
		Swallower beside = new Swallower();
		Swallower around = new Swallower();
		AtomicReference<CancelScope> innerEnded = new AtomicReference<>();
		Host<CancelScope> host = rig.startCall(() -> factory.named("outer").run(outer -> {
			outer.fork(around);
			outer.fork(() -> factory.named("beside").run(group -> group.fork(beside)));
			outer.fork(() -> innerEnded.set(factory.named("inner").run(inner -> {
				this.scope.set(inner.cancelScope());
				inner.fork(below);
			})));
		}));
		around.awaitRunning();
		beside.awaitRunning();
		below.awaitRunning();
		Waits.until(() -> this.scope.get() != null);
		this.scope.get().cancel();
		Waits.until(() -> innerEnded.get() != null);
		assertThat(innerEnded.get().cancelCaught()).isTrue();
		around.release();
		beside.release();
		assertThat(host.get().cancelCalled()).isFalse();
		assertThat(around.interrupts()).isZero();
		assertThat(beside.interrupts()).isZero();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.1 all tasks of all groups below are reached, wide and deep")
	void wideAndDeep(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		List<Sleeper> sleepers = new CopyOnWriteArrayList<>();
		List<TaskHandle<?>> handles = new CopyOnWriteArrayList<>();
		CountDownLatch running = new CountDownLatch(27);
		AtomicReference<TaskGroup> outer = new AtomicReference<>();
		Host<CancelScope> host = rig.startCall(() -> factory.named("one").run(one -> {
			outer.set(one);
			three(() -> handles.add(one.fork(() -> factory.named("two")
				.run(two -> three(() -> handles.add(two.fork(() -> factory.named("three").run(three -> three(() -> {
					Sleeper sleeper = new Sleeper();
					sleepers.add(sleeper);
					handles.add(three.fork(sleeper));
					running.countDown();
				})))))))));
		}));
		Waits.on(running);
		for (Sleeper sleeper : sleepers) {
			sleeper.awaitRunning();
		}
		outer.get().cancel("enough");
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(sleepers).hasSize(27).allMatch(Sleeper::wasInterrupted);
		assertThat(handles).hasSize(39)
			.allSatisfy(handle -> assertThat(handle.outcome()).isEqualTo(new Outcome.Cancelled<>("enough")));
	}

	private static void three(TaskAction action) throws Exception {
		for (int i = 0; i < 3; i++) {
			action.run();
		}
	}

	@Test
	@DisplayName("5.1 within one thread scopes nest as deep as one likes")
	void deepWithinOneThread() throws Exception {
		List<CancelScope> inside = new ArrayList<>();
		CancelScope outer = CancelScope.<Exception>run(outermost -> nest(200, inside, () -> {
			outermost.cancel();
			Waits.forever();
		}));
		assertThat(outer.cancelCaught()).isTrue();
		assertThat(inside).hasSize(200).noneMatch(CancelScope::cancelCaught);
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	private static void nest(int depth, List<CancelScope> scopes, TaskAction innermost) throws Exception {
		if (depth == 0) {
			innermost.run();
			return;
		}
		CancelScope.<Exception>run(scope -> {
			scopes.add(scope);
			nest(depth - 1, scopes, innermost);
		});
	}

	@Test
	@DisplayName("5.1 an interrupt that hangs in one thread does not freeze the library: no lock is held meanwhile")
	void hangingInterruptFreezesNothing() throws Exception {
		TaskGroupFactory factory = TaskGroupFactory.builder().threadFactory(TrackedThreads.platform()).build();
		HangingChannel channel = new HangingChannel();
		AtomicReference<TaskGroup> group = new AtomicReference<>();
		AtomicReference<TaskHandle<?>> handle = new AtomicReference<>();
		Host<Void> host = Rig.PLATFORM.start(() -> factory.named("group").run(open -> {
			handle.set(open.fork(channel::read));
			group.set(open);
		}));
		channel.awaitReading();
		Waits.until(() -> group.get() != null);
		Host<Void> canceller = Rig.PLATFORM.start(() -> group.get().cancel());
		try {
			channel.awaitClosing();
			Rig.PLATFORM.run(() -> {
				assertThat(handle.get().state()).isEqualTo(TaskState.CANCELLING);
				group.get().cancel();
				factory.named("another").run(another -> another.fork(() -> "value").await());
				TaskHandle<String> late = group.get().fork(() -> "value");
				assertThat(late.await()).isEqualTo("value");
				CancelScope.run(region -> {
					region.cancel();
					Waits.forever();
				});
			});
		}
		finally {
			channel.release();
		}
		canceller.get();
		host.get();
	}

	/**
	 * A channel that cannot be closed: whoever interrupts its reader gets an exception.
	 */
	private static final class FailingChannel extends AbstractInterruptibleChannel {

		private final CountDownLatch reading = new CountDownLatch(1);

		void read() throws Exception {
			begin();
			try {
				this.reading.countDown();
				Waits.spinUntil(() -> Thread.currentThread().isInterrupted());
			}
			finally {
				end(true);
			}
		}

		@Override
		protected void implCloseChannel() {
			throw new IllegalStateException("cannot be closed");
		}

	}

	@Test
	@DisplayName("5.1 an interrupt that throws, out of a channel's closing, keeps neither the others from being told nor leaves itself behind")
	void throwingInterruptHoldsUpNobody() throws Exception {
		TaskGroupFactory factory = TaskGroupFactory.builder().threadFactory(TrackedThreads.platform()).build();
		List<Sleeper> sleepers = List.of(new Sleeper(), new Sleeper());
		List<FailingChannel> channels = List.of(new FailingChannel(), new FailingChannel());
		AtomicReference<TaskGroup> group = new AtomicReference<>();
		AtomicBoolean interruptedAfterwards = new AtomicBoolean(true);
		try (LogRecords log = LogRecords.open()) {
			Host<Void> host = Rig.PLATFORM.start(() -> {
				factory.named("group").run(open -> {
					open.fork(sleepers.get(0));
					open.fork(channels.get(0)::read);
					open.fork(sleepers.get(1));
					group.set(open);
					channels.get(1).read();
				});
				interruptedAfterwards.set(Thread.currentThread().isInterrupted());
			});
			for (Sleeper sleeper : sleepers) {
				sleeper.awaitRunning();
			}
			for (FailingChannel channel : channels) {
				Waits.on(channel.reading);
			}
			group.get().cancel();
			Waits.spinUntil(() -> sleepers.stream().allMatch(Sleeper::wasInterrupted));
			host.get();
			assertThat(interruptedAfterwards).isFalse();
			assertThat(log.records()).allSatisfy(record -> assertThat(record.getThrown()).isNotNull());
		}
	}

}
