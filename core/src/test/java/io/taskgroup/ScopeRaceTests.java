package io.taskgroup;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.taskgroup.GroupAssertions.assertCancelled;
import static io.taskgroup.GroupAssertions.assertInterrupt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The races that the rules of handles and cancel scopes speak of, run thousands of times.
 */
@Timeout(120)
class ScopeRaceTests {

	/** Polls as fast as it can, so that what follows comes at the closest moment. */
	@SuppressWarnings("ThreadPriorityCheck")
	private static void spinUntil(BooleanSupplier condition) {
		long start = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - start > Waits.BOUND.toNanos()) {
				throw new AssertionError("the condition did not come true");
			}
			Thread.yield();
		}
	}

	private static void spinUntilWaiting(Host<?> host) {
		spinUntil(() -> switch (host.thread().getState()) {
			case WAITING, TIMED_WAITING, TERMINATED -> true;
			default -> false;
		});
	}

	private static void assertNoInterruptLeft() throws InterruptedException {
		assertThat(Thread.currentThread().isInterrupted()).isFalse();
		Thread.sleep(0);
		new CountDownLatch(0).await();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.2 cancel of a handle against the end of its task: true or false, and one outcome that stays")
	void handleCancelAgainstTaskEnd(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		rig.run(() -> Together.often(() -> {
			AtomicReference<TaskHandle<String>> handle = new AtomicReference<>();
			AtomicBoolean taken = new AtomicBoolean();
			CancelScope scope = factory.named("group").run(group -> {
				AtomicBoolean end = new AtomicBoolean();
				handle.set(group.fork(() -> {
					spinUntil(end::get);
					Thread.sleep(0, 1000);
					return "value";
				}));
				Together.run(() -> end.set(true), () -> taken.set(handle.get().cancel("enough")));
			});
			Outcome<String> outcome = handle.get().outcome();
			if (taken.get()) {
				assertThat(outcome).isIn(new Outcome.Success<>("value"), new Outcome.Cancelled<>("enough"));
			}
			else {
				assertThat(outcome).isEqualTo(new Outcome.Success<>("value"));
			}
			assertThat(handle.get().cancel("late")).isFalse();
			assertThat(handle.get().outcome()).isEqualTo(outcome);
			assertThat(scope.cancelCalled()).isFalse();
			assertNoInterruptLeft();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.1 await and cancel of a handle against the end of its task: whoever waits is told")
	void awaitAgainstTaskEnd(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		try (TaskScope scope = factory.named("supervisor").openScope()) {
			Together.often(() -> {
				AtomicBoolean end = new AtomicBoolean();
				TaskHandle<String> handle = scope.fork(() -> {
					spinUntil(end::get);
					return "value";
				});
				Together.run(() -> end.set(true), () -> assertThat(handle.await()).isEqualTo("value"),
						() -> assertThat(handle.toCompletionStage().toCompletableFuture().get()).isEqualTo("value"));
			});
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.2 cancel of a handle against the cancellation and end of its group")
	void handleCancelAgainstGroupEnd(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		rig.run(() -> Together.often(() -> {
			AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
			factory.named("group").run(group -> {
				handle.set(group.fork(() -> Waits.forever()));
				Together.run(() -> group.cancel("group's"), () -> handle.get().cancel("own"));
			});
			assertThat(handle.get().outcome()).isIn(new Outcome.Cancelled<>("own"), new Outcome.Cancelled<>("group's"));
			assertNoInterruptLeft();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.12 cancel against the end of a scope whose block does not block: no interrupt comes after the end")
	void cancelAgainstScopeEnd(Rig rig) throws Exception {
		rig.run(() -> Together.often(() -> {
			AtomicReference<CancelScope> scope = new AtomicReference<>();
			Together.run(() -> {
				CancelScope ended = CancelScope.run(entered -> {
					scope.set(entered);
					Together.pause();
				});
				boolean called = ended.cancelCalled();
				assertThat(ended.cancelCaught()).isFalse();
				assertNoInterruptLeft();
				Together.pause();
				assertNoInterruptLeft();
				assertThat(ended.cancelCalled()).isEqualTo(called);
			}, () -> {
				spinUntil(() -> scope.get() != null);
				scope.get().cancel();
			});
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 cancel against a block that blocks: it is ended, and that is caught")
	void cancelAgainstBlockingScope(Rig rig) throws Exception {
		rig.run(() -> Together.often(() -> {
			AtomicReference<CancelScope> scope = new AtomicReference<>();
			Together.run(() -> {
				CancelScope ended = CancelScope.run(entered -> {
					scope.set(entered);
					Together.pause();
					Waits.forever();
				});
				assertThat(ended.cancelCaught()).isTrue();
				assertNoInterruptLeft();
			}, () -> {
				spinUntil(() -> scope.get() != null);
				Together.pause();
				scope.get().cancel();
			});
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 inner and outer scope cancelled at the same time: one of them catches, and the inner one not after the outer")
	void innerAgainstOuter(Rig rig) throws Exception {
		rig.run(() -> Together.often(() -> {
			CancelScope outer = CancelScope.create();
			AtomicReference<CancelScope> inner = new AtomicReference<>();
			AtomicBoolean wentOn = new AtomicBoolean();
			Together.run(() -> {
				outer.enter(outside -> {
					CancelScope.run(entered -> {
						inner.set(entered);
						Waits.forever();
					});
					wentOn.set(true);
					Waits.forever();
				});
				assertThat(inner.get().cancelCaught()).isEqualTo(wentOn.get());
				assertThat(outer.cancelCaught()).isTrue();
				assertNoInterruptLeft();
			}, () -> {
				spinUntil(() -> inner.get() != null);
				inner.get().cancel();
			}, () -> {
				spinUntil(() -> inner.get() != null);
				outer.cancel();
			});
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 the end of a shield against the outer cancellation: the next blocking call is cut off, and nothing is left")
	void shieldExitAgainstOuterCancellation(Rig rig) throws Exception {
		rig.run(() -> Together.often(() -> {
			CancelScope outer = CancelScope.create();
			AtomicBoolean inside = new AtomicBoolean();
			Together.run(() -> {
				AtomicReference<String> value = new AtomicReference<>();
				outer.enter(outside -> {
					value.set(CancelScope.shield(shield -> {
						inside.set(true);
						Thread.sleep(0, 1000);
						Together.pause();
						return "value";
					}));
					Waits.forever();
				});
				assertThat(value).hasValue("value");
				assertThat(outer.cancelCaught()).isTrue();
				assertNoInterruptLeft();
			}, () -> {
				spinUntil(inside::get);
				outer.cancel();
			});
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 the begin of a shield against the outer cancellation: the block is not cut off")
	void shieldEntryAgainstOuterCancellation(Rig rig) throws Exception {
		rig.run(() -> Together.often(() -> {
			CancelScope outer = CancelScope.create();
			AtomicBoolean inside = new AtomicBoolean();
			Together.run(() -> {
				AtomicReference<String> value = new AtomicReference<>();
				outer.enter(outside -> {
					inside.set(true);
					Together.pause();
					value.set(CancelScope.shield(shield -> {
						Thread.sleep(0, 1000);
						CancelScope.checkpoint();
						Thread.sleep(0, 1000);
						return "value";
					}));
					Waits.forever();
				});
				assertThat(value).hasValue("value");
				assertThat(outer.cancelCaught()).isTrue();
				assertNoInterruptLeft();
			}, () -> {
				spinUntil(inside::get);
				outer.cancel();
			});
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 taking a shield away against the outer cancellation: it always comes through")
	void unshieldAgainstOuterCancellation(Rig rig) throws Exception {
		rig.run(() -> Together.often(() -> {
			CancelScope outer = CancelScope.create();
			AtomicReference<CancelScope> shielded = new AtomicReference<>();
			Together.run(() -> {
				outer.enter(outside -> CancelScope.runShielded(shield -> {
					shielded.set(shield);
					Waits.forever();
				}));
				assertThat(outer.cancelCaught()).isTrue();
				assertThat(shielded.get().cancelCaught()).isFalse();
				assertNoInterruptLeft();
			}, () -> {
				spinUntil(() -> shielded.get() != null);
				shielded.get().shielded(false);
			}, () -> {
				spinUntil(() -> shielded.get() != null);
				outer.cancel();
			});
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 the deadline of failAfter against the end of its block: the value if it came to its end, else TimeoutException")
	void deadlineAgainstCompletion(Rig rig) throws Exception {
		rig.run(() -> Together.often(() -> {
			AtomicBoolean cameToItsEnd = new AtomicBoolean();
			try {
				String value = CancelScope.failAfter(Duration.ofNanos(200_000), entered -> {
					Thread.sleep(0, 100_000);
					cameToItsEnd.set(true);
					return "value";
				});
				assertThat(value).isEqualTo("value");
			}
			catch (TimeoutException ex) {
				assertThat(cameToItsEnd).isFalse();
			}
			assertNoInterruptLeft();
			Together.pause();
			assertNoInterruptLeft();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.5 moving a deadline against its passing: cancelled for good, or not at all")
	void deadlineMovedAgainstPassing(Rig rig) throws Exception {
		rig.run(() -> Together.often(() -> {
			CancelScope ended = CancelScope.moveOnAfter(Duration.ofNanos(150_000), entered -> {
				while (entered.timeLeft().orElse(Duration.ZERO).toNanos() > 30_000) {
					Thread.onSpinWait();
				}
				Together.pause();
				entered.timeout(Duration.ofHours(1));
				boolean called = entered.cancelCalled();
				assertThat(CancelScope.cancelRequested()).isEqualTo(called);
				for (int i = 0; i < 100; i++) {
					assertThat(entered.cancelCalled()).isEqualTo(called);
				}
				if (called) {
					assertCancelled(CancelScope::checkpoint);
				}
				else {
					CancelScope.checkpoint();
					Thread.sleep(0, 1000);
				}
			});
			assertThat(ended.cancelCaught()).isFalse();
			assertNoInterruptLeft();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.5 two threads that move a deadline: the last one to be set counts")
	void deadlineMovedByTwo(Rig rig) throws Exception {
		rig.run(() -> Together.often(() -> {
			CancelScope scope = CancelScope.create();
			AtomicBoolean inside = new AtomicBoolean();
			Together.run(() -> {
				scope.enter(entered -> {
					inside.set(true);
					Waits.forever();
				});
				assertThat(scope.cancelCaught()).isTrue();
				assertNoInterruptLeft();
			}, () -> {
				spinUntil(inside::get);
				scope.timeout(Duration.ofHours(1));
				scope.timeout(Duration.ofNanos(1000));
			}, () -> {
				spinUntil(inside::get);
				scope.timeout(null);
				scope.timeout(Duration.ofNanos(1000));
			});
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 enter by several threads against cancel: every block is ended, whether it entered before or after")
	void enterAgainstCancel(Rig rig) throws Exception {
		rig.run(() -> Together.often(() -> {
			CancelScope scope = CancelScope.create();
			TaskAction enter = () -> {
				scope.enter(entered -> {
					Waits.forever();
					throw new AssertionError("went on");
				});
				assertNoInterruptLeft();
			};
			Together.run(enter, enter, enter, scope::cancel);
			assertThat(scope.cancelCaught()).isTrue();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 leaving by several threads against cancel: none is interrupted after it has left")
	void leaveAgainstCancel(Rig rig) throws Exception {
		rig.run(() -> Together.often(() -> {
			CancelScope scope = CancelScope.create();
			TaskAction enter = () -> {
				scope.enter(entered -> Together.pause());
				assertNoInterruptLeft();
				Together.pause();
				assertNoInterruptLeft();
			};
			Together.run(enter, enter, enter, scope::cancel);
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.12 a foreign interrupt against the library's cancellation while the host waits in the library: never lost")
	void foreignInterruptAgainstCancellation(Rig rig) throws Exception {
		try (TaskScope elsewhere = rig.factory().named("elsewhere").openScope()) {
			TaskHandle<?> endless = elsewhere.fork(new Sleeper());
			Together.often(() -> {
				CancelScope scope = CancelScope.create();
				AtomicBoolean interrupted = new AtomicBoolean();
				Host<Void> host = rig.start(() -> {
					scope.enter(entered -> endless.await());
					// the interrupt must find the thread alive
					spinUntil(interrupted::get);
				});
				spinUntilWaiting(host);
				Together.run(() -> {
					host.interrupt();
					interrupted.set(true);
				}, scope::cancel);
				Throwable thrown = host.thrown();
				if (thrown != null) {
					assertInterrupt(thrown);
				}
				else {
					assertThat(scope.cancelCaught()).isTrue();
					assertThat(host.leftInterrupted()).isTrue();
				}
			});
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.12 a foreign interrupt against the cancellation of one of two scopes: the outer scope goes on cleanly")
	void foreignInterruptAgainstInnerCancellation(Rig rig) throws Exception {
		try (TaskScope elsewhere = rig.factory().named("elsewhere").openScope()) {
			TaskHandle<?> endless = elsewhere.fork(new Sleeper());
			Together.often(() -> {
				AtomicReference<CancelScope> inner = new AtomicReference<>();
				AtomicBoolean told = new AtomicBoolean();
				AtomicBoolean interrupted = new AtomicBoolean();
				Host<Void> host = rig.start(() -> CancelScope.run(outer -> {
					Throwable thrown = catchThrowable(() -> CancelScope.run(entered -> {
						inner.set(entered);
						endless.await();
					}));
					told.set(thrown != null);
					// the interrupt must find the thread alive
					spinUntil(interrupted::get);
					assertThat(CancelScope.cancelRequested()).isFalse();
				}));
				spinUntil(() -> inner.get() != null);
				spinUntilWaiting(host);
				Together.run(() -> {
					host.interrupt();
					interrupted.set(true);
				}, inner.get()::cancel);
				assertThat(host.thrown()).isNull();
				assertThat(told.get() || host.leftInterrupted()).isTrue();
			});
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.1 a task forked, and a group opened, while an outer scope is cancelled: nobody is missed")
	void openingAgainstOuterCancellation(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		rig.run(() -> Together.often(() -> {
			CancelScope outer = CancelScope.create();
			Together.run(() -> {
				outer.enter(outside -> {
					Together.pause();
					factory.named("one").run(one -> {
						one.fork(() -> factory.named("two").run(two -> two.fork(() -> Waits.forever())));
						CancelScope.run(inner -> Waits.forever());
					});
				});
				assertThat(outer.cancelCaught()).isTrue();
				assertNoInterruptLeft();
			}, outer::cancel);
		}));
	}

}
