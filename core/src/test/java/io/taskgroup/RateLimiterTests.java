package io.taskgroup;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * How many tasks start in a span of time.
 */
@Timeout(30)
class RateLimiterTests {

	private static final Duration LONG = Duration.ofHours(1);

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	private final AtomicInteger ran = new AtomicInteger();

	@Test
	@DisplayName("8.4 permits and burst below 1, and a period that is not above zero, are refused")
	void outOfRange() {
		Duration second = Duration.ofSeconds(1);
		assertThatIllegalArgumentException().isThrownBy(() -> RateLimiter.of(0, second));
		assertThatIllegalArgumentException().isThrownBy(() -> RateLimiter.of(-1, second));
		assertThatIllegalArgumentException().isThrownBy(() -> RateLimiter.of(1, second, 0));
		assertThatIllegalArgumentException().isThrownBy(() -> RateLimiter.of(1, Duration.ZERO));
		assertThatIllegalArgumentException().isThrownBy(() -> RateLimiter.of(1, second.negated()));
	}

	@Test
	@DisplayName("8.4 the burst starts at once and not one more; without a burst it is the permits of a period")
	void burst() throws Exception {
		Rig.VIRTUAL.run(() -> {
			assertThat(startedOf(RateLimiter.of(5, LONG))).isEqualTo(5);
			assertThat(startedOf(RateLimiter.of(1, LONG, 3))).isEqualTo(3);
			assertThat(startedOf(RateLimiter.of(9, LONG, 2))).isEqualTo(2);
		});
	}

	private int startedOf(RateLimiter limiter) throws InterruptedException {
		int all = 20;
		AtomicInteger started = new AtomicInteger();
		this.groups.named("group").limiter(limiter).run((group) -> {
			List<TaskHandle<Integer>> handles = new ArrayList<>();
			for (int i = 0; i < all; i++) {
				handles.add(group.fork(started::incrementAndGet));
			}
			long queued = handles.stream().filter((handle) -> handle.state() == TaskState.QUEUED).count();
			assertThat(limiter.waiting()).isEqualTo((int) queued);
			Waits.spinUntil(() -> started.get() == all - queued);
			group.cancel();
			assertThat(limiter.waiting()).isZero();
		});
		return started.get();
	}

	@Test
	@DisplayName("8.4 several groups on several threads share a limiter")
	void shared() throws Exception {
		Rig.VIRTUAL.run(() -> {
			for (int round = 0; round < 300; round++) {
				RateLimiter limiter = RateLimiter.of(7, LONG);
				AtomicInteger started = new AtomicInteger();
				TaskAction host = () -> this.groups.named("group").limiter(limiter).run((group) -> {
					List<TaskHandle<Integer>> handles = new ArrayList<>();
					for (int i = 0; i < 5; i++) {
						handles.add(group.fork(started::incrementAndGet));
					}
					handles.forEach((handle) -> {
						if (handle.state() == TaskState.QUEUED) {
							handle.cancel();
						}
					});
				});
				Together.run(host, host, host);
				assertThat(started).hasValue(7);
				assertThat(limiter.waiting()).isZero();
			}
		});
	}

	@Test
	@DisplayName("8.4 in no span t do more than burst + permits * t / period tasks start, over all groups of a limiter")
	void everyWindow() throws Exception {
		long permits = 100;
		Duration period = Duration.ofSeconds(1);
		long burst = 40;
		List<Long> starts = Collections.synchronizedList(new ArrayList<>());
		TaskGroupFactory factory = TaskGroupFactory.builder().threadFactory(recording(starts)).build();
		RateLimiter limiter = RateLimiter.of(permits, period, burst);
		long created = System.nanoTime();
		TaskAction host = () -> factory.named("group").limiter(limiter).run((group) -> {
			for (int i = 0; i < 80; i++) {
				group.fork(this.ran::incrementAndGet);
			}
		});
		Rig.VIRTUAL.run(() -> Together.run(host, host, host));
		assertThat(this.ran).hasValue(240);
		List<Long> sorted = starts.stream().sorted().toList();
		assertThat(sorted).hasSize(240);
		// the bucket was full when the limiter was created, so this needs no allowance
		assertAllowed(240, sorted.getLast() - created, permits, period, burst);
		// the threads that start tasks may be held up between the token and the start
		long allowance = Duration.ofMillis(150).toNanos();
		for (int i = 0; i < sorted.size(); i++) {
			for (int j = i; j < sorted.size(); j++) {
				assertAllowed(j - i + 1, sorted.get(j) - sorted.get(i) + allowance, permits, period, burst);
			}
		}
	}

