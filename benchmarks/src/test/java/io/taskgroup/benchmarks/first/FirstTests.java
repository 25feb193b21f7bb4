package io.taskgroup.benchmarks.first;

import java.util.List;
import java.util.concurrent.Callable;
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
 * The peers of {@link FirstWinsBenchmark} do the same.
 */
@Timeout(60)
class FirstTests {

	static Stream<Named<First>> peers() throws NoSuchFieldException {
		return TestedPeers.of(First.class, FirstWinsBenchmark.class);
	}

	@ParameterizedTest
	@MethodSource("peers")
	@DisplayName("each peer has the result of the only task that has one, and returns when the others have ended")
	void firstWins(First peer) throws Exception {
		CountedTasks counted = new CountedTasks();
		List<Callable<Integer>> tasks = counted.of(FirstWinsBenchmark.tasks());
		try (peer) {
			assertThat(peer.first(tasks)).isEqualTo(FirstWinsBenchmark.TASKS);
			assertThat(counted.running()).isZero();
			assertThat(peer.first(tasks)).isEqualTo(FirstWinsBenchmark.TASKS);
			assertThat(counted.running()).isZero();
		}
	}

}
