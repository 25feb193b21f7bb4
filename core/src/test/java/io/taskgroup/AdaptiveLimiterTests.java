package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * A concurrency limiter whose limit comes from an algorithm.
 */
@Timeout(30)
class AdaptiveLimiterTests {

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	/** Does as it is told, and remembers what it hears. */
	private static class Script implements LimitAlgorithm {

		private final List<TaskSample> samples = new CopyOnWriteArrayList<>();

		private volatile int limit;

		Script(int limit) {
			this.limit = limit;
		}

		@Override
		public int limit() {
			return this.limit;
		}

		@Override
		public void onTaskEnded(TaskSample sample) {
			this.samples.add(sample);
		}

	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("8.2 the limit is never exceeded, however the algorithm moves it")
	void neverExceeded(Rig rig) throws Exception {
		AtomicInteger running = new AtomicInteger();
		AtomicInteger tooMany = new AtomicInteger();
		Script wild = new Script(4) {
			@Override
			public void onTaskEnded(TaskSample sample) {
				super.limit = ThreadLocalRandom.current().nextInt(-2, 12);
			}
		};
		ConcurrencyLimiter limiter = ConcurrencyLimiter.adaptive(wild, 8);
		TaskGroupSpec spec = rig.factory().named("wild").limiter(limiter);
		rig.run(() -> spec.forEach(IntStream.range(0, 3000).boxed().toList(), item -> {
			if (running.incrementAndGet() > 8) {
				tooMany.incrementAndGet();
			}
			assertThat(limiter.limit()).isBetween(1, 8);
			Together.pause();
			running.decrementAndGet();
		}));
		assertThat(tooMany).hasValue(0);
		assertThat(limiter.inUse()).isZero();
	}

	@Test
	@DisplayName("8.2 a raised limit starts waiting tasks as soon as the task has ended that raised it")
	void raised() throws Exception {
		Script script = new Script(1);
		ConcurrencyLimiter limiter = ConcurrencyLimiter.adaptive(script, 10);
		CountDownLatch first = new CountDownLatch(1);
		CountDownLatch others = new CountDownLatch(1);
		this.groups.named("group").limiter(limiter).run(group -> {
			group.fork(() -> Waits.on(first));
			List<TaskHandle<Void>> waiting = List.of(group.fork(() -> Waits.on(others)),
					group.fork(() -> Waits.on(others)), group.fork(() -> Waits.on(others)));
			assertThat(waiting).allMatch(handle -> handle.state() == TaskState.QUEUED);
			script.limit = 3;
			first.countDown();
			Waits.until(() -> waiting.stream().allMatch(handle -> handle.state() == TaskState.RUNNING));
			assertThat(limiter.limit()).isEqualTo(3);
			others.countDown();
		});
	}

	@Test
	@DisplayName("8.2 setting the limit sets the highest one, at once")
	void ceiling() {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.adaptive(new Script(5), 10);
		assertThat(limiter.limit()).isEqualTo(5);
		assertThat(limiter.maxLimit()).isEqualTo(10);
		limiter.limit(3);
		assertThat(limiter.limit()).isEqualTo(3);
		assertThat(limiter.maxLimit()).isEqualTo(3);
		limiter.limit(100);
		assertThat(limiter.limit()).isEqualTo(5);
		assertThatIllegalArgumentException().isThrownBy(() -> limiter.limit(0));
		assertThatIllegalArgumentException().isThrownBy(() -> ConcurrencyLimiter.adaptive(new Script(5), 0));
		assertThat(ConcurrencyLimiter.adaptive(new Script(-1), 10).limit()).isEqualTo(1);
		assertThat(ConcurrencyLimiter.of(7).maxLimit()).isEqualTo(7);
	}

	@Test
	@DisplayName("8.2 the algorithm hears how each task that ran has ended, and how many ran with it")
	void samples() throws Exception {
		Script script = new Script(2);
		IOException failure = new IOException("failure");
		long before = System.nanoTime();
		this.groups.named("group")
			.limiter(ConcurrencyLimiter.adaptive(script, 2))
			.gatherOutcomes(List.of(() -> 1, () -> {
				throw failure;
			}));
		assertThat(script.samples).hasSize(2).allSatisfy(sample -> {
			assertThat(sample.running()).isBetween(1, 2);
			assertThat(sample.startNanos() - before).isNotNegative();
			assertThat(sample.ranNanos()).isBetween(0L, System.nanoTime() - before);
			assertThat(sample.cancelKind()).isNull();
		});
		assertThat(script.samples).extracting(TaskSample::outcome)
			.containsExactlyInAnyOrder(TaskState.SUCCESS, TaskState.FAILED);
		assertThat(script.samples).extracting(TaskSample::exception).containsExactlyInAnyOrder(null, failure);
	}

	@Test
	@DisplayName("8.2 the algorithm hears whether a deadline or something else has cancelled a task")
	void cancelled() throws Exception {
		Script script = new Script(2);
		TaskGroupSpec spec = this.groups.named("group").limiter(ConcurrencyLimiter.adaptive(script, 2));
		Rig.VIRTUAL.run(() -> {
			CountDownLatch running = new CountDownLatch(1);
			spec.moveOnAfter(Duration.ofDays(1)).run(group -> {
				group.fork(() -> {
					running.countDown();
					Waits.forever();
				});
				Waits.on(running);
				group.cancelScope().timeout(Duration.ZERO);
			});
		});
		Rig.VIRTUAL.run(() -> spec.run(group -> {
			CountDownLatch running = new CountDownLatch(1);
			TaskHandle<Void> handle = group.fork(() -> {
				running.countDown();
				Waits.forever();
			});
			Waits.on(running);
			handle.cancel();
		}));
		assertThat(script.samples).extracting(TaskSample::outcome)
			.containsExactly(TaskState.CANCELLED, TaskState.CANCELLED);
		assertThat(script.samples).extracting(TaskSample::cancelKind)
			.containsExactly(CancelKind.TIMEOUT, CancelKind.EXPLICIT);
	}