	@Test
	@DisplayName("8.4 in no span of a run of thousands of starts, with a pause in it, do more than burst + permits * t / period start")
	void everyWindowOfThousands() throws Exception {
		long permits = 4000;
		Duration period = Duration.ofSeconds(1);
		long burst = 200;
		int groups = 4;
		int each = 1000;
		List<Long> starts = Collections.synchronizedList(new ArrayList<>());
		TaskGroupFactory factory = TaskGroupFactory.builder().threadFactory(recording(starts)).build();
		RateLimiter limiter = RateLimiter.of(permits, period, burst);
		long created = System.nanoTime();
		TaskAction host = () -> factory.named("group").limiter(limiter).run((group) -> {
			for (int i = 0; i < each; i++) {
				group.fork(this.ran::incrementAndGet);
			}
		});
		TaskAction[] others = Collections.nCopies(groups - 1, host).toArray(TaskAction[]::new);
		Rig.VIRTUAL.run(() -> Together.run(host, others));
		// a pause in which a bucket without a bottom would gather half as many permits
		// again
		long pause = System.nanoTime() + Duration.ofMillis(500).toNanos();
		Waits.spinUntil(() -> System.nanoTime() - pause >= 0);
		Rig.VIRTUAL.run(() -> Together.run(host, others));
		assertThat(this.ran).hasValue(2 * groups * each);
		List<Long> sorted = starts.stream().sorted().toList();
		assertThat(sorted).hasSize(2 * groups * each);
		// from the limiter's creation on, when the bucket was full, no allowance is
		// needed
		for (int i = 0; i < sorted.size(); i++) {
			assertAllowed(i + 1, sorted.get(i) - created, permits, period, burst);
		}
		// the threads that start tasks may be held up between the token and the start
		assertAllowedInEveryWindow(sorted, Duration.ofMillis(150), permits, period, burst);
	}

	/**
	 * Every window at once: each start against that earlier one which allows the least.
	 */
	private static void assertAllowedInEveryWindow(List<Long> sorted, Duration allowance, long permits, Duration period,
			long burst) {
		double perNano = (double) permits / period.toNanos();
		long origin = sorted.getFirst();
		double least = Double.MAX_VALUE;
		double most = 0;
		for (int i = 0; i < sorted.size(); i++) {
			double ahead = i - perNano * (sorted.get(i) - origin);
			least = Math.min(least, ahead);
			most = Math.max(most, ahead - least + 1);
		}
		assertThat(most).isLessThanOrEqualTo(burst + perNano * allowance.toNanos() + 1e-3);
	}

