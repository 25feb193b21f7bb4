package io.taskgroup.benchmarks.limit;

import java.util.Collections;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.taskgroup.benchmarks.TestedPeers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The peers of {@link SharedLimitBenchmark} do the same.
 */
@Timeout(60)
class SharedLimitTests {

	private final AtomicInteger running = new AtomicInteger();

	private final AtomicInteger most = new AtomicInteger();

	private final AtomicInteger ended = new AtomicInteger();

	static Stream<Named<SharedLimit>> peers() throws NoSuchFieldException {
		return TestedPeers.of(SharedLimit.class, SharedLimitBenchmark.class);
	}

	@ParameterizedTest
	@MethodSource("peers")
	@DisplayName("each peer runs all tasks, several of them at a time, and no more than it may")
	@SuppressWarnings("ThreadPriorityCheck") // so that others have the time to come too
												// early
	void keepsTheLimit(SharedLimit peer) throws Exception {
		Runnable task = () -> {
			this.most.accumulateAndGet(this.running.incrementAndGet(), Math::max);
			Thread.yield();
			this.running.decrementAndGet();
			this.ended.incrementAndGet();
		};
		try (peer) {
			SharedLimitBenchmark.callers(peer, Collections.nCopies(SharedLimitBenchmark.TASKS_OF_EACH, task));
		}
		assertThat(this.ended).hasValue(SharedLimitBenchmark.CALLERS * SharedLimitBenchmark.TASKS_OF_EACH);
		assertThat(this.most.get()).isBetween(2, SharedLimitBenchmark.LIMIT);
	}

}
