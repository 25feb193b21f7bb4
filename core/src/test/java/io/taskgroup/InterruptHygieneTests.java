package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static io.taskgroup.GroupAssertions.assertInterrupt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rule 3.12, as far as scopes without tasks are concerned: no interrupt leaks out, and
 * none of somebody else's gets lost. {@link HostInterruptTests} does the same for groups.
 */
@Timeout(30)
class InterruptHygieneTests {

	private final AtomicReference<CancelScope> scope = new AtomicReference<>();

	static Stream<Arguments> regions() {
		return Stream.of(Rig.VIRTUAL, Rig.PLATFORM)
			.flatMap(rig -> Stream.of(Region.values()).map(region -> Arguments.of(rig, region)));
	}

	static Stream<Arguments> openRegions() {
		return regions().filter(arguments -> !((Region) arguments.get()[1]).shield);
	}

	private static void assertNoInterruptLeft() throws InterruptedException {
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		Thread.sleep(1);
		LockSupport.parkNanos(1000);
		new CountDownLatch(0).await();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("3.12 a block that never noticed the library's interrupt leaves none behind")
	void blockNeverNoticed(Rig rig, Region region) throws Exception {
		AtomicBoolean interruptedInside = new AtomicBoolean();
		rig.run(() -> {
			region.go(entered -> {
				entered.cancel();
				Waits.spinUntil(() -> Thread.currentThread().isInterrupted());
				interruptedInside.set(true);
			});
			assertNoInterruptLeft();
		});
		assertThat(interruptedInside).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("3.12 nor does one that sets the flag again after it has caught the interrupt")
	void blockSetsFlagAgain(Rig rig, Region region) throws Exception {
		rig.run(() -> {
			region.go(entered -> {
				entered.cancel();
				try {
					Waits.forever();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			});
			assertNoInterruptLeft();
		});
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("3.12 nor does one that leaves by its cancellation, with the flag set")
	void blockLeavesWithFlagSet(Rig rig, Region region) throws Exception {
		rig.run(() -> {
			region.goCancelled(entered -> {
				entered.cancel();
				Waits.spinUntil(() -> Thread.currentThread().isInterrupted());
				CancelScope.checkpoint();
			});
			assertNoInterruptLeft();
		});
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("3.12 nor does one that fails")
	void blockFails(Rig rig, Region region) throws Exception {
		rig.run(() -> {
			assertThat(catchThrowable(() -> region.go(entered -> {
				entered.cancel();
				Waits.spinUntil(() -> Thread.currentThread().isInterrupted());
				throw new IOException("failure");
			}))).isNotNull();
			assertNoInterruptLeft();
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.12 nor does one whose deadline interrupted it")
	void deadlineInterrupted(Rig rig) throws Exception {
		rig.run(() -> {
			CancelScope.moveOnAfter(Duration.ofMillis(1),
					entered -> Waits.spinUntil(() -> Thread.currentThread().isInterrupted()));
			assertNoInterruptLeft();
			assertThat(CancelScope.<String, RuntimeException>failAfter(Duration.ofMillis(1), entered -> {
				Waits.spinUntil(() -> Thread.currentThread().isInterrupted());
				return "value";
			})).isEqualTo("value");
			assertNoInterruptLeft();
		});
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("openRegions")
	@DisplayName("3.12 an inner scope in a cancelled outer one leaves the outer one's interrupt, which is gone after that")
	void innerScopeLeavesOuterInterrupt(Rig rig, Region region) throws Exception {
		AtomicBoolean cutOff = new AtomicBoolean();
		rig.run(() -> {
			CancelScope.<Exception>run(outer -> {
				region.go(entered -> {
					entered.cancel();
					outer.cancel();
				});
				try {
					Waits.forever();
				}
				catch (InterruptedException ex) {
					cutOff.set(true);
					throw ex;
				}
			});
			assertNoInterruptLeft();
		});
		assertThat(cutOff).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("3.12 a foreign interrupt of a scope that is not cancelled is kept")
	void foreignInterruptWithoutCancellation(Rig rig, Region region) throws Exception {
		rig.run(() -> {
			region.go(entered -> Thread.currentThread().interrupt());
			assertThat(Thread.interrupted()).isTrue();
			Thread.currentThread().interrupt();
			region.go(entered -> assertThat(Thread.currentThread().isInterrupted()).isTrue());
			assertThat(Thread.interrupted()).isTrue();
		});
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("3.12 a foreign interrupt of a scope that is not cancelled goes up once it was thrown")
	void foreignInterruptIsThrown(Rig rig, Region region) throws Exception {
		Host<Void> host = rig.start(() -> region.go(entered -> Waits.forever()));
		host.awaitBlocked();
		host.interrupt();
		assertInterrupt(host.thrown());
		assertThat(host.leftInterrupted()).isFalse();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("3.12 a foreign interrupt from before the library's is kept if nobody met it")
	void foreignInterruptBeforeCancellationIsKept(Rig rig, Region region) throws Exception {
		rig.run(() -> {
			region.go(entered -> {
				Thread.currentThread().interrupt();
				entered.cancel();
			});
			assertThat(Thread.interrupted()).isTrue();
		});
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("3.12 a foreign interrupt from before the scope is kept if nobody met it, whatever is cancelled")
	void foreignInterruptBeforeScopeIsKept(Rig rig, Region region) throws Exception {
		rig.run(() -> {
			Thread.currentThread().interrupt();
			region.goCancelled(entered -> {
				entered.cancel();
				CancelScope.checkpoint();
			});
			assertThat(Thread.interrupted()).isTrue();
		});
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("3.12 a foreign interrupt from before the library's is kept or thrown if a foreign call met it")
	void foreignInterruptBeforeCancellationIsMet(Rig rig, Region region) throws Exception {
		Host<Void> host = rig.start(() -> region.goCancelled(entered -> {
			Thread.currentThread().interrupt();
			entered.cancel();
			Waits.forever();
		}));
		assertKeptOrThrown(host);
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("3.12 a foreign interrupt from before the library's is kept or thrown if a library call met it")
	void foreignInterruptBeforeCancellationMeetsLibrary(Rig rig, Region region) throws Exception {
		try (TaskScope elsewhere = TaskGroupFactory.create().named("elsewhere").openScope()) {
			TaskHandle<?> endless = elsewhere.fork(new Sleeper());
			Host<Void> host = rig.start(() -> region.goCancelled(entered -> {
				Thread.currentThread().interrupt();
				entered.cancel();
				endless.await();
			}));
			assertKeptOrThrown(host);
		}
	}

	private static void assertKeptOrThrown(Host<?> host) throws InterruptedException {
		boolean kept = host.leftInterrupted();
		Throwable thrown = host.thrown();
		if (thrown == null) {
			assertThat(kept).as("kept").isTrue();
		}
		else if (!kept) {
			assertInterrupt(thrown);
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("3.12 a host that waits in the library: a foreign interrupt that comes first is thrown, and the cancellation leaves none")
	void interruptThenCancellationWhileWaiting(Rig rig, Region region) throws Exception {
		CountDownLatch cancelled = new CountDownLatch(1);
		AtomicReference<Throwable> met = new AtomicReference<>();
		try (TaskScope elsewhere = TaskGroupFactory.create().named("elsewhere").openScope()) {
			TaskHandle<?> endless = elsewhere.fork(new Sleeper());
			Host<Void> host = rig.start(() -> region.goCancelled(entered -> {
				this.scope.set(entered);
				met.set(catchThrowable(endless::await));
				Waits.stubbornlyOn(cancelled);
				throw (Exception) met.get();
			}));
			Waits.until(() -> this.scope.get() != null);
			host.awaitBlocked();
			host.interrupt();
			Waits.until(() -> met.get() != null);
			assertInterrupt(met.get());
			this.scope.get().cancel();
			cancelled.countDown();
			host.thrown();
			assertThat(host.leftInterrupted()).isFalse();
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("3.12 a host that waits in the library: a foreign interrupt that comes after the cancellation is kept")
	void cancellationThenInterruptWhileWaiting(Rig rig, Region region) throws Exception {
		CountDownLatch interrupted = new CountDownLatch(1);
		AtomicReference<Throwable> met = new AtomicReference<>();
		try (TaskScope elsewhere = TaskGroupFactory.create().named("elsewhere").openScope()) {
			TaskHandle<?> endless = elsewhere.fork(new Sleeper());
			Host<Void> host = rig.start(() -> region.goCancelled(entered -> {
				this.scope.set(entered);
				met.set(catchThrowable(endless::await));
				Waits.spinUntil(() -> interrupted.getCount() == 0);
				throw (Exception) met.get();
			}));
			Waits.until(() -> this.scope.get() != null);
			host.awaitBlocked();
			this.scope.get().cancel();
			Waits.until(() -> met.get() != null);
			assertThat(met.get()).isExactlyInstanceOf(CancelledException.class);
			host.interrupt();
			interrupted.countDown();
			assertKeptOrThrown(host);
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.12 a cancellation of a scope around a shield leaves no interrupt after both")
	void shieldInCancelledScope(Rig rig) throws Exception {
		rig.run(() -> {
			CancelScope.run(outer -> {
				CancelScope.runShielded(shield -> outer.cancel());
				assertThat(Thread.currentThread().isInterrupted()).isTrue();
			});
			assertNoInterruptLeft();
			CancelScope.run(outer -> {
				outer.cancel();
				CancelScope.runShielded(shield -> CancelScope.run(inner -> {
					inner.cancel();
					Waits.forever();
				}));
			});
			assertNoInterruptLeft();
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.12 a task's own regions leave no interrupt for the rest of the task")
	void regionsInTask(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		rig.run(() -> factory.named("group").run(group -> group.fork(() -> {
			for (Region region : Region.values()) {
				region.go(entered -> {
					entered.cancel();
					Waits.spinUntil(() -> Thread.currentThread().isInterrupted());
				});
				assertNoInterruptLeft();
			}
		})));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 an interrupt of somebody else's that is made pending again stays, although the library had sent one")
	void givenBackOnTopOfOwn(Rig rig) throws Exception {
		rig.run(() -> {
			Interrupts interrupts = new Interrupts(Strand.attach(), Thread.currentThread());
			Scope left = new Scope(null, Settings.DEFAULT);
			interrupts.interrupt(new Cancellation(left, CancelKind.EXPLICIT, null));
			interrupts.giveBack();
			assertThat(interrupts.isForeign()).isTrue();
			assertThat(interrupts.take()).isFalse();
			assertThat(Thread.interrupted()).isTrue();
		});
	}

}
