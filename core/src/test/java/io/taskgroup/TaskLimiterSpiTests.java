package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.taskgroup.GroupAssertions.assertFailsWith;
import static io.taskgroup.GroupAssertions.runAndForget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Limiters of somebody else's.
 */
@Timeout(30)
class TaskLimiterSpiTests {

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	private final ByHand limiter = new ByHand();

	private final TaskGroupSpec spec = this.groups.named("group").limiter(this.limiter);

	private final AtomicInteger ran = new AtomicInteger();

	@Test
	@DisplayName("8.1 a task starts when the permit is granted, and gives it back once, with its outcome")
	void grantedLater() throws Exception {
		Rig.VIRTUAL.run(() -> this.spec.run((group) -> {
			TaskHandle<Integer> task = group.fork(this.ran::incrementAndGet);
			assertThat(this.limiter.asked).hasSize(1);
			assertThat(task.state()).isEqualTo(TaskState.QUEUED);
			assertThat(this.ran).hasValue(0);
			this.limiter.grant(0);
			assertThat(task.await()).isEqualTo(1);
		}));
		assertThat(this.limiter.released).containsExactly(TaskState.SUCCESS);
		assertThat(this.limiter.asked).hasSize(1);
	}

	@Test
	@DisplayName("8.1 a permit that is granted at once is given back once, with the outcome of the task")
	void grantedAtOnce() throws Exception {
		this.limiter.generous = true;
		Rig.VIRTUAL.run(() -> {
			List<Outcome<String>> outcomes = this.spec.gatherOutcomes(List.of(() -> "value", () -> {
				throw new IOException("failure");
			}));
			assertThat(outcomes).hasSize(2);
			assertThat(this.limiter.released).containsExactlyInAnyOrder(TaskState.SUCCESS, TaskState.FAILED);
			this.limiter.released.clear();
			Sleeper sleeper = new Sleeper();
			this.spec.run((group) -> {
				TaskHandle<Void> cancelled = group.fork(sleeper);
				sleeper.awaitRunning();
				cancelled.cancel();
			});
			assertThat(this.limiter.released).containsExactly(TaskState.CANCELLED);
		});
	}

	@Test
	@DisplayName("8.1 the permit is given back when the task has ended, not before")
	void givenBackAtTheEnd() throws Exception {
		this.limiter.generous = true;
		Holdout<String> task = Holdout.returning("value");
		Rig.VIRTUAL.run(() -> this.spec.run((group) -> {
			TaskHandle<String> handle = group.fork(task);
			task.awaitRunning();
			handle.cancel();
			assertThat(this.limiter.released).isEmpty();
			task.release();
		}));
		assertThat(this.limiter.released).containsExactly(TaskState.SUCCESS);
	}

