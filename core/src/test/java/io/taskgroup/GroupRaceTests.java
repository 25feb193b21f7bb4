package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.taskgroup.GroupAssertions.assertFailed;
import static io.taskgroup.GroupAssertions.assertInterrupt;
import static io.taskgroup.GroupAssertions.runAndForget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What must be true whoever wins a race inside a group.
 */
@Timeout(60)
class GroupRaceTests {

	private final IOException failure = new IOException("failure");

	private final IllegalStateException other = new IllegalStateException("other");

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.5 cancel racing the end is quiet, and cuts off nothing that has ended")
	void cancelAgainstEnd(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> Together.often(() -> {
			AtomicReference<TaskGroup> opened = new AtomicReference<>();
			AtomicReference<TaskHandle<String>> handle = new AtomicReference<>();
			AtomicReference<CancelScope> scope = new AtomicReference<>();
			Together.run(() -> scope.set(groups.named("group").run((group) -> {
				handle.set(group.fork(() -> {
					Together.pause();
					return "value";
				}));
				opened.set(group);
			})), () -> {
				Waits.spinUntil(() -> opened.get() != null);
				opened.get().cancel();
			});
			assertThat(handle.get().resultNow()).isEqualTo("value");
			assertThat(scope.get().cancelCaught()).isFalse();
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("7.4 of two that come to their end at the same moment the one that has the other cancelled wins")
	void twoWinners(Rig rig) throws Exception {
		ThreadLocal<String> name = new ThreadLocal<>();
		AtomicReference<String> reason = new AtomicReference<>();
		TaskGroupFactory groups = rig.builder().listener(new TaskGroupListener() {
			@Override
			public void taskStarted(TaskInfo task, long waitedNanos) {
				name.set(task.name());
			}

			@Override
			public void groupCancelled(TaskScopeInfo scope, CancelKind kind, String why) {
				reason.set(why);
			}
		}).build();
		rig.run(() -> Together.often(() -> {
			AtomicInteger missing = new AtomicInteger(2);
			Callable<String> comer = () -> {
				missing.decrementAndGet();
				Waits.spinUntil(() -> missing.get() == 0);
				return name.get();
			};
			String winner = groups.named("race").race(List.of(comer, comer));
			assertThat(reason).hasValue(winner + " has decided");
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.12 cancel racing the end of the body leaves no interrupt")
	void cancelAgainstEndOfBody(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> Together.often(() -> {
			AtomicReference<TaskGroup> opened = new AtomicReference<>();
			Together.run(() -> groups.named("group").run((group) -> {
				opened.set(group);
				Together.pause();
			}), () -> {
				Waits.spinUntil(() -> opened.get() != null);
				Together.pause();
				opened.get().cancel();
			});
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.12 a failure racing the end of the body leaves no interrupt and is not lost")
	void failureAgainstEndOfBody(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> Together.often(() -> {
			Throwable thrown = catchThrowable(() -> groups.named("group").run((group) -> {
				group.fork(() -> {
					Together.pause();
					throw this.failure;
				});
				Together.pause();
			}));
			assertThat(assertFailed(thrown).exceptions()).containsExactly(this.failure);
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.8 fork racing the end either is accepted and waited for, or throws")
	void forkAgainstEnd(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		AtomicInteger refused = new AtomicInteger();
		rig.run(() -> Together.often(() -> {
			AtomicReference<TaskGroup> opened = new AtomicReference<>();
			AtomicInteger accepted = new AtomicInteger();
			AtomicInteger ran = new AtomicInteger();
			AtomicInteger ranAtEnd = new AtomicInteger();
			AtomicInteger acceptedAtEnd = new AtomicInteger();
			Together.run(() -> {
				groups.named("group").run((group) -> {
					group.fork(Together::pause);
					opened.set(group);
				});
				ranAtEnd.set(ran.get());
			}, () -> {
				Waits.spinUntil(() -> opened.get() != null);
				try {
					for (int i = 0; i < 5; i++) {
						opened.get().fork(ran::incrementAndGet);
						accepted.incrementAndGet();
					}
				}
				catch (TaskGroupClosedException ex) {
					refused.incrementAndGet();
				}
				acceptedAtEnd.set(accepted.get());
			});
			assertThat(ranAtEnd.get()).isEqualTo(ran.get()).isEqualTo(acceptedAtEnd.get());
		}));
		assertThat(refused.get()).isNotNegative();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.4 a failure racing cancel is not lost")
	void failureAgainstCancel(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> Together.often(() -> {
			AtomicReference<TaskGroup> opened = new AtomicReference<>();
			AtomicReference<Throwable> thrown = new AtomicReference<>();
			Together.run(() -> thrown.set(catchThrowable(() -> groups.named("group").run((group) -> {
				opened.set(group);
				group.fork(() -> {
					Together.pause();
					throw this.failure;
				});
				Waits.forever();
			}))), () -> {
				Waits.spinUntil(() -> opened.get() != null);
				Together.pause();
				opened.get().cancel();
			});
			Throwable end = thrown.get();
			// the cancellation may have ended the body before it came to fork
			if (end != null) {
				assertThat(assertFailed(end).exceptions()).containsExactly(this.failure);
			}
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.3 two failures at once are both reported, once each")
	void twoFailures(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> Together.often(() -> {
			CountDownLatch both = new CountDownLatch(2);
			Throwable thrown = catchThrowable(() -> groups.named("group").run((group) -> {
				for (Exception exception : List.of(this.failure, this.other)) {
					group.fork(() -> {
						both.countDown();
						Waits.stubbornlyOn(both);
						throw exception;
					});
				}
				Waits.forever();
			}));
			assertThat(assertFailed(thrown).exceptions()).containsExactlyInAnyOrder(this.failure, this.other);
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.3 a failure of a task and one of the body at once are both reported, once each")
	void failureOfTaskAndBody(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> Together.often(() -> {
			CountDownLatch running = new CountDownLatch(1);
			Throwable thrown = catchThrowable(() -> groups.named("group").run((group) -> {
				group.fork(() -> {
					running.countDown();
					Together.pause();
					throw this.failure;
				});
				Waits.stubbornlyOn(running);
				Together.pause();
				throw this.other;
			}));
			assertThat(assertFailed(thrown).exceptions()).containsExactlyInAnyOrder(this.failure, this.other);
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.3 a TaskFailedException is never added beside the failure it stands for")
	void awaitedFailure(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> Together.often(() -> {
			Throwable thrown = catchThrowable(() -> groups.named("group").run((group) -> {
				TaskHandle<String> failing = group.fork(() -> {
					Together.pause();
					throw this.failure;
				});
				group.fork(() -> failing.await());
				group.fork(() -> failing.await());
				failing.await();
			}));
			assertThat(assertFailed(thrown).exceptions()).containsExactly(this.failure);
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.13 a deadline racing the end times the group out or does nothing")
	void deadlineAgainstCompletion(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> Together.often(() -> {
			AtomicReference<TaskGroup> opened = new AtomicReference<>();
			AtomicReference<String> value = new AtomicReference<>();
			Throwable thrown = catchThrowable(
					() -> value.set(groups.named("group").timeout(Duration.ofNanos(300_000)).call((group) -> {
						opened.set(group);
						long start = System.nanoTime();
						TaskHandle<?> task = group.fork(() -> {
							Waits.spinUntil(() -> System.nanoTime() - start > 200_000);
							Together.pause();
							Together.pause();
							Together.pause();
						});
						Waits.spinUntil(task::isDone);
						return "value";
					})));
			boolean timedOut = opened.get().cancelScope().cancelCalled();
			if (thrown == null) {
				assertThat(value).hasValue("value");
				assertThat(timedOut).isFalse();
			}
			else {
				assertThat(thrown).isInstanceOf(TaskGroupTimeoutException.class);
				assertThat(((TaskGroupException) thrown).exceptions()).hasSize(1);
				assertThat(timedOut).isTrue();
			}
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}));
	}

	@ParameterizedTest
	@EnumSource(value = Form.class, names = { "RUN", "CALL", "OPEN_AND_JOIN" })
	@DisplayName("3.6 an interrupt racing the end is thrown or stays pending, and is not lost")
	void interruptAgainstEnd(Form form) throws Exception {
		for (Rig rig : Rig.values()) {
			TaskGroupFactory groups = rig.factory();
			rig.run(() -> Together.often(() -> {
				Thread host = Thread.currentThread();
				AtomicBoolean interrupted = new AtomicBoolean();
				AtomicReference<Throwable> thrown = new AtomicReference<>();
				AtomicBoolean pending = new AtomicBoolean();
				Together.run(() -> {
					thrown.set(catchThrowable(() -> form.go(groups.named("group"), (group) -> group.fork(() -> {
						Together.pause();
						return "value";
					}))));
					Waits.spinUntil(interrupted::get);
					pending.set(Thread.interrupted());
				}, () -> {
					Together.pause();
					host.interrupt();
					interrupted.set(true);
				});
				if (thrown.get() != null) {
					assertInterrupt(thrown.get());
				}
				assertThat(pending.get()).isEqualTo(thrown.get() == null);
			}));
		}
	}

	@ParameterizedTest
	@EnumSource(value = Form.class, names = { "RUN", "CALL", "OPEN_AND_JOIN" })
	@DisplayName("3.12 an interrupt and a cancel at once, of a host that waits inside the library, are told apart")
	void interruptAgainstCancel(Form form) throws Exception {
		for (Rig rig : Rig.values()) {
			TaskGroupFactory groups = rig.factory();
			rig.run(() -> Together.often(() -> {
				Thread host = Thread.currentThread();
				AtomicReference<TaskGroup> opened = new AtomicReference<>();
				AtomicBoolean interrupted = new AtomicBoolean();
				AtomicReference<Throwable> thrown = new AtomicReference<>();
				AtomicBoolean pending = new AtomicBoolean();
				Together.run(() -> {
					thrown.set(catchThrowable(() -> form.go(groups.named("group"), (group) -> {
						Holdout<String> holdout = Holdout.returning("value");
						group.fork(holdout);
						holdout.awaitRunning();
						group.fork(() -> {
							Waits.untilBlocked(host);
							opened.set(group);
						});
						Thread.ofVirtual().start(() -> {
							Waits.spinUntil(interrupted::get);
							holdout.release();
						});
					})));
					Waits.spinUntil(interrupted::get);
					pending.set(Thread.interrupted());
				}, () -> {
					Waits.spinUntil(() -> opened.get() != null);
					Together.pause();
					opened.get().cancel();
				}, () -> {
					Waits.spinUntil(() -> opened.get() != null);
					Together.pause();
					host.interrupt();
					interrupted.set(true);
				});
				if (thrown.get() != null) {
					assertInterrupt(thrown.get());
				}
				assertThat(pending.get()).isEqualTo(thrown.get() == null);
			}));
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.5 a cancellation of an outer scope racing the end of a group stays due for foreign calls")
	void outerCancelAgainstEnd(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> Together.often(() -> {
			AtomicReference<CancelScope> outer = new AtomicReference<>();
			AtomicReference<CancelScope> ended = new AtomicReference<>();
			Together.run(() -> ended.set(CancelScope.<Exception>run((scope) -> {
				outer.set(scope);
				groups.named("group").run((group) -> {
					group.fork(Together::pause);
					Together.pause();
				});
				Waits.forever();
			})), () -> {
				Waits.spinUntil(() -> outer.get() != null);
				Together.pause();
				outer.get().cancel();
			});
			assertThat(ended.get().cancelCaught()).isTrue();
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 a cancel and a cancellation of an outer scope at once: the outer one goes on up")
	void cancelAgainstOuterCancel(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> Together.often(() -> {
			AtomicReference<CancelScope> outer = new AtomicReference<>();
			AtomicReference<TaskGroup> opened = new AtomicReference<>();
			AtomicReference<CancelScope> ended = new AtomicReference<>();
			Together.run(() -> ended.set(CancelScope.<Exception>run((scope) -> {
				outer.set(scope);
				groups.named("group").run((group) -> {
					opened.set(group);
					Waits.forever();
				});
				// the group may have been cancelled and have ended before the outer scope
				// was cancelled
				Waits.forever();
			})), () -> {
				Waits.spinUntil(() -> opened.get() != null);
				Together.pause();
				opened.get().cancel();
			}, () -> {
				Waits.spinUntil(() -> opened.get() != null);
				Together.pause();
				outer.get().cancel();
			});
			assertThat(ended.get().cancelCaught()).isTrue();
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.6 a failure and a cancellation of an outer scope at once: the failure wins")
	void failureAgainstOuterCancel(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> Together.often(() -> {
			AtomicReference<CancelScope> outer = new AtomicReference<>();
			AtomicReference<Throwable> thrown = new AtomicReference<>();
			Together.run(() -> CancelScope.<Exception>run((scope) -> {
				thrown.set(catchThrowable(() -> groups.named("group").run((group) -> {
					group.fork(() -> {
						Together.pause();
						throw this.failure;
					});
					outer.set(scope);
				})));
				Waits.forever();
			}), () -> {
				Waits.spinUntil(() -> outer.get() != null);
				Together.pause();
				outer.get().cancel();
			});
			assertThat(assertFailed(thrown.get()).exceptions()).containsExactly(this.failure);
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 started racing the caller's cancellation: start returns, or throws when the task has ended")
	void startedAgainstCancellation(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		try (TaskScope scope = groups.named("supervisor").openScope()) {
			rig.run(() -> Together.often(() -> {
				AtomicReference<CancelScope> callers = new AtomicReference<>();
				AtomicReference<StartedTask<String, Void>> returned = new AtomicReference<>();
				AtomicReference<Throwable> thrown = new AtomicReference<>();
				AtomicBoolean ended = new AtomicBoolean();
				AtomicBoolean endedAtThrow = new AtomicBoolean();
				AtomicBoolean mayEnd = new AtomicBoolean();
				Together.run(() -> CancelScope.<Exception>run((s) -> {
					callers.set(s);
					try {
						returned.set(scope.startAction((status) -> {
							try {
								Together.pause();
								status.started("start");
								Waits.spinUntil(() -> mayEnd.get() || CancelScope.cancelRequested());
								CancelScope.checkpoint();
							}
							finally {
								ended.set(true);
							}
						}));
					}
					catch (InterruptedException ex) {
						thrown.set(ex);
						endedAtThrow.set(ended.get());
					}
				}), () -> {
					Waits.spinUntil(() -> callers.get() != null);
					Together.pause();
					callers.get().cancel();
				});
				if (returned.get() != null) {
					assertThat(returned.get().startValue()).isEqualTo("start");
					assertThat(returned.get().state()).isEqualTo(TaskState.RUNNING);
					mayEnd.set(true);
					Waits.spinUntil(returned.get()::isDone);
					assertThat(returned.get().state()).isEqualTo(TaskState.SUCCESS);
				}
				else {
					assertThat(thrown.get()).isExactlyInstanceOf(CancelledException.class);
					assertThat(endedAtThrow).isTrue();
				}
				assertThat(Thread.currentThread().isInterrupted()).isFalse();
			}));
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.3 started racing an interrupt of the caller: no interrupt is lost")
	void startedAgainstInterrupt(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		try (TaskScope scope = groups.named("supervisor").openScope()) {
			rig.run(() -> Together.often(() -> {
				Thread caller = Thread.currentThread();
				AtomicBoolean interrupted = new AtomicBoolean();
				AtomicBoolean pending = new AtomicBoolean();
				AtomicReference<Throwable> thrown = new AtomicReference<>();
				Together.run(() -> {
					thrown.set(catchThrowable(() -> scope.startAction((status) -> {
						Together.pause();
						status.started("start");
					})));
					Waits.spinUntil(interrupted::get);
					pending.set(Thread.interrupted());
				}, () -> {
					Together.pause();
					caller.interrupt();
					interrupted.set(true);
				});
				if (thrown.get() != null) {
					assertInterrupt(thrown.get());
				}
				assertThat(pending.get()).isEqualTo(thrown.get() == null);
			}));
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.4 factory close racing an opening: it is refused, or ended before close returns")
	void factoryCloseAgainstOpen(Rig rig) throws Exception {
		rig.run(() -> Together.often(() -> {
			TaskGroupFactory groups = rig.factory();
			AtomicInteger running = new AtomicInteger();
			AtomicInteger runningAtClose = new AtomicInteger(-1);
			AtomicReference<Throwable> thrown = new AtomicReference<>();
			AtomicReference<TaskScope> supervisor = new AtomicReference<>();
			Together.run(() -> {
				Together.pause();
				groups.close();
				runningAtClose.set(running.get());
			}, () -> thrown.set(catchThrowable(() -> groups.named("group").run((group) -> group.fork(() -> {
				running.incrementAndGet();
				try {
					Waits.forever();
				}
				finally {
					running.decrementAndGet();
				}
			})))), () -> {
				try {
					supervisor.set(groups.named("supervisor").openScope());
				}
				catch (TaskGroupClosedException ex) {
					// was too late
				}
			});
			assertThat(runningAtClose).hasValue(0);
			assertThat(thrown.get()).matches((ex) -> ex == null || ex instanceof TaskGroupClosedException);
			if (supervisor.get() != null) {
				assertThat(catchThrowable(() -> supervisor.get().fork(() -> "late")))
					.isInstanceOf(TaskGroupClosedException.class);
			}
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.4 openings that are refused neither hold up the factory's closer nor let him go too early")
	void refusedOpeningsAgainstFactoryClose(Rig rig) throws Exception {
		rig.run(() -> Together.often(() -> {
			TaskGroupFactory groups = rig.factory();
			AtomicBoolean released = new AtomicBoolean();
			AtomicBoolean releasedAtClose = new AtomicBoolean();
			AtomicBoolean closed = new AtomicBoolean();
			AtomicBoolean running = new AtomicBoolean();
			Host<Void> host = rig.start(() -> groups.named("group").run((group) -> {
				running.set(true);
				Waits.spinUntil(CancelScope::cancelRequested);
				Together.pause();
				released.set(true);
			}));
			Waits.spinUntil(running::get);
			TaskAction refused = () -> {
				for (int i = 0; i < 200 && !closed.get(); i++) {
					runAndForget(() -> groups.named("group").run((group) -> {
					}));
				}
			};
			Together.run(() -> {
				groups.close();
				releasedAtClose.set(released.get());
				closed.set(true);
			}, refused, refused);
			host.get();
			assertThat(releasedAtClose).isTrue();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.2 fork racing close of a supervisor either is accepted and waited for, or throws")
	void forkAgainstSupervisorClose(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> Together.often(() -> {
			TaskScope scope = groups.named("supervisor").openScope();
			AtomicInteger ran = new AtomicInteger();
			AtomicInteger ranAtClose = new AtomicInteger();
			AtomicInteger accepted = new AtomicInteger();
			Together.run(() -> {
				Together.pause();
				scope.close();
				ranAtClose.set(ran.get());
			}, () -> {
				try {
					for (int i = 0; i < 10; i++) {
						scope.fork(ran::incrementAndGet);
						accepted.incrementAndGet();
					}
				}
				catch (TaskGroupClosedException ex) {
					// was too late
				}
			});
			assertThat(ranAtClose.get()).isEqualTo(ran.get()).isEqualTo(accepted.get());
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.11 closing a supervisor races the end of the scope it was opened in")
	void supervisorCloseAgainstEndOfScope(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> Together.often(() -> {
			AtomicReference<TaskScope> supervisor = new AtomicReference<>();
			AtomicBoolean ended = new AtomicBoolean();
			AtomicBoolean endedAtClose = new AtomicBoolean();
			AtomicBoolean endedAtEnd = new AtomicBoolean();
			Together.run(() -> {
				groups.named("group").run((group) -> {
					TaskScope scope = groups.named("supervisor").openScope();
					scope.fork(() -> {
						try {
							Waits.forever();
						}
						finally {
							ended.set(true);
						}
					});
					supervisor.set(scope);
					Together.pause();
				});
				endedAtEnd.set(ended.get());
			}, () -> {
				Waits.spinUntil(() -> supervisor.get() != null);
				Together.pause();
				supervisor.get().close();
				endedAtClose.set(ended.get());
			});
			assertThat(endedAtEnd).isTrue();
			assertThat(endedAtClose).isTrue();
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.2 cancel of a handle racing the task's end: its answer is right, and the group goes on")
	void handleCancelAgainstEnd(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> groups.named("group").run((group) -> Together.often(() -> {
			TaskHandle<String> handle = group.fork(() -> {
				Together.pause();
				return "value";
			});
			Together.pause();
			boolean cancelled = handle.cancel();
			assertThat(cancelled || handle.isDone()).isTrue();
			assertThat(handle.await()).isEqualTo("value");
			assertThat(handle.cancel()).isFalse();
		})));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.12 nested groups cancelled from all sides leave nothing behind")
	void storm(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		rig.run(() -> Together.often(() -> {
			List<TaskGroup> opened = new ArrayList<>();
			AtomicInteger started = new AtomicInteger();
			AtomicInteger ended = new AtomicInteger();
			AtomicInteger runningAtEnd = new AtomicInteger(-1);
			Together.run(() -> {
				groups.named("outer").run((outer) -> {
					synchronized (opened) {
						opened.add(outer);
					}
					for (int i = 0; i < 3; i++) {
						outer.fork(() -> groups.named("inner").run((inner) -> {
							synchronized (opened) {
								opened.add(inner);
							}
							for (int j = 0; j < 3; j++) {
								started.incrementAndGet();
								inner.fork(() -> {
									try {
										Thread.sleep(0, 50_000);
									}
									finally {
										ended.incrementAndGet();
									}
								});
							}
						}));
					}
				});
				runningAtEnd.set(started.get() - ended.get());
			}, () -> cancelAll(opened), () -> cancelAll(opened));
			assertThat(runningAtEnd).hasValue(0);
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
		}));
	}

	private static void cancelAll(List<TaskGroup> opened) {
		for (int i = 3; i >= 0; i--) {
			Together.pause();
			Together.pause();
			TaskGroup group;
			synchronized (opened) {
				group = (i < opened.size()) ? opened.get(i) : null;
			}
			if (group != null) {
				group.cancel();
			}
		}
	}

}
