package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
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
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Rule 5.3: what a block does that its own cancellation, or an outer one, ends.
 */
@Timeout(30)
class CancelScopeTests {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	private final AtomicReference<CancelScope> scope = new AtomicReference<>();

	static Stream<Arguments> regions() {
		return Stream.of(Rig.VIRTUAL, Rig.PLATFORM)
			.flatMap(rig -> Stream.of(Region.values()).map(region -> Arguments.of(rig, region)));
	}

	static Stream<Arguments> quietRegions() {
		return regions().filter(arguments -> ((Region) arguments.get()[1]).quiet);
	}

	static Stream<Arguments> valueRegions() {
		return regions().filter(arguments -> !((Region) arguments.get()[1]).quiet);
	}

	static Stream<Arguments> openRegions() {
		return regions().filter(arguments -> !((Region) arguments.get()[1]).shield);
	}

	static Stream<Arguments> placesInScope() {
		return Stream.of(Rig.VIRTUAL, Rig.PLATFORM)
			.flatMap(rig -> Stream.of(BlockingCall.values()).map(place -> Arguments.of(rig, place)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("quietRegions")
	@DisplayName("5.3 the cancellation of a scope ends its block quietly, and is caught")
	void cancellationEndsBlockQuietly(Rig rig, Region region) throws Exception {
		Host<Void> host = rig.start(() -> region.go(entered -> {
			this.scope.set(entered);
			Waits.forever();
		}));
		Waits.until(() -> this.scope.get() != null);
		host.awaitBlocked();
		this.scope.get().cancel("enough");
		host.get();
		assertThat(this.scope.get().cancelCaught()).isTrue();
		assertThat(this.scope.get().cancelCalled()).isTrue();
		assertThat(this.scope.get().cancelReason()).contains("enough");
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("quietRegions")
	@DisplayName("5.3 so does one that came from inside, before the block's first blocking call")
	void cancellationFromInsideEndsBlockQuietly(Rig rig, Region region) throws Exception {
		rig.run(() -> region.go(entered -> {
			this.scope.set(entered);
			entered.cancel();
			Waits.forever();
		}));
		assertThat(this.scope.get().cancelCaught()).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("valueRegions")
	@DisplayName("5.3 a block that was to give a value throws TaskCancelledException with the reason")
	void cancelledValueForm(Rig rig, Region region) throws Exception {
		TaskCancelledException thrown = rig
			.call(() -> catchThrowableOfType(TaskCancelledException.class, () -> region.go(entered -> {
				this.scope.set(entered);
				entered.cancel("enough");
				Waits.forever();
			})));
		assertThat(thrown).isNotNull();
		assertThat(thrown.reason()).contains("enough");
		assertThat(thrown.kind()).isEqualTo(CancelKind.EXPLICIT);
		assertThat(this.scope.get().cancelCaught()).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("placesInScope")
	@DisplayName("5.3 a scope's cancellation ends its block wherever the block is")
	void cancellationEndsBlockAnywhere(Rig rig, BlockingCall place) throws Exception {
		TaskGroupFactory factory = rig.factory();
		TaskScope elsewhere = factory.named("elsewhere").openScope();
		TaskHandle<?> endless = elsewhere.fork(new Sleeper());
		Host<CancelScope> host = rig.startCall(() -> CancelScope.<Exception>run(entered -> {
			this.scope.set(entered);
			place.block(factory, endless);
		}));
		Waits.until(() -> this.scope.get() != null);
		host.awaitBlocked();
		this.scope.get().cancel();
		assertThat(host.get()).isSameAs(this.scope.get());
		assertThat(this.scope.get().cancelCaught()).isTrue();
		elsewhere.close();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("5.3 cancelCalled says that somebody asked; a block that came to its end all the same caught nothing")
	void blockEndsInSpiteOfCancellation(Rig rig, Region region) throws Exception {
		AtomicBoolean reached = new AtomicBoolean();
		rig.run(() -> region.go(entered -> {
			this.scope.set(entered);
			assertThat(entered.cancelCalled()).isFalse();
			entered.cancel("enough");
			assertThat(entered.cancelCalled()).isTrue();
			assertThat(CancelScope.cancelRequested()).isTrue();
			reached.set(true);
		}));
		assertThat(reached).isTrue();
		assertThat(this.scope.get().cancelCalled()).isTrue();
		assertThat(this.scope.get().cancelCaught()).isFalse();
		assertThat(this.scope.get().cancelReason()).contains("enough");
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("5.3 a block that swallows its cancellation and comes to its end caught nothing")
	void blockSwallowsCancellation(Rig rig, Region region) throws Exception {
		AtomicBoolean reached = new AtomicBoolean();
		rig.run(() -> region.go(entered -> {
			this.scope.set(entered);
			entered.cancel();
			assertThat(catchThrowable(() -> Thread.sleep(60_000))).isInstanceOf(InterruptedException.class);
			assertCancelled(CancelScope::checkpoint);
			reached.set(true);
		}));
		assertThat(reached).isTrue();
		assertThat(this.scope.get().cancelCaught()).isFalse();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("5.3 a scope that nobody cancelled says so")
	void nothingHappened(Rig rig, Region region) throws Exception {
		rig.run(() -> region.go(this.scope::set));
		assertThat(this.scope.get().cancelCalled()).isFalse();
		assertThat(this.scope.get().cancelCaught()).isFalse();
		assertThat(this.scope.get().cancelReason()).isEmpty();
		assertThat(this.scope.get().cancelKind()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(value = Region.class, mode = EnumSource.Mode.EXCLUDE, names = "ENTER")
	@DisplayName("5.3 cancel after the end does nothing")
	void cancelAfterEnd(Region region) throws Exception {
		region.go(this.scope::set);
		this.scope.get().cancel("late");
		assertThat(this.scope.get().cancelCalled()).isFalse();
		assertThat(this.scope.get().cancelReason()).isEmpty();
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		assertThat(CancelScope.cancelRequested()).isFalse();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("5.3 what the block throws that is no cancellation goes up as it is")
	void failureGoesUp(Rig rig, Region region) throws Exception {
		IOException failure = new IOException("failure");
		Throwable thrown = rig.call(() -> catchThrowable(() -> region.go(entered -> {
			this.scope.set(entered);
			entered.cancel();
			throw failure;
		})));
		if (region == Region.GROUP) {
			assertThat(((TaskGroupException) thrown).exceptions()).containsExactly(failure);
		}
		else {
			assertThat(thrown).isSameAs(failure);
		}
		assertThat(this.scope.get().cancelCaught()).isFalse();
	}

	@Test
	@DisplayName("5.3 a group's scope says caught if its body was ended by it")
	void groupCaughtInBody() throws Exception {
		CancelScope ended = this.groups.named("group").run(group -> {
			group.cancelScope().cancel();
			Waits.forever();
		});
		assertThat(ended.cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("5.3 a group's scope says caught if any task was ended by it, though the body was not")
	void groupCaughtInTask() throws Exception {
		CancelScope ended = this.groups.named("group").run(group -> {
			group.fork(() -> "value");
			Sleeper sleeper = new Sleeper();
			group.fork(sleeper);
			sleeper.awaitRunning();
			group.cancelScope().cancel();
		});
		assertThat(ended.cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("5.3 a group's scope did not catch anything if body and tasks came to their end")
	void groupCaughtNothing() throws Exception {
		CancelScope ended = this.groups.named("group").run(group -> {
			Holdout<String> holdout = Holdout.returning("value");
			group.fork(holdout);
			holdout.awaitRunning();
			group.cancelScope().cancel();
			holdout.release();
		});
		assertThat(ended.cancelCalled()).isTrue();
		assertThat(ended.cancelCaught()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 failAfter throws TimeoutException if its own deadline ended the block")
	void failAfterTimesOut(Rig rig) throws Exception {
		rig.run(() -> {
			assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> CancelScope.failAfter(Duration.ofMillis(5), entered -> {
					this.scope.set(entered);
					Waits.forever();
					return "value";
				}));
			assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> CancelScope.runOrFailAfter(Duration.ofMillis(5), entered -> Waits.forever()));
		});
		assertThat(this.scope.get().cancelCalled()).isTrue();
		assertThat(this.scope.get().cancelCaught()).isTrue();
		assertThat(this.scope.get().cancelKind()).contains(CancelKind.TIMEOUT);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 a deadline set inside failAfter is its own deadline too")
	void failAfterMovedTimesOut(Rig rig) throws Exception {
		rig.run(() -> assertThatExceptionOfType(TimeoutException.class)
			.isThrownBy(() -> CancelScope.failAfter(Duration.ofHours(1), entered -> {
				entered.timeout(Duration.ofMillis(5));
				Waits.forever();
				return "value";
			})));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 failAfter returns the value of a block that came to its end though its deadline had passed")
	void failAfterReturnsValue(Rig rig) throws Exception {
		assertThat(rig.<String>call(() -> CancelScope.failAfter(Duration.ofHours(1), entered -> "in time")))
			.isEqualTo("in time");
		String late = rig.call(() -> CancelScope.failAfter(Duration.ofMillis(1), entered -> {
			this.scope.set(entered);
			Waits.spinUntil(CancelScope::cancelRequested);
			assertCancelled(CancelScope::checkpoint);
			return "late";
		}));
		assertThat(late).isEqualTo("late");
		assertThat(this.scope.get().cancelCalled()).isTrue();
		assertThat(this.scope.get().cancelCaught()).isFalse();
	}

	@Test
	@DisplayName("5.3 failAfter and shield may give null")
	void valueMayBeNull() throws Exception {
		assertThat(CancelScope.<String, RuntimeException>failAfter(Duration.ofHours(1), entered -> null)).isNull();
		assertThat(CancelScope.<String, RuntimeException>shield(entered -> null)).isNull();
	}

	@Test
	@DisplayName("5.3 a TimeoutException of the block's own goes up as it is")
	void ownTimeoutExceptionGoesUp() {
		TimeoutException own = new TimeoutException("the driver's");
		assertThat(catchThrowable(() -> CancelScope.failAfter(Duration.ofHours(1), entered -> {
			throw own;
		}))).isSameAs(own);
		assertThat(catchThrowable(() -> CancelScope.failAfter(Duration.ZERO, entered -> {
			throw own;
		}))).isSameAs(own);
	}

	@Test
	@DisplayName("5.3 failAfter whose block fails after the deadline throws what the block threw")
	void failAfterThrowsFailure() {
		IOException failure = new IOException("failure");
		assertThat(catchThrowable(() -> CancelScope.failAfter(Duration.ZERO, entered -> {
			assertThat(catchThrowable(() -> Thread.sleep(60_000))).isInstanceOf(InterruptedException.class);
			throw failure;
		}))).isSameAs(failure);
	}

	@Test
	@DisplayName("5.3 failAfter that was cancelled before its deadline passed throws TaskCancelledException")
	void failAfterCancelledThenDue() {
		TaskCancelledException thrown = catchThrowableOfType(TaskCancelledException.class,
				() -> CancelScope.failAfter(Duration.ofHours(1), entered -> {
					entered.cancel("enough");
					entered.timeout(Duration.ZERO);
					Waits.forever();
					return "value";
				}));
		assertThat(thrown).isNotNull();
		assertThat(thrown.reason()).contains("enough");
	}

	@Test
	@DisplayName("5.3 failAfter whose deadline passed before it was cancelled throws TimeoutException")
	void failAfterDueThenCancelled() {
		assertThatExceptionOfType(TimeoutException.class)
			.isThrownBy(() -> CancelScope.failAfter(Duration.ZERO, entered -> {
				assertCancelled(CancelScope::checkpoint);
				entered.cancel("late");
				Waits.forever();
				return "value";
			}));
	}

	@Test
	@DisplayName("5.3 failAfter does not take a foreign interrupt, or an outer cancellation, for its deadline")
	void failAfterEndedByOthers() throws Exception {
		GroupAssertions.assertInterrupt(catchThrowable(() -> CancelScope.failAfter(Duration.ofHours(1), entered -> {
			Thread.currentThread().interrupt();
			Thread.sleep(60_000);
			return "value";
		})));
		CancelScope outer = CancelScope.run(outside -> CancelScope.failAfter(Duration.ofHours(1), entered -> {
			outside.cancel();
			Waits.forever();
			return "value";
		}));
		assertThat(outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("openRegions")
	@DisplayName("5.3 an outer cancellation passes through")
	void outerCancellationPassesThrough(Rig rig, Region region) throws Exception {
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		CancelScope outer = rig.call(() -> CancelScope.<Exception>run(outside -> {
			thrown.set(catchThrowable(() -> region.go(entered -> {
				this.scope.set(entered);
				outside.cancel("enough");
				Waits.forever();
			})));
			throw (Exception) thrown.get();
		}));
		assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
		assertThat(this.scope.get().cancelCaught()).isFalse();
		assertThat(this.scope.get().cancelCalled()).isFalse();
		assertThat(outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("openRegions")
	@DisplayName("5.3 an outer cancellation passes through three blocks to the one that was cancelled")
	void outerCancellationPassesThroughThree(Rig rig, Region region) throws Exception {
		AtomicReference<CancelScope> middle = new AtomicReference<>();
		CancelScope outer = rig.call(() -> CancelScope.<Exception>run(outside -> region.go(one -> {
			middle.set(one);
			region.go(two -> region.go(three -> {
				this.scope.set(three);
				outside.cancel();
				place(three);
			}));
		})));
		assertThat(this.scope.get().cancelCaught()).isFalse();
		assertThat(middle.get().cancelCaught()).isFalse();
		assertThat(outer.cancelCaught()).isTrue();
	}

	private void place(CancelScope inside) throws InterruptedException {
		assertThat(inside.cancelCalled()).isFalse();
		Waits.forever();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("openRegions")
	@DisplayName("5.3 where both are cancelled, the inner first, the outer one ends the block and the inner one catches nothing")
	void innerThenOuterCancelled(Rig rig, Region region) throws Exception {
		AtomicBoolean wentOn = new AtomicBoolean();
		CancelScope outer = rig.call(() -> CancelScope.<Exception>run(outside -> {
			region.go(entered -> {
				this.scope.set(entered);
				entered.cancel("inner");
				try {
					Waits.forever();
				}
				finally {
					outside.cancel("outer");
				}
			});
			wentOn.set(true);
		}));
		assertThat(wentOn).isFalse();
		assertThat(this.scope.get().cancelCalled()).isTrue();
		assertThat(this.scope.get().cancelCaught()).isFalse();
		assertThat(outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("openRegions")
	@DisplayName("5.3 where both are cancelled, the outer first, the outer one ends the block and the inner one catches nothing")
	void outerThenInnerCancelled(Rig rig, Region region) throws Exception {
		AtomicBoolean wentOn = new AtomicBoolean();
		CancelScope outer = rig.call(() -> CancelScope.<Exception>run(outside -> {
			region.go(entered -> {
				this.scope.set(entered);
				outside.cancel("outer");
				entered.cancel("inner");
				Waits.forever();
			});
			wentOn.set(true);
		}));
		assertThat(wentOn).isFalse();
		assertThat(this.scope.get().cancelCaught()).isFalse();
		assertThat(outer.cancelCaught()).isTrue();
		assertThat(outer.cancelReason()).contains("outer");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 where the middle and the outermost of three are cancelled, the outermost catches")
	void outermostCatches(Rig rig) throws Exception {
		AtomicReference<CancelScope> middle = new AtomicReference<>();
		CancelScope outer = rig.call(() -> CancelScope.run(outside -> CancelScope.run(between -> {
			middle.set(between);
			CancelScope.run(inside -> {
				this.scope.set(inside);
				between.cancel();
				outside.cancel();
				Waits.forever();
			});
		})));
		assertThat(outer.cancelCaught()).isTrue();
		assertThat(middle.get().cancelCaught()).isFalse();
		assertThat(this.scope.get().cancelCaught()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 an inner scope that caught its cancellation leaves the outer one alone")
	void outerGoesOnAfterInnerCancellation(Rig rig) throws Exception {
		AtomicBoolean wentOn = new AtomicBoolean();
		CancelScope outer = rig.call(() -> CancelScope.run(outside -> {
			CancelScope inner = CancelScope.run(inside -> {
				inside.cancel();
				Waits.forever();
			});
			assertThat(inner.cancelCaught()).isTrue();
			assertThat(CancelScope.cancelRequested()).isFalse();
			CancelScope.checkpoint();
			Thread.sleep(1);
			wentOn.set(true);
		}));
		assertThat(wentOn).isTrue();
		assertThat(outer.cancelCalled()).isFalse();
	}

	@Test
	@DisplayName("5.3 checkpoint and cancelRequested look at scopes only: an interrupt is neither seen nor taken")
	void checkpointLooksAtScopesOnly() throws Exception {
		Rig.VIRTUAL.run(() -> CancelScope.run(entered -> {
			Thread.currentThread().interrupt();
			CancelScope.checkpoint();
			assertThat(CancelScope.cancelRequested()).isFalse();
			assertThat(Thread.interrupted()).isTrue();
		}));
		Thread.currentThread().interrupt();
		CancelScope.checkpoint();
		boolean requested = CancelScope.cancelRequested();
		assertThat(Thread.interrupted()).isTrue();
		assertThat(requested).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 checkpoint and cancelRequested tell the cancellation, and never touch the interrupt flag")
	void checkpointLeavesFlag(Rig rig) throws Exception {
		rig.run(() -> CancelScope.run(entered -> {
			CancelScope.checkpoint();
			assertThat(CancelScope.cancelRequested()).isFalse();
			entered.cancel("enough");
			Waits.spinUntil(() -> Thread.currentThread().isInterrupted());
			for (int i = 0; i < 3; i++) {
				assertThat(CancelScope.cancelRequested()).isTrue();
				assertThat(assertCancelled(CancelScope::checkpoint).reason()).contains("enough");
				assertThat(Thread.currentThread().isInterrupted()).isTrue();
			}
			assertThat(Thread.interrupted()).isTrue();
			for (int i = 0; i < 3; i++) {
				assertThat(CancelScope.cancelRequested()).isTrue();
				assertCancelled(CancelScope::checkpoint);
				assertThat(Thread.currentThread().isInterrupted()).isFalse();
			}
		}));
	}

	@Test
	@DisplayName("5.3 checkpoint and cancelRequested outside of any scope: nothing is due")
	void checkpointOutsideOfAnyScope() throws Exception {
		CancelScope.checkpoint();
		assertThat(CancelScope.cancelRequested()).isFalse();
		assertThat(CancelScope.currentTimeLeft()).isEmpty();
	}

	@Test
	@DisplayName("5.3 a thread that the user starts in a scope is not in it")
	void ownThreadInheritsNothing() throws Exception {
		CancelScope.run(entered -> {
			entered.cancel();
			CountDownLatch looked = new CountDownLatch(1);
			AtomicBoolean requested = new AtomicBoolean(true);
			Thread.ofPlatform().start(() -> {
				requested.set(CancelScope.cancelRequested());
				looked.countDown();
			});
			Waits.stubbornlyOn(looked);
			assertThat(requested).isFalse();
		});
	}

}
