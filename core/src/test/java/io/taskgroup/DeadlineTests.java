package io.taskgroup;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static io.taskgroup.GroupAssertions.assertCancelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rule 5.5: deadlines of cancel scopes.
 */
@Timeout(30)
class DeadlineTests {

	private static final Duration SOON = Duration.ofMillis(5);

	private static final Duration LONG = Duration.ofHours(1);

	private static final Duration LONGER = Duration.ofHours(2);

	private final AtomicReference<CancelScope> scope = new AtomicReference<>();

	/**
	 * Waits until a deadline set before this call, and not farther off, must have passed.
	 */
	private static void untilLongAfter(Duration duration) throws InterruptedException {
		CancelScope clock = CancelScope.moveOnAfter(duration.multipliedBy(2), entered -> Waits.forever());
		assertThat(clock.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.5 moveOnAfter ends its block quietly when the time has passed, in foreign calls and the library's")
	void moveOnAfter(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		rig.run(() -> {
			CancelScope foreign = CancelScope.moveOnAfter(SOON, entered -> Waits.forever());
			assertThat(foreign.cancelCaught()).isTrue();
			assertThat(foreign.cancelKind()).contains(CancelKind.TIMEOUT);
			CancelScope library = CancelScope.moveOnAfter(SOON,
					entered -> factory.named("group").run(group -> group.fork(new Sleeper()).await()));
			assertThat(library.cancelCaught()).isTrue();
			assertThat(library.cancelCalled()).isTrue();
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.5 a deadline can be moved nearer while the scope runs, by another thread")
	void movedNearer(Rig rig) throws Exception {
		Host<CancelScope> host = rig.startCall(() -> CancelScope.moveOnAfter(LONG, entered -> {
			this.scope.set(entered);
			Waits.forever();
		}));
		Waits.until(() -> this.scope.get() != null);
		host.awaitBlocked();
		this.scope.get().timeout(SOON);
		assertThat(host.get().cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.5 a deadline can be moved nearer while the thread waits in the library")
	void movedNearerWhileWaiting(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		Sleeper sleeper = new Sleeper();
		Host<CancelScope> host = rig.startCall(() -> CancelScope.moveOnAfter(LONG, entered -> {
			this.scope.set(entered);
			factory.named("group").run(group -> group.fork(sleeper));
		}));
		sleeper.awaitRunning();
		host.awaitBlocked();
		this.scope.get().timeout(SOON);
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.5 a deadline can be moved farther, and does not come at its old time")
	void movedFarther(Rig rig) throws Exception {
		Duration soon = Duration.ofMillis(500);
		rig.run(() -> CancelScope.moveOnAfter(soon, entered -> {
			entered.timeout(LONG);
			untilLongAfter(soon);
			CancelScope.checkpoint();
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			assertThat(entered.cancelCalled()).isFalse();
			entered.timeout(SOON);
			assertThat(catchThrowable(Waits::forever)).isInstanceOf(InterruptedException.class);
			assertThat(entered.cancelCalled()).isTrue();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.5 a deadline can be removed")
	void removed(Rig rig) throws Exception {
		Duration soon = Duration.ofMillis(500);
		rig.run(() -> CancelScope.moveOnAfter(soon, entered -> {
			entered.timeout(null);
			assertThat(entered.timeLeft()).isEmpty();
			assertThat(CancelScope.currentTimeLeft()).isEmpty();
			untilLongAfter(soon);
			CancelScope.checkpoint();
			assertThat(entered.cancelCalled()).isFalse();
			entered.timeout(SOON);
			assertThat(catchThrowable(Waits::forever)).isInstanceOf(InterruptedException.class);
		}));
	}

	@Test
	@DisplayName("5.5 a scope without a deadline can be given one")
	void given() throws Exception {
		CancelScope ended = CancelScope.run(entered -> {
			assertThat(entered.timeLeft()).isEmpty();
			entered.timeout(SOON);
			assertThat(entered.timeLeft()).isPresent();
			Waits.forever();
		});
		assertThat(ended.cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("5.5 a deadline that has passed is not taken back by moving it: cancellation is a state")
	void movedTooLate() throws Exception {
		CancelScope ended = CancelScope.moveOnAfter(Duration.ZERO, entered -> {
			assertCancelled(CancelScope::checkpoint);
			entered.timeout(LONG);
			assertCancelled(CancelScope::checkpoint);
			entered.timeout(null);
			throw assertCancelled(CancelScope::checkpoint);
		});
		assertThat(ended.cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("5.5 timeLeft tells the scope's own deadline, zero when it has passed")
	void timeLeft() throws Exception {
		CancelScope.moveOnAfter(LONG, outer -> {
			assertThat(outer.timeLeft()).hasValueSatisfying(
					left -> assertThat(left).isLessThanOrEqualTo(LONG).isGreaterThan(LONG.minusMinutes(5)));
			CancelScope.run(inner -> {
				assertThat(inner.timeLeft()).isEmpty();
				inner.timeout(LONGER);
				assertThat(inner.timeLeft())
					.hasValueSatisfying(left -> assertThat(left).isGreaterThan(LONG).isLessThanOrEqualTo(LONGER));
				inner.timeout(Duration.ZERO);
				assertThat(inner.timeLeft()).contains(Duration.ZERO);
			});
		});
	}

	@Test
	@DisplayName("5.5 the deadline in effect is the nearest of the enclosing ones")
	void nearestIsInEffect() throws Exception {
		CancelScope.moveOnAfter(LONG, outer -> {
			CancelScope.moveOnAfter(LONGER, inner -> assertNearLong());
			CancelScope.moveOnAfter(SOON.plus(SOON), inner -> assertThat(CancelScope.currentTimeLeft())
				.hasValueSatisfying(left -> assertThat(left).isLessThanOrEqualTo(SOON.plus(SOON))));
			assertNearLong();
			CancelScope.run(inner -> assertNearLong());
			TaskGroupFactory.create()
				.named("group")
				.run(group -> group.fork(() -> TaskGroupFactory.create().named("inner").run(inner -> {
					inner.cancelScope().timeout(LONGER);
					inner.fork(DeadlineTests::assertNearLong);
				})));
		});
		assertThat(CancelScope.currentTimeLeft()).isEmpty();
	}

	private static void assertNearLong() {
		assertThat(CancelScope.currentTimeLeft())
			.hasValueSatisfying(left -> assertThat(left).isLessThanOrEqualTo(LONG).isGreaterThan(LONG.minusMinutes(5)));
	}

	@Test
	@DisplayName("5.5 currentTimeLeft is zero when a cancellation is in effect")
	void currentTimeLeftWhenCancelled() throws Exception {
		CancelScope.moveOnAfter(LONG, entered -> {
			entered.cancel();
			assertThat(CancelScope.currentTimeLeft()).contains(Duration.ZERO);
			CancelScope.run(inner -> assertThat(CancelScope.currentTimeLeft()).contains(Duration.ZERO));
		});
		CancelScope.run(entered -> {
			entered.cancel();
			assertThat(CancelScope.currentTimeLeft()).contains(Duration.ZERO);
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.5 a nearer deadline of an enclosing scope ends the inner block, and the enclosing scope catches")
	void enclosingDeadlineEndsBlock(Rig rig) throws Exception {
		CancelScope outer = rig.call(() -> CancelScope.moveOnAfter(SOON, entered -> {
			CancelScope.moveOnAfter(LONG, inner -> {
				this.scope.set(inner);
				Waits.forever();
			});
			throw new AssertionError("went on");
		}));
		assertThat(outer.cancelCaught()).isTrue();
		assertThat(this.scope.get().cancelCaught()).isFalse();
		assertThat(this.scope.get().cancelCalled()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.5 an enclosing deadline reaches tasks of the groups inside")
	void enclosingDeadlineReachesTasks(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		Sleeper sleeper = new Sleeper();
		CancelScope outer = rig.call(() -> CancelScope.moveOnAfter(SOON, entered -> factory.named("one")
			.run(one -> one
				.fork(() -> factory.named("two").run(two -> two.fork(() -> CancelScope.moveOnAfter(LONG, inner -> {
					assertThat(CancelScope.currentTimeLeft())
						.hasValueSatisfying(left -> assertThat(left).isLessThanOrEqualTo(SOON));
					sleeper.run();
				})))))));
		assertThat(outer.cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("5.5 a shield ends the search for the nearest deadline")
	void shieldEndsSearch() throws Exception {
		CancelScope.moveOnAfter(LONG, outer -> {
			CancelScope.runShielded(shield -> {
				assertThat(CancelScope.currentTimeLeft()).isEmpty();
				CancelScope.moveOnAfter(LONGER, inner -> assertThat(CancelScope.currentTimeLeft())
					.hasValueSatisfying(left -> assertThat(left).isGreaterThan(LONG)));
				shield.timeout(LONGER);
				assertThat(CancelScope.currentTimeLeft())
					.hasValueSatisfying(left -> assertThat(left).isGreaterThan(LONG));
			});
			assertNearLong();
		});
	}

	static Stream<Duration> passed() {
		return Stream.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(-1), Duration.ofSeconds(Long.MIN_VALUE));
	}

	@ParameterizedTest
	@MethodSource("passed")
	@DisplayName("5.5 a deadline already passed lets the block begin")
	void passedDeadlineLetsBlockBegin(Duration passed) throws Exception {
		AtomicBoolean began = new AtomicBoolean();
		CancelScope ended = CancelScope.moveOnAfter(passed, entered -> began.set(true));
		assertThat(began).isTrue();
		assertThat(ended.cancelCaught()).isFalse();
		assertThat(ended.cancelCalled()).isTrue();
		assertThat(CancelScope.<String, RuntimeException>failAfter(passed, entered -> "value")).isEqualTo("value");
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@ParameterizedTest
	@MethodSource("passed")
	@DisplayName("5.5 a deadline already passed cancels at the first blocking call, a foreign one or the library's")
	void passedDeadlineCancelsFirstBlockingCall(Duration passed) throws Exception {
		for (Rig rig : Rig.values()) {
			TaskGroupFactory factory = rig.factory();
			rig.run(() -> {
				assertThat(CancelScope.moveOnAfter(passed, entered -> Waits.forever()).cancelCaught()).isTrue();
				assertThat(CancelScope.moveOnAfter(passed, entered -> CancelScope.checkpoint()).cancelCaught())
					.isTrue();
				assertThat(CancelScope.run(entered -> {
					entered.timeout(passed);
					CancelScope.checkpoint();
				}).cancelCaught()).isTrue();
				assertThat(CancelScope
					.moveOnAfter(passed,
							entered -> factory.named("group").run(group -> group.fork(new Sleeper()).await()))
					.cancelCaught()).isTrue();
				assertThatExceptionOfType(TimeoutException.class)
					.isThrownBy(() -> CancelScope.runOrFailAfter(passed, entered -> Waits.forever()));
				Thread.sleep(1);
			});
		}
	}

	static Stream<Duration> tooFar() {
		return Stream.of(Duration.ofSeconds(Long.MAX_VALUE), ChronoUnit.FOREVER.getDuration(),
				Duration.ofDays(365 * 1000));
	}

	@ParameterizedTest
	@MethodSource("tooFar")
	@DisplayName("5.5 a deadline too far to count is none")
	void tooFarIsNone(Duration tooFar) throws Exception {
		CancelScope ended = CancelScope.moveOnAfter(tooFar, entered -> {
			assertThat(entered.timeLeft()).isEmpty();
			assertThat(CancelScope.currentTimeLeft()).isEmpty();
			CancelScope.checkpoint();
			Thread.sleep(1);
			entered.timeout(LONG);
			assertThat(entered.timeLeft()).isPresent();
			entered.timeout(tooFar);
			assertThat(entered.timeLeft()).isEmpty();
			CancelScope.checkpoint();
		});
		assertThat(ended.cancelCalled()).isFalse();
		assertThat(CancelScope.<String, RuntimeException>failAfter(tooFar, entered -> "value")).isEqualTo("value");
	}

	@Test
	@DisplayName("5.5 library calls look at the clock themselves, whatever holds up the timer")
	void libraryLooksAtTheClock() throws Exception {
		HangingChannel channel = new HangingChannel();
		Host<CancelScope> stuck = Rig.PLATFORM
			.startCall(() -> CancelScope.<Exception>moveOnAfter(SOON, entered -> channel.read()));
		channel.awaitClosing();
		try {
			Rig.PLATFORM.run(() -> {
				CancelScope looking = CancelScope.moveOnAfter(SOON, entered -> {
					Waits.spinUntil(CancelScope::cancelRequested);
					throw assertCancelled(CancelScope::checkpoint);
				});
				assertThat(looking.cancelCaught()).isTrue();
				CancelScope calling = CancelScope.moveOnAfter(SOON, entered -> {
					Waits.spinUntil(() -> entered.timeLeft().orElseThrow().isZero());
					TaskGroupFactory.create().named("group").run(group -> {
						throw assertCancelled(new Handle<>("never done")::await);
					});
				});
				assertThat(calling.cancelCaught()).isTrue();
			});
		}
		finally {
			channel.release();
		}
		assertThat(stuck.get().cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("5.5 a library call that waits looks at the clock itself, whatever holds up the timer")
	void waitingCallLooksAtTheClock() throws Exception {
		HangingChannel channel = new HangingChannel();
		Host<CancelScope> stuck = Rig.PLATFORM
			.startCall(() -> CancelScope.<Exception>moveOnAfter(SOON, entered -> channel.read()));
		channel.awaitClosing();
		Swallower task = new Swallower();
		try (TaskScope elsewhere = TaskGroupFactory.create().named("elsewhere").openScope()) {
			TaskHandle<?> endless = elsewhere.fork(task);
			try {
				Rig.PLATFORM.run(() -> {
					CancelScope waiting = CancelScope.moveOnAfter(SOON, entered -> endless.await());
					assertThat(waiting.cancelCaught()).isTrue();
				});
			}
			finally {
				task.release();
				channel.release();
			}
		}
		assertThat(stuck.get().cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("5.5 an interrupt that hangs does not hold up the deadlines of others")
	void hangingInterruptDoesNotHoldUpOtherDeadlines() throws Exception {
		HangingChannel channel = new HangingChannel();
		Host<CancelScope> stuck = Rig.PLATFORM
			.startCall(() -> CancelScope.<Exception>moveOnAfter(SOON, entered -> channel.read()));
		channel.awaitClosing();
		try {
			Rig.PLATFORM.run(() -> {
				CancelScope other = CancelScope.moveOnAfter(SOON, entered -> channel.awaitReleased());
				assertThat(other.cancelCaught()).isTrue();
			});
		}
		finally {
			channel.release();
		}
		assertThat(stuck.get().cancelCaught()).isTrue();
	}

	static Stream<Arguments> endedRegions() {
		return Stream.of(Region.values())
			.filter(region -> region != Region.ENTER)
			.flatMap(region -> Stream.of(Duration.ZERO, SOON, LONG).map(timeout -> Arguments.of(region, timeout)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("endedRegions")
	@DisplayName("5.5 after the end setting a deadline does nothing")
	void setAfterTheEnd(Region region, Duration timeout) throws Exception {
		region.go(entered -> {
			entered.timeout(LONG);
			this.scope.set(entered);
		});
		this.scope.get().timeout(timeout);
		untilLongAfter(SOON);
		assertThat(this.scope.get().cancelCalled()).isFalse();
		assertThat(this.scope.get().cancelKind()).isEmpty();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Region.class)
	@DisplayName("5.5 a deadline that passes after the end does nothing")
	void passesAfterTheEnd(Region region) throws Exception {
		Duration soon = Duration.ofMillis(500);
		region.go(entered -> {
			entered.timeout(soon);
			this.scope.set(entered);
		});
		untilLongAfter(soon);
		if (region != Region.ENTER) {
			assertThat(this.scope.get().cancelCalled()).isFalse();
		}
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		CancelScope.checkpoint();
	}

	@ParameterizedTest
	@EnumSource(value = Region.class, mode = EnumSource.Mode.EXCLUDE, names = "ENTER")
	@DisplayName("5.5 an ended scope is not kept in memory by its timer")
	void endedScopeIsNotKept(Region region) throws Exception {
		Collected collected = new Collected();
		for (int i = 0; i < 100; i++) {
			trackScope(region, collected, i);
		}
		assertThat(collected.isTracked("scope 99")).isTrue();
		collected.awaitAll();
	}

	private static void trackScope(Region region, Collected collected, int number) throws Exception {
		region.go(entered -> {
			entered.timeout(LONG);
			collected.track("scope " + number, entered);
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.5 detached is to the host like a shield while the body runs, for cancellation and deadlines")
	void detachedIsLikeAShield(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		AtomicBoolean cameToItsEnd = new AtomicBoolean();
		Swallower task = new Swallower();
		CancelScope ended = rig.call(() -> CancelScope.moveOnAfter(LONG, entered -> {
			factory.named("detached").detached().run(group -> {
				assertThat(CancelScope.currentTimeLeft()).isEmpty();
				TaskHandle<String> handle = group.fork(task);
				task.awaitRunning();
				entered.cancel("enough");
				CancelScope.checkpoint();
				assertThat(CancelScope.cancelRequested()).isFalse();
				assertThat(CancelScope.currentTimeLeft()).isEmpty();
				Thread.sleep(1);
				assertThat(handle.state()).isEqualTo(TaskState.RUNNING);
				task.release();
				assertThat(handle.await()).isEqualTo("value");
				group.fork(() -> Thread.sleep(1));
				cameToItsEnd.set(true);
			});
			assertThat(assertCancelled(CancelScope::checkpoint).reason()).contains("enough");
			Waits.forever();
		}));
		assertThat(cameToItsEnd).isTrue();
		assertThat(ended.cancelCaught()).isTrue();
		assertThat(task.interrupts()).isZero();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.5 a detached group in a scope whose deadline has passed runs to its end")
	void detachedAndPassedDeadline(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		String value = rig.call(() -> {
			AtomicReference<String> got = new AtomicReference<>();
			CancelScope ended = CancelScope.moveOnAfter(Duration.ZERO, entered -> {
				assertCancelled(CancelScope::checkpoint);
				got.set(factory.named("detached").detached().call(group -> group.fork(() -> {
					Thread.sleep(1);
					return "value";
				}).await()));
				Waits.forever();
			});
			assertThat(ended.cancelCaught()).isTrue();
			return got.get();
		});
		assertThat(value).isEqualTo("value");
	}

	@Test
	@DisplayName("5.5 the deadline of a group's scope can be moved by its tasks")
	void deadlineOfGroupMovedByTask() throws Exception {
		Sleeper sleeper = new Sleeper();
		CancelScope ended = TaskGroupFactory.create().named("group").moveOnAfter(LONG).run(group -> {
			group.fork(sleeper);
			sleeper.awaitRunning();
			group.fork(() -> group.cancelScope().timeout(SOON));
		});
		assertThat(ended.cancelCaught()).isTrue();
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("5.5 after the end there is no deadline, whether the scope was cancelled or not")
	void noDeadlineAfterTheEnd() throws Exception {
		Rig.VIRTUAL.run(() -> {
			CancelScope quiet = CancelScope.run(scope -> scope.timeout(Duration.ofHours(1)));
			CancelScope cancelled = CancelScope.run(scope -> {
				scope.timeout(Duration.ofHours(1));
				scope.cancel();
			});
			for (CancelScope ended : List.of(quiet, cancelled)) {
				assertThat(ended.timeLeft()).isEmpty();
				ended.timeout(Duration.ofHours(1));
				assertThat(ended.timeLeft()).isEmpty();
				ended.timeout(Duration.ZERO);
				assertThat(ended.timeLeft()).isEmpty();
			}
			assertThat(quiet.cancelCalled()).isFalse();
			assertThat(cancelled.cancelKind()).contains(CancelKind.EXPLICIT);
		});
	}

	/**
	 * As if the timer never came: the deadline is the scope's, and nobody is told of it.
	 */
	private static void holdUpTheTimer(CancelScope scope) {
		Deadline deadline = ((Scope) scope).deadline();
		deadline.stopTimer();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.5 library calls look at the clock themselves, though the timer never comes")
	void withoutTheTimer(Rig rig) throws Exception {
		rig.run(() -> {
			CancelScope looking = CancelScope.moveOnAfter(SOON, scope -> {
				holdUpTheTimer(scope);
				Waits.spinUntil(CancelScope::cancelRequested);
				throw assertCancelled(CancelScope::checkpoint);
			});
			assertThat(looking.cancelCaught()).isTrue();
			CancelScope inside = CancelScope.moveOnAfter(SOON, scope -> {
				holdUpTheTimer(scope);
				CancelScope.run(inner -> Waits.spinUntil(CancelScope::cancelRequested));
				throw assertCancelled(CancelScope::checkpoint);
			});
			assertThat(inside.cancelKind()).contains(CancelKind.TIMEOUT);
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.5 a library call that waits goes on when the time has passed, though the timer never comes")
	void waitWithoutTheTimer(Rig rig) throws Exception {
		Swallower task = new Swallower();
		try (TaskScope elsewhere = TaskGroupFactory.create().named("elsewhere").openScope()) {
			TaskHandle<?> endless = elsewhere.fork(task);
			try {
				rig.run(() -> {
					CancelScope waiting = CancelScope.moveOnAfter(SOON, scope -> {
						holdUpTheTimer(scope);
						CancelScope.run(inner -> endless.await());
					});
					assertThat(waiting.cancelCaught()).isTrue();
				});
			}
			finally {
				task.release();
			}
		}
	}

	@Test
	@DisplayName("5.5 behind a shield nobody looks at the clocks further out, though the timer never comes")
	void shieldWithoutTheTimer() throws Exception {
		Rig.VIRTUAL.run(() -> CancelScope.moveOnAfter(SOON, scope -> {
			holdUpTheTimer(scope);
			CancelScope.runShielded(shield -> {
				Waits.spinUntil(() -> scope.timeLeft().orElseThrow().isZero());
				assertThat(CancelScope.cancelRequested()).isFalse();
				CancelScope.checkpoint();
				assertThat(CancelScope.currentTimeLeft()).isEmpty();
			});
			assertThat(CancelScope.currentTimeLeft()).contains(Duration.ZERO);
		}));
	}

	@Test
	@DisplayName("5.5 a deadline that was moved does nothing when the timer comes for it late")
	void timerComesLateForMovedDeadline() throws Exception {
		Rig.VIRTUAL.run(() -> {
			CancelScope ended = CancelScope.run(scope -> {
				scope.timeout(Duration.ofHours(1));
				Deadline first = ((Scope) scope).deadline();
				scope.timeout(Duration.ofHours(2));
				first.run();
				CancelScope.checkpoint();
				Deadline second = ((Scope) scope).deadline();
				scope.timeout(null);
				second.run();
				CancelScope.checkpoint();
			});
			assertThat(ended.cancelCalled()).isFalse();
		});
	}

	@Test
	@DisplayName("5.5 detached is like a shield only until the group has ended, also where that was in an inner scope")
	void detachedUntilItHasEnded() throws Exception {
		Rig.VIRTUAL.run(() -> {
			CancelScope ended = CancelScope.run(outer -> {
				try (TaskGroup group = TaskGroupFactory.create().named("group").detached().open()) {
					CancelScope.run(inner -> {
						outer.cancel("over");
						assertThat(CancelScope.cancelRequested()).isFalse();
						group.join();
						assertThat(CancelScope.cancelRequested()).isTrue();
						assertThat(assertCancelled(CancelScope::checkpoint).reason()).contains("over");
					});
				}
				CancelScope.checkpoint();
			});
			assertThat(ended.cancelCaught()).isTrue();
		});
	}

}