	@Test
	@DisplayName("8.1 cancelling a task that waits cancels the future; there is nothing to give back")
	void cancelledWhileItWaits() throws Exception {
		Rig.VIRTUAL.run(() -> this.spec.run((group) -> {
			TaskHandle<Integer> one = group.fork(this.ran::incrementAndGet);
			TaskHandle<Integer> two = group.fork(this.ran::incrementAndGet);
			one.cancel("not needed");
			assertThat(one.outcome()).isEqualTo(new Outcome.Cancelled<>("not needed"));
			assertThat(this.limiter.asked.get(0)).isCancelled();
			assertThat(this.limiter.asked.get(1)).isNotDone();
			group.cancel("enough");
			assertThat(two.outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
			assertThat(this.limiter.asked.get(1)).isCancelled();
		}));
		assertThat(this.ran).hasValue(0);
		assertThat(this.limiter.released).isEmpty();
	}

	@Test
	@DisplayName("3.7 fork on a cancelled group gives CANCELLED at once, and the future is cancelled")
	void forkOnCancelled() throws Exception {
		Rig.VIRTUAL.run(() -> this.spec.run((group) -> {
			group.cancel("enough");
			TaskHandle<Integer> late = group.fork(this.ran::incrementAndGet);
			assertThat(late.outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
			assertThat(this.limiter.asked).allMatch(CompletableFuture::isCancelled);
		}));
		assertThat(this.ran).hasValue(0);
		assertThat(this.limiter.released).isEmpty();
	}

	@Test
	@DisplayName("8.1 a future that fails is the task's failure, as it is, and fails the group")
	void failsLater() throws Exception {
		IOException failure = new IOException("no connection to the limiter");
		Rig.VIRTUAL.run(() -> assertFailsWith(() -> this.spec.run((group) -> {
			TaskHandle<Integer> task = group.fork(this.ran::incrementAndGet);
			this.limiter.asked.getFirst().completeExceptionally(failure);
			assertThat(task.state()).isEqualTo(TaskState.FAILED);
			assertThat(task.exceptionNow()).isSameAs(failure);
		}), failure));
		assertThat(this.ran).hasValue(0);
		assertThat(this.limiter.released).isEmpty();
	}

	@Test
	@DisplayName("8.1 a future that has failed already is the task's failure, too")
	void failsAtOnce() throws Exception {
		IOException failure = new IOException("no connection to the limiter");
		ConcurrencyLimiter other = ConcurrencyLimiter.of(1);
		List<Throwable> failures = new ArrayList<>();
		Rig.VIRTUAL.run(() -> {
			try (TaskScope scope = this.groups.named("scope")
				.limiter(() -> CompletableFuture.failedFuture(failure))
				.limiter(other)
				.onError((task, exception) -> failures.add(exception))
				.openScope()) {
				TaskHandle<Integer> task = scope.fork(this.ran::incrementAndGet);
				assertThat(task.state()).isEqualTo(TaskState.FAILED);
				assertThat(task.exceptionNow()).isSameAs(failure);
				assertThat(other.inUse()).isZero();
			}
		});
		assertThat(failures).containsExactly(failure);
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("8.5, 8.1 a task whose limiter failed takes no room in the queue any more")
	void failedTakesNoRoom() throws Exception {
		IOException failure = new IOException("no connection to the limiter");
		Rig.VIRTUAL.run(() -> {
			try (TaskScope scope = this.spec.queue(1, TaskGroupSpec.WhenFull.REJECT).onError((task, ex) -> {
			}).openScope()) {
				for (int i = 0; i < 3; i++) {
					TaskHandle<Integer> task = scope.fork(this.ran::incrementAndGet);
					assertThat(task.state()).isEqualTo(TaskState.QUEUED);
					this.limiter.asked.getLast().completeExceptionally(failure);
					assertThat(task.exceptionNow()).isSameAs(failure);
				}
			}
		});
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("8.5 a fork that finds the queue full runs all the same if its limiter has a permit at once")
	void grantedAtOnceThoughTheQueueIsFull() throws Exception {
		Rig.VIRTUAL.run(() -> this.spec.queue(1, TaskGroupSpec.WhenFull.REJECT).run((group) -> {
			TaskHandle<Integer> waiting = group.fork(this.ran::incrementAndGet);
			this.limiter.generous = true;
			TaskHandle<Integer> passing = group.fork(this.ran::incrementAndGet);
			assertThat(passing.await()).isEqualTo(1);
			assertThat(waiting.state()).isEqualTo(TaskState.QUEUED);
			this.limiter.grant(0);
		}));
		assertThat(this.ran).hasValue(2);
		assertThat(this.limiter.released).containsExactly(TaskState.SUCCESS, TaskState.SUCCESS);
	}

	@Test
	@DisplayName("8.5 a fork that is rejected cancels what its limiter has promised, and holds up nobody whose promise is kept")
	void rejectedCancelsItsPromise() throws Exception {
		Rig.VIRTUAL.run(() -> this.spec.queue(1, TaskGroupSpec.WhenFull.REJECT).run((group) -> {
			TaskHandle<Integer> waiting = group.fork(this.ran::incrementAndGet);
			assertThat(catchThrowable(() -> group.fork(this.ran::incrementAndGet)))
				.isInstanceOf(TaskRejectedException.class);
			assertThat(this.limiter.asked.getLast()).isCancelled();
			this.limiter.grant(0);
			assertThat(waiting.await()).isEqualTo(1);
		}));
		assertThat(this.limiter.released).containsExactly(TaskState.SUCCESS);
	}

	@Test
	@DisplayName("8.5 a fork that finds the queue full, and whose limiter fails at once, is rejected; one that is given null throws that")
	void failsThoughTheQueueIsFull() throws Exception {
		AtomicReference<CompletableFuture<TaskLimiter.Permit>> answer = new AtomicReference<>(
				CompletableFuture.failedFuture(new IOException("no connection to the limiter")));
		TaskGroupSpec full = this.groups.named("full").limiter(answer::get).queue(0, TaskGroupSpec.WhenFull.REJECT);
		Rig.VIRTUAL.run(() -> full.run((group) -> {
			assertThat(catchThrowable(() -> group.fork(this.ran::incrementAndGet)))
				.isInstanceOf(TaskRejectedException.class);
			answer.set(CompletableFuture.completedFuture(null));
			assertThat(catchThrowable(() -> group.fork(this.ran::incrementAndGet)))
				.isInstanceOf(NullPointerException.class)
				.hasMessageContaining("gave no permit, but null");
		}));
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("8.1 what stands behind a future that fails on its way is the task's failure")
	void failsOnItsWay() throws Exception {
		IllegalStateException failure = new IllegalStateException("failure");
		CompletableFuture<String> answer = new CompletableFuture<>();
		TaskGroupSpec derived = this.groups.named("group").limiter(() -> answer.thenApply((text) -> (outcome) -> {
		}));
		Rig.VIRTUAL.run(() -> assertFailsWith(() -> derived.run((group) -> {
			group.fork(this.ran::incrementAndGet);
			answer.completeExceptionally(failure);
		}), failure));
	}

	@Test
	@DisplayName("3.9 a limiter whose acquire throws hangs nobody, and holds no permit of another one")
	void acquireThrows() throws Exception {
		IllegalStateException failure = new IllegalStateException("failure");
		ConcurrencyLimiter other = ConcurrencyLimiter.of(1);
		AtomicBoolean broken = new AtomicBoolean(true);
		TaskLimiter breaking = () -> {
			if (broken.get()) {
				throw failure;
			}
			return this.limiter.acquire();
		};
		this.limiter.generous = true;
		Rig.VIRTUAL.run(() -> {
			Throwable thrown = catchThrowable(
					() -> this.groups.named("group").limiter(other).limiter(breaking).run((group) -> {
						group.fork(this.ran::incrementAndGet);
					}));
			assertThat(GroupAssertions.tellsOf(thrown, failure)).isTrue();
			assertThat(other.inUse()).isZero();
			broken.set(false);
			assertThat(this.groups.named("group").limiter(other).limiter(breaking).gather(List.of(() -> "value")))
				.containsExactly("value");
		});
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("3.9 a limiter whose acquire throws for a task that waited fails that task; its permit goes on")
	void acquireThrowsLater() throws Exception {
		IllegalStateException failure = new IllegalStateException("failure");
		ConcurrencyLimiter other = ConcurrencyLimiter.of(1);
		AtomicBoolean broken = new AtomicBoolean();
		this.limiter.generous = true;
		TaskLimiter breaking = () -> {
			if (broken.getAndSet(false)) {
				throw failure;
			}
			return this.limiter.acquire();
		};
		Holdout<Void> first = Holdout.returning(null);
		Rig.VIRTUAL.run(() -> {
			try (TaskScope scope = this.groups.named("scope").limiter(other).limiter(breaking).onError((task, ex) -> {
			}).openScope()) {
				scope.fork(first);
				first.awaitRunning();
				TaskHandle<Integer> second = scope.fork(this.ran::incrementAndGet);
				TaskHandle<String> third = scope.fork(() -> "third");
				broken.set(true);
				first.release();
				assertThat(third.await(Waits.BOUND)).isEqualTo("third");
				assertThat(second.state()).isEqualTo(TaskState.FAILED);
				assertThat(second.exceptionNow()).isSameAs(failure);
			}
		});
		assertThat(other.inUse()).isZero();
	}

	@Test
	@DisplayName("8.1 a foreign limiter is asked after the permit of concurrency, and before that of rate")
	void order() throws Exception {
		ConcurrencyLimiter concurrency = ConcurrencyLimiter.of(1);
		RateLimiter rate = RateLimiter.of(1, Duration.ofHours(1));
		Holdout<Void> first = Holdout.returning(null);
		TaskGroupSpec all = this.groups.named("group").limiter(rate).limiter(this.limiter).limiter(concurrency);
		Rig.VIRTUAL.run(() -> this.groups.named("other").limiter(concurrency).run((other) -> {
			TaskHandle<Void> holder = other.fork(first);
			all.run((group) -> {
				TaskHandle<Integer> one = group.fork(this.ran::incrementAndGet);
				TaskHandle<Integer> two = group.fork(this.ran::incrementAndGet);
				assertThat(this.limiter.asked).isEmpty();
				assertThat(concurrency.waiting()).isEqualTo(2);
				first.release();
				holder.awaitDone();
				Waits.until(() -> this.limiter.asked.size() == 1);
				assertThat(rate.waiting()).isZero();
				this.limiter.grant(0);
				assertThat(one.await()).isEqualTo(1);
				Waits.until(() -> this.limiter.asked.size() == 2);
				assertThat(rate.waiting()).isZero();
				this.limiter.grant(1);
				Waits.until(() -> rate.waiting() == 1);
				assertThat(concurrency.inUse()).isEqualTo(1);
				two.cancel();
				assertThat(rate.waiting()).isZero();
				assertThat(concurrency.inUse()).isZero();
				assertThat(this.limiter.released).containsExactly(TaskState.SUCCESS, TaskState.CANCELLED);
			});
		}));
		assertThat(this.ran).hasValue(1);
	}

	@Test
	@DisplayName("8.1 a task cancelled while it waits for a foreign limiter gives back its permit of concurrency")
	void givesBackTheFirst() throws Exception {
		ConcurrencyLimiter concurrency = ConcurrencyLimiter.of(1);
		Rig.VIRTUAL.run(() -> {
			try (TaskScope scope = this.spec.limiter(concurrency).onError((task, ex) -> {
			}).openScope()) {
				TaskHandle<Integer> one = scope.fork(this.ran::incrementAndGet);
				TaskHandle<Integer> two = scope.fork(this.ran::incrementAndGet);
				assertThat(this.limiter.asked).hasSize(1);
				one.cancel();
				assertThat(this.limiter.asked).hasSize(2);
				this.limiter.asked.get(1).completeExceptionally(new IOException("failure"));
				assertThat(two.state()).isEqualTo(TaskState.FAILED);
				assertThat(concurrency.inUse()).isZero();
				assertThat(concurrency.waiting()).isZero();
			}
		});
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("8.2 a foreign limiter named twice is asked once")
	void namedTwice() throws Exception {
		this.limiter.generous = true;
		Rig.VIRTUAL.run(() -> this.spec.limiter(this.limiter).gather(List.of(() -> "value")));
		assertThat(this.limiter.asked).hasSize(1);
		assertThat(this.limiter.released).containsExactly(TaskState.SUCCESS);
	}

	@Test
	@DisplayName("3.9 a task whose thread cannot start gives the permit back once")
	void threadCannotStart() throws Exception {
		OutOfMemoryError error = new OutOfMemoryError("unable to create native thread");
		TaskGroupFactory factory = TaskGroupFactory.builder().threadFactory((task) -> {
			throw error;
		}).build();
		Rig.VIRTUAL.run(() -> {
			assertFailsWith(() -> factory.named("group").limiter(this.limiter).run((group) -> {
				group.fork(this.ran::incrementAndGet);
				this.limiter.grant(0);
			}), error);
			this.limiter.generous = true;
			factory.named("group")
				.limiter(this.limiter)
				.run((group) -> assertThatThrownBy(() -> group.fork(this.ran::incrementAndGet)).isSameAs(error));
		});
		assertThat(this.limiter.released).hasSize(2).doesNotContain(TaskState.SUCCESS);
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("8.1 a permit granted just as its task is cancelled is given back, and only then")
	void grantedAgainstCancel() throws Exception {
		AtomicInteger cancelled = new AtomicInteger();
		AtomicInteger granted = new AtomicInteger();
		Rig.VIRTUAL.run(() -> Together.often(() -> {
			ByHand fresh = new ByHand();
			AtomicBoolean hasRun = new AtomicBoolean();
			CompletableFuture<TaskHandle<Boolean>> forked = new CompletableFuture<>();
			this.groups.named("group").limiter(fresh).run((group) -> {
				forked.complete(group.fork(() -> hasRun.getAndSet(true)));
				Together.run(() -> fresh.grant(0), () -> forked.join().cancel());
			});
			assertThat(forked.join().isDone()).isTrue();
			if (fresh.asked.getFirst().isCancelled()) {
				cancelled.incrementAndGet();
				assertThat(fresh.released).isEmpty();
				assertThat(hasRun).isFalse();
			}
			else {
				granted.incrementAndGet();
				assertThat(fresh.released).containsExactly(forked.join().state());
				assertThat(hasRun.get()).isEqualTo(forked.join().state() == TaskState.SUCCESS);
			}
		}));
		assertThat(cancelled.get() + granted.get()).isPositive();
	}

	/** A limiter that grants when the test says so. */
	private static final class ByHand implements TaskLimiter {

		private final List<CompletableFuture<Permit>> asked = Collections.synchronizedList(new ArrayList<>());

		private final List<TaskState> released = Collections.synchronizedList(new ArrayList<>());

		private volatile boolean generous;

		@Override
		public CompletableFuture<Permit> acquire() {
			CompletableFuture<Permit> future = new CompletableFuture<>();
			this.asked.add(future);
			if (this.generous) {
				future.complete(this.released::add);
			}
			return future;
		}

		void grant(int index) {
			this.asked.get(index).complete(this.released::add);
		}

	}

	@Test
	@DisplayName("8.1 a limiter that cancels its own promise fails the task, and the group ends")
	void limiterCancels() throws Exception {
		CompletableFuture<TaskLimiter.Permit> promise = new CompletableFuture<>();
		TaskLimiter limiter = () -> promise;
		ConcurrencyLimiter first = ConcurrencyLimiter.of(1);
		Host<Void> host = Rig.VIRTUAL.start(() -> Rig.VIRTUAL.factory()
			.named("group")
			.limiter(first)
			.limiter(limiter)
			.run(group -> group.fork(() -> 1)));
		host.awaitBlocked();
		promise.cancel(true);
		assertThat(host.thrown()).isExactlyInstanceOf(TaskGroupException.class)
			.hasCauseInstanceOf(CancellationException.class);
		assertThat(first.inUse()).isZero();
	}

	@Test
	@DisplayName("8.3 an error handler may wait for the task that gets the permit of the one that was refused")
	void handlerWaitsForNext() throws Exception {
		AtomicReference<TaskHandle<String>> next = new AtomicReference<>();
		AtomicReference<TaskState> awaited = new AtomicReference<>();
		Rig.VIRTUAL.run(() -> {
			try (TaskScope supervisor = this.spec.maxConcurrency(1).onError((handle, exception) -> {
				runAndForget(next.get()::awaitDone);
				awaited.set(next.get().state());
			}).openScope()) {
				supervisor.fork(() -> "never");
				next.set(supervisor.fork(() -> "next"));
				this.limiter.generous = true;
				this.limiter.asked.getFirst().completeExceptionally(new IOException("failure"));
				supervisor.join();
			}
		});
		assertThat(awaited).hasValue(TaskState.SUCCESS);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	@DisplayName("8.1 a limiter that gives null instead of a permit fails the task, at once or later")
	void nullPermit(boolean later) throws Exception {
		CompletableFuture<TaskLimiter.Permit> promise = new CompletableFuture<>();
		ConcurrencyLimiter first = ConcurrencyLimiter.of(1);
		if (!later) {
			promise.complete(null);
		}
		Host<Void> host = Rig.VIRTUAL.start(() -> Rig.VIRTUAL.factory()
			.named("group")
			.limiter(first)
			.limiter(() -> promise)
			.run(group -> group.fork(() -> 1)));
		if (later) {
			host.awaitBlocked();
			promise.complete(null);
		}
		assertThat(host.thrown()).hasCauseInstanceOf(NullPointerException.class)
			.hasMessageContaining("gave no permit, but null");
		assertThat(first.inUse()).isZero();
	}

	@Test
	@DisplayName("8.1 a permit that cannot be given back is logged, and keeps the others from nothing")
	void brokenRelease() throws Exception {
		ConcurrencyLimiter first = ConcurrencyLimiter.of(1);
		IllegalStateException broken = new IllegalStateException("broken");
		TaskGroupSpec spec = Rig.VIRTUAL.factory()
			.named("group")
			.limiter(first)
			.limiter(() -> CompletableFuture.completedFuture(outcome -> {
				throw broken;
			}));
		try (LogRecords log = LogRecords.open()) {
			assertThat(spec.gather(List.of(() -> 1, () -> 2))).containsExactly(1, 2);
			assertThat(log.records()).hasSize(2).allMatch(one -> one.getThrown() == broken);
		}
		assertThat(first.inUse()).isZero();
	}

	@Test
	@DisplayName("8.1 a promise kept at the moment of the cancellation: the permit is given back once, and none is lost")
	void keptAgainstCancelled() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		Together.often(() -> {
			CompletableFuture<TaskLimiter.Permit> promise = new CompletableFuture<>();
			AtomicInteger given = new AtomicInteger();
			ConcurrencyLimiter first = ConcurrencyLimiter.of(1);
			groups.named("group").limiter(first).limiter(() -> promise).run(group -> {
				TaskHandle<Integer> handle = group.fork(() -> 1);
				Together.run(handle::cancel, () -> promise.complete(outcome -> given.incrementAndGet()));
				handle.awaitDone();
			});
			assertThat(first.inUse()).isZero();
			assertThat(given.get()).isEqualTo(promise.isCancelled() ? 0 : 1);
		});
	}

}
