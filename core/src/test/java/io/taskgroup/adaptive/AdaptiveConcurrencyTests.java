package io.taskgroup.adaptive;

import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.netflix.concurrency.limits.Limit;
import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupSpec;
import io.taskgroup.TaskHandle;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Concurrency limiters on Netflix's algorithms.
 */
@Timeout(30)
class AdaptiveConcurrencyTests {

	private static final Callable<Integer> FAILING = () -> {
		throw new IOException("failure");
	};

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	/** Remembers what it hears. */
	private static final class Recorder implements Limit {

		private final List<Sample> samples = new CopyOnWriteArrayList<>();

		@Override
		public int getLimit() {
			return 10;
		}

		@Override
		public void notifyOnChange(Consumer<Integer> consumer) {
			throw new AssertionError("nobody asks for that");
		}

		@Override
		public void onSample(long startTime, long rtt, int inflight, boolean didDrop) {
			this.samples.add(new Sample(rtt, inflight, didDrop));
		}

	}

	private record Sample(long rtt, int inflight, boolean dropped) {
	}

	static Stream<Named<IntFunction<ConcurrencyLimiter>>> limiters() {
		return Stream.of(Named.of("gradient2", AdaptiveConcurrency::gradient2),
				Named.of("vegas", AdaptiveConcurrency::vegas), Named.of("aimd", AdaptiveConcurrency::aimd));
	}

	@ParameterizedTest
	@MethodSource("limiters")
	@DisplayName("8.2 each begins with what its highest limit allows, and never leaves it")
	void highestLimit(IntFunction<ConcurrencyLimiter> limiters) throws Exception {
		assertThat(limiters.apply(1).limit()).isEqualTo(1);
		assertThat(limiters.apply(500).limit()).isEqualTo(20);
		assertThat(limiters.apply(500).maxLimit()).isEqualTo(500);
		assertThatIllegalArgumentException().isThrownBy(() -> limiters.apply(0))
			.withMessage("a concurrency limit must be at least 1, but is 0");
		ConcurrencyLimiter limiter = limiters.apply(3);
		List<Integer> items = IntStream.range(0, 500).boxed().toList();
		assertThat(this.groups.named("group").limiter(limiter).map(items, item -> {
			assertThat(limiter.inUse()).isBetween(1, 3);
			return item;
		})).isEqualTo(items);
		assertThat(limiter.limit()).isBetween(1, 3);
	}

	@Test
	@DisplayName("8.2 failures lower the limit of aimd, down to 1; full use without failures raises it")
	void aimd() throws Exception {
		ConcurrencyLimiter limiter = AdaptiveConcurrency.aimd(40);
		TaskGroupSpec spec = this.groups.named("group").limiter(limiter);
		spec.gatherOutcomes(List.of(FAILING));
		assertThat(limiter.limit()).isEqualTo(18);
		spec.gatherOutcomes(Collections.nCopies(100, FAILING));
		assertThat(limiter.limit()).isEqualTo(1);
		spec.gather(Collections.nCopies(200, () -> 1));
		assertThat(limiter.limit()).isGreaterThan(1);
	}

	@Test
	@DisplayName("8.2 an algorithm of one's own hears of successes, failures and deadlines, and of nothing else")
	void samples() throws Exception {
		Recorder recorder = new Recorder();
		TaskGroupSpec spec = this.groups.named("group").limiter(AdaptiveConcurrency.of(recorder, 10));
		spec.gather(List.of(() -> 1));
		spec.gatherOutcomes(List.of(FAILING));
		endlessTask(spec, true);
		endlessTask(spec, false);
		assertThat(recorder.samples).extracting(Sample::dropped).containsExactly(false, true, true);
		assertThat(recorder.samples).allMatch(sample -> sample.rtt() > 0 && sample.inflight() == 1);
	}

	/** Runs a task until a deadline, or somebody, cancels it. */
	private static void endlessTask(TaskGroupSpec spec, boolean deadline) throws InterruptedException {
		spec.moveOnAfter(Duration.ofDays(1)).run(group -> {
			CountDownLatch running = new CountDownLatch(1);
			TaskHandle<Void> handle = group.fork(() -> {
				running.countDown();
				Thread.sleep(60_000);
			});
			assertThat(running.await(15, TimeUnit.SECONDS)).isTrue();
			if (deadline) {
				group.cancelScope().timeout(Duration.ZERO);
			}
			else {
				handle.cancel();
			}
		});
	}

	@Test
	@DisplayName("8.2 which failures are signs of overload can be said")
	void overload() throws Exception {
		Recorder recorder = new Recorder();
		TaskGroupSpec spec = this.groups.named("group")
			.limiter(AdaptiveConcurrency.of(recorder, 10, IOException.class::isInstance));
		spec.gatherOutcomes(List.of(FAILING));
		spec.gatherOutcomes(List.of(() -> {
			throw new IllegalArgumentException("the caller's mistake");
		}));
		assertThat(recorder.samples).extracting(Sample::dropped).containsExactly(true, false);
	}

	@Test
	@DisplayName("8.2 how many are in flight is what runs when a task starts")
	void inFlight() throws Exception {
		Recorder recorder = new Recorder();
		CyclicBarrier together = new CyclicBarrier(4);
		this.groups.named("group")
			.limiter(AdaptiveConcurrency.of(recorder, 10))
			.gather(Collections.nCopies(4, () -> together.await(15, TimeUnit.SECONDS)));
		assertThat(recorder.samples).extracting(Sample::inflight).contains(4).allMatch(inFlight -> inFlight <= 4);
	}

}
