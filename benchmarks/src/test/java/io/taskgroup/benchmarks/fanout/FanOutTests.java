package io.taskgroup.benchmarks.fanout;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.taskgroup.benchmarks.CountedTasks;
import io.taskgroup.benchmarks.TestedPeers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The peers of {@link FanOutBenchmark} and {@link OneFailsBenchmark} do the same.
 */
@Timeout(60)
class FanOutTests {

	static Stream<Named<FanOut>> all() throws NoSuchFieldException {
		return TestedPeers.of(FanOut.class, FanOutBenchmark.class);
	}

	static Stream<Named<FanOut>> failing() throws NoSuchFieldException {
		return TestedPeers.of(FanOut.class, OneFailsBenchmark.class);
	}

	@ParameterizedTest
	@MethodSource("all")
	@DisplayName("each peer collects the results of tasks on virtual threads, in their order")
	void collects(FanOut peer) throws Exception {
		List<Callable<Integer>> tasks = IntStream.range(0, 100)
			.<Callable<Integer>>mapToObj(i -> () -> Thread.currentThread().isVirtual() ? i : -1)
			.toList();
		try (peer) {
			assertThat(peer.all(tasks)).isEqualTo(IntStream.range(0, 100).boxed().toList());
			assertThat(peer.all(tasks)).hasSize(100);
		}
	}

	@ParameterizedTest
	@MethodSource("failing")
	@DisplayName("each peer throws the failure of a task, when the tasks that were blocked have ended")
	void fails(FanOut peer) {
		CountedTasks counted = new CountedTasks();
		try (peer) {
			assertThat(OneFailsBenchmark.failure(tasks -> peer.all(counted.of(tasks)), 10))
				.hasRootCauseInstanceOf(IllegalStateException.class)
				.hasRootCauseMessage("failure");
			assertThat(counted.ended()).isEqualTo(10);
		}
	}

}
