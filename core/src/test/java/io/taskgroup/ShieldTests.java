package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
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
import static io.taskgroup.GroupAssertions.assertInterrupt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Rule 5.4: what a shield holds off, and what it does not.
 */
@Timeout(30)
class ShieldTests {

	private final CancelScope outer = CancelScope.create();

	private final CountDownLatch inside = new CountDownLatch(1);

	private final CountDownLatch goOn = new CountDownLatch(1);

	/** The ways to be shielded. */
	enum Shield {

		SHIELD {
			@Override
			void run(CancelScope.Body<Exception> body) throws Exception {
				String value = CancelScope.<String, Exception>shield(scope -> {
					body.run(scope);
					return "value";
				});
				assertThat(value).isEqualTo("value");
			}
		},

		RUN_SHIELDED {
			@Override
			void run(CancelScope.Body<Exception> body) throws Exception {
				CancelScope.runShielded(body);
			}
		},

		SHIELDED_REGION {
			@Override
			void run(CancelScope.Body<Exception> body) throws Exception {
				CancelScope.<Exception>run(scope -> {
					scope.shielded(true);
					body.run(scope);
				});
			}
		},

		SHIELDED_GROUP {
			@Override
			void run(CancelScope.Body<Exception> body) throws Exception {
				TaskGroupFactory.create().named("shielded").run(group -> {
					group.cancelScope().shielded(true);
					body.run(group.cancelScope());
				});
			}
		},

		REGION_IN_SHIELD {
			@Override
			void run(CancelScope.Body<Exception> body) throws Exception {
				CancelScope.<Exception>runShielded(shield -> CancelScope.run(body));
			}
		},

		DETACHED_GROUP {
			@Override
			void run(CancelScope.Body<Exception> body) throws Exception {
				TaskGroupFactory.create().named("detached").detached().run(group -> body.run(group.cancelScope()));
			}
		};

		abstract void run(CancelScope.Body<Exception> body) throws Exception;

	}

	/** Those shields that are no group's. */
	static Stream<Arguments> regions() {
		return shields().filter(arguments -> !arguments.get()[1].toString().endsWith("GROUP"));
	}

	static Stream<Arguments> shields() {
		return Stream.of(Rig.VIRTUAL, Rig.PLATFORM)
			.flatMap(rig -> Stream.of(Shield.values()).map(shield -> Arguments.of(rig, shield)));
	}

	/** The next blocking call after a shield. */
	enum Next {

		CHECKPOINT {
			@Override
			void block() throws Exception {
				CancelScope.checkpoint();
			}
		},

		LIBRARY {
			@Override
			void block() throws Exception {
				try (TaskGroup group = TaskGroupFactory.create().named("group").open()) {
					group.fork(new Sleeper());
					group.join();
				}
			}
		},

		FOREIGN {
			@Override
			void block() throws Exception {
				Waits.forever();
			}
		};

		abstract void block() throws Exception;

	}

	static Stream<Arguments> shieldsAndNext() {
		return shields().flatMap(arguments -> Stream.of(Next.values())
			.map(next -> Arguments.of(arguments.get()[0], arguments.get()[1], next)));
	}

	@ParameterizedTest(name = "{0} {1} {2}")
	@MethodSource("shieldsAndNext")
	@DisplayName("5.4 a shield holds off a cancellation from outside; when its block ends, it meets the next blocking call")
	void shieldHoldsOff(Rig rig, Shield shield, Next next) throws Exception {
		AtomicBoolean cameToItsEnd = new AtomicBoolean();
		AtomicReference<Throwable> met = new AtomicReference<>();
		Host<Void> host = rig.start(() -> this.outer.enter(entered -> {
			shield.run(scope -> {
				this.inside.countDown();
				Waits.on(this.goOn);
				Thread.sleep(1);
				CancelScope.checkpoint();
				assertThat(CancelScope.cancelRequested()).isFalse();
				TaskGroupFactory.create().named("group").run(group -> group.fork(() -> Thread.sleep(1)).await());
				assertThat(scope.cancelCalled()).isFalse();
				assertThat(Thread.currentThread().isInterrupted()).isFalse();
				cameToItsEnd.set(true);
			});
			met.set(catchThrowable(next::block));
			throw (Exception) met.get();
		}));
		Waits.on(this.inside);
		host.awaitBlocked();
		this.outer.cancel("enough");
		this.goOn.countDown();
		host.get();
		assertThat(cameToItsEnd).isTrue();
		assertThat(met.get()).isInstanceOf(InterruptedException.class);
		assertThat(this.outer.cancelCaught()).isTrue();
		assertThat(host.leftInterrupted()).isFalse();
	}

