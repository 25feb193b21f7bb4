package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static io.taskgroup.GroupAssertions.assertFailsWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * One task for each item.
 */
@Timeout(30)
class MapTests {

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	private final TaskGroupSpec spec = this.groups.named("map");

	private final IOException failure = new IOException("failure");

	private final Gauge gauge = new Gauge();

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("7.1 results are in the order of the items, whoever finishes first")
	void order(Rig rig) throws Exception {
		List<Integer> items = IntStream.range(0, 20).boxed().toList();
		AtomicInteger turn = new AtomicInteger(19);
		TaskGroupSpec map = rig.factory().named("map");
		List<Integer> results = rig.call(() -> map.map(items, (item) -> {
			Waits.spinUntil(() -> turn.compareAndSet(item, item - 1));
			return -item;
		}));
		assertThat(results).containsExactlyElementsOf(items.stream().map((item) -> -item).toList());
	}

	@Test
	@DisplayName("7.1 no item gives no result; null items and results are passed on; the list cannot be changed")
	void results() throws Exception {
		Rig.VIRTUAL.run(() -> {
			assertThat(this.spec.map(List.of(), (item) -> item)).isEmpty();
			List<String> results = this.spec.map(Arrays.asList("one", null), (item) -> item);
			assertThat(results).isEqualTo(Arrays.asList("one", null));
			assertThatThrownBy(() -> results.set(0, "two")).isInstanceOf(UnsupportedOperationException.class);
		});
	}

