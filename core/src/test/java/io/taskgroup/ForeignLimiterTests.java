package io.taskgroup;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.taskgroup.GroupAssertions.runAndForget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Limiters of somebody else's that throw where they should not, or answer at the worst
 * moment.
 */
@Timeout(30)
class ForeignLimiterTests {

	/** More than frames fit on a stack. */
	private static final int MANY = 100_000;

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	private final TaskGroupSpec spec = this.groups.named("group");

	private final ConcurrencyLimiter one = ConcurrencyLimiter.of(1);

	private final IllegalStateException failure = new IllegalStateException("failure");

	private final AtomicReference<TaskGroup> opened = new AtomicReference<>();

	private final AtomicInteger ran = new AtomicInteger();

	@Test
	@DisplayName("3.9, 3.1 a limiter that throws as its task is cancelled: fork throws, and the group ends")
	void throwsAsItIsCancelled() throws Exception {
		TaskLimiter limiter = () -> {
			this.opened.get().cancel();
			throw this.failure;
		};
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Rig.VIRTUAL.run(() -> this.spec.limiter(this.one).limiter(limiter).run((group) -> {
			this.opened.set(group);
			thrown.set(catchThrowable(() -> group.fork(this.ran::incrementAndGet)));
		}));
		assertThat(thrown.get()).isSameAs(this.failure);
		assertThat(this.one.inUse()).isZero();
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("8.2 a limiter that cancels a queued task as it is asked for it, and throws: the permit of another one comes back")
	void throwsAsAQueuedTaskIsCancelled() throws Exception {
		AtomicReference<TaskHandle<Integer>> victim = new AtomicReference<>();
		TaskLimiter limiter = () -> {
			if (victim.get() == null) {
				return granted();
			}
			victim.get().cancel();
			throw this.failure;
		};
		CountDownLatch forked = new CountDownLatch(1);
		Rig.VIRTUAL.run(() -> this.spec.limiter(this.one).limiter(limiter).run((group) -> {
			group.fork(() -> Waits.on(forked));
			victim.set(group.fork(this.ran::incrementAndGet));
			forked.countDown();
		}));
		assertThat(victim.get().state()).isEqualTo(TaskState.CANCELLED);
		assertThat(this.one.inUse()).isZero();
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("8.5 a fork whose limiter throws takes no room in the queue")
	void throwingTakesNoRoom() throws Exception {
		AtomicBoolean broken = new AtomicBoolean(true);
		TaskLimiter limiter = () -> {
			if (broken.getAndSet(false)) {
				throw this.failure;
			}
			return granted();
		};
		Holdout<String> first = Holdout.returning("first");
		Rig.VIRTUAL.run(() -> {
			try (TaskScope scope = this.spec.limiter(this.one)
				.limiter(limiter)
				.queue(1, TaskGroupSpec.WhenFull.REJECT)
				.openScope()) {
				assertThat(catchThrowable(() -> scope.fork(this.ran::incrementAndGet))).isSameAs(this.failure);
				scope.fork(first);
				first.awaitRunning();
				TaskHandle<Integer> second = scope.fork(this.ran::incrementAndGet);
				assertThat(second.state()).isEqualTo(TaskState.QUEUED);
				first.release();
				assertThat(second.await()).isEqualTo(1);
			}
		});
	}

	@Test
	@DisplayName("8.2 a limiter that throws when the queue is full holds no permit of another one")
	void throwsWhenTheQueueIsFull() throws Exception {
		TaskLimiter limiter = () -> {
			throw this.failure;
		};
		Rig.VIRTUAL.run(() -> {
			try (TaskScope scope = this.spec.limiter(this.one)
				.limiter(limiter)
				.queue(0, TaskGroupSpec.WhenFull.REJECT)
				.openScope()) {
				assertThat(catchThrowable(() -> scope.fork(this.ran::incrementAndGet))).isSameAs(this.failure);
				assertThat(this.one.inUse()).isZero();
			}
		});
	}

	@Test
	@DisplayName("8.2 a limiter that grants at once as its task is cancelled: each permit is given back once")
	void grantsAsItIsCancelled() throws Exception {
		List<TaskState> released = Collections.synchronizedList(new ArrayList<>());
		TaskLimiter limiter = () -> {
			CompletableFuture<TaskLimiter.Permit> promise = new CompletableFuture<>() {

				private final AtomicBoolean looked = new AtomicBoolean();

				@Override
				public boolean isDone() {
					if (!this.looked.getAndSet(true)) {
						ForeignLimiterTests.this.opened.get().cancel();
					}
					return super.isDone();
				}

			};
			promise.complete(released::add);
			return promise;
		};
		Rig.VIRTUAL.run(() -> this.spec.limiter(this.one).limiter(limiter).run((group) -> {
			this.opened.set(group);
			group.fork(this.ran::incrementAndGet);
		}));
		assertThat(this.one.inUse()).isZero();
		assertThat(released).containsExactly(TaskState.CANCELLED);
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("8.1 a promise that cannot be cancelled keeps no task from ending; what comes of it is given back")
	void cannotBeCancelled() throws Exception {
		CompletableFuture<TaskLimiter.Permit> promise = new CompletableFuture<>() {
			@Override
			public boolean cancel(boolean mayInterruptIfRunning) {
				throw ForeignLimiterTests.this.failure;
			}
		};
		AtomicReference<TaskState> released = new AtomicReference<>();
		try (LogRecords records = LogRecords.open()) {
			Rig.VIRTUAL.run(() -> this.spec.limiter(this.one).limiter(() -> promise).run((group) -> {
				TaskHandle<Integer> task = group.fork(this.ran::incrementAndGet);
				assertThat(task.cancel()).isTrue();
				assertThat(task.state()).isEqualTo(TaskState.CANCELLED);
				assertThat(this.one.inUse()).isZero();
			}));
			assertThat(records.records()).anyMatch((record) -> record.getThrown() == this.failure);
		}
		promise.complete(released::set);
		assertThat(released).hasValue(TaskState.CANCELLED);
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("8.5 a fork that finds the queue full does not wait for a promise that cannot be cancelled")
	void cannotBeCancelledWhenTheQueueIsFull() throws Exception {
		CompletableFuture<TaskLimiter.Permit> promise = new CompletableFuture<>() {
			@Override
			public boolean cancel(boolean mayInterruptIfRunning) {
				return false;
			}
		};
		AtomicReference<TaskState> released = new AtomicReference<>();
		Rig.VIRTUAL.run(() -> this.spec.limiter(() -> promise).queue(0, TaskGroupSpec.WhenFull.REJECT).run((group) -> {
			Throwable thrown = catchThrowable(() -> group.fork(this.ran::incrementAndGet));
			assertThat(thrown).isInstanceOf(TaskRejectedException.class);
		}));
		promise.complete(released::set);
		assertThat(released).hasValue(TaskState.CANCELLED);
	}

	@Test
	@DisplayName("8.3 an error handler may wait for a task that was granted with the one that was refused")
	void handlerWaitsForOneGrantedWithIt() throws Exception {
		AtomicBoolean broken = new AtomicBoolean();
		TaskLimiter limiter = () -> broken.getAndSet(false) ? CompletableFuture.failedFuture(this.failure) : granted();
		Holdout<String> first = Holdout.returning("first");
		AtomicReference<TaskHandle<String>> third = new AtomicReference<>();
		AtomicReference<TaskState> awaited = new AtomicReference<>();
		Rig.VIRTUAL.run(() -> {
			try (TaskScope scope = this.spec.limiter(this.one).limiter(limiter).onError((task, exception) -> {
				runAndForget(third.get()::awaitDone);
				awaited.set(third.get().state());
			}).openScope()) {
				scope.fork(first);
				first.awaitRunning();
				scope.fork(this.ran::incrementAndGet);
				third.set(scope.fork(() -> "third"));
				broken.set(true);
				this.one.limit(3);
				first.release();
			}
		});
		assertThat(awaited).hasValue(TaskState.SUCCESS);
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("8.1 a hundred thousand that are refused one after the other are not a stack as deep")
	void refusedOneAfterTheOther() throws Exception {
		AtomicInteger asked = new AtomicInteger();
		TaskLimiter limiter = () -> (asked.getAndIncrement() == 0) ? granted()
				: CompletableFuture.failedFuture(this.failure);
		CountDownLatch forked = new CountDownLatch(1);
		List<TaskHandle<Integer>> refused = new ArrayList<>();
		Rig.VIRTUAL.run(() -> {
			try (TaskScope scope = this.spec.limiter(this.one).limiter(limiter).onError((task, exception) -> {
			}).openScope()) {
				scope.fork(() -> Waits.on(forked));
				for (int i = 0; i < MANY; i++) {
					refused.add(scope.fork(this.ran::incrementAndGet));
				}
				forked.countDown();
				scope.join();
			}
		});
		assertThat(refused).allMatch((task) -> task.exceptionNow() == this.failure);
		assertThat(this.one.inUse()).isZero();
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("8.1 a limiter that hands over as a permit is given back: a long queue that gets no threads is not a stack as deep")
	void handedOverOneAfterTheOther() throws Exception {
		handOverAll(() -> {
		});
	}

	@Test
	@DisplayName("8.1 nor is it if the limiter cancels a task that waits for another limiter, before it hands over")
	void handedOverAfterCancelling() throws Exception {
		Deque<TaskHandle<Integer>> waiting = new ConcurrentLinkedDeque<>();
		Rig.VIRTUAL.run(() -> {
			try (TaskScope scope = this.spec.limiter(CompletableFuture::new).openScope()) {
				for (int i = 0; i < MANY; i++) {
					waiting.add(scope.fork(this.ran::incrementAndGet));
				}
				handOverAll(() -> waiting.remove().cancel());
			}
		});
		assertThat(waiting).isEmpty();
	}

	/** Hands over a permit as many times as there are tasks, which get no threads. */
	private void handOverAll(Runnable before) throws Exception {
		AtomicBoolean broken = new AtomicBoolean();
		TrackedThreads threads = TrackedThreads.virtual();
		TaskGroupFactory breaking = TaskGroupFactory.builder().threadFactory((task) -> {
			if (broken.get()) {
				throw this.failure;
			}
			return threads.newThread(task);
		}).build();
		CountDownLatch forked = new CountDownLatch(1);
		HandOver limiter = new HandOver(before);
		List<TaskHandle<Integer>> handles = new ArrayList<>();
		Rig.VIRTUAL.run(() -> {
			try (TaskScope scope = breaking.named("scope").limiter(limiter).onError((task, exception) -> {
			}).openScope()) {
				TaskHandle<Void> first = scope.fork(() -> Waits.on(forked));
				for (int i = 1; i < MANY; i++) {
					handles.add(scope.fork(this.ran::incrementAndGet));
				}
				broken.set(true);
				forked.countDown();
				scope.join();
				assertThat(first.state()).isEqualTo(TaskState.SUCCESS);
			}
		});
		assertThat(handles).allMatch((task) -> task.exceptionNow() == this.failure);
		assertThat(limiter.free).isTrue();
	}

	@Test
	@DisplayName("5.1 an error handler that is called because a queued task was cancelled may wait for any that is cancelled with it")
	void handlerWaitsForOneThatIsCancelled() throws Exception {
		ConcurrencyLimiter two = ConcurrencyLimiter.of(2);
		CompletableFuture<TaskLimiter.Permit> never = new CompletableFuture<>();
		Sleeper running = new Sleeper();
		AtomicReference<TaskHandle<Void>> awaited = new AtomicReference<>();
		AtomicReference<TaskState> seen = new AtomicReference<>();
		Rig.VIRTUAL.run(() -> {
			try (TaskScope scope = this.groups.named("scope")
				.limiter(two)
				.limiter(() -> CompletableFuture.failedFuture(this.failure))
				.onError((task, exception) -> {
					runAndForget(awaited.get()::awaitDone);
					seen.set(awaited.get().state());
				})
				.openScope()) {
				AtomicBoolean first = new AtomicBoolean(true);
				this.spec.limiter(two).limiter(() -> first.getAndSet(false) ? granted() : never).run((group) -> {
					awaited.set(group.fork(running));
					running.awaitRunning();
					group.fork(this.ran::incrementAndGet);
					scope.fork(this.ran::incrementAndGet);
					assertThat(two.waiting()).isEqualTo(1);
					group.cancel();
				});
			}
		});
		assertThat(seen).hasValue(TaskState.CANCELLED);
		assertThat(two.inUse()).isZero();
		assertThat(this.ran).hasValue(0);
	}

	private static CompletableFuture<TaskLimiter.Permit> granted() {
		return CompletableFuture.completedFuture((outcome) -> {
		});
	}

	/** One permit, which is handed to the next by whoever gives it back. */
	private static final class HandOver implements TaskLimiter {

		private final Deque<CompletableFuture<Permit>> waiting = new ConcurrentLinkedDeque<>();

		private final AtomicBoolean free = new AtomicBoolean(true);

		private final Runnable before;

		HandOver(Runnable before) {
			this.before = before;
		}

		@Override
		public CompletableFuture<Permit> acquire() {
			CompletableFuture<Permit> promise = new CompletableFuture<>();
			if (this.free.getAndSet(false)) {
				promise.complete(this::release);
			}
			else {
				this.waiting.add(promise);
			}
			return promise;
		}

		private void release(TaskState outcome) {
			this.before.run();
			CompletableFuture<Permit> next = this.waiting.poll();
			if (next != null) {
				next.complete(this::release);
			}
			else {
				this.free.set(true);
			}
		}

	}

}
