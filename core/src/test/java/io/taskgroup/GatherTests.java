package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.taskgroup.GroupAssertions.assertCancelled;
import static io.taskgroup.GroupAssertions.assertFailsWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Every task counts.
 */
@Timeout(30)
class GatherTests {

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	private final TaskGroupSpec spec = this.groups.named("gather");

	private final Sleeper sleeper = new Sleeper();

	private final IOException failure = new IOException("failure");

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("7.1 results are in the order of the input, whoever finishes first")
	void order(Rig rig) throws Exception {
		int count = 20;
		TaskGroupFactory factory = rig.factory();
		AtomicReference<Integer> turn = new AtomicReference<>(count - 1);
		Collection<Callable<Integer>> tasks = IntStream.range(0, count).<Callable<Integer>>mapToObj((i) -> () -> {
			// the last one finishes first
			Waits.spinUntil(() -> turn.get() == i);
			turn.set(i - 1);
			return i;
		}).toList();
		List<Integer> results = rig.call(() -> factory.named("gather").gather(tasks));
		assertThat(results).containsExactlyElementsOf(IntStream.range(0, count).boxed().toList());
	}

	@Test
	@DisplayName("7.1 the first failure cancels the rest, and all have ended when it is thrown")
	void failureCancels() throws Exception {
		Rig.VIRTUAL.run(() -> assertFailsWith(() -> this.spec.gather(List.of(() -> {
			this.sleeper.run();
			return "never";
		}, () -> {
			this.sleeper.awaitRunning();
			throw this.failure;
		})), this.failure));
		assertThat(this.sleeper.wasInterrupted()).isTrue();
		assertThat(this.sleeper.hasEnded()).isTrue();
	}

	@Test
	@DisplayName("3.3 failures of gather come all, in the order they happened")
	void allFailures() throws Exception {
		IOException second = new IOException("second");
		Holdout<Void> holdout = Holdout.throwing(second);
		Host<List<Void>> host = Rig.VIRTUAL.startCall(() -> this.spec.gather(List.<Callable<Void>>of(() -> {
			holdout.awaitRunning();
			throw this.failure;
		}, holdout)));
		holdout.awaitInterrupted();
		holdout.release();
		TaskGroupException thrown = GroupAssertions.assertFailed(host.thrown());
		assertThat(thrown.exceptions()).containsExactly(this.failure, second);
		assertThat(thrown.groupName()).isEqualTo("gather");
	}

	@Test
	@DisplayName("7.1 no task at all gives no result; a null is a result; the list cannot be changed")
	void results() throws Exception {
		Rig.VIRTUAL.run(() -> {
			assertThat(this.spec.gather(List.of())).isEmpty();
			assertThat(this.spec.gatherOutcomes(List.of())).isEmpty();
			List<String> results = this.spec.gather(List.of(() -> null, () -> "value"));
			assertThat(results).isEqualTo(Arrays.asList(null, "value"));
			assertThatThrownBy(() -> results.set(0, "other")).isInstanceOf(UnsupportedOperationException.class);
		});
	}

	@Test
	@DisplayName("7.1 two to five tasks are combined, by position, on the caller's thread after the end")
	void combining() throws Exception {
		Rig.VIRTUAL.run(() -> {
			Thread caller = Thread.currentThread();
			Callable<String> slow = () -> {
				Together.pause();
				return (Thread.currentThread() != caller) ? "a" : "on the caller's thread";
			};
			String two = this.spec.gather(slow, () -> 2, (a, b) -> {
				assertThat(Thread.currentThread()).isSameAs(caller);
				assertThat(this.groups.snapshot()).isEmpty();
				return a + b;
			});
			assertThat(two).isEqualTo("a2");
			assertThat(this.spec.<String, Integer, Long, String>gather(slow, () -> 2, () -> 3L, (a, b, c) -> a + b + c))
				.isEqualTo("a23");
			assertThat(this.spec.<String, Integer, Long, String, String>gather(slow, () -> 2, () -> 3L, () -> "d",
					(a, b, c, d) -> a + b + c + d))
				.isEqualTo("a23d");
			assertThat(this.spec.<String, Integer, Long, String, Boolean, String>gather(slow, () -> 2, () -> 3L,
					() -> "d", () -> true, (a, b, c, d, e) -> a + b + c + d + e))
				.isEqualTo("a23dtrue");
		});
	}