	@Test
	@DisplayName("8.4 a task that was cancelled while it ran has used its permit up")
	void cancelledWhileItRanUsesUp() throws Exception {
		RateLimiter rate = RateLimiter.of(2, LONG);
		Rig.VIRTUAL.run(() -> this.groups.named("group").limiter(rate).run((group) -> {
			for (int i = 0; i < 2; i++) {
				Sleeper sleeper = new Sleeper();
				TaskHandle<Void> started = group.fork(sleeper);
				sleeper.awaitRunning();
				started.cancel();
				started.awaitDone();
				assertThat(started.state()).isEqualTo(TaskState.CANCELLED);
			}
			Waits.until(() -> this.groups.snapshot().getFirst().tasks().isEmpty());
			TaskHandle<Integer> third = group.fork(this.ran::incrementAndGet);
			assertThat(third.state()).isEqualTo(TaskState.QUEUED);
			third.cancel();
		}));
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("8.2 a newcomer does not pass those who wait for the rate, though a permit is there before the timer comes")
	void newcomersDoNotPass() throws Exception {
		CountDownLatch timer = new CountDownLatch(1);
		Duration period = Duration.ofMillis(100);
		try {
			holdUpTheTimer(timer);
			RateLimiter rate;
			CompletableFuture<TaskLimiter.Permit> first;
			do {
				rate = RateLimiter.of(1, period);
				assertThat(rate.acquire()).isDone();
				first = rate.acquire();
				// unless it took a period to get here
			}
			while (first.isDone());
			long filled = System.nanoTime() + 2 * period.toNanos();
			Waits.spinUntil(() -> System.nanoTime() - filled > 0);
			CompletableFuture<TaskLimiter.Permit> newcomer = rate.acquire();
			assertThat(newcomer).isNotDone();
			assertThat(rate.waiting()).isEqualTo(2);
			timer.countDown();
			Waits.spinUntil(newcomer::isDone);
			assertThat(first).isDone();
		}
		finally {
			timer.countDown();
		}
	}

	/** Keeps the one thread of the timer busy. */
	private static void holdUpTheTimer(CountDownLatch release) throws ReflectiveOperationException {
		Field executor = Timer.class.getDeclaredField("EXECUTOR");
		executor.setAccessible(true);
		CountDownLatch busy = new CountDownLatch(1);
		((Executor) executor.get(null)).execute(() -> {
			busy.countDown();
			Waits.stubbornlyOn(release);
		});
		Waits.stubbornlyOn(busy);
	}

	private static void assertAllowed(int started, long span, long permits, Duration period, long burst) {
		double allowed = burst + (double) permits * span / period.toNanos();
		assertThat((double) started).isLessThanOrEqualTo(allowed + 1e-3);
	}

	private static ThreadFactory recording(List<Long> starts) {
		TrackedThreads threads = TrackedThreads.virtual();
		return (task) -> {
			starts.add(System.nanoTime());
			return threads.newThread(task);
		};
	}

	@Test
	@DisplayName("8.4 the permits come evenly: with a burst of one, one task for each n-th of the period")
	void evenly() throws Exception {
		long created = System.nanoTime();
		RateLimiter limiter = RateLimiter.of(5, Duration.ofMillis(100), 1);
		List<Long> starts = Collections.synchronizedList(new ArrayList<>());
		TaskGroupFactory factory = TaskGroupFactory.builder().threadFactory(recording(starts)).build();
		Rig.VIRTUAL.run(() -> factory.named("group").limiter(limiter).run((group) -> {
			for (int i = 0; i < 25; i++) {
				group.fork(this.ran::incrementAndGet);
			}
		}));
		assertThat(this.ran).hasValue(25);
		for (int i = 0; i < starts.size(); i++) {
			// the i-th token cannot have been there before
			assertThat(starts.get(i) - created).isGreaterThanOrEqualTo(Duration.ofMillis(20L * i).toNanos());
		}
	}

	@Test
	@DisplayName("8.2 first come, first served, here too")
	void firstComeFirstServed() throws Exception {
		RateLimiter limiter = RateLimiter.of(1, Duration.ofMillis(5));
		List<TaskHandle<Integer>> handles = Collections.synchronizedList(new ArrayList<>());
		AtomicInteger passed = new AtomicInteger();
		Rig.VIRTUAL.run(() -> this.groups.named("one")
			.limiter(limiter)
			.run((one) -> this.groups.named("two").limiter(limiter).run((two) -> {
				for (int i = 0; i < 60; i++) {
					int number = i;
					handles.add(((i % 2 == 0) ? one : two).fork(() -> {
						// all who came earlier have their permits
						for (int earlier = 0; earlier < number; earlier++) {
							if (handles.get(earlier).state() == TaskState.QUEUED) {
								passed.incrementAndGet();
							}
						}
						return this.ran.incrementAndGet();
					}));
				}
			})));
		assertThat(passed).hasValue(0);
		assertThat(this.ran).hasValue(60);
	}

	@Test
	@DisplayName("8.4 a task that is cancelled while it waits has used up nothing")
	void cancelledUsesNothing() throws Exception {
		RateLimiter limiter = RateLimiter.of(1, Duration.ofMillis(150));
		Rig.VIRTUAL.run(() -> this.groups.named("group").limiter(limiter).run((group) -> {
			group.fork(this.ran::incrementAndGet);
			List<TaskHandle<Integer>> waiting = IntStream.range(0, 200)
				.mapToObj((i) -> group.fork(this.ran::incrementAndGet))
				.toList();
			TaskHandle<Integer> last = group.fork(this.ran::incrementAndGet);
			waiting.forEach(TaskHandle::cancel);
			assertThat(limiter.waiting()).isEqualTo(1);
			// it would be the 202nd one
			assertThat(last.await(Duration.ofSeconds(10))).isEqualTo(2);
		}));
	}

	@Test
	@DisplayName("8.1 a task cancelled while it waits for the rate gives back its permit of concurrency")
	void givesBackTheFirst() throws Exception {
		ConcurrencyLimiter concurrency = ConcurrencyLimiter.of(1);
		RateLimiter rate = RateLimiter.of(1, LONG);
		Rig.VIRTUAL.run(() -> {
			this.groups.named("group").limiter(rate).gather(List.of(this.ran::incrementAndGet));
			this.groups.named("group").limiter(rate).limiter(concurrency).run((group) -> {
				TaskHandle<Integer> one = group.fork(this.ran::incrementAndGet);
				TaskHandle<Integer> two = group.fork(this.ran::incrementAndGet);
				assertThat(concurrency.inUse()).isEqualTo(1);
				assertThat(concurrency.waiting()).isEqualTo(1);
				assertThat(rate.waiting()).isEqualTo(1);
				one.cancel();
				assertThat(one.state()).isEqualTo(TaskState.CANCELLED);
				// it has passed on to the next
				assertThat(concurrency.inUse()).isEqualTo(1);
				assertThat(concurrency.waiting()).isZero();
				assertThat(rate.waiting()).isEqualTo(1);
				two.cancel();
				assertThat(concurrency.inUse()).isZero();
				assertThat(rate.waiting()).isZero();
			});
			assertThat(this.groups.named("group").limiter(concurrency).gather(List.of(() -> "value")))
				.containsExactly("value");
		});
		assertThat(this.ran).hasValue(1);
	}

	@Test
	@DisplayName("8.1 a task that waits for concurrency has not used up the rate")
	void concurrencyFirst() throws Exception {
		ConcurrencyLimiter concurrency = ConcurrencyLimiter.of(1);
		RateLimiter rate = RateLimiter.of(1, LONG);
		Holdout<Void> holder = Holdout.returning(null);
		Rig.VIRTUAL.run(() -> this.groups.named("holder").limiter(concurrency).run((other) -> {
			other.fork(holder);
			this.groups.named("both").limiter(rate).limiter(concurrency).run((group) -> {
				TaskHandle<Integer> waiting = group.fork(this.ran::incrementAndGet);
				assertThat(rate.waiting()).isZero();
				assertThat(this.groups.named("rate").limiter(rate).gather(List.of(() -> "value")))
					.containsExactly("value");
				waiting.cancel();
			});
			holder.release();
		}));
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("3.7 fork on a cancelled group gives CANCELLED at once if the rate is used up")
	void forkOnCancelled() throws Exception {
		RateLimiter rate = RateLimiter.of(1, LONG);
		Rig.VIRTUAL.run(() -> this.groups.named("group").limiter(rate).run((group) -> {
			TaskHandle<Integer> first = group.fork(this.ran::incrementAndGet);
			first.awaitDone();
			group.cancel("enough");
			TaskHandle<Integer> late = group.fork(this.ran::incrementAndGet);
			assertThat(late.outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
			assertThat(rate.waiting()).isZero();
		}));
		assertThat(this.ran).hasValue(1);
	}

	@Test
	@DisplayName("8.1 tasks that wait for the rate have no thread")
	void noThread() throws Exception {
		TrackedThreads threads = TrackedThreads.virtual();
		TaskGroupFactory factory = TaskGroupFactory.builder().threadFactory(threads).build();
		RateLimiter rate = RateLimiter.of(2, LONG);
		Rig.VIRTUAL.run(() -> factory.named("group").limiter(rate).run((group) -> {
			for (int i = 0; i < 10_000; i++) {
				group.fork(this.ran::incrementAndGet);
			}
			assertThat(rate.waiting()).isEqualTo(9998);
			Waits.spinUntil(() -> this.ran.get() == 2);
			group.cancel();
		}));
		assertThat(threads.made()).isEqualTo(2);
		assertThat(this.ran).hasValue(2);
	}

}
