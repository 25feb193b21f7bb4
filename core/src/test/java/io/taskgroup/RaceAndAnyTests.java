package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.taskgroup.GroupAssertions.assertCancelled;
import static io.taskgroup.GroupAssertions.assertFailsWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * One task decides.
 */
@Timeout(30)
class RaceAndAnyTests {

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	private final TaskGroupSpec spec = this.groups.named("contest");

	private final Sleeper sleeper = new Sleeper();

	private final IOException failure = new IOException("failure");

	private final AtomicInteger ran = new AtomicInteger();

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("7.4 race: the first task to finish decides, and the losers are cancelled and waited for")
	void raceByResult(Rig rig) throws Exception {
		TaskGroupSpec contest = rig.factory().named("contest");
		String value = rig.call(() -> contest.race(List.of(this::loses, this::wins, this::loses)));
		assertThat(value).isEqualTo("value");
		assertThat(this.sleeper.wasInterrupted()).isTrue();
		assertThat(this.sleeper.hasEnded()).isTrue();
	}

	private String wins() {
		this.sleeper.awaitRunning();
		return "value";
	}

	private String loses() throws InterruptedException {
		this.sleeper.run();
		return "loser";
	}

	private String fails() throws IOException {
		this.ran.incrementAndGet();
		throw this.failure;
	}

	@Test
	@DisplayName("7.4 race: a failure decides, too, and comes alone")
	void raceByFailure() throws Exception {
		Rig.VIRTUAL.run(() -> assertFailsWith(() -> this.spec.race(List.of(this::loses, () -> {
			this.sleeper.awaitRunning();
			throw this.failure;
		})), this.failure));
		assertThat(this.sleeper.wasInterrupted()).isTrue();
		assertThat(this.sleeper.hasEnded()).isTrue();
	}

	@Test
	@DisplayName("7.4 race comes back only when a loser that takes its time has ended")
	void raceWaits() throws Exception {
		Holdout<String> loser = Holdout.returning("loser");
		Host<String> host = Rig.VIRTUAL.startCall(() -> this.spec.race(List.<Callable<String>>of(loser, () -> {
			loser.awaitRunning();
			return "value";
		})));
		loser.awaitInterrupted();
		assertThat(host.isDone()).isFalse();
		loser.release();
		assertThat(host.get()).isEqualTo("value");
		assertThat(loser.hasEnded()).isTrue();
	}

	@Test
	@DisplayName("7.4 what a loser throws on its way out does not undo the decision")
	void loserThrows() throws Exception {
		Callable<String> loser = () -> {
			try {
				this.sleeper.run();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException("broken on the way out");
			}
			return "loser";
		};
		Rig.VIRTUAL.run(() -> {
			assertThat(this.spec.<String>race(List.of(loser, this::wins))).isEqualTo("value");
			assertThat(this.spec.<String>any(List.of(loser, this::wins))).isEqualTo("value");
			assertFailsWith(() -> this.spec.race(List.<Callable<String>>of(loser, () -> {
				this.sleeper.awaitRunning();
				throw this.failure;
			})), this.failure);
		});
	}

	@Test
	@DisplayName("7.4 a loser that comes to a good end in spite of its cancellation changes nothing")
	void loserSucceeds() throws Exception {
		Callable<String> loser = () -> {
			try {
				this.sleeper.run();
			}
			catch (InterruptedException ex) {
				return "loser";
			}
			return "never";
		};
		Rig.VIRTUAL.run(() -> {
			assertThat(this.spec.<String>race(List.of(loser, this::wins))).isEqualTo("value");
			assertThat(this.spec.<String>any(List.of(loser, this::wins))).isEqualTo("value");
		});
	}

