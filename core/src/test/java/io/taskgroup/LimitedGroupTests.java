package io.taskgroup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.taskgroup.GroupAssertions.assertFailsWith;
import static io.taskgroup.GroupAssertions.assertInterrupt;
import static io.taskgroup.TaskGroupSpec.WhenFull.REJECT;
import static io.taskgroup.TaskGroupSpec.WhenFull.WAIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tasks that wait for a permit.
 */
@Timeout(30)
class LimitedGroupTests {

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	private final ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);

	private final TaskGroupSpec spec = this.groups.named("group").limiter(this.limiter);

	private final Holdout<String> first = Holdout.returning("first");

	private final AtomicInteger ran = new AtomicInteger();

	@Test
	@DisplayName("3.7 a task that gets its permit when its group is cancelled already, and it has not been told, never runs")
	void grantedBeforeTold() throws Exception {
		HangingChannel channel = new HangingChannel();
		CompletableFuture<TaskLimiter.Permit> holder = this.limiter.acquire();
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		AtomicReference<TaskHandle<Integer>> queued = new AtomicReference<>();
		Host<CancelScope> host = Rig.PLATFORM.startCall(() -> this.spec.run((group) -> {
			opened.set(group);
			queued.set(group.fork(this.ran::incrementAndGet));
			channel.read();
		}));
		channel.awaitReading();
		// it interrupts the host before it comes to the tasks
		Host<Void> canceller = Rig.PLATFORM.start(() -> opened.get().cancel("not needed"));
		channel.awaitClosing();
		try {
			assertThat(queued.get().state()).isEqualTo(TaskState.QUEUED);
			holder.resultNow().release(TaskState.SUCCESS);
			assertThat(queued.get().outcome()).isEqualTo(new Outcome.Cancelled<>("not needed"));
		}
		finally {
			channel.release();
		}
		canceller.get();
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(this.ran).hasValue(0);
		assertThat(this.limiter.inUse()).isZero();
	}

	@Test
	@DisplayName("4.1 a task that waits for a permit is QUEUED and not done, then runs")
	void queued() throws Exception {
		Rig.VIRTUAL.run(() -> this.spec.run((group) -> {
			TaskHandle<String> running = group.fork(this.first);
			this.first.awaitRunning();
			TaskHandle<String> queued = group.fork("second", () -> "value");
			assertThat(running.state()).isEqualTo(TaskState.RUNNING);
			assertThat(queued.state()).isEqualTo(TaskState.QUEUED);
			assertThat(queued.isDone()).isFalse();
			assertThatThrownBy(queued::outcome).isInstanceOf(IllegalStateException.class);
			assertThatThrownBy(queued::resultNow).isInstanceOf(IllegalStateException.class);
			this.first.release();
			assertThat(queued.await()).isEqualTo("value");
		}));
	}

	@Test
	@DisplayName("3.7 a queued task that is cancelled alone never runs, and harms nobody")
	void cancelOfQueued() throws Exception {
		Rig.VIRTUAL.run(() -> this.spec.run((group) -> {
			group.fork(this.first);
			TaskHandle<Integer> second = group.fork(this.ran::incrementAndGet);
			TaskHandle<String> third = group.fork(() -> "third");
			assertThat(second.cancel("not needed")).isTrue();
			assertThat(second.state()).isEqualTo(TaskState.CANCELLED);
			assertThat(second.isDone()).isTrue();
			assertThat(second.outcome()).isEqualTo(new Outcome.Cancelled<>("not needed"));
			assertThat(second.cancel()).isFalse();
			assertThat(this.limiter.waiting()).isEqualTo(1);
			assertThat(third.state()).isEqualTo(TaskState.QUEUED);
			assertThatExceptionOfType(TaskCancelledException.class).isThrownBy(second::await)
				.withMessageContaining("not needed");
			this.first.release();
			assertThat(third.await()).isEqualTo("third");
		}));
		assertThat(this.ran).hasValue(0);
		assertUnused();
	}

	@Test
	@DisplayName("3.7 whoever awaits a queued task is told of its cancellation")
	void awaiterOfQueued() throws Exception {
		Rig.VIRTUAL.run(() -> this.spec.run((group) -> {
			group.fork(this.first);
			TaskHandle<Integer> second = group.fork(this.ran::incrementAndGet);
			Host<Integer> awaiter = Rig.VIRTUAL.startCall(second::await);
			awaiter.awaitBlocked();
			second.cancel("not needed");
			assertThat(awaiter.thrown()).isInstanceOf(TaskCancelledException.class).hasMessageContaining("not needed");
			this.first.release();
		}));
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("3.7 cancelling the group cancels its queued tasks at once; they never run")
	void cancelOfGroup() throws Exception {
		CancelScope scope = Rig.VIRTUAL.call(() -> this.spec.run((group) -> {
			group.fork(this.first);
			List<TaskHandle<Integer>> queued = new ArrayList<>();
			for (int i = 0; i < 100; i++) {
				queued.add(group.fork(this.ran::incrementAndGet));
			}
			group.cancel("enough");
			assertThat(queued).extracting(TaskHandle::state).containsOnly(TaskState.CANCELLED);
			assertThat(queued.getLast().outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
			assertThat(this.limiter.waiting()).isZero();
			assertThat(this.limiter.inUse()).isEqualTo(1);
			this.first.release();
		}));
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(this.ran).hasValue(0);
		assertUnused();
	}

	@Test
	@DisplayName("3.2, 3.4 a failure cancels the queued tasks, and they carry its reason")
	void failureCancelsQueued() throws Exception {
		IOException failure = new IOException("failure");
		CountDownLatch forked = new CountDownLatch(1);
		AtomicReference<TaskHandle<Integer>> queued = new AtomicReference<>();
		Rig.VIRTUAL.run(() -> assertFailsWith(() -> this.spec.run((group) -> {
			group.fork("broken", () -> {
				Waits.on(forked);
				throw failure;
			});
			queued.set(group.fork(this.ran::incrementAndGet));
			forked.countDown();
		}), failure));
		assertThat(queued.get().outcome()).isEqualTo(new Outcome.Cancelled<>("failure in broken"));
		assertThat(this.ran).hasValue(0);
		assertUnused();
	}

	@Test
	@DisplayName("5.1 cancelling a scope further out cancels queued tasks at once")
	void cancelOfOuterScope() throws Exception {
		Rig.VIRTUAL
			.run(() -> CancelScope.run((scope) -> this.groups.named("outer").run((outer) -> this.spec.run((group) -> {
				group.fork(this.first);
				TaskHandle<Integer> queued = group.fork(this.ran::incrementAndGet);
				scope.cancel("over");
				assertThat(queued.outcome()).isEqualTo(new Outcome.Cancelled<>("over"));
				assertThat(this.limiter.waiting()).isZero();
				this.first.release();
			}))));
		assertThat(this.ran).hasValue(0);
		assertUnused();
	}

	@Test
	@DisplayName("3.7 fork on a cancelled group, where the task would have to wait, gives CANCELLED at once")
	void forkOnCancelled() throws Exception {
		Rig.VIRTUAL.run(() -> this.spec.run((group) -> {
			group.fork(this.first);
			group.cancel("enough");
			TaskHandle<Integer> late = group.fork(this.ran::incrementAndGet);
			assertThat(late.outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
			assertThat(this.limiter.waiting()).isZero();
			this.first.release();
		}));
		assertThat(this.ran).hasValue(0);
		assertUnused();
	}

	@Test
	@DisplayName("3.7 fork on a cancelled group, where a permit is free, starts the task already cancelled")
	void forkOnCancelledWithPermit() throws Exception {
		Rig.VIRTUAL.run(() -> this.spec.run((group) -> {
			group.cancel("enough");
			TaskHandle<Void> late = group.fork(() -> {
				this.ran.incrementAndGet();
				CancelScope.checkpoint();
			});
			Waits.spinUntil(late::isDone);
			assertThat(late.outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
		}));
		assertThat(this.ran).hasValue(1);
		assertUnused();
	}

	@Test
	@DisplayName("3.7, 6.3 start on a cancelled group, where the task would have to wait, throws; it never runs")
	void startOnCancelled() throws Exception {
		Rig.VIRTUAL.run(() -> {
			try (TaskScope scope = this.spec.openScope()) {
				scope.fork(this.first);
				this.first.awaitRunning();
				scope.cancel("enough");
				assertThatExceptionOfType(TaskCancelledException.class)
					.isThrownBy(() -> scope.startAction((status) -> this.ran.incrementAndGet()))
					.withMessageContaining("enough");
				this.first.release();
			}
		});
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("6.3 start waits for the task's permit, and a caller cancelled meanwhile takes it out of the queue")
	void startWaitsForPermit() throws Exception {
		Rig.VIRTUAL.run(() -> this.spec.run((group) -> {
			group.fork(this.first);
			AtomicReference<CancelScope> callers = new AtomicReference<>();
			Host<CancelScope> caller = Rig.VIRTUAL.startCall(() -> CancelScope.run((scope) -> {
				callers.set(scope);
				group.startAction((status) -> this.ran.incrementAndGet());
			}));
			Waits.until(() -> this.limiter.waiting() == 1);
			caller.awaitBlocked();
			callers.get().cancel();
			assertThat(caller.get().cancelCaught()).isTrue();
			assertThat(this.limiter.waiting()).isZero();
			Host<StartedTask<String, Void>> second = Rig.VIRTUAL
				.startCall(() -> group.startAction((TaskStatus<String> status) -> status.started("up")));
			Waits.until(() -> this.limiter.waiting() == 1);
			assertThat(second.isDone()).isFalse();
			this.first.release();
			assertThat(second.get().startValue()).isEqualTo("up");
		}));
		assertThat(this.ran).hasValue(0);
		assertUnused();
	}

	@Test
	@DisplayName("3.1 run comes back only when the queued tasks have run, too")
	void runWaitsForQueued() throws Exception {
		Rig.VIRTUAL.run(() -> this.spec.run((group) -> {
			for (int i = 0; i < 500; i++) {
				group.fork(this.ran::incrementAndGet);
			}
		}));
		assertThat(this.ran).hasValue(500);
		assertUnused();
	}

	@Test
	@DisplayName("3.9 a queued task whose thread cannot start has FAILED, and its permit goes on to the next")
	void queuedThreadCannotStart() throws Exception {
		OutOfMemoryError error = new OutOfMemoryError("unable to create native thread");
		AtomicBoolean broken = new AtomicBoolean();
		ThreadFactory threads = breaking(broken, error);
		TaskGroupFactory factory = TaskGroupFactory.builder().threadFactory(threads).build();
		List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
		Rig.VIRTUAL.run(() -> {
			try (TaskScope scope = factory.named("scope")
				.limiter(this.limiter)
				.onError((task, exception) -> failures.add(exception))
				.openScope()) {
				scope.fork(this.first);
				this.first.awaitRunning();
				List<TaskHandle<Integer>> queued = new ArrayList<>();
				for (int i = 0; i < 3; i++) {
					queued.add(scope.fork(this.ran::incrementAndGet));
				}
				broken.set(true);
				this.first.release();
				scope.join();
				// the factory breaks down once
				assertThat(queued.get(0).state()).isEqualTo(TaskState.FAILED);
				assertThat(queued.get(0).exceptionNow()).isSameAs(error);
				assertThat(queued.get(1).state()).isEqualTo(TaskState.SUCCESS);
				assertThat(queued.get(2).state()).isEqualTo(TaskState.SUCCESS);
			}
		});
		assertThat(failures).containsExactly(error);
		assertThat(this.ran).hasValue(2);
		assertUnused();
	}

	@Test
	@DisplayName("3.9, 3.2 a queued task whose thread cannot start fails its group")
	void queuedThreadCannotStartInGroup() throws Exception {
		OutOfMemoryError error = new OutOfMemoryError("unable to create native thread");
		AtomicBoolean broken = new AtomicBoolean();
		TaskGroupFactory factory = TaskGroupFactory.builder().threadFactory(breaking(broken, error)).build();
		Rig.VIRTUAL.run(() -> assertFailsWith(() -> factory.named("group").limiter(this.limiter).run((group) -> {
			group.fork(this.first);
			this.first.awaitRunning();
			group.fork(this.ran::incrementAndGet);
			broken.set(true);
			this.first.release();
		}), error));
		assertThat(this.ran).hasValue(0);
		assertUnused();
	}

	@Test
	@DisplayName("3.9 fork throws what the thread factory throws, and gives the permit back")
	void threadCannotStart() throws Exception {
		OutOfMemoryError error = new OutOfMemoryError("unable to create native thread");
		AtomicBoolean broken = new AtomicBoolean(true);
		TaskGroupFactory factory = TaskGroupFactory.builder().threadFactory(breaking(broken, error)).build();
		Rig.VIRTUAL.run(() -> factory.named("group").limiter(this.limiter).run((group) -> {
			assertThat(catchThrowable(() -> group.fork(this.ran::incrementAndGet))).isSameAs(error);
			assertUnused();
			assertThat(group.fork(() -> "value").await()).isEqualTo("value");
		}));
		assertThat(this.ran).hasValue(0);
	}

	/** Throws the error once when it is broken. */
	private static ThreadFactory breaking(AtomicBoolean broken, Error error) {
		TrackedThreads threads = TrackedThreads.virtual();
		return (task) -> {
			if (broken.getAndSet(false)) {
				throw error;
			}
			return threads.newThread(task);
		};
	}

	@Test
	@DisplayName("8.5 a negative capacity is an IllegalArgumentException")
	void negativeCapacity() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.spec.queue(-1, WAIT));
		assertThatIllegalArgumentException().isThrownBy(() -> this.spec.queue(-1, REJECT));
	}

	@Test
	@DisplayName("8.5 a full queue rejects: fork throws, the task never runs, the group goes on")
	void rejects() throws Exception {
		Rig.VIRTUAL.run(() -> this.spec.queue(2, REJECT).run((group) -> {
			group.fork(this.first);
			TaskHandle<Integer> second = group.fork(this.ran::incrementAndGet);
			TaskHandle<Integer> third = group.fork(this.ran::incrementAndGet);
			assertThatExceptionOfType(TaskRejectedException.class)
				.isThrownBy(() -> group.fork(this.ran::incrementAndGet))
				.isInstanceOf(RejectedExecutionException.class)
				.withMessageContaining("group")
				.withMessageContaining("2");
			assertThatExceptionOfType(TaskRejectedException.class)
				.isThrownBy(() -> group.startAction((status) -> this.ran.incrementAndGet()));
			assertThat(this.limiter.waiting()).isEqualTo(2);
			second.cancel();
			TaskHandle<Integer> fourth = group.fork(this.ran::incrementAndGet);
			assertThat(fourth.state()).isEqualTo(TaskState.QUEUED);
			this.first.release();
			assertThat(third.await() + fourth.await()).isEqualTo(3);
		}));
		assertThat(this.ran).hasValue(2);
		assertUnused();
	}

	@Test
	@DisplayName("8.5 a capacity of zero rejects only what would have to wait")
	void rejectsWithoutQueue() throws Exception {
		Rig.VIRTUAL.run(() -> this.spec.queue(0, REJECT).run((group) -> {
			TaskHandle<String> running = group.fork(this.first);
			this.first.awaitRunning();
			assertThatExceptionOfType(TaskRejectedException.class)
				.isThrownBy(() -> group.fork(this.ran::incrementAndGet));
			this.first.release();
			running.awaitDone();
			Waits.until(() -> this.limiter.inUse() == 0);
			assertThat(group.fork(() -> "value").await()).isEqualTo("value");
		}));
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("8.5 a full queue makes fork wait until there is room")
	void waitsForRoom() throws Exception {
		AtomicInteger forked = new AtomicInteger();
		Host<CancelScope> host = Rig.VIRTUAL.startCall(() -> this.spec.queue(2, WAIT).run((group) -> {
			group.fork(this.first);
			this.first.awaitRunning();
			for (int i = 0; i < 50; i++) {
				group.fork(this.ran::incrementAndGet);
				forked.incrementAndGet();
				assertThat(this.limiter.waiting()).isLessThanOrEqualTo(2);
			}
		}));
		Waits.until(() -> forked.get() == 2);
		host.awaitBlocked();
		assertThat(forked).hasValue(2);
		assertThat(this.limiter.waiting()).isEqualTo(2);
		this.first.release();
		host.get();
		assertThat(this.ran).hasValue(50);
		assertUnused();
	}

	@Test
	@DisplayName("8.5 a queue in which fork waits has room for one at least")
	void waitsWithoutQueue() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.spec.queue(0, WAIT))
			.withMessageContaining("at least 1");
	}

	@Test
	@DisplayName("8.5 the queue is the group's: another group's waiting tasks take no room in it")
	void queueIsTheGroups() throws Exception {
		Rig.VIRTUAL.run(() -> this.spec.run((other) -> {
			other.fork(this.first);
			for (int i = 0; i < 10; i++) {
				other.fork(this.ran::incrementAndGet);
			}
			this.spec.queue(1, REJECT).run((group) -> {
				group.fork(this.ran::incrementAndGet);
				assertThatExceptionOfType(TaskRejectedException.class)
					.isThrownBy(() -> group.fork(this.ran::incrementAndGet));
				this.first.release();
			});
		}));
		assertThat(this.ran).hasValue(11);
	}

	@Test
	@DisplayName("8.5, 3.7 a fork that waits for room when the group is cancelled gives CANCELLED")
	void cancelledWhileItWaitsForRoom() throws Exception {
		AtomicReference<TaskHandle<Integer>> waited = new AtomicReference<>();
		AtomicReference<TaskGroup> opened = new AtomicReference<>();
		Host<CancelScope> host = Rig.VIRTUAL.startCall(() -> this.spec.queue(1, WAIT).run((group) -> {
			group.fork(this.first);
			this.first.awaitRunning();
			group.fork(this.ran::incrementAndGet);
			opened.set(group);
			waited.set(group.fork(this.ran::incrementAndGet));
		}));
		Waits.until(() -> opened.get() != null);
		host.awaitBlocked();
		opened.get().cancel("enough");
		Waits.until(() -> waited.get() != null);
		assertThat(waited.get().outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
		this.first.release();
		host.get();
		assertThat(this.ran).hasValue(0);
		assertUnused();
	}

	@Test
	@DisplayName("8.5, 3.7 a task that is cancelled by its number while its fork waits for room never runs")
	void cancelledByNumberWhileItWaitsForRoom() throws Exception {
		AtomicReference<TaskHandle<Integer>> waited = new AtomicReference<>();
		Holdout<Void> second = Holdout.returning(null);
		Host<CancelScope> host = Rig.VIRTUAL.startCall(() -> this.spec.queue(1, WAIT).run((group) -> {
			group.fork(this.first);
			this.first.awaitRunning();
			group.fork(second);
			waited.set(group.fork(this.ran::incrementAndGet));
			assertThat(waited.get().outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
			second.release();
		}));
		this.first.awaitRunning();
		host.awaitBlocked();
		TaskScopeSnapshot group = this.groups.snapshot().getFirst();
		long youngest = group.tasks().stream().mapToLong(TaskSnapshot::id).max().orElseThrow();
		assertThat(this.groups.cancel(youngest, CancelKind.EXPLICIT, "enough")).isTrue();
		this.first.release();
		host.get();
		assertThat(this.ran).hasValue(0);
		assertUnused();
	}

	@Test
	@DisplayName("8.5, 3.6 a foreign interrupt ends the wait for room, and is not lost")
	void interruptedWhileItWaitsForRoom() throws Exception {
		CountDownLatch forking = new CountDownLatch(1);
		Host<CancelScope> host = Rig.VIRTUAL.startCall(() -> this.spec.queue(1, WAIT).run((group) -> {
			group.fork(this.first);
			this.first.awaitRunning();
			group.fork(this.ran::incrementAndGet);
			forking.countDown();
			group.fork(this.ran::incrementAndGet);
		}));
		Waits.on(forking);
		host.awaitBlocked();
		host.interrupt();
		this.first.awaitInterrupted();
		this.first.release();
		assertInterrupt(host.thrown());
		assertThat(this.ran).hasValue(0);
		assertUnused();
	}

	@Test
	@DisplayName("8.5, 3.6 a fork that is interrupted while it waits for room leaves the flag set for who catches that")
	void flagAfterInterruptedFork() throws Exception {
		CountDownLatch forking = new CountDownLatch(1);
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		AtomicBoolean flag = new AtomicBoolean();
		Host<CancelScope> host = Rig.VIRTUAL.startCall(() -> this.spec.queue(1, WAIT).run((group) -> {
			group.fork(this.first);
			this.first.awaitRunning();
			group.fork(this.ran::incrementAndGet);
			forking.countDown();
			thrown.set(catchThrowable(() -> group.fork(this.ran::incrementAndGet)));
			flag.set(Thread.interrupted());
			this.first.release();
		}));
		Waits.on(forking);
		host.awaitBlocked();
		host.interrupt();
		host.get();
		assertThat(thrown.get()).isInstanceOf(TaskCancelledException.class);
		assertThat(flag).isTrue();
		assertThat(this.ran).hasValue(1);
		assertUnused();
	}

	@Test
	@DisplayName("8.5, 5.2 a fork that waits for room throws when its caller's own scope is cancelled, and forks nothing")
	void callerCancelledWhileItWaitsForRoom() throws Exception {
		try (TaskScope scope = this.spec.queue(1, WAIT).openScope()) {
			scope.fork(this.first);
			this.first.awaitRunning();
			scope.fork(this.ran::incrementAndGet);
			CancelScope callers = CancelScope.create();
			AtomicReference<Throwable> thrown = new AtomicReference<>();
			Host<Void> caller = Rig.VIRTUAL.start(() -> callers
				.enter((entered) -> thrown.set(catchThrowable(() -> scope.fork(this.ran::incrementAndGet)))));
			Waits.spinUntil(() -> caller.thread().isAlive());
			caller.awaitBlocked();
			callers.cancel("no patience");
			caller.get();
			assertThat(thrown.get()).isInstanceOf(TaskCancelledException.class).hasMessageContaining("no patience");
			assertThat(this.limiter.waiting()).isEqualTo(1);
			this.first.release();
			scope.join();
		}
		assertThat(this.ran).hasValue(1);
		assertUnused();
	}

	@Test
	@DisplayName("8.5 a spec is immutable: limits set on it are another spec's")
	void immutable() throws Exception {
		TaskGroupSpec base = this.groups.named("base");
		TaskGroupSpec limited = base.maxConcurrency(1).queue(0, REJECT);
		Rig.VIRTUAL.run(() -> base.run((group) -> {
			group.fork(this.first);
			assertThat(group.fork(() -> "value").await()).isEqualTo("value");
			this.first.release();
		}));
		Holdout<Void> second = Holdout.returning(null);
		Rig.VIRTUAL.run(() -> limited.run((group) -> {
			group.fork(second);
			assertThatExceptionOfType(TaskRejectedException.class).isThrownBy(() -> group.fork(() -> "value"));
			second.release();
		}));
	}

	private void assertUnused() {
		assertThat(this.limiter.inUse()).isZero();
		assertThat(this.limiter.waiting()).isZero();
	}

}