	@Test
	@DisplayName("7.1 a failure of one of several tasks cancels the others, and nothing is combined")
	void combiningFails() throws Exception {
		Rig.VIRTUAL.run(() -> assertFailsWith(() -> this.spec.gather(() -> {
			this.sleeper.awaitRunning();
			throw this.failure;
		}, () -> {
			this.sleeper.run();
			return 2;
		}, (a, b) -> {
			throw new AssertionError("combined");
		}), this.failure));
		assertThat(this.sleeper.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("7.2 gatherOutcomes runs every task to its end: one outcome each, in order; a failure cancels nothing")
	void outcomes() throws Exception {
		Holdout<String> holdout = Holdout.returning("value");
		Host<List<Outcome<String>>> host = Rig.VIRTUAL
			.startCall(() -> this.spec.gatherOutcomes(List.<Callable<String>>of(() -> {
				holdout.awaitRunning();
				throw this.failure;
			}, holdout, () -> null)));
		holdout.awaitRunning();
		host.awaitBlocked();
		assertThat(host.isDone()).isFalse();
		holdout.release();
		assertThat(host.get()).containsExactly(new Outcome.Failure<>(this.failure), new Outcome.Success<>("value"),
				new Outcome.Success<>(null));
		assertThat(holdout.wasInterrupted()).isFalse();
	}

	@Test
	@DisplayName("3.13 gatherOutcomes with moveOnAfter gives what there is")
	void outcomesWithMoveOnAfter() throws Exception {
		List<Outcome<String>> outcomes = Rig.VIRTUAL.call(() -> this.spec.moveOnAfter(Duration.ofMillis(100))
			.maxConcurrency(2)
			.gatherOutcomes(List.of(() -> "value", () -> {
				throw this.failure;
			}, () -> {
				this.sleeper.run();
				return "never";
			}, () -> {
				Waits.forever();
				return "never";
			}, () -> "queued")));
		assertThat(outcomes).hasSize(5);
		assertThat(outcomes.subList(0, 2)).containsExactly(new Outcome.Success<>("value"),
				new Outcome.Failure<>(this.failure));
		assertThat(outcomes.subList(2, 5)).allMatch((outcome) -> outcome instanceof Outcome.Cancelled<String>);
	}

	@Test
	@DisplayName("3.13 a deadline ends gather and gatherOutcomes: timeout by failing, moveOnAfter without a value")
	void deadlines() throws Exception {
		List<Callable<String>> tasks = List.of(() -> "value", () -> {
			this.sleeper.run();
			return "never";
		});
		Rig.VIRTUAL.run(() -> {
			Duration soon = Duration.ofMillis(20);
			assertThatExceptionOfType(TaskGroupTimeoutException.class)
				.isThrownBy(() -> this.spec.timeout(soon).gather(tasks));
			assertThatExceptionOfType(TaskGroupTimeoutException.class)
				.isThrownBy(() -> this.spec.timeout(soon).gatherOutcomes(tasks));
			assertThatExceptionOfType(TaskCancelledException.class)
				.isThrownBy(() -> this.spec.moveOnAfter(soon).gather(tasks));
		});
	}

	@Test
	@DisplayName("3.6 an outer cancellation goes on up, out of gatherOutcomes, too")
	void outerCancellation() throws Exception {
		Rig.VIRTUAL.run(() -> {
			CancelScope caught = CancelScope.run((scope) -> this.spec.gatherOutcomes(List.of(() -> {
				scope.cancel("over");
				Waits.forever();
				return null;
			})));
			assertThat(caught.cancelCaught()).isTrue();
			CancelScope.run((scope) -> {
				scope.cancel("over");
				assertCancelled(() -> this.spec.gather(List.of(() -> {
					Waits.forever();
					return null;
				})));
			});
		});
	}

	@Test
	@DisplayName("7 a combinator's group has that name, and that name's settings")
	void settingsByName() throws Exception {
		Gauge gauge = new Gauge();
		TaskGroupFactory factory = Rig.VIRTUAL.builder()
			.settings("limited", (settings) -> settings.maxConcurrency(2))
			.build();
		List<Callable<String>> tasks = Collections.nCopies(50,
				() -> gauge.inside(() -> factory.snapshot().getFirst().name()));
		Rig.VIRTUAL.run(() -> assertThat(factory.named("limited").gather(tasks)).containsOnly("limited"));
		assertThat(gauge.most()).isBetween(1, 2);
	}

	@Test
	@DisplayName("7.1 a task that is null is refused before anything starts")
	void nullTask() {
		AtomicInteger started = new AtomicInteger();
		TaskGroupSpec nulls = Rig.VIRTUAL.factory().named("nulls");
		assertThatNullPointerException().isThrownBy(() -> nulls.gather(started::incrementAndGet, null, (a, b) -> a))
			.withMessage("b");
		assertThat(started).hasValue(0);
	}

	@Test
	@DisplayName("7.1 a task that is null is refused before any is started")
	void nullInCollection() throws Exception {
		AtomicInteger ran = new AtomicInteger();
		Collection<Callable<Integer>> tasks = Arrays.asList(ran::incrementAndGet, null);
		Rig.VIRTUAL.run(() -> {
			assertThatNullPointerException().isThrownBy(() -> this.spec.gather(tasks)).withMessage("tasks[1]");
			assertThatNullPointerException().isThrownBy(() -> this.spec.gatherOutcomes(tasks));
			assertThatNullPointerException().isThrownBy(() -> this.spec.race(tasks));
			assertThatNullPointerException().isThrownBy(() -> this.spec.any(tasks));
			assertThatNullPointerException().isThrownBy(() -> this.spec.asCompleted(tasks).close());
		});
		assertThat(ran).hasValue(0);
	}

}
