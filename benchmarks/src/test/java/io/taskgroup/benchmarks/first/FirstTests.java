package io.taskgroup.benchmarks.first;

import java.util.List;
import java.util.concurrent.Callable;
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
		AtomicInteger running = new AtomicInteger();
		List<Callable<Integer>> tasks = counted(FirstWinsBenchmark.tasks(), running);
		try (peer) {
			assertThat(peer.first(tasks)).isEqualTo(FirstWinsBenchmark.TASKS);
			assertThat(running).hasValue(0);
			assertThat(peer.first(tasks)).isEqualTo(FirstWinsBenchmark.TASKS);
			assertThat(running).hasValue(0);
		}
	}

	private static List<Callable<Integer>> counted(List<Callable<Integer>> tasks, AtomicInteger running) {
		return tasks.stream().<Callable<Integer>>map(task -> () -> {
			running.incrementAndGet();
			try {
				return task.call();
			}
			finally {
				running.decrementAndGet();
			}
		}).toList();
	}

}
