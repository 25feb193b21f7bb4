package io.taskgroup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A task that waits inside the library lends its permit out.
 */
@Timeout(30)
class PermitLendingTests {

	/** A tree of 3^0 + ... + 3^8 nodes. */
	private static final int WIDTH = 3;

	private static final int DEPTH = 8;

	private static final long NODES = 9841;

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	private final Gauge computing = new Gauge();

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 8 })
	@DisplayName("8.3 recursion through one limited group makes progress, never above the limit")
	void recursionThroughOneGroup(int limit) throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(limit);
		long nodes = Rig.VIRTUAL.call(() -> this.groups.named("crawl")
			.limiter(limiter)
			.call((group) -> group.fork(() -> crawl(group, DEPTH)).await()));
		assertThat(nodes).isEqualTo(NODES);
		assertThat(this.computing.most()).isBetween(1, limit);
		assertUnused(limiter);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 8 })
	@DisplayName("8.3 so does recursion through a group with a concurrency of its own")
	void recursionWithMaxConcurrency(int limit) throws Exception {
		long nodes = Rig.VIRTUAL.call(() -> this.groups.named("crawl")
			.maxConcurrency(limit)
			.call((group) -> group.fork(() -> crawl(group, DEPTH)).await()));
		assertThat(nodes).isEqualTo(NODES);
		assertThat(this.computing.most()).isBetween(1, limit);
	}

	private long crawl(TaskGroup group, int depth) throws Exception {
		List<TaskHandle<Long>> children = this.computing.inside(() -> {
			List<TaskHandle<Long>> forked = new ArrayList<>();
			for (int i = 0; depth > 0 && i < WIDTH; i++) {
				forked.add(group.fork(() -> crawl(group, depth - 1)));
			}
			return forked;
		});
		long nodes = 1;
		for (TaskHandle<Long> child : children) {
			long below = child.await();
			nodes = this.computing.inside(sum(nodes, below));
		}
		return nodes;
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 8 })
	@DisplayName("8.3 recursion through nested groups that share a limit makes progress, never above it")
	void recursionThroughNestedGroups(int limit) throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(limit);
		TaskGroupSpec spec = this.groups.named("crawl").limiter(limiter);
		List<Long> nodes = Rig.VIRTUAL.call(() -> spec.gather(List.of(() -> crawlNested(spec, DEPTH))));
		assertThat(nodes).containsExactly(NODES);
		assertThat(this.computing.most()).isBetween(1, limit);
		assertUnused(limiter);
	}

	@Test
	@DisplayName("8.3 never above the limit, also when the limit moves under the recursion")
	void recursionWhileTheLimitMoves() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		TaskGroupSpec spec = this.groups.named("crawl").limiter(limiter);
		Host<List<Long>> host = Rig.VIRTUAL.startCall(() -> spec.gather(List.of(() -> crawlNested(spec, DEPTH))));
		for (int i = 0; !host.isDone(); i++) {
			limiter.limit(1 + i % 4);
			Together.pause();
		}
		assertThat(host.get()).containsExactly(NODES);
		assertThat(this.computing.most()).isBetween(1, 4);
		assertUnused(limiter);
	}

	private long crawlNested(TaskGroupSpec spec, int depth) throws Exception {
		List<Integer> children = this.computing.inside(() -> Collections.nCopies((depth > 0) ? WIDTH : 0, depth - 1));
		if (children.isEmpty()) {
			return 1;
		}
		List<Long> below = spec.map(children, (child) -> crawlNested(spec, child));
		return this.computing.inside(() -> 1 + below.stream().mapToLong(Long::longValue).sum());
	}

	private static Callable<Long> sum(long a, long b) {
		return () -> a + b;
	}

	@ParameterizedTest
	@EnumSource(Wait.class)
	@DisplayName("8.3 a task that waits for another lends its permit, in whichever call it waits")
	void everyWaitLends(Wait wait) throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		TaskGroupSpec spec = this.groups.named("limited").limiter(limiter);
		String value = Rig.VIRTUAL.call(() -> spec.call((group) -> group.fork(() -> {
			this.computing.enter();
			String got = wait.waitFor(spec, group, this.computing);
			this.computing.leave();
			return got;
		}).await()));
		assertThat(value).isEqualTo("value");
		assertThat(this.computing.entries()).isEqualTo(2);
		assertUnused(limiter);
	}

	@Test
	@DisplayName("8.3 a permit lent comes back ahead of newcomers")
	void aheadOfNewcomers() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		List<String> order = Collections.synchronizedList(new ArrayList<>());
		CountDownLatch awaited = new CountDownLatch(1);
		CountDownLatch done = new CountDownLatch(1);
		Holdout<Void> second = Holdout.returning(null);
		Rig.VIRTUAL.run(() -> this.groups.named("free").run((free) -> {
			TaskHandle<Void> slow = free.fork(() -> {
				Waits.on(awaited);
				done.countDown();
			});
			this.groups.named("limited").limiter(limiter).run((group) -> {
				group.fork(() -> {
					slow.await();
					order.add("first");
				});
				group.fork(() -> {
					second.call();
					order.add("second");
				});
				second.awaitRunning();
				group.fork(() -> order.add("third"));
				group.fork(() -> order.add("fourth"));
				assertThat(limiter.waiting()).isEqualTo(2);
				awaited.countDown();
				Waits.on(done);
				Waits.spinUntil(() -> limiter.waiting() == 3);
				second.release();
			});
		}));
		assertThat(order).containsExactly("second", "first", "third", "fourth");
		assertUnused(limiter);
	}

	@Test
	@DisplayName("8.3 several permits lent come back in the order in which they are asked for")
	void returnersInOrder() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		List<Integer> order = Collections.synchronizedList(new ArrayList<>());
		Holdout<Void> last = Holdout.returning(null);
		Rig.VIRTUAL.run(() -> this.groups.named("free").run((free) -> {
			List<Holdout<Void>> slow = new ArrayList<>();
			this.groups.named("limited").limiter(limiter).run((group) -> {
				for (int i = 0; i < 5; i++) {
					int number = i;
					Holdout<Void> holdout = Holdout.returning(null);
					slow.add(holdout);
					TaskHandle<Void> handle = free.fork(holdout);
					group.fork(() -> {
						handle.await();
						order.add(number);
					});
				}
				group.fork(last);
				last.awaitRunning();
				for (int i : List.of(3, 1, 4, 0, 2)) {
					int before = limiter.waiting();
					slow.get(i).release();
					Waits.spinUntil(() -> limiter.waiting() == before + 1);
				}
				last.release();
			});
		}));
		assertThat(order).containsExactly(3, 1, 4, 0, 2);
	}

	@Test
	@DisplayName("8.3 awaiting what is already done lends nothing")
	void awaitingWhatIsDone() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		List<String> order = Collections.synchronizedList(new ArrayList<>());
		Rig.VIRTUAL.run(() -> this.groups.named("free").run((free) -> {
			TaskHandle<String> done = free.fork(() -> "done");
			done.awaitDone();
			this.groups.named("limited").limiter(limiter).run((group) -> {
				CountDownLatch forked = new CountDownLatch(1);
				group.fork(() -> {
					Waits.on(forked);
					for (int i = 0; i < 1000; i++) {
						done.await();
						done.await(Duration.ofSeconds(1));
						done.awaitDone();
						this.groups.named("empty").gather(List.of());
						assertThat(limiter.waiting()).isEqualTo(1);
						assertThat(limiter.inUse()).isEqualTo(1);
					}
					order.add("first");
				});
				group.fork(() -> order.add("second"));
				forked.countDown();
			});
		}));
		assertThat(order).containsExactly("first", "second");
	}

	@Test
	@DisplayName("8.3, 4.1 a look at a task that is not done lends nothing")
	void lookingLendsNothing() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		Holdout<Void> endless = Holdout.returning(null);
		Rig.VIRTUAL.run(() -> this.groups.named("free").run((free) -> {
			TaskHandle<Void> handle = free.fork(endless);
			this.groups.named("limited").limiter(limiter).run((group) -> {
				CountDownLatch forked = new CountDownLatch(1);
				group.fork(() -> {
					Waits.on(forked);
					for (int i = 0; i < 1000; i++) {
						assertThatThrownBy(() -> handle.await(Duration.ZERO)).isInstanceOf(TimeoutException.class);
						assertThat(limiter.waiting()).isEqualTo(1);
					}
				});
				group.fork(() -> null);
				forked.countDown();
			});
			endless.release();
		}));
	}

	@Test
	@DisplayName("8.3 the permit is back before a wait that timed out goes on")
	void timedOutTakesBack() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		Holdout<Void> endless = Holdout.returning(null);
		Holdout<Void> borrower = Holdout.returning(null);
		CountDownLatch goneOn = new CountDownLatch(1);
		Rig.VIRTUAL.run(() -> this.groups.named("free").run((free) -> {
			TaskHandle<Void> handle = free.fork(endless);
			this.groups.named("limited").limiter(limiter).run((group) -> {
				TaskHandle<Throwable> waiter = group.fork(() -> {
					Throwable thrown = catchThrowable(() -> handle.await(Duration.ofMillis(50)));
					goneOn.countDown();
					return thrown;
				});
				group.fork(borrower);
				borrower.awaitRunning();
				// it has timed out, and asks for the permit that the other one has
				Waits.spinUntil(() -> limiter.waiting() == 1);
				assertThat(goneOn.getCount()).isEqualTo(1);
				assertThat(limiter.inUse()).isEqualTo(1);
				borrower.release();
				assertThat(waiter.await()).isInstanceOf(TimeoutException.class);
			});
			endless.release();
		}));
		assertUnused(limiter);
	}

	@Test
	@DisplayName("8.3 a task cancelled while its permit is lent goes on when it is back, not before")
	void cancelledWhileLent() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		Holdout<Void> endless = Holdout.returning(null);
		Holdout<Void> borrower = Holdout.returning(null);
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Rig.VIRTUAL.run(() -> this.groups.named("free").run((free) -> {
			TaskHandle<Void> handle = free.fork(endless);
			this.groups.named("limited").limiter(limiter).run((group) -> {
				TaskHandle<Void> waiter = group.fork(() -> {
					try {
						handle.await();
					}
					catch (InterruptedException ex) {
						thrown.set(ex);
						throw ex;
					}
				});
				group.fork(borrower);
				borrower.awaitRunning();
				waiter.cancel("enough");
				Waits.spinUntil(() -> limiter.waiting() == 1);
				assertThat(thrown.get()).isNull();
				assertThat(waiter.state()).isEqualTo(TaskState.CANCELLING);
				borrower.release();
				waiter.awaitDone();
				assertThat(waiter.state()).isEqualTo(TaskState.CANCELLED);
			});
			endless.release();
		}));
		assertThat(thrown.get()).isInstanceOf(CancelledException.class).hasMessageContaining("enough");
		assertUnused(limiter);
	}

	@Test
	@DisplayName("8.3 the body is no task: it has no permit to lend")
	void bodyHasNone() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		Rig.VIRTUAL.run(() -> this.groups.named("limited").limiter(limiter).run((group) -> {
			TaskHandle<Integer> used = group.fork(limiter::inUse);
			assertThat(used.await()).isEqualTo(1);
			used.awaitDone();
			Waits.until(() -> limiter.inUse() == 0);
			group.join();
			assertUnused(limiter);
		}));
	}

	@Test
	@DisplayName("8.3 a task that waits lends the permits of all its limiters")
	void lendsAll() throws Exception {
		ConcurrencyLimiter one = ConcurrencyLimiter.of(1);
		ConcurrencyLimiter two = ConcurrencyLimiter.of(1);
		TaskGroupSpec there = this.groups.named("there").limiter(one).limiter(two).maxConcurrency(1);
		TaskGroupSpec back = this.groups.named("back").limiter(two).maxConcurrency(1).limiter(one);
		List<Integer> result = Rig.VIRTUAL.call(
				() -> there.map(
						List.of(1, 2, 3, 4), (
								a) -> back
									.map(List.of(1, 2, 3),
											(b) -> this.computing
												.inside(() -> there.map(List.of(1, 2), (c) -> 1).size()))
									.size()));
		assertThat(result).containsExactly(3, 3, 3, 3);
		assertUnused(one);
		assertUnused(two);
	}

	@Test
	@DisplayName("8.3 groups that name two limiters in opposite order do not lock each other out")
	void oppositeOrder() throws Exception {
		ConcurrencyLimiter one = ConcurrencyLimiter.of(1);
		ConcurrencyLimiter two = ConcurrencyLimiter.of(1);
		TaskGroupSpec there = this.groups.named("there").limiter(one).limiter(two);
		TaskGroupSpec back = this.groups.named("back").limiter(two).limiter(one);
		List<Integer> items = Collections.nCopies(30, 1);
		Rig.VIRTUAL.run(() -> Together.run(() -> {
			for (int i = 0; i < 30; i++) {
				there.forEach(items, (item) -> back.forEach(List.of(1), (inner) -> this.computing.inside(() -> null)));
			}
		}, () -> {
			for (int i = 0; i < 30; i++) {
				back.forEach(items, (item) -> there.forEach(List.of(1), (inner) -> this.computing.inside(() -> null)));
			}
		}));
		assertThat(this.computing.most()).isEqualTo(1);
		assertUnused(one);
		assertUnused(two);
	}

	@Test
	@DisplayName("8.3, 8.5 a task that waits for room in the queue lends its permit")
	void waitingForRoom() throws Exception {
		Gauge gauge = this.computing;
		List<Integer> sizes = Rig.VIRTUAL.call(() -> this.groups.named("bounded")
			.maxConcurrency(1)
			.queue(1, TaskGroupSpec.WhenFull.WAIT)
			.call((group) -> {
				TaskHandle<Integer> root = group.fork(() -> {
					List<TaskHandle<Integer>> children = new ArrayList<>();
					for (int i = 0; i < 20; i++) {
						children.add(group.fork(() -> gauge.inside(() -> 1)));
					}
					int sum = 0;
					for (TaskHandle<Integer> child : children) {
						sum += child.await();
					}
					return sum;
				});
				return List.of(root.await());
			}));
		assertThat(sizes).containsExactly(20);
		assertThat(gauge.most()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	@DisplayName("8.3, 3.6 a foreign interrupt of a task that waits for its permit to come back is not lost")
	void interruptedWhileItComesBack(boolean adaptive) throws Exception {
		ConcurrencyLimiter limiter = adaptive ? ConcurrencyLimiter.adaptive(new AlwaysOne(), 1)
				: ConcurrencyLimiter.of(1);
		Holdout<Void> endless = Holdout.returning(null);
		Holdout<Void> borrower = Holdout.returning(null);
		AtomicReference<Thread> thread = new AtomicReference<>();
		AtomicBoolean borrowerGoes = new AtomicBoolean();
		Rig.VIRTUAL.run(() -> this.groups.named("free").run((free) -> {
			TaskHandle<Void> handle = free.fork(endless);
			this.groups.named("limited").limiter(limiter).run((group) -> {
				TaskHandle<Boolean> waiter = group.fork(() -> {
					thread.set(Thread.currentThread());
					Throwable thrown = catchThrowable(() -> handle.await(Duration.ofMillis(20)));
					assertThat(thrown).isInstanceOf(TimeoutException.class);
					assertThat(borrowerGoes).isTrue();
					return Thread.interrupted();
				});
				group.fork(borrower);
				borrower.awaitRunning();
				Waits.spinUntil(() -> limiter.waiting() == 1);
				for (int i = 0; i < 2; i++) {
					thread.get().interrupt();
					// it has noticed, and waits on
					Waits.spinUntil(() -> !thread.get().isInterrupted() || !thread.get().isAlive());
					Waits.untilBlocked(thread.get());
				}
				borrowerGoes.set(true);
				borrower.release();
				assertThat(waiter.await()).isTrue();
			});
			endless.release();
		}));
		assertUnused(limiter);
	}

	/** An algorithm that leaves it at one. */
	private static final class AlwaysOne implements LimitAlgorithm {

		@Override
		public int limit() {
			return 1;
		}

		@Override
		public void onTaskEnded(TaskSample sample) {
			// it stays at one
		}

	}

	private static void assertUnused(ConcurrencyLimiter limiter) {
		assertThat(limiter.inUse()).isZero();
		assertThat(limiter.waiting()).isZero();
	}

	/** The calls in which a task may wait for another one that needs the same permit. */
	enum Wait {

		AWAIT {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				return group.fork(() -> work(gauge)).await();
			}
		},

		TIMED_AWAIT {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				return group.fork(() -> work(gauge)).await(Waits.BOUND);
			}
		},

		AWAIT_DONE {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				TaskHandle<String> handle = group.fork(() -> work(gauge));
				handle.awaitDone();
				return handle.resultNow();
			}
		},

		START {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				StartedTask<String, Integer> started = group.start((TaskStatus<String> status) -> {
					try {
						status.started(work(gauge));
					}
					catch (InterruptedException ex) {
						throw ex;
					}
					catch (Exception ex) {
						throw new IllegalStateException(ex);
					}
					return 1;
				});
				return started.startValue();
			}
		},

		END_OF_RUN {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				AtomicReference<String> value = new AtomicReference<>();
				spec.run((inner) -> inner.fork(() -> value.set(work(gauge))));
				return value.get();
			}
		},

		END_OF_CALL {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				return spec.call((inner) -> inner.fork(() -> work(gauge))).resultNow();
			}
		},

		JOIN_IN_THE_BODY {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				return spec.call((inner) -> {
					TaskHandle<String> handle = inner.fork(() -> work(gauge));
					inner.join();
					return handle.resultNow();
				});
			}
		},

		JOIN_OF_OPEN {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				try (TaskGroup inner = spec.open()) {
					TaskHandle<String> handle = inner.fork(() -> work(gauge));
					inner.join();
					return handle.resultNow();
				}
			}
		},

		JOIN_OF_SUPERVISOR {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				try (TaskScope inner = spec.openScope()) {
					TaskHandle<String> handle = inner.fork(() -> work(gauge));
					inner.join();
					return handle.resultNow();
				}
			}
		},

		GATHER {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				return spec.<String>gather(List.of(() -> work(gauge))).getFirst();
			}
		},

		GATHER_OUTCOMES {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				List<Outcome<String>> outcomes = spec.gatherOutcomes(List.of(() -> work(gauge)));
				return ((Outcome.Success<String>) outcomes.getFirst()).value();
			}
		},

		FOR_EACH {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				AtomicReference<String> value = new AtomicReference<>();
				spec.forEach(List.of(1), (item) -> value.set(work(gauge)));
				return value.get();
			}
		},

		RACE {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				return spec.race(List.of(() -> work(gauge)));
			}
		},

		ANY {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				return spec.any(List.of(() -> work(gauge)));
			}
		},

		STAGGERED_ANY {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				return spec.stagger(Duration.ofHours(1)).any(List.of(() -> work(gauge)));
			}
		},

		NEXT {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				try (CompletedTasks<String> tasks = spec.asCompleted(List.of(() -> work(gauge)))) {
					return tasks.next().orElseThrow().resultNow();
				}
			}
		},

		ITERATOR {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				try (CompletedTasks<String> tasks = spec.asCompleted(List.of(() -> work(gauge)))) {
					return tasks.iterator().next().resultNow();
				}
			}
		},

		SHIELDED {
			@Override
			String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception {
				return CancelScope.shield((scope) -> group.fork(() -> work(gauge)).await());
			}
		};

		/** Waits for one task that needs the permit of the one that waits. */
		abstract String waitFor(TaskGroupSpec spec, TaskScope group, Gauge gauge) throws Exception;

		String work(Gauge gauge) throws Exception {
			return gauge.inside(() -> "value");
		}

	}

}