	@Test
	@DisplayName("7.1 the first failure cancels the rest, and no more items are asked for")
	void failureCancels() throws Exception {
		Endless items = new Endless();
		Sleeper sleeper = new Sleeper();
		TaskConsumer<Integer> action = (item) -> {
			if (item == 0) {
				sleeper.run();
			}
			else if (item == 20) {
				sleeper.awaitRunning();
				throw this.failure;
			}
		};
		Rig.VIRTUAL.run(() -> {
			assertFailsWith(() -> this.spec.maxConcurrency(2).forEach(items, action), this.failure);
			assertThat(sleeper.wasInterrupted()).isTrue();
			assertThat(sleeper.hasEnded()).isTrue();
			TaskGroupException thrown = GroupAssertions
				.assertFails(() -> this.spec.maxConcurrency(2).map(new Endless(), (item) -> {
					throw this.failure;
				}).clear());
			// those that run at the same moment fail, too
			assertThat(thrown.exceptions()).containsOnly(this.failure);
		});
		assertThat(items.asked()).isBetween(21, 21 + 4 * 2);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 8 })
	@DisplayName("7.3 with a limit of n no more than a small multiple of n items are held")
	void heldItems(int limit) throws Exception {
		AtomicInteger most = new AtomicInteger();
		AtomicInteger done = new AtomicInteger();
		Endless items = new Endless((asked) -> asked < 2000);
		Rig.VIRTUAL.run(() -> this.spec.maxConcurrency(limit).forEach(items, (item) -> this.gauge.inside(() -> {
			int held = items.asked() - done.getAndIncrement();
			return most.accumulateAndGet(held, Math::max);
		})));
		assertThat(done).hasValue(2000);
		assertThat(this.gauge.most()).isBetween(1, limit);
		assertThat(most.get()).isLessThanOrEqualTo(4 * limit);
	}

	@Test
	@DisplayName("7.3 while no task goes on no more items are asked for")
	void inputWaits() throws Exception {
		Endless items = new Endless((asked) -> asked < 100);
		CountDownLatch go = new CountDownLatch(1);
		Host<List<Integer>> host = Rig.VIRTUAL
			.startCall(() -> this.spec.limiter(ConcurrencyLimiter.of(3)).map(items, (item) -> {
				Waits.on(go);
				return item;
			}));
		Waits.until(() -> items.asked() >= 3);
		host.awaitBlocked();
		assertThat(items.asked()).isBetween(3, 12);
		go.countDown();
		assertThat(host.get()).containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
	}

	@Test
	@DisplayName("7.3, 3.6 a foreign interrupt ends map and forEach while the input waits, and goes on up")
	void interrupted() throws Exception {
		for (boolean mapping : List.of(true, false)) {
			Sleeper sleeper = new Sleeper();
			Host<Void> host = Rig.VIRTUAL.start(() -> {
				TaskGroupSpec limited = this.spec.maxConcurrency(1);
				if (mapping) {
					limited.map(new Endless(), (item) -> {
						sleeper.run();
						return item;
					}).clear();
				}
				else {
					limited.forEach(new Endless(), (item) -> sleeper.run());
				}
			});
			sleeper.awaitRunning();
			host.awaitBlocked();
			host.interrupt();
			GroupAssertions.assertInterrupt(host.thrown());
			assertThat(sleeper.hasEnded()).isTrue();
			assertThat(host.leftInterrupted()).isFalse();
		}
	}

	@Test
	@DisplayName("7.3, 3.13 an endless input works with forEach, which moveOnAfter ends quietly")
	void endless() throws Exception {
		Endless items = new Endless();
		Rig.VIRTUAL.run(() -> this.spec.maxConcurrency(4)
			.moveOnAfter(Duration.ofMillis(100))
			.forEach(items, (item) -> this.gauge.inside(() -> null)));
		assertThat(items.asked()).isGreaterThan(8);
		assertThat(this.gauge.entries()).isGreaterThanOrEqualTo(items.asked() - 4 * 4);
	}

	@Test
	@DisplayName("7.3, 5.1 an endless input ends with the scope around it")
	void endlessCancelled() throws Exception {
		CancelScope scope = Rig.VIRTUAL
			.call(() -> CancelScope.moveOnAfter(Duration.ofMillis(50), (around) -> this.spec.maxConcurrency(2)
				.forEach(new Endless(), (item) -> this.gauge.inside(() -> null))));
		assertThat(scope.cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("7.3 the input is asked on the caller's thread")
	void inputOnCallersThread() throws Exception {
		Set<Thread> threads = ConcurrentHashMap.newKeySet();
		Iterable<Integer> items = () -> {
			threads.add(Thread.currentThread());
			return IntStream.range(0, 50).peek((i) -> threads.add(Thread.currentThread())).iterator();
		};
		Rig.VIRTUAL.run(() -> {
			this.spec.maxConcurrency(2).map(items, (item) -> item);
			this.spec.maxConcurrency(2).forEach(items, (item) -> this.gauge.inside(() -> item));
			assertThat(threads).containsExactly(Thread.currentThread());
		});
	}

	@Test
	@DisplayName("7.3 an input that throws is a failure of the body: it cancels the tasks")
	void inputThrows() throws Exception {
		IllegalStateException broken = new IllegalStateException("broken input");
		Sleeper sleeper = new Sleeper();
		Endless items = new Endless((asked) -> {
			if (asked == 3) {
				sleeper.awaitRunning();
				throw broken;
			}
			return true;
		});
		Rig.VIRTUAL.run(() -> {
			assertFailsWith(() -> this.spec.forEach(items, (item) -> {
				if (item == 1) {
					sleeper.run();
				}
			}), broken);
			assertThat(sleeper.wasInterrupted()).isTrue();
			assertThat(sleeper.hasEnded()).isTrue();
			assertFailsWith(() -> this.spec.map(() -> {
				throw broken;
			}, (item) -> item).clear(), broken);
		});
	}

	@Test
	@DisplayName("7.3 an input may be asked from inside another map's task, and shares its limit")
	void nested() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(2);
		List<Integer> items = IntStream.range(0, 10).boxed().toList();
		List<Integer> sums = Rig.VIRTUAL.call(() -> this.spec.limiter(limiter)
			.map(items,
					(a) -> this.spec.limiter(limiter)
						.map(items, (b) -> this.gauge.inside(() -> a * b))
						.stream()
						.mapToInt(Integer::intValue)
						.sum()));
		assertThat(sums).containsExactlyElementsOf(items.stream().map((a) -> a * 45).toList());
		assertThat(this.gauge.most()).isBetween(1, 2);
		assertThat(limiter.inUse() + limiter.waiting()).isZero();
	}

	@Test
	@DisplayName("7.3 without a limit all items run at once")
	void unlimited() throws Exception {
		CountDownLatch all = new CountDownLatch(100);
		List<Integer> done = Collections.synchronizedList(new ArrayList<>());
		Rig.VIRTUAL.run(() -> this.spec.forEach(IntStream.range(0, 100).boxed().toList(), (item) -> {
			all.countDown();
			Waits.on(all);
			done.add(item);
		}));
		assertThat(done).hasSize(100);
	}

	@ParameterizedTest
	@ValueSource(ints = { 255, 256, 257, 512, 1000 })
	@DisplayName("7.1 however many items: each has its result, in its place")
	void manyResults(int count) throws Exception {
		List<Integer> items = IntStream.range(0, count).boxed().toList();
		List<Integer> results = Rig.VIRTUAL.call(() -> this.spec.maxConcurrency(3).map(items, (item) -> -item));
		assertThat(results).isEqualTo(items.stream().map((item) -> -item).toList());
	}

	@Test
	@DisplayName("7.1, 3.13 with a result missing there is no list: timeout by failing, moveOnAfter without a value")
	void resultMissing() throws Exception {
		List<Integer> items = List.of(0, 1, 2);
		Rig.VIRTUAL.run(() -> {
			for (int missing : items) {
				Sleeper sleeper = new Sleeper();
				TaskFunction<Integer, Integer> function = (item) -> {
					if (item == missing) {
						sleeper.run();
					}
					return item;
				};
				Duration soon = Duration.ofMillis(20);
				assertThatExceptionOfType(TaskCancelledException.class)
					.isThrownBy(() -> this.spec.moveOnAfter(soon).map(items, function))
					.withMessageContaining("timeout");
				assertThatExceptionOfType(TaskGroupTimeoutException.class)
					.isThrownBy(() -> this.spec.timeout(soon).map(items, function));
				assertThat(sleeper.wasInterrupted()).isTrue();
			}
		});
	}

	@ParameterizedTest
	@EnumSource(TaskGroupSpec.WhenFull.class)
	@DisplayName("7.3, 8.5 a queue's capacity holds for the input: it waits, whatever a fork would do")
	void ownCapacity(TaskGroupSpec.WhenFull whenFull) throws Exception {
		Endless items = new Endless((asked) -> asked < 100);
		CountDownLatch go = new CountDownLatch(1);
		Host<List<Integer>> host = Rig.VIRTUAL
			.startCall(() -> this.spec.maxConcurrency(8).queue(1, whenFull).map(items, (item) -> {
				Waits.on(go);
				return item;
			}));
		Waits.until(() -> items.asked() >= 9);
		host.awaitBlocked();
		// eight run, one waits, and one is in the caller's hand
		assertThat(items.asked()).isBetween(9, 10);
		go.countDown();
		assertThat(host.get()).hasSize(100);
	}

	@Test
	@DisplayName("7.3 the least of several limits says how many items are held")
	void leastLimit() throws Exception {
		Endless items = new Endless((asked) -> asked < 100);
		CountDownLatch go = new CountDownLatch(1);
		Host<List<Integer>> host = Rig.VIRTUAL.startCall(() -> this.spec.maxConcurrency(50)
			.limiter(ConcurrencyLimiter.of(2))
			.limiter(ConcurrencyLimiter.of(40))
			.map(items, (item) -> {
				Waits.on(go);
				return item;
			}));
		Waits.until(() -> items.asked() >= 3);
		host.awaitBlocked();
		assertThat(items.asked()).isBetween(3, 8);
		go.countDown();
		assertThat(host.get()).hasSize(100);
	}

	@Test
	@DisplayName("7.3 a limit of rate alone holds the input back too")
	void rateAlone() throws Exception {
		Endless items = new Endless();
		AtomicInteger ran = new AtomicInteger();
		CancelScope scope = CancelScope.create();
		Host<Void> host = Rig.VIRTUAL
			.start(() -> scope.enter((entered) -> this.spec.limiter(RateLimiter.of(3, Duration.ofHours(1)))
				.forEach(items, (item) -> ran.incrementAndGet())));
		Waits.until(() -> ran.get() == 3);
		host.awaitBlocked();
		assertThat(items.asked()).isBetween(4, 64);
		scope.cancel();
		host.get();
		assertThat(ran).hasValue(3);
	}

	/** An input that counts what was asked for. */
	private static final class Endless implements Iterable<Integer> {

		private final AtomicInteger asked = new AtomicInteger();

		private final IntPredicate hasMore;

		Endless() {
			this((asked) -> true);
		}

		Endless(IntPredicate hasMore) {
			this.hasMore = hasMore;
		}

		int asked() {
			return this.asked.get();
		}

		@Override
		public Iterator<Integer> iterator() {
			return new Iterator<>() {

				@Override
				public boolean hasNext() {
					return Endless.this.hasMore.test(Endless.this.asked.get());
				}

				@Override
				public Integer next() {
					return Endless.this.asked.getAndIncrement();
				}

			};
		}

	}

	@Test
	@DisplayName("8.5 a queue of no capacity, which rejects, does not hold up map: it feeds as it goes")
	void noQueue() throws Exception {
		List<Integer> items = IntStream.range(0, 50).boxed().toList();
		TaskGroupSpec none = this.spec.maxConcurrency(2).queue(0, TaskGroupSpec.WhenFull.REJECT);
		assertThat(Rig.VIRTUAL.<List<Integer>>call(() -> none.map(items, (item) -> item))).isEqualTo(items);
	}

	@Test
	@DisplayName("8.2 a limit as large as can be")
	void largestLimit() throws Exception {
		List<Integer> items = IntStream.range(0, 50).boxed().toList();
		TaskGroupSpec large = this.spec.maxConcurrency(Integer.MAX_VALUE);
		assertThat(Rig.VIRTUAL.<List<Integer>>call(() -> large.map(items, (item) -> item))).isEqualTo(items);
	}

}
