package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.taskgroup.GroupAssertions.assertCancelled;
import static io.taskgroup.GroupAssertions.assertFailsWith;
import static io.taskgroup.GroupAssertions.assertInterrupt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tasks in the order in which they finish.
 */
@Timeout(30)
class AsCompletedTests {

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	private final TaskGroupSpec spec = this.groups.named("completed");

	private final Sleeper sleeper = new Sleeper();

	private final IOException failure = new IOException("failure");

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("7.6 handles come in the order in which they finish")
	void order(Rig rig) throws Exception {
		List<Holdout<Integer>> tasks = IntStream.range(0, 5).mapToObj(Holdout::returning).toList();
		TaskGroupSpec completed = rig.factory().named("completed");
		rig.run(() -> {
			List<Integer> order = new ArrayList<>();
			try (CompletedTasks<Integer> handles = completed.asCompleted(tasks)) {
				for (int i : List.of(3, 1, 4, 0, 2)) {
					tasks.get(i).release();
					TaskHandle<Integer> handle = handles.next().orElseThrow();
					assertThat(handle.isDone()).isTrue();
					order.add(handle.resultNow());
				}
				assertThat(handles.next()).isEmpty();
				assertThat(handles.next()).isEmpty();
			}
			assertThat(order).containsExactly(3, 1, 4, 0, 2);
		});
	}

	@Test
	@DisplayName("7.6 what finished before it was asked for comes in the order of its finish, too")
	void orderOfFinished() throws Exception {
		List<Holdout<Integer>> tasks = IntStream.range(0, 5).mapToObj(Holdout::returning).toList();
		Rig.VIRTUAL.run(() -> {
			List<Integer> order = new ArrayList<>();
			try (CompletedTasks<Integer> handles = this.spec.asCompleted(tasks)) {
				for (int i : List.of(3, 1, 4, 0, 2)) {
					int left = this.groups.snapshot().getFirst().tasks().size();
					tasks.get(i).release();
					Waits.until(() -> this.groups.snapshot().getFirst().tasks().size() == left - 1);
				}
				for (TaskHandle<Integer> handle : handles) {
					order.add(handle.resultNow());
				}
			}
			assertThat(order).containsExactly(3, 1, 4, 0, 2);
		});
	}

	@Test
	@DisplayName("7.6 a failed one does not cancel the others, and close throws no task's failure")
	void failureCancelsNothing() throws Exception {
		Holdout<String> other = Holdout.returning("value");
		Rig.VIRTUAL.run(() -> {
			try (CompletedTasks<String> handles = this.spec.asCompleted(List.<Callable<String>>of(other, () -> {
				throw this.failure;
			}))) {
				assertThat(handles.next().orElseThrow().exceptionNow()).isSameAs(this.failure);
				other.awaitRunning();
				assertThat(other.wasInterrupted()).isFalse();
				other.release();
				assertThat(handles.next().orElseThrow().await()).isEqualTo("value");
				assertThat(handles.next()).isEmpty();
			}
		});
	}

	@Test
	@DisplayName("7.6 unwrapping a failed one inside a group fails that, and cancels the rest")
	void unwrapping() throws Exception {
		Rig.VIRTUAL.run(() -> {
			Throwable thrown = catchThrowable(() -> this.groups.named("outer").run((outer) -> {
				try (CompletedTasks<Object> handles = this.spec.asCompleted(List.of(this::sleep, () -> {
					this.sleeper.awaitRunning();
					throw this.failure;
				}))) {
					for (TaskHandle<Object> handle : handles) {
						handle.await();
					}
				}
			}));
			assertThat(GroupAssertions.tellsOf(thrown, this.failure)).isTrue();
			assertThat(this.sleeper.wasInterrupted()).isTrue();
			assertThat(this.sleeper.hasEnded()).isTrue();
		});
	}

	private Object sleep() throws InterruptedException {
		this.sleeper.run();
		return "never";
	}