	static Stream<Arguments> shieldsFromTheStart() {
		return shieldsAndNext().filter(arguments -> arguments.get()[1] != Shield.SHIELDED_REGION
				&& arguments.get()[1] != Shield.SHIELDED_GROUP);
	}

	@ParameterizedTest(name = "{0} {1} {2}")
	@MethodSource("shieldsFromTheStart")
	@DisplayName("5.4 a shield holds off a cancellation that is in effect already, with its pending interrupt")
	void shieldInCancelledScope(Rig rig, Shield shield, Next next) throws Exception {
		AtomicBoolean cameToItsEnd = new AtomicBoolean();
		rig.run(() -> {
			this.outer.enter(entered -> {
				entered.cancel();
				Waits.spinUntil(() -> Thread.currentThread().isInterrupted());
				shield.run(scope -> {
					Thread.sleep(1);
					CancelScope.checkpoint();
					TaskGroupFactory.create().named("group").run(group -> group.fork(() -> Thread.sleep(1)).await());
					cameToItsEnd.set(true);
				});
				next.block();
			});
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			Thread.sleep(1);
		});
		assertThat(cameToItsEnd).isTrue();
		assertThat(this.outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("shields")
	@DisplayName("5.4 a shield put up in a scope that is cancelled already holds for the library's calls from then on")
	void shieldPutUpInCancelledScope(Rig rig, Shield shield) throws Exception {
		AtomicBoolean cameToItsEnd = new AtomicBoolean();
		rig.run(() -> this.outer.enter(entered -> {
			entered.cancel();
			Waits.spinUntil(Thread::interrupted);
			shield.run(scope -> {
				CancelScope.checkpoint();
				assertThat(CancelScope.cancelRequested()).isFalse();
				TaskGroupFactory.create().named("group").run(group -> group.fork(() -> Thread.sleep(1)).await());
				cameToItsEnd.set(true);
			});
		}));
		assertThat(cameToItsEnd).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("shields")
	@DisplayName("5.4 after a shield in a cancelled scope the interrupt flag is set, and it is gone when that scope has ended")
	void flagAfterShield(Rig rig, Shield shield) throws Exception {
		AtomicBoolean interrupted = new AtomicBoolean();
		rig.run(() -> {
			this.outer.enter(entered -> {
				shield.run(scope -> entered.cancel());
				interrupted.set(Thread.currentThread().isInterrupted());
			});
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			Thread.sleep(1);
		});
		assertThat(interrupted).isTrue();
		assertThat(this.outer.cancelCalled()).isTrue();
		assertThat(this.outer.cancelCaught()).isFalse();
	}

	@Test
	@DisplayName("5.4 a shield returns its value, also in a cancelled scope")
	void shieldReturnsValue() throws Exception {
		AtomicReference<String> value = new AtomicReference<>();
		this.outer.enter(entered -> {
			entered.cancel();
			value.set(CancelScope.shield(scope -> "value"));
		});
		assertThat(value).hasValue("value");
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("shields")
	@DisplayName("5.4 a shield holds off for the tasks and groups inside it too")
	void shieldHoldsForTasks(Rig rig, Shield shield) throws Exception {
		TaskGroupFactory factory = rig.factory();
		Swallower task = new Swallower();
		Swallower deepTask = new Swallower();
		AtomicReference<TaskHandle<?>> handle = new AtomicReference<>();
		Host<Void> host = rig
			.start(() -> this.outer.enter(entered -> shield.run(scope -> factory.named("group").run(group -> {
				handle.set(group.fork(task));
				group.fork(() -> factory.named("inner").run(inner -> inner.fork(deepTask)));
			}))));
		task.awaitRunning();
		deepTask.awaitRunning();
		Waits.until(() -> handle.get() != null);
		host.awaitBlocked();
		this.outer.cancel();
		assertThat(handle.get().state()).isEqualTo(TaskState.RUNNING);
		task.release();
		deepTask.release();
		host.get();
		assertThat(task.interrupts()).isZero();
		assertThat(deepTask.interrupts()).isZero();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("shields")
	@DisplayName("5.4 a foreign interrupt is not held off, in foreign calls and in the library's")
	void foreignInterruptIsNotHeldOff(Rig rig, Shield shield) throws Exception {
		Host<Void> sleeping = rig.start(() -> shield.run(scope -> Waits.forever()));
		sleeping.awaitBlocked();
		sleeping.interrupt();
		assertInterrupt(sleeping.thrown());
		try (TaskScope elsewhere = TaskGroupFactory.create().named("elsewhere").openScope()) {
			TaskHandle<?> endless = elsewhere.fork(new Sleeper());
			Host<Void> waiting = rig.start(() -> shield.run(scope -> endless.await()));
			waiting.awaitBlocked();
			waiting.interrupt();
			assertInterrupt(waiting.thrown());
		}
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("shields")
	@DisplayName("5.4 a foreign interrupt that was pending before the shield is not held off either")
	void pendingForeignInterruptIsNotHeldOff(Rig rig, Shield shield) throws Exception {
		AtomicReference<Throwable> met = new AtomicReference<>();
		Host<Void> host = rig.start(() -> {
			Thread.currentThread().interrupt();
			shield.run(scope -> {
				met.set(catchThrowable(() -> Thread.sleep(60_000)));
				throw (Exception) met.get();
			});
		});
		assertInterrupt(host.thrown());
		assertThat(met.get()).isInstanceOf(InterruptedException.class);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 a shielded scope's own cancel works as ever: the value form throws TaskCancelledException")
	void ownCancel(Rig rig) throws Exception {
		rig.run(() -> {
			TaskCancelledException thrown = catchThrowableOfType(TaskCancelledException.class,
					() -> CancelScope.shield(scope -> {
						scope.cancel("enough");
						Waits.forever();
						return "value";
					}));
			assertThat(thrown).isNotNull();
			assertThat(thrown.reason()).contains("enough");
			AtomicReference<CancelScope> shielded = new AtomicReference<>();
			CancelScope.runShielded(scope -> {
				shielded.set(scope);
				scope.cancel();
				Waits.forever();
			});
			assertThat(shielded.get().cancelCaught()).isTrue();
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 a shielded scope's own deadline works as ever")
	void ownDeadline(Rig rig) throws Exception {
		rig.run(() -> {
			TaskCancelledException thrown = catchThrowableOfType(TaskCancelledException.class,
					() -> CancelScope.shield(scope -> {
						scope.timeout(Duration.ofMillis(1));
						Waits.forever();
						return "value";
					}));
			assertThat(thrown).isNotNull();
			assertThat(thrown.kind()).isEqualTo(CancelKind.TIMEOUT);
			AtomicReference<CancelScope> shielded = new AtomicReference<>();
			CancelScope.runShielded(scope -> {
				shielded.set(scope);
				scope.timeout(Duration.ofMillis(1));
				Waits.forever();
			});
			assertThat(shielded.get().cancelCaught()).isTrue();
			assertThat(shielded.get().cancelKind()).contains(CancelKind.TIMEOUT);
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 a shielded scope that is cancelled itself in a cancelled scope catches its own cancellation")
	void ownCancelInCancelledScope(Rig rig) throws Exception {
		AtomicReference<CancelScope> shielded = new AtomicReference<>();
		AtomicBoolean wentOn = new AtomicBoolean();
		rig.run(() -> this.outer.enter(entered -> {
			entered.cancel("outer");
			CancelScope.runShielded(scope -> {
				shielded.set(scope);
				scope.cancel("own");
				assertThat(assertCancelled(CancelScope::checkpoint).reason()).contains("own");
				Waits.forever();
			});
			wentOn.set(true);
			assertThat(assertCancelled(CancelScope::checkpoint).reason()).contains("outer");
			Waits.forever();
		}));
		assertThat(wentOn).isTrue();
		assertThat(shielded.get().cancelCaught()).isTrue();
		assertThat(this.outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 scopes inside a shield are cancelled as ever, and end where they should")
	void scopesInsideShield(Rig rig) throws Exception {
		AtomicBoolean wentOn = new AtomicBoolean();
		rig.run(() -> this.outer.enter(entered -> {
			entered.cancel();
			CancelScope.runShielded(shield -> {
				CancelScope inner = CancelScope.run(scope -> {
					scope.cancel();
					Waits.forever();
				});
				assertThat(inner.cancelCaught()).isTrue();
				Thread.sleep(1);
				CancelScope.checkpoint();
				wentOn.set(true);
			});
		}));
		assertThat(wentOn).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 a shield inside a shield: when the inner one ends, the outer one still holds")
	void shieldInShield(Rig rig) throws Exception {
		AtomicBoolean wentOn = new AtomicBoolean();
		rig.run(() -> this.outer.enter(entered -> {
			entered.cancel();
			CancelScope.runShielded(one -> {
				CancelScope.runShielded(two -> Thread.sleep(1));
				assertThat(Thread.currentThread().isInterrupted()).isFalse();
				Thread.sleep(1);
				CancelScope.checkpoint();
				wentOn.set(true);
			});
			Waits.forever();
		}));
		assertThat(wentOn).isTrue();
		assertThat(this.outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 a shield between two cancelled scopes holds off the outer one only")
	void shieldBetween(Rig rig) throws Exception {
		AtomicReference<CancelScope> between = new AtomicReference<>();
		AtomicReference<CancelScope> caught = new AtomicReference<>();
		rig.run(() -> this.outer.enter(entered -> {
			entered.cancel("outer");
			CancelScope.runShielded(shield -> caught.set(CancelScope.run(scope -> {
				between.set(scope);
				scope.cancel("between");
				CancelScope.run(inner -> Waits.forever());
			})));
		}));
		assertThat(caught.get()).isSameAs(between.get());
		assertThat(between.get().cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 what the block throws goes up, and the cancellation stays due")
	void failureOfShieldedBlock(Rig rig) throws Exception {
		IOException failure = new IOException("failure");
		AtomicBoolean due = new AtomicBoolean();
		rig.run(() -> this.outer.enter(entered -> {
			entered.cancel();
			assertThat(catchThrowable(() -> CancelScope.shield(scope -> {
				throw failure;
			}))).isSameAs(failure);
			assertThat(catchThrowable(() -> Thread.sleep(60_000))).isInstanceOf(InterruptedException.class);
			assertCancelled(CancelScope::checkpoint);
			due.set(true);
		}));
		assertThat(due).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 cleaning up in a finally after a cancellation needs a shield")
	void cleaningUp(Rig rig) throws Exception {
		AtomicBoolean cleanedUpWithShield = new AtomicBoolean();
		AtomicBoolean cleanedUpWithout = new AtomicBoolean();
		TaskGroupFactory factory = rig.factory();
		Host<Void> host = rig.start(() -> this.outer.enter(entered -> {
			try {
				this.inside.countDown();
				Waits.forever();
			}
			finally {
				CancelScope.runShielded(scope -> {
					scope.timeout(Duration.ofHours(1));
					factory.named("cleanup").run(group -> group.fork(() -> Thread.sleep(1)).await());
					cleanedUpWithShield.set(true);
				});
				factory.named("cleanup").run(group -> {
					TaskHandle<?> cleanup = group.fork(new Sleeper());
					cleanup.await();
					cleanedUpWithout.set(true);
				});
			}
		}));
		Waits.on(this.inside);
		this.outer.cancel();
		host.get();
		assertThat(cleanedUpWithShield).isTrue();
		assertThat(cleanedUpWithout).isFalse();
		assertThat(this.outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 deadlines from outside are held off too")
	void deadlineFromOutside(Rig rig) throws Exception {
		AtomicReference<CancelScope> deadline = new AtomicReference<>();
		AtomicBoolean cameToItsEnd = new AtomicBoolean();
		CancelScope ended = rig.call(() -> CancelScope.moveOnAfter(Duration.ofHours(1), scope -> {
			CancelScope.runShielded(shield -> {
				assertThat(CancelScope.currentTimeLeft()).isEmpty();
				scope.timeout(Duration.ZERO);
				assertThat(CancelScope.currentTimeLeft()).isEmpty();
				assertThat(CancelScope.cancelRequested()).isFalse();
				CancelScope.checkpoint();
				Thread.sleep(5);
				cameToItsEnd.set(true);
			});
			assertThat(CancelScope.currentTimeLeft()).contains(Duration.ZERO);
			deadline.set(scope);
			Waits.forever();
		}));
		assertThat(cameToItsEnd).isTrue();
		assertThat(ended).isSameAs(deadline.get());
		assertThat(ended.cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("5.4 shielded tells whether a scope is shielded")
	void shieldedTells() throws Exception {
		CancelScope.run(scope -> {
			assertThat(scope.shielded()).isFalse();
			scope.shielded(true);
			assertThat(scope.shielded()).isTrue();
			scope.shielded(false);
			assertThat(scope.shielded()).isFalse();
		});
		CancelScope.runShielded(scope -> assertThat(scope.shielded()).isTrue());
		assertThat(CancelScope.<Boolean, RuntimeException>shield(CancelScope::shielded)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 a cancellation that was held off reaches a blocked thread when the shield is taken away")
	void shieldTakenAway(Rig rig) throws Exception {
		AtomicReference<CancelScope> shielded = new AtomicReference<>();
		Swallower task = new Swallower();
		TaskGroupFactory factory = rig.factory();
		Host<Void> host = rig.start(() -> this.outer.enter(entered -> CancelScope.runShielded(scope -> {
			shielded.set(scope);
			factory.named("group").run(group -> {
				group.fork(task);
				Waits.forever();
			});
		})));
		task.awaitRunning();
		host.awaitBlocked();
		this.outer.cancel();
		assertThat(task.interrupts()).isZero();
		assertThat(host.isDone()).isFalse();
		shielded.get().shielded(false);
		task.awaitInterrupts(1);
		task.release();
		host.get();
		assertThat(this.outer.cancelCaught()).isTrue();
		assertThat(shielded.get().cancelCaught()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 a shield put up while the block runs holds off what comes then")
	void shieldPutUp(Rig rig) throws Exception {
		AtomicReference<CancelScope> scope = new AtomicReference<>();
		Swallower body = new Swallower();
		Host<Void> host = rig.start(() -> this.outer.enter(entered -> CancelScope.run(inner -> {
			scope.set(inner);
			body.call();
			CancelScope.checkpoint();
		})));
		body.awaitRunning();
		scope.get().shielded(true);
		this.outer.cancel();
		body.release();
		host.get();
		assertThat(body.interrupts()).isZero();
	}

	@Test
	@DisplayName("5.4 a shield of a group that was put up from a task holds for body and tasks")
	void shieldedGroup() throws Exception {
		Swallower task = new Swallower();
		Swallower body = new Swallower();
		CountDownLatch shielded = new CountDownLatch(1);
		Host<Void> host = Rig.VIRTUAL
			.start(() -> this.outer.enter(entered -> TaskGroupFactory.create().named("group").run(group -> {
				group.fork(() -> {
					group.cancelScope().shielded(true);
					shielded.countDown();
				});
				group.fork(task);
				body.call();
			})));
		Waits.on(shielded);
		task.awaitRunning();
		body.awaitRunning();
		this.outer.cancel();
		task.release();
		body.release();
		host.get();
		assertThat(task.interrupts()).isZero();
		assertThat(body.interrupts()).isZero();
	}

	@Test
	@DisplayName("5.4 a shield around the group does nothing for tasks forked from inside another shield")
	void shieldAroundForkDoesNothing() throws Exception {
		Sleeper sleeper = new Sleeper();
		TaskGroupFactory.create().named("group").run(group -> {
			CancelScope.runShielded(scope -> group.fork(sleeper));
			sleeper.awaitRunning();
			group.cancel();
		});
		assertThat(sleeper.wasInterrupted()).isTrue();
		assertThatExceptionOfType(TaskGroupException.class)
			.isThrownBy(() -> TaskGroupFactory.create().named("group").run(group -> {
				CancelScope.runShielded(scope -> group.fork(() -> {
					throw new IOException("failure");
				}));
			}));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("5.4 an interrupt that was pending before the shield is pending again after it, and was not inside")
	void interruptPendingBefore(Rig rig, Shield shield) throws Exception {
		List<Boolean> flags = new ArrayList<>();
		rig.run(() -> this.outer.enter(entered -> {
			entered.cancel();
			flags.add(Thread.currentThread().isInterrupted());
			shield.run(scope -> {
				flags.add(Thread.currentThread().isInterrupted());
				Thread.sleep(1);
			});
			flags.add(Thread.currentThread().isInterrupted());
			Thread.sleep(1);
			flags.add(null);
		}));
		assertThat(flags).containsExactly(true, false, true);
		assertThat(this.outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("regions")
	@DisplayName("5.4 a cancellation that was met before the shield meets the next foreign call after it once more")
	void interruptMetBefore(Rig rig, Shield shield) throws Exception {
		List<String> met = new ArrayList<>();
		rig.run(() -> this.outer.enter(entered -> {
			entered.cancel();
			try {
				Thread.sleep(1);
			}
			catch (InterruptedException ex) {
				met.add("before");
			}
			shield.run(scope -> {
				Thread.sleep(1);
				met.add("inside");
			});
			Thread.sleep(1);
			met.add("after");
		}));
		assertThat(met).containsExactly("before", "inside");
		assertThat(this.outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 a shield put up in a cancelled scope holds off the pending interrupt too, and gives it back when taken away")
	void putUpWithPendingInterrupt(Rig rig) throws Exception {
		List<Boolean> flags = new ArrayList<>();
		rig.run(() -> this.outer.enter(entered -> CancelScope.run(inner -> {
			entered.cancel();
			flags.add(Thread.currentThread().isInterrupted());
			inner.shielded(true);
			flags.add(Thread.currentThread().isInterrupted());
			Thread.sleep(1);
			inner.shielded(false);
			flags.add(Thread.currentThread().isInterrupted());
			Thread.sleep(1);
			flags.add(null);
		})));
		assertThat(flags).containsExactly(true, false, true);
		assertThat(this.outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 a shield put up around a scope that is cancelled itself leaves that one's interrupt pending")
	void putUpAroundWhatIsCancelled(Rig rig) throws Exception {
		List<Boolean> flags = new ArrayList<>();
		rig.run(() -> CancelScope.run(around -> CancelScope.run(inner -> {
			inner.cancel();
			flags.add(Thread.currentThread().isInterrupted());
			around.shielded(true);
			flags.add(Thread.currentThread().isInterrupted());
			inner.shielded(true);
			flags.add(Thread.currentThread().isInterrupted());
			Thread.sleep(1);
			flags.add(null);
		})));
		assertThat(flags).containsExactly(true, true, true);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 a shield taken away lets the cancellation of any scope further out through, not the next one's alone")
	void takenAwayFarInside(Rig rig) throws Exception {
		List<Boolean> flags = new ArrayList<>();
		rig.run(() -> this.outer.enter(entered -> CancelScope.run(one -> CancelScope.run(two -> {
			two.shielded(true);
			entered.cancel();
			flags.add(Thread.currentThread().isInterrupted());
			two.shielded(false);
			flags.add(Thread.currentThread().isInterrupted());
			Thread.sleep(1);
			flags.add(null);
		}))));
		assertThat(flags).containsExactly(false, true);
		assertThat(this.outer.cancelCaught()).isTrue();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("shields")
	@DisplayName("5.4 a foreign interrupt in a scope whose cancellation was met already is not held off by a shield")
	void foreignInterruptAfterCancellation(Rig rig, Shield shield) throws Exception {
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Host<Void> host = rig.start(() -> this.outer.enter(entered -> {
			entered.cancel();
			// a call that waits takes the library's own interrupt with it
			assertCancelled(new Handle<>("never done")::await);
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			Thread.currentThread().interrupt();
			thrown.set(catchThrowable(() -> shield.run(scope -> Thread.sleep(1))));
		}));
		host.leftInterrupted();
		assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 a shielded scope's own cancel reaches a thread that is further inside")
	void ownCancelReachesFurtherInside(Rig rig) throws Exception {
		Sleeper sleeper = new Sleeper();
		AtomicReference<CancelScope> shield = new AtomicReference<>();
		Host<CancelScope> host = rig.startCall(() -> CancelScope.run(scope -> {
			scope.shielded(true);
			shield.set(scope);
			CancelScope.run(inner -> sleeper.run());
		}));
		sleeper.awaitRunning();
		host.awaitBlocked();
		shield.get().cancel("enough");
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("5.4, 5.5 a cancellation that was told before a shielded or detached group meets the next foreign call after it")
	void toldBeforeShieldedGroup() throws Exception {
		for (boolean detached : List.of(true, false)) {
			List<Boolean> flags = new ArrayList<>();
			CancelScope outer = CancelScope.create();
			TaskGroupSpec spec = Rig.VIRTUAL.factory().named("group");
			outer.enter(entered -> {
				entered.cancel();
				flags.add(Thread.currentThread().isInterrupted());
				(detached ? spec.detached() : spec).run(group -> {
					group.cancelScope().shielded(true);
					flags.add(Thread.currentThread().isInterrupted());
				});
				flags.add(Thread.currentThread().isInterrupted());
				Waits.forever();
			});
			assertThat(flags).containsExactly(true, false, true);
			assertThat(outer.cancelCaught()).isTrue();
		}
	}

}
