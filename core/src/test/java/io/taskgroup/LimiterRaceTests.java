package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.taskgroup.GroupAssertions.assertFailed;
import static io.taskgroup.GroupAssertions.runAndForget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What must be true of limits and combinators whoever wins a race.
 */
@Timeout(30)
class LimiterRaceTests {

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	@Test
	@DisplayName("8.2 a permit handed over against the cancellation of its receiver is neither lost nor doubled")
	void handOverAgainstCancel() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		Gauge gauge = new Gauge();
		Rig.VIRTUAL.run(() -> Together.often(() -> {
			AtomicBoolean ran = new AtomicBoolean();
			AtomicReference<TaskHandle<Boolean>> receiver = new AtomicReference<>();
			Holdout<Void> first = Holdout.returning(null);
			this.groups.named("group").limiter(limiter).run((group) -> {
				group.fork(first);
				receiver.set(group.fork(() -> gauge.inside(() -> ran.getAndSet(true))));
				TaskHandle<String> third = group.fork(() -> gauge.inside(() -> "third"));
				TaskHandle<String> fourth = group.fork(() -> gauge.inside(() -> "fourth"));
				Together.run(first::release, () -> receiver.get().cancel());
				assertThat(third.await(Waits.BOUND)).isEqualTo("third");
				assertThat(fourth.await(Waits.BOUND)).isEqualTo("fourth");
			});
			assertThat(ran.get()).isEqualTo(receiver.get().state() == TaskState.SUCCESS);
			assertUnused(limiter);
		}));
		assertThat(gauge.most()).isEqualTo(1);
	}

	@Test
	@DisplayName("8.2 a permit handed over against the cancellation of the whole group is not lost")
	void handOverAgainstCancelOfGroup() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(2);
		TaskGroupSpec spec = this.groups.named("group").limiter(limiter);
		Gauge gauge = new Gauge();
		Rig.VIRTUAL.run(() -> Together.often(() -> {
			List<TaskHandle<Object>> handles = new ArrayList<>();
			spec.run((group) -> {
				for (int i = 0; i < 6; i++) {
					handles.add(group.fork(() -> gauge.inside(() -> null)));
				}
				Together.run(Together::pause, group::cancel);
			});
			assertThat(handles).allMatch(TaskHandle::isDone);
			assertUnused(limiter);
		}));
		assertThat(gauge.most()).isBetween(1, 2);
	}

	@Test
	@DisplayName("8.1 a task cancelled on its way from one limiter to the next gives back what it has")
	void cancelBetweenLimiters() throws Exception {
		ConcurrencyLimiter one = ConcurrencyLimiter.of(1);
		ConcurrencyLimiter two = ConcurrencyLimiter.of(1);
		Rig.VIRTUAL.run(() -> Together.often(() -> {
			Holdout<Void> first = Holdout.returning(null);
			Holdout<Void> second = Holdout.returning(null);
			this.groups.named("holders").run((holders) -> {
				TaskScope ones = this.groups.named("one").limiter(one).openScope();
				TaskScope twos = this.groups.named("two").limiter(two).openScope();
				ones.fork(first);
				twos.fork(second);
				this.groups.named("group").limiter(one).limiter(two).run((group) -> {
					TaskHandle<String> way = group.fork(() -> "way");
					TaskHandle<String> next = group.fork(() -> "next");
					Together.run(first::release, second::release, way::cancel);
					assertThat(next.await(Waits.BOUND)).isEqualTo("next");
				});
			});
			assertUnused(one);
			assertUnused(two);
		}));
	}

	@Test
	@DisplayName("8.2 a resize against a release loses no permit and starts all who can be started")
	void resizeAgainstRelease() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		Gauge gauge = new Gauge();
		Rig.VIRTUAL.run(() -> Together.often(() -> {
			limiter.limit(1);
			Holdout<Void> first = Holdout.returning(null);
			this.groups.named("group").limiter(limiter).run((group) -> {
				group.fork(first);
				CountDownLatch both = new CountDownLatch(2);
				for (int i = 0; i < 2; i++) {
					group.fork(() -> gauge.inside(() -> {
						both.countDown();
						// both must run at once, though the one has its permit from the
						// release, the other from the resize
						Waits.on(both);
						return null;
					}));
				}
				Together.run(first::release, () -> limiter.limit(2));
			});
			assertUnused(limiter);
		}));
		assertThat(gauge.most()).isEqualTo(2);
	}

	@Test
	@DisplayName("8.2 never above the limit while it moves up and down")
	void movingLimit() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(4);
		Gauge gauge = new Gauge();
		AtomicBoolean stop = new AtomicBoolean();
		Host<Void> load = Rig.VIRTUAL.start(
				() -> this.groups.named("load").limiter(limiter).queue(32, TaskGroupSpec.WhenFull.WAIT).run((group) -> {
					while (!stop.get()) {
						group.fork(() -> gauge.inside(() -> null));
					}
				}));
		int fullyUsed = 0;
		try {
			long start = System.nanoTime();
			for (int i = 0; i < 3000 && System.nanoTime() - start < 3_000_000_000L; i++) {
				int limit = 1 + ThreadLocalRandom.current().nextInt(8);
				limiter.limit(limit);
				// those who were running may finish
				Waits.spinUntil(() -> limiter.inUse() <= limit);
				gauge.reset();
				long before = gauge.entries();
				Waits.spinUntil(() -> gauge.entries() > before + 10);
				assertThat(limiter.inUse()).isLessThanOrEqualTo(limit);
				assertThat(gauge.most()).isBetween(1, limit);
				fullyUsed += (gauge.most() == limit) ? 1 : 0;
			}
		}
		finally {
			stop.set(true);
		}
		load.get();
		assertThat(fullyUsed).isPositive();
		assertUnused(limiter);
	}

	@RepeatedTest(3)
	@DisplayName("8.2 first come, first served, from many threads and with a tenth of the waiters cancelled")
	void firstComeFirstServed() throws Exception {
		int threads = 8;
		int each = 1500;
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		AtomicLong clock = new AtomicLong();
		Gauge gauge = new Gauge();
		List<Ticket> served = Collections.synchronizedList(new ArrayList<>());
		List<Ticket> all = Collections.synchronizedList(new ArrayList<>());
		TaskAction forker = () -> this.groups.named("forker").limiter(limiter).run((group) -> {
			List<Ticket> mine = new ArrayList<>();
			for (int i = 0; i < each; i++) {
				Ticket ticket = new Ticket();
				ticket.before = clock.incrementAndGet();
				ticket.handle = group.fork(() -> gauge.inside(() -> served.add(ticket)));
				ticket.after = clock.incrementAndGet();
				mine.add(ticket);
				if (i % 10 == 9) {
					mine.get(i - ThreadLocalRandom.current().nextInt(10)).handle.cancel();
				}
			}
			all.addAll(mine);
		});
		Rig.PLATFORM_HOST
			.run(() -> Together.run(forker, Collections.nCopies(threads - 1, forker).toArray(TaskAction[]::new)));
		assertThat(gauge.most()).isEqualTo(1);
		assertThat(all).hasSize(threads * each);
		long latest = 0;
		for (Ticket ticket : served) {
			// nobody who asked after this one had its permit was served before it
			assertThat(latest).isLessThan(ticket.after);
			latest = Math.max(latest, ticket.before);
		}
		for (Ticket ticket : all) {
			assertThat(ticket.handle.state()).isIn(TaskState.SUCCESS, TaskState.CANCELLED);
		}
		assertThat(served).containsAll(all.stream().filter((t) -> t.handle.state() == TaskState.SUCCESS).toList());
		assertUnused(limiter);
	}

	@Test
	@DisplayName("7.3 the last task finishing against the end of the input: all results, no hang")
	void lastTaskAgainstEndOfInput() throws Exception {
		TaskGroupSpec spec = this.groups.named("group").maxConcurrency(2);
		List<Integer> items = List.of(1, 2, 3, 4, 5);
		Rig.VIRTUAL.run(() -> Together.often(() -> {
			Iterable<Integer> slow = () -> items.stream().peek((item) -> Together.pause()).iterator();
			assertThat(spec.map(slow, (item) -> {
				Together.pause();
				return -item;
			})).containsExactly(-1, -2, -3, -4, -5);
			List<Integer> completed = new ArrayList<>();
			try (CompletedTasks<Integer> tasks = spec.asCompleted(slow, (item) -> {
				Together.pause();
				return item;
			})) {
				for (TaskHandle<Integer> task : tasks) {
					completed.add(task.resultNow());
				}
			}
			assertThat(completed).containsExactlyInAnyOrderElementsOf(items);
		}));
	}

	@Test
	@DisplayName("7.4 any with all failing at once tells all failures")
	void anyWithAllFailing() throws Exception {
		Rig.VIRTUAL.run(() -> Together.often(() -> {
			int count = 5;
			CountDownLatch together = new CountDownLatch(count);
			List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
			List<Callable<Void>> tasks = IntStream.range(0, count).<Callable<Void>>mapToObj((i) -> () -> {
				together.countDown();
				Waits.on(together);
				IOException failure = new IOException("failure " + i);
				failures.add(failure);
				throw failure;
			}).toList();
			Throwable thrown = catchThrowable(() -> this.groups.named("any").any(tasks));
			assertThat(assertFailed(thrown).exceptions()).containsExactlyInAnyOrderElementsOf(failures).hasSize(count);
		}));
	}

	@Test
	@DisplayName("7.4 race with all finishing at once has one winner, and losers fail for nothing")
	void raceWithAllFinishing() throws Exception {
		Rig.VIRTUAL.run(() -> Together.often(() -> {
			CountDownLatch together = new CountDownLatch(4);
			List<Callable<Integer>> tasks = IntStream.range(0, 4).<Callable<Integer>>mapToObj((i) -> () -> {
				together.countDown();
				Waits.on(together);
				if (i % 2 == 0) {
					throw new IOException("failure");
				}
				return i;
			}).toList();
			AtomicReference<Integer> winner = new AtomicReference<>();
			Throwable thrown = catchThrowable(() -> winner.set(this.groups.named("race").race(tasks)));
			if (thrown != null) {
				assertThat(assertFailed(thrown).exceptions()).hasSize(1);
			}
			else {
				assertThat(winner.get()).isIn(1, 3);
			}
		}));
	}

	@Test
	@DisplayName("7.5 a staggered task that fails against the delay: the next one starts once")
	void staggerAgainstFailure() throws Exception {
		Rig.VIRTUAL.run(() -> Together.often(() -> {
			AtomicInteger started = new AtomicInteger();
			Callable<String> failing = () -> {
				started.incrementAndGet();
				Together.pause();
				throw new IOException("failure");
			};
			Callable<String> good = () -> {
				started.incrementAndGet();
				return "value";
			};
			String value = this.groups.named("any")
				.stagger(Duration.ofNanos(ThreadLocalRandom.current().nextInt(1, 60_000)))
				.any(List.of(failing, failing, good));
			assertThat(value).isEqualTo("value");
			assertThat(started).hasValue(3);
		}));
	}

	@Test
	@DisplayName("8.5, 3.7 a queue that fills while the group is cancelled: every handle is done, nobody hangs")
	void queueFillingAgainstCancel() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		Rig.VIRTUAL.run(() -> Together.often(() -> {
			List<TaskHandle<String>> handles = new ArrayList<>();
			AtomicReference<TaskGroup> opened = new AtomicReference<>();
			int capacity = 1 + ThreadLocalRandom.current().nextInt(3);
			Together.run(() -> runAndForget(() -> this.groups.named("group")
				.limiter(limiter)
				.queue(capacity, TaskGroupSpec.WhenFull.WAIT)
				.run((group) -> {
					opened.set(group);
					for (int i = 0; i < 8; i++) {
						handles.add(group.fork(() -> "value"));
					}
				})), () -> {
					Waits.spinUntil(() -> opened.get() != null);
					Together.pause();
					opened.get().cancel();
				});
			assertThat(handles).extracting(TaskHandle::state).isSubsetOf(TaskState.SUCCESS, TaskState.CANCELLED);
			assertThat(handles).hasSize(8);
			assertUnused(limiter);
		}));
	}

	@Test
	@DisplayName("8.5 a bounded queue with several forkers is never over its capacity, and drains")
	void severalForkers() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		AtomicInteger ran = new AtomicInteger();
		AtomicInteger over = new AtomicInteger();
		Rig.VIRTUAL.run(
				() -> this.groups.named("group").limiter(limiter).queue(3, TaskGroupSpec.WhenFull.WAIT).run((group) -> {
					TaskAction forker = () -> {
						for (int i = 0; i < 1000; i++) {
							group.fork(ran::incrementAndGet);
							over.addAndGet((limiter.waiting() > 3) ? 1 : 0);
						}
					};
					Together.run(forker, forker, forker, forker);
				}));
		assertThat(over).hasValue(0);
		assertThat(ran).hasValue(4000);
		assertUnused(limiter);
	}

	@Test
	@DisplayName("8.3 a permit that comes back against the cancellation of its owner is neither lost nor doubled")
	void takingBackAgainstCancel() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		TaskGroupSpec spec = this.groups.named("group").limiter(limiter);
		Gauge gauge = new Gauge();
		Rig.VIRTUAL.run(() -> Together.often(() -> {
			Holdout<Void> awaited = Holdout.returning(null);
			this.groups.named("free").run((free) -> {
				TaskHandle<Void> slow = free.fork(awaited);
				spec.run((group) -> {
					TaskHandle<Object> owner = group.fork(() -> {
						try {
							slow.await();
						}
						finally {
							gauge.inside(() -> null);
						}
						return null;
					});
					TaskHandle<Object> borrower = group.fork(() -> gauge.inside(() -> null));
					Together.run(awaited::release, owner::cancel);
					borrower.awaitDone();
					owner.awaitDone();
					assertThat(borrower.state()).isEqualTo(TaskState.SUCCESS);
				});
			});
			assertUnused(limiter);
		}));
		assertThat(gauge.most()).isEqualTo(1);
	}

	@Test
	@DisplayName("7.6 next against cancel: every task is given out, in whatever state")
	void nextAgainstCancel() throws Exception {
		Rig.VIRTUAL.run(() -> Together.often(() -> {
			try (CompletedTasks<Integer> tasks = this.groups.named("group")
				.maxConcurrency(2)
				.asCompleted(List.of(1, 2, 3, 4), (item) -> {
					Together.pause();
					return item;
				})) {
				AtomicInteger given = new AtomicInteger();
				Together.run(() -> {
					for (Optional<TaskHandle<Integer>> next = tasks.next(); next.isPresent(); next = tasks.next()) {
						assertThat(next.get().isDone()).isTrue();
						given.incrementAndGet();
					}
				}, tasks::cancel);
				// those not started yet are not started any more
				assertThat(given.get()).isBetween(2, 4);
			}
		}));
	}

	private static void assertUnused(ConcurrencyLimiter limiter) {
		assertThat(limiter.inUse()).isZero();
		assertThat(limiter.waiting()).isZero();
	}

	/** When a task asked for its permit. */
	private static final class Ticket {

		private long before;

		private long after;

		private TaskHandle<Boolean> handle;

	}

}
