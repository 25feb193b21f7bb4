package io.taskgroup.benchmarks.cancel;

import java.util.List;
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
 * The peers of {@link CancelBenchmark} do the same.
 */
@Timeout(60)
class CancellationTests {

	static Stream<Named<Cancellation>> peers() throws NoSuchFieldException {
		return TestedPeers.of(Cancellation.class, CancelBenchmark.class);
	}

	@ParameterizedTest
	@MethodSource("peers")
	@DisplayName("each peer interrupts all tasks, and waits for them")
	void cancels(Cancellation peer) throws Exception {
		try (peer) {
			assertCancelled(peer, List.of(100));
			assertCancelled(peer, List.of(3, 4, 5));
		}
	}

	private static void assertCancelled(Cancellation peer, List<Integer> widths) throws Exception {
		AtomicInteger interrupted = new AtomicInteger();
		Tree tree = new Tree(widths) {

			@Override
			public Void block() throws InterruptedException {
				try {
					return super.block();
				}
				catch (InterruptedException ex) {
					interrupted.incrementAndGet();
					throw ex;
				}
			}

		};
		peer.fork(tree);
		tree.awaitBlocked();
		assertThat(interrupted).hasValue(0);
		peer.cancel();
		assertThat(interrupted).hasValue(tree.size());
	}

}