	@Test
	@DisplayName("7.6 leaving early cancels the rest and waits for it")
	void leavingEarly() throws Exception {
		Holdout<Object> holdout = Holdout.returning("late");
		Host<Void> host = Rig.VIRTUAL.start(() -> {
			try (CompletedTasks<Object> handles = this.spec
				.asCompleted(List.<Callable<Object>>of(() -> "value", holdout, this::sleep))) {
				assertThat(handles.next().orElseThrow().resultNow()).isEqualTo("value");
				holdout.awaitRunning();
				this.sleeper.awaitRunning();
			}
			assertThat(holdout.hasEnded()).isTrue();
			assertThat(this.sleeper.hasEnded()).isTrue();
		});
		holdout.awaitInterrupted();
		host.awaitBlocked();
		assertThat(host.isDone()).isFalse();
		holdout.release();
		host.get();
		assertThat(this.sleeper.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("7.6 cancel cancels what is not done; it is given out all the same")
	void cancel() throws Exception {
		Rig.VIRTUAL.run(() -> {
			try (CompletedTasks<Object> handles = this.spec
				.asCompleted(List.of(() -> "value", this::sleep, this::sleep))) {
				assertThat(handles.next().orElseThrow().resultNow()).isEqualTo("value");
				handles.cancel();
				assertThat(handles.next().orElseThrow().state()).isEqualTo(TaskState.CANCELLED);
				assertThat(handles.next().orElseThrow().state()).isEqualTo(TaskState.CANCELLED);
				assertThat(handles.next()).isEmpty();
			}
		});
	}

	@Test
	@DisplayName("7.6, 5.2 next throws CancelledException in a cancelled scope, each time")
	void nextWhenCancelled() throws Exception {
		Holdout<Object> stubborn = Holdout.returning("late");
		Rig.VIRTUAL.run(() -> {
			CancelScope caught = CancelScope.run((scope) -> {
				try (CompletedTasks<Object> handles = this.spec.asCompleted(List.of(stubborn))) {
					stubborn.awaitRunning();
					scope.cancel("over");
					assertThat(assertCancelled(handles::next)).hasMessageContaining("over");
					assertThat(assertCancelled(handles::next)).hasMessageContaining("over");
					stubborn.release();
					CancelScope.checkpoint();
				}
			});
			assertThat(caught.cancelCaught()).isTrue();
		});
	}

	@Test
	@DisplayName("7.6, 5.2 next throws in a cancelled scope, also when a task has finished")
	void nextWhenCancelledAndFinished() throws Exception {
		Rig.VIRTUAL.run(() -> {
			CancelScope caught = CancelScope.run((scope) -> {
				try (CompletedTasks<Object> handles = this.spec.asCompleted(List.of(() -> "value"))) {
					Waits.spinUntil(() -> this.groups.snapshot().getFirst().tasks().isEmpty());
					scope.cancel("over");
					assertThat(assertCancelled(handles::next)).hasMessageContaining("over");
					CancelScope.checkpoint();
				}
			});
			assertThat(caught.cancelCaught()).isTrue();
		});
	}

	@Test
	@DisplayName("7.6 the iterator throws TaskCancelledException, which counts as the scope's cancellation")
	void iteratorWhenCancelled() throws Exception {
		Holdout<Object> one = Holdout.returning("late");
		Holdout<Object> two = Holdout.returning("late");
		Rig.VIRTUAL.run(() -> {
			CancelScope caught = CancelScope.run((scope) -> {
				try (CompletedTasks<Object> handles = this.spec.asCompleted(List.of(one))) {
					one.awaitRunning();
					scope.cancel("over");
					Throwable thrown = catchThrowable(handles.iterator()::hasNext);
					assertThat(thrown).isInstanceOf(TaskCancelledException.class).hasMessageContaining("over");
					one.release();
					throw (TaskCancelledException) thrown;
				}
			});
			assertThat(caught.cancelCaught()).isTrue();
			CancelScope ofGroup = this.groups.named("outer").run((outer) -> {
				try (CompletedTasks<Object> handles = this.spec.asCompleted(List.of(two))) {
					two.awaitRunning();
					outer.cancel("over");
					Throwable thrown = catchThrowable(handles.iterator()::next);
					assertThat(thrown).isInstanceOf(TaskCancelledException.class).hasMessageContaining("over");
					two.release();
					throw (TaskCancelledException) thrown;
				}
			});
			assertThat(ofGroup.cancelCaught()).isTrue();
		});
	}

	@Test
	@DisplayName("7.6 next throws a foreign interrupt; the iterator throws and leaves the flag set")
	void foreignInterrupt() throws Exception {
		Host<Void> host = Rig.VIRTUAL.start(() -> {
			try (CompletedTasks<Object> handles = this.spec.asCompleted(List.of(this::sleep))) {
				handles.next();
			}
		});
		this.sleeper.awaitRunning();
		host.awaitBlocked();
		host.interrupt();
		assertInterrupt(host.thrown());
		assertThat(this.sleeper.hasEnded()).isTrue();
		Sleeper second = new Sleeper();
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Host<Boolean> other = Rig.VIRTUAL.startCall(() -> {
			try (CompletedTasks<Object> handles = this.spec.asCompleted(List.of(() -> {
				second.run();
				return "never";
			}))) {
				Iterator<TaskHandle<Object>> iterator = handles.iterator();
				thrown.set(catchThrowable(iterator::hasNext));
				return Thread.currentThread().isInterrupted();
			}
		});
		second.awaitRunning();
		other.awaitBlocked();
		other.interrupt();
		assertThat(other.get()).isTrue();
		assertThat(other.leftInterrupted()).isTrue();
		assertThat(thrown.get()).isInstanceOf(TaskCancelledException.class);
	}

	@Test
	@DisplayName("7.6 the iterator asks once for each task, and ends as an iterator does")
	void iterator() throws Exception {
		Rig.VIRTUAL.run(() -> {
			try (CompletedTasks<String> handles = this.spec.asCompleted(List.of(() -> "value"))) {
				Iterator<TaskHandle<String>> iterator = handles.iterator();
				assertThat(iterator.hasNext()).isTrue();
				assertThat(iterator.hasNext()).isTrue();
				assertThat(iterator.next().resultNow()).isEqualTo("value");
				assertThat(iterator.hasNext()).isFalse();
				assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
			}
			try (CompletedTasks<String> none = this.spec.asCompleted(List.<Callable<String>>of())) {
				assertThat(none.iterator().hasNext()).isFalse();
				assertThat(none.next()).isEmpty();
			}
		});
	}

	@Test
	@DisplayName("7.3 an endless input works, is asked on the caller's thread, and only a few are held")
	void endless() throws Exception {
		Set<Thread> threads = ConcurrentHashMap.newKeySet();
		AtomicInteger asked = new AtomicInteger();
		Gauge gauge = new Gauge();
		Rig.VIRTUAL.run(() -> {
			Iterable<Integer> items = () -> Stream.generate(() -> {
				threads.add(Thread.currentThread());
				return asked.getAndIncrement();
			}).iterator();
			try (CompletedTasks<Integer> handles = this.spec.maxConcurrency(3)
				.asCompleted(items, (item) -> gauge.inside(() -> item))) {
				for (int given = 1; given <= 1000; given++) {
					assertThat(handles.next().orElseThrow().state()).isEqualTo(TaskState.SUCCESS);
					assertThat(asked.get() - given).isBetween(0, 4 * 3);
				}
				handles.cancel();
				int before = asked.get();
				int rest = 0;
				while (handles.next().isPresent()) {
					rest++;
				}
				assertThat(asked).hasValue(before);
				assertThat(rest).isLessThanOrEqualTo(4 * 3);
			}
			assertThat(threads).containsExactly(Thread.currentThread());
		});
		assertThat(gauge.most()).isBetween(1, 3);
	}

	@Test
	@DisplayName("7.3 with nobody asking for the next no more input is taken")
	void inputWaits() throws Exception {
		AtomicInteger asked = new AtomicInteger();
		Rig.VIRTUAL.run(() -> {
			try (CompletedTasks<Integer> handles = this.spec.maxConcurrency(2)
				.asCompleted(() -> Stream.generate(asked::getAndIncrement).iterator(), (item) -> item)) {
				Waits.until(() -> this.groups.snapshot().getFirst().tasks().isEmpty());
				assertThat(asked.get()).isBetween(2, 8);
				assertThat(handles.next()).isPresent();
			}
		});
	}

	@Test
	@DisplayName("7.3 an input that throws is a failure of the body, at the opening and in next")
	void inputThrows() throws Exception {
		IllegalStateException broken = new IllegalStateException("broken input");
		Rig.VIRTUAL.run(() -> {
			assertFailsWith(() -> this.spec.asCompleted(() -> Stream.<Object>generate(() -> {
				throw broken;
			}).iterator(), (item) -> item).close(), broken);
			assertThat(this.groups.snapshot()).isEmpty();
			AtomicInteger asked = new AtomicInteger();
			assertFailsWith(() -> {
				try (CompletedTasks<Object> handles = this.spec.maxConcurrency(1)
					.asCompleted(() -> Stream.generate(() -> {
						if (asked.incrementAndGet() > 20) {
							throw broken;
						}
						return asked.get();
					}).iterator(), (item) -> item)) {
					while (handles.next().isPresent()) {
						assertThat(asked.get()).isLessThan(21);
					}
				}
			}, broken);
		});
	}

	@Test
	@DisplayName("3.13 moveOnAfter gives what there is; a timeout fails next")
	void deadlines() throws Exception {
		Duration soon = Duration.ofMillis(50);
		Rig.VIRTUAL.run(() -> {
			try (CompletedTasks<Object> handles = this.spec.moveOnAfter(soon)
				.asCompleted(List.of(() -> "value", this::sleep))) {
				assertThat(handles.next().orElseThrow().resultNow()).isEqualTo("value");
				assertThat(handles.next().orElseThrow().state()).isEqualTo(TaskState.CANCELLED);
				assertThat(handles.next()).isEmpty();
			}
			assertThatExceptionOfType(TaskGroupTimeoutException.class).isThrownBy(() -> {
				try (CompletedTasks<Object> handles = this.spec.timeout(soon).asCompleted(List.of(this::sleep))) {
					handles.next();
				}
			});
			assertThat(this.groups.snapshot()).isEmpty();
		});
	}

	@Test
	@DisplayName("3.10 next and close belong to the thread that opened it; closing twice does nothing")
	void belongsToItsThread() throws Exception {
		Rig.VIRTUAL.run(() -> {
			CompletedTasks<Object> handles = this.spec.asCompleted(List.of(this::sleep));
			assertThat(Rig.VIRTUAL.start(handles::next).thrown()).isInstanceOf(WrongThreadException.class);
			assertThat(Rig.VIRTUAL.start(handles::close).thrown()).isInstanceOf(WrongThreadException.class);
			Rig.VIRTUAL.run(handles::cancel);
			assertThat(handles.next().orElseThrow().state()).isEqualTo(TaskState.CANCELLED);
			handles.close();
			handles.close();
			assertThat(this.groups.snapshot()).isEmpty();
		});
	}

	@Test
	@DisplayName("3.11 one that was left open in a body is closed, and that is a failure")
	void leftOpen() throws Exception {
		Rig.VIRTUAL.run(() -> {
			TaskGroupException thrown = GroupAssertions.assertFails(() -> this.groups.named("outer").run((outer) -> {
				CompletedTasks<Object> unused = this.spec.asCompleted(List.of(this::sleep));
				this.sleeper.awaitRunning();
			}));
			assertThat(thrown.exceptions()).singleElement().isInstanceOf(IllegalStateException.class);
			assertThat(this.sleeper.hasEnded()).isTrue();
			assertThat(this.groups.snapshot()).isEmpty();
		});
	}

	@Test
	@DisplayName("7.6 close waits for a task that was queued only to be cancelled: it never runs")
	void closeCancelsQueued() throws Exception {
		AtomicInteger ran = new AtomicInteger();
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		Rig.VIRTUAL.run(() -> {
			try (CompletedTasks<Object> handles = this.spec.limiter(limiter)
				.asCompleted(List.of(this::sleep, ran::incrementAndGet))) {
				this.sleeper.awaitRunning();
				assertThat(handles).isNotNull();
				assertThat(limiter.waiting()).isEqualTo(1);
			}
		});
		assertThat(ran).hasValue(0);
		assertThat(limiter.inUse() + limiter.waiting()).isZero();
	}

	@Test
	@DisplayName("8.2 a limit as large as can be: all are given out")
	void largestLimit() throws Exception {
		TaskGroupSpec large = Rig.VIRTUAL.factory().named("large").maxConcurrency(Integer.MAX_VALUE);
		AtomicInteger count = new AtomicInteger();
		try (CompletedTasks<Integer> tasks = large.asCompleted(List.of(1, 2, 3), item -> item)) {
			while (tasks.next().isPresent()) {
				count.incrementAndGet();
			}
		}
		assertThat(count).hasValue(3);
	}

	@Test
	@DisplayName("3.13 after moveOnAfter no more input is asked for; what there is is given out, and then it ends")
	void movedOn() throws Exception {
		AtomicInteger asked = new AtomicInteger();
		Iterable<Integer> endless = () -> Stream.generate(asked::incrementAndGet).iterator();
		TaskGroupSpec spec = Rig.VIRTUAL.factory().named("moved").maxConcurrency(2).moveOnAfter(Duration.ofDays(1));
		CountDownLatch never = new CountDownLatch(1);
		AtomicReference<Scope> group = new AtomicReference<>();
		Rig.VIRTUAL.run(() -> {
			try (CompletedTasks<Integer> tasks = spec.asCompleted(endless, item -> {
				group.set(Strand.currentScope().parent());
				if (item > 1) {
					never.await();
				}
				return item;
			})) {
				assertThat(tasks.next().orElseThrow().await()).isEqualTo(1);
				int before = asked.get();
				group.get().timeout(Duration.ZERO);
				int given = 0;
				while (tasks.next().isPresent()) {
					given++;
				}
				assertThat(given).isPositive();
				assertThat(asked.get()).isLessThanOrEqualTo(before + 1);
			}
		});
	}

	@Test
	@DisplayName("7.6 in a cancelled scope next() asks for no more input")
	void cancelledAsksForNothing() throws Exception {
		AtomicInteger asked = new AtomicInteger();
		Iterable<Integer> endless = () -> Stream.generate(asked::incrementAndGet).iterator();
		TaskGroupSpec spec = Rig.VIRTUAL.factory().named("cancelled").maxConcurrency(2);
		Rig.VIRTUAL.run(() -> CancelScope.run(scope -> {
			try (CompletedTasks<Integer> tasks = spec.asCompleted(endless, item -> item)) {
				tasks.next();
				scope.cancel();
				int before = asked.get();
				assertCancelled(tasks::next);
				assertCancelled(tasks::next);
				assertThat(asked).hasValue(before);
			}
		}));
	}

	@Test
	@DisplayName("7.6, 5.2 next throws in a cancelled scope, also when all have been given out")
	void cancelledWithNothingLeft() throws Exception {
		Rig.VIRTUAL.run(() -> CancelScope.run((scope) -> {
			try (CompletedTasks<Integer> handles = this.spec.asCompleted(List.of(() -> 1))) {
				assertThat(handles.next()).isPresent();
				scope.cancel();
				assertCancelled(handles::next);
			}
		}));
	}

	@Test
	@DisplayName("7.6 next() throws in a scope that the input has cancelled, also when a task has finished")
	void inputCancels() throws Exception {
		AtomicInteger asked = new AtomicInteger();
		TaskGroupSpec spec = this.spec.maxConcurrency(1);
		Rig.VIRTUAL.run(() -> CancelScope.run((scope) -> {
			Iterable<Integer> cancelling = () -> Stream.generate(() -> {
				if (asked.incrementAndGet() == 3) {
					scope.cancel();
				}
				return asked.get();
			}).iterator();
			try (CompletedTasks<Integer> handles = spec.asCompleted(cancelling, (item) -> item)) {
				assertThat(handles.next()).isPresent();
				Waits.until(() -> this.groups.snapshot().getFirst().tasks().isEmpty());
				assertThat(asked).hasValue(2);
				assertCancelled(handles::next);
			}
		}));
	}

	@Test
	@DisplayName("3.5, 3.7 opened in a cancelled scope, all tasks are forked, already cancelled")
	void openedInACancelledScope() throws Exception {
		AtomicInteger began = new AtomicInteger();
		Callable<Integer> task = () -> {
			began.incrementAndGet();
			CancelScope.checkpoint();
			return 1;
		};
		Rig.VIRTUAL.run(() -> CancelScope.run((scope) -> {
			scope.cancel();
			try (CompletedTasks<Integer> handles = this.spec.asCompleted(List.of(task, task, task))) {
				assertCancelled(handles::next);
			}
		}));
		assertThat(began).hasValue(3);
	}

	@Test
	@DisplayName("7.6, 8.5 a queue's capacity does not reject what waits to be given out")
	void ownCapacity() throws Exception {
		List<Integer> items = IntStream.range(0, 30).boxed().toList();
		Rig.VIRTUAL.run(() -> {
			for (TaskGroupSpec.WhenFull whenFull : TaskGroupSpec.WhenFull.values()) {
				List<Integer> given = new ArrayList<>();
				try (CompletedTasks<Integer> handles = this.spec.maxConcurrency(3)
					.queue(1, whenFull)
					.asCompleted(items, (item) -> item)) {
					for (TaskHandle<Integer> handle : handles) {
						given.add(handle.resultNow());
					}
				}
				assertThat(given).containsExactlyInAnyOrderElementsOf(items);
			}
		});
	}

	@Test
	@DisplayName("7.3 the least of several limits says how many items are held; a limit of rate alone holds back too")
	void leastLimit() throws Exception {
		AtomicInteger asked = new AtomicInteger();
		Iterable<Integer> items = () -> Stream.generate(asked::incrementAndGet).iterator();
		Rig.VIRTUAL.run(() -> {
			try (CompletedTasks<Integer> handles = this.spec.maxConcurrency(50)
				.limiter(ConcurrencyLimiter.of(2))
				.limiter(ConcurrencyLimiter.of(40))
				.asCompleted(items, (item) -> item)) {
				assertThat(handles.next()).isPresent();
				assertThat(asked.get()).isBetween(2, 8);
			}
			asked.set(0);
			try (CompletedTasks<Integer> handles = this.spec.limiter(RateLimiter.of(3, Duration.ofHours(1)))
				.asCompleted(items, (item) -> item)) {
				for (int i = 0; i < 3; i++) {
					assertThat(handles.next()).isPresent();
				}
				assertThat(asked.get()).isBetween(3, 64);
			}
		});
	}

	@Test
	@DisplayName("3.13 it is next itself that fails when the group's deadline has passed, and there is nothing left to close")
	void nextAfterDeadline() throws Exception {
		Rig.VIRTUAL.run(() -> {
			CompletedTasks<Object> handles = this.spec.timeout(Duration.ofMillis(20))
				.asCompleted(List.of(this::sleep, this::sleep));
			assertThat(catchThrowable(handles::next)).isExactlyInstanceOf(TaskGroupTimeoutException.class);
			assertThat(this.groups.snapshot()).isEmpty();
			handles.close();
		});
	}

}