	@Test
	@DisplayName("7.4 no task at all is an IllegalArgumentException")
	void noTask() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.spec.race(List.of()));
		assertThatIllegalArgumentException().isThrownBy(() -> this.spec.any(List.of()));
	}

	@Test
	@DisplayName("7.4 a null result is a result")
	void nullResult() throws Exception {
		Rig.VIRTUAL.run(() -> {
			assertThat(this.spec.<String>race(List.of(() -> null))).isNull();
			assertThat(this.spec.<String>any(List.of(() -> null))).isNull();
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("7.4 any: the first to succeed wins, failures before it do not count")
	void anyIgnoresFailures(Rig rig) throws Exception {
		TaskGroupSpec contest = rig.factory().named("contest");
		String value = rig.call(() -> contest.any(List.of(this::fails, this::loses, () -> {
			Waits.spinUntil(() -> this.ran.get() == 2);
			return wins();
		}, this::fails)));
		assertThat(value).isEqualTo("value");
		assertThat(this.sleeper.wasInterrupted()).isTrue();
		assertThat(this.sleeper.hasEnded()).isTrue();
	}

	@Test
	@DisplayName("7.4 any: if all fail, their failures come in one exception, in the order they happened")
	void anyAllFail() throws Exception {
		CountDownLatch forked = new CountDownLatch(1);
		AtomicInteger next = new AtomicInteger();
		List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
		List<Callable<String>> tasks = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			tasks.add(() -> {
				Waits.on(forked);
				IOException mine = new IOException("failure " + next.incrementAndGet());
				failures.add(mine);
				throw mine;
			});
		}
		// with one at a time they fail one after the other
		forked.countDown();
		Rig.VIRTUAL.run(() -> {
			TaskGroupException thrown = GroupAssertions.assertFails(() -> this.spec.maxConcurrency(1).any(tasks));
			assertThat(thrown.exceptions()).containsExactlyElementsOf(failures).hasSize(4);
			assertThat(thrown.getCause()).isSameAs(failures.getFirst());
			assertThat(thrown.groupName()).isEqualTo("contest");
		});
	}

	@Test
	@DisplayName("7.4 an Error is a failure like any other")
	void errors() throws Exception {
		AssertionError error = new AssertionError("error");
		Rig.VIRTUAL.run(() -> {
			assertFailsWith(() -> this.spec.race(List.of(() -> {
				throw error;
			})), error);
			assertThat(this.spec.<String>any(List.of(() -> {
				throw error;
			}, () -> "value"))).isEqualTo("value");
		});
	}

	@Test
	@DisplayName("3.6 an outer cancellation goes on up")
	void outerCancellation() throws Exception {
		Rig.VIRTUAL.run(() -> CancelScope.run((scope) -> {
			scope.cancel("over");
			assertCancelled(() -> this.spec.race(List.of(this::loses)));
			assertCancelled(() -> this.spec.any(List.of(this::loses, this::loses)));
			assertCancelled(() -> this.spec.stagger(Duration.ofHours(1)).any(List.of(this::loses, this::loses)));
		}));
	}

	@Test
	@DisplayName("3.13 a deadline ends race and any: timeout by failing, moveOnAfter without a value")
	void deadlines() throws Exception {
		Rig.VIRTUAL.run(() -> {
			TaskGroupSpec timeout = this.spec.timeout(Duration.ofMillis(20));
			TaskGroupSpec quiet = this.spec.moveOnAfter(Duration.ofMillis(20));
			List<Callable<String>> tasks = List.of(this::loses, this::loses);
			for (TaskGroupSpec late : List.of(timeout, timeout.stagger(Duration.ofHours(1)))) {
				assertThatExceptionOfType(TaskGroupTimeoutException.class).isThrownBy(() -> late.any(tasks))
					.satisfies((ex) -> assertThat(ex.exceptions().getFirst()).isInstanceOf(TimeoutException.class));
			}
			assertThatExceptionOfType(TaskGroupTimeoutException.class).isThrownBy(() -> timeout.race(tasks));
			assertThatExceptionOfType(TaskCancelledException.class).isThrownBy(() -> quiet.race(tasks));
			assertThatExceptionOfType(TaskCancelledException.class).isThrownBy(() -> quiet.any(tasks));
		});
	}

	@Test
	@DisplayName("3.13 a deadline that has passed cannot be undone by a task that comes to its end after it")
	void decidedTooLate() throws Exception {
		Rig.VIRTUAL.run(() -> {
			TaskGroupSpec timeout = this.spec.timeout(Duration.ofMillis(20));
			Callable<String> late = () -> {
				Waits.spinUntil(CancelScope::cancelRequested);
				return "too late";
			};
			assertTimedOut(() -> timeout.race(List.of(late)));
			assertTimedOut(() -> timeout.any(List.of(late)));
		});
	}

	private static void assertTimedOut(ThrowingCallable call) {
		assertThatExceptionOfType(TaskGroupTimeoutException.class).isThrownBy(call)
			.satisfies((ex) -> assertThat(ex.exceptions()).singleElement().isInstanceOf(TimeoutException.class));
	}

	@Test
	@DisplayName("7.5 a negative delay is an IllegalArgumentException")
	void negativeDelay() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.spec.stagger(Duration.ofNanos(-1)));
	}

	@Test
	@DisplayName("7.5 the next task starts after the delay, while the first still runs")
	void staggered() throws Exception {
		Duration delay = Duration.ofMillis(40);
		List<Long> starts = Collections.synchronizedList(new ArrayList<>());
		Callable<String> slow = () -> {
			starts.add(System.nanoTime());
			return loses();
		};
		long opened = System.nanoTime();
		String value = Rig.VIRTUAL.call(() -> this.spec.stagger(delay).any(List.of(slow, slow, () -> {
			starts.add(System.nanoTime());
			return "value";
		})));
		assertThat(value).isEqualTo("value");
		assertThat(starts).hasSize(3);
		// not one after the other from its own start: a late thread may make up for it
		assertThat(starts.get(1) - opened).isGreaterThanOrEqualTo(delay.toNanos());
		assertThat(starts.get(2) - opened).isGreaterThanOrEqualTo(2 * delay.toNanos());
		assertThat(this.sleeper.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("7.5 the next task starts at once when none is left running")
	void staggeredAfterFailure() throws Exception {
		String value = Rig.VIRTUAL
			.call(() -> this.spec.stagger(Duration.ofHours(1)).any(List.of(this::fails, this::fails, () -> "value")));
		assertThat(value).isEqualTo("value");
		assertThat(this.ran).hasValue(2);
	}

	@Test
	@DisplayName("7.5 a failure while another one runs does not bring the next task forward")
	void staggeredWhileOneRuns() throws Exception {
		AtomicInteger third = new AtomicInteger();
		CountDownLatch failed = new CountDownLatch(1);
		Holdout<String> first = Holdout.returning("value");
		Host<String> host = Rig.VIRTUAL
			.startCall(() -> this.spec.stagger(Duration.ofSeconds(1)).any(List.<Callable<String>>of(first, () -> {
				failed.countDown();
				throw this.failure;
			}, () -> "third " + third.incrementAndGet())));
		assertThat(failed.await(Waits.BOUND.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
		first.release();
		assertThat(host.get()).isEqualTo("value");
		assertThat(third).hasValue(0);
	}

	@Test
	@DisplayName("7.5 once one has won no more are started")
	void staggeredWinner() throws Exception {
		String value = Rig.VIRTUAL
			.call(() -> this.spec.stagger(Duration.ofHours(1)).any(List.of(() -> "value", this::fails, this::fails)));
		assertThat(value).isEqualTo("value");
		assertThat(this.ran).hasValue(0);
	}

	@Test
	@DisplayName("7.5 staggered tasks that all fail tell all failures, in order")
	void staggeredAllFail() throws Exception {
		IOException other = new IOException("other");
		Rig.VIRTUAL
			.run(() -> assertFailsWith(() -> this.spec.stagger(Duration.ofHours(1)).any(List.of(this::fails, () -> {
				throw other;
			})), this.failure, other));
	}

	@Test
	@DisplayName("7.4, 8.2 losers that wait for a permit never run")
	void queuedLosers() throws Exception {
		Rig.VIRTUAL.run(() -> {
			assertThat(this.spec.maxConcurrency(1).<String>any(List.of(() -> {
				Waits.spinUntil(() -> this.ran.get() == 0);
				return "value";
			}, this::fails, this::fails))).isEqualTo("value");
			ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
			assertThat(this.spec.limiter(limiter).<String>race(List.of(() -> "value", this::fails))).isEqualTo("value");
			assertThat(limiter.inUse() + limiter.waiting()).isZero();
		});
	}

	@Test
	@DisplayName("7.5 a stagger is for any alone: race starts all at once")
	void raceIsNotStaggered() throws Exception {
		CountDownLatch both = new CountDownLatch(2);
		Callable<String> task = () -> {
			both.countDown();
			Waits.on(both);
			return "value";
		};
		TaskGroupSpec staggered = Rig.VIRTUAL.factory().named("race").stagger(Duration.ofHours(1));
		assertThat(Rig.VIRTUAL.<String>call(() -> staggered.race(List.of(task, task)))).isEqualTo("value");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("7.5 a failure wakes the caller, who has long been waiting for the delay, to start the next task")
	void failureWakesTheCaller(Rig rig) throws Exception {
		Holdout<Void> failing = Holdout.throwing(new IOException("failure"));
		TaskGroupSpec staggered = rig.factory().named("any").stagger(Duration.ofHours(1));
		Host<Object> host = rig
			.startCall(() -> staggered.<Object>any(List.<Callable<Object>>of(failing::call, () -> "second")));
		failing.awaitRunning();
		host.awaitBlocked();
		failing.release();
		assertThat(host.get()).isEqualTo("second");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("7.5, 3.6 a foreign interrupt or a cancellation during the delay goes on up, and no more are started")
	void cutOffDuringTheDelay(Rig rig) throws Exception {
		for (boolean cancelling : List.of(true, false)) {
			Holdout<Object> first = Holdout.returning("first");
			AtomicInteger second = new AtomicInteger();
			List<Callable<Object>> tasks = List.of(first, second::incrementAndGet);
			CancelScope around = CancelScope.create();
			TaskGroupSpec staggered = rig.factory().named("any").stagger(Duration.ofHours(1));
			Host<Void> host = rig.start(() -> around.enter((scope) -> staggered.any(tasks)));
			first.awaitRunning();
			host.awaitBlocked();
			if (cancelling) {
				around.cancel("over");
			}
			else {
				host.interrupt();
			}
			first.awaitInterrupted();
			// it has left the body, and waits for the first at the group's end
			Waits.until(() -> Stream.of(host.thread().getStackTrace())
				.noneMatch((frame) -> frame.getMethodName().equals("awaitTurn")));
			host.awaitBlocked();
			first.release();
			if (cancelling) {
				host.get();
				assertThat(around.cancelCaught()).isTrue();
			}
			else {
				GroupAssertions.assertInterrupt(host.thrown());
			}
			assertThat(second).hasValue(0);
		}
	}

	private static final ThreadFactory ONE_AFTER_THE_OTHER = task -> new Thread(task) {
		@Override
		public void start() {
			super.start();
			boolean interrupted = false;
			while (isAlive()) {
				try {
					join();
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	};

	@Test
	@DisplayName("7.5, 5.2 a staggered any starts no more in a cancelled scope, though none is left running")
	void staggeredInCancelledScope() throws Exception {
		AtomicInteger second = new AtomicInteger();
		CancelScope around = CancelScope.create();
		TaskGroupFactory groups = TaskGroupFactory.builder().threadFactory(ONE_AFTER_THE_OTHER).build();
		List<Callable<Object>> tasks = List.of(() -> {
			around.cancel("over");
			CancelScope.checkpoint();
			return "first";
		}, second::incrementAndGet);
		around.enter(scope -> groups.named("any").stagger(Duration.ofHours(1)).any(tasks));
		assertThat(around.cancelCaught()).isTrue();
		assertThat(second).hasValue(0);
	}

}