	@Test
	@DisplayName("8.1 a task that never ran is no sample")
	void neverRan() throws Exception {
		Script script = new Script(1);
		ConcurrencyLimiter limiter = ConcurrencyLimiter.adaptive(script, 1);
		RateLimiter slow = RateLimiter.of(1, Duration.ofDays(1));
		this.groups.named("group").limiter(limiter).limiter(slow).run(group -> {
			group.fork(() -> 1).await();
			TaskHandle<Integer> waits = group.fork(() -> 2);
			Waits.until(() -> limiter.inUse() == 1);
			waits.cancel();
		});
		assertThat(script.samples).hasSize(1);
		assertThat(limiter.inUse()).isZero();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("8.3 the time in which a permit was lent out does not count")
	void lentTime(Rig rig) throws Exception {
		Script script = new Script(1);
		ConcurrencyLimiter limiter = ConcurrencyLimiter.adaptive(script, 1);
		TaskGroupSpec spec = rig.factory().named("group").limiter(limiter);
		long waitedNanos = 400_000_000;
		long start = System.nanoTime();
		rig.run(() -> spec.run(group -> group.fork("waits", () -> {
			TaskHandle<Void> other = group.fork("is waited for", () -> {
				long begun = System.nanoTime();
				while (System.nanoTime() - begun < waitedNanos) {
					Thread.sleep(1);
				}
			});
			other.await();
		})));
		long elapsed = System.nanoTime() - start;
		assertThat(script.samples).hasSize(2);
		long one = script.samples.getFirst().ranNanos();
		long two = script.samples.getLast().ranNanos();
		assertThat(Math.max(one, two)).isGreaterThanOrEqualTo(waitedNanos);
		// they never ran at the same time
		assertThat(one + two).isLessThanOrEqualTo(elapsed);
	}

	@Test
	@DisplayName("8.2 an algorithm that throws is logged, and harms nobody")
	void algorithmThrows() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.adaptive(new Script(1) {
			@Override
			public void onTaskEnded(TaskSample sample) {
				throw new IllegalStateException("broken algorithm");
			}
		}, 1);
		try (LogRecords log = LogRecords.open()) {
			assertThat(this.groups.named("group").limiter(limiter).gather(List.of(() -> 1, () -> 2))).containsExactly(1,
					2);
			assertThat(log.records()).hasSize(2);
		}
		assertThat(limiter.inUse()).isZero();
	}

	@Test
	@DisplayName("8.2 a permit that is taken without a task counts, too")
	void withoutTask() throws Exception {
		Script script = new Script(1);
		ConcurrencyLimiter limiter = ConcurrencyLimiter.adaptive(script, 1);
		TaskLimiter.Permit permit = limiter.acquire().get();
		CompletableFuture<TaskLimiter.Permit> waiting = limiter.acquire();
		assertThat(waiting).isNotDone();
		permit.release(TaskState.FAILED);
		waiting.get().release(TaskState.SUCCESS);
		assertThat(script.samples).extracting(TaskSample::outcome).containsExactly(TaskState.FAILED, TaskState.SUCCESS);
		assertThat(limiter.inUse()).isZero();
	}

	@Test
	@DisplayName("8.3 the time before a permit was lent out counts, as that after it")
	void timeBeforeLending() throws Exception {
		Script script = new Script(1);
		TaskGroupSpec spec = this.groups.named("group").limiter(ConcurrencyLimiter.adaptive(script, 1));
		long busyNanos = 20_000_000;
		Rig.VIRTUAL.run(() -> spec.run(group -> group.fork(() -> {
			long begun = System.nanoTime();
			Waits.spinUntil(() -> System.nanoTime() - begun > busyNanos);
			return group.fork(() -> "other").await();
		})));
		assertThat(script.samples).hasSize(2);
		assertThat(script.samples.getLast().ranNanos()).isGreaterThanOrEqualTo(busyNanos);
	}

	@Test
	@DisplayName("8.2 the algorithm is called from one thread at a time")
	void oneAtATime() throws Exception {
		Gauge inside = new Gauge();
		Holdout<Thread> second = Holdout.returning(null);
		AtomicReference<Thread> other = new AtomicReference<>();
		Script script = new Script(2) {
			@Override
			public void onTaskEnded(TaskSample sample) {
				inside.enter();
				if (inside.entries() == 1) {
					// the other task comes here too, or has to wait
					second.release();
					Waits.spinUntil(() -> inside.now() == 2 || other.get().getState() == Thread.State.WAITING);
				}
				inside.leave();
			}
		};
		ConcurrencyLimiter limiter = ConcurrencyLimiter.adaptive(script, 2);
		Rig.VIRTUAL.run(() -> this.groups.named("group").limiter(limiter).run(group -> {
			group.fork(() -> {
				other.set(Thread.currentThread());
				second.call();
			});
			second.awaitRunning();
			group.fork(() -> "first");
		}));
		assertThat(inside.entries()).isEqualTo(2);
		assertThat(inside.most()).isEqualTo(1);
	}

}
