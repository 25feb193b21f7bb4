package io.taskgroup.benchmarks.map;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.taskgroup.benchmarks.TestedPeers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The peers of {@link MapBenchmark} do the same.
 */
@Timeout(60)
class LimitedMapTests {

	private final List<Integer> items = IntStream.range(0, 1_000).boxed().toList();

	private final AtomicInteger running = new AtomicInteger();

	private final AtomicInteger most = new AtomicInteger();

	static Stream<Named<LimitedMap>> peers() throws NoSuchFieldException {
		return TestedPeers.of(LimitedMap.class, MapBenchmark.class);
	}

	@ParameterizedTest
	@MethodSource("peers")
	@DisplayName("each peer maps all items in their order, on virtual threads and no more at a time than it may")
	@SuppressWarnings("ThreadPriorityCheck") // so that others have the time to come too
												// early
	void maps(LimitedMap peer) throws Exception {
		Function<Integer, Integer> function = item -> {
			this.most.accumulateAndGet(this.running.incrementAndGet(), Math::max);
			Thread.yield();
			this.running.decrementAndGet();
			return Thread.currentThread().isVirtual() ? item : -1;
		};
		try (peer) {
			assertThat(peer.map(this.items, 8, function)).isEqualTo(this.items);
		}
		assertThat(this.most.get()).isBetween(2, 8);
	}

	@ParameterizedTest
	@MethodSource("peers")
	@DisplayName("each peer comes to an end with uneven work")
	void uneven(LimitedMap peer) throws Exception {
		try (peer) {
			assertThat(peer.map(this.items, 64, Work.UNEVEN)).isEqualTo(this.items);
		}
	}

}
