package io.taskgroup;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * How many run at once, and who is next.
 */
@Timeout(30)
class ConcurrencyLimiterTests {

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	private final Gauge gauge = new Gauge();

	@ParameterizedTest
	@ValueSource(ints = { 0, -1, Integer.MIN_VALUE })
	@DisplayName("8.2 a limit below 1 is an IllegalArgumentException")
	void limitBelowOne(int limit) {
		assertThatIllegalArgumentException().isThrownBy(() -> ConcurrencyLimiter.of(limit));
		assertThatIllegalArgumentException().isThrownBy(() -> this.groups.named("group").maxConcurrency(limit));
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(3);
		assertThatIllegalArgumentException().isThrownBy(() -> limiter.limit(limit));
		assertThat(limiter.limit()).isEqualTo(3);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("8.2 as many tasks run at once as the limit says, and no more")
	void asManyAsTheLimit(Rig rig) throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(3);
		TaskGroupFactory factory = rig.factory();
		CountDownLatch three = new CountDownLatch(3);
		rig.run(() -> factory.named("group").limiter(limiter).run((group) -> {
			for (int i = 0; i < 200; i++) {
				group.fork(() -> this.gauge.inside(() -> {
					three.countDown();
					Waits.on(three);
					return limiter.inUse();
				}));
			}
		}));
		assertThat(this.gauge.most()).isEqualTo(3);
		assertThat(this.gauge.entries()).isEqualTo(200);
		assertUnused(limiter);
	}

	@Test
	@DisplayName("8.2 maxConcurrency is the group's own: two groups of one spec do not share it")
	void maxConcurrencyIsTheGroups() throws Exception {
		TaskGroupSpec spec = this.groups.named("group").maxConcurrency(1);
		Holdout<Void> first = Holdout.returning(null);
		Rig.VIRTUAL.run(() -> spec.run((one) -> {
			one.fork(first);
			first.awaitRunning();
			assertThat(spec.gather(List.of(() -> "value"))).containsExactly("value");
			first.release();
		}));
	}

	@Test
	@DisplayName("8.2 a limiter is shared by all groups that name it")
	void sharedByGroups() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(2);
		TaskAction host = () -> this.groups.named("group").limiter(limiter).run((group) -> {
			for (int i = 0; i < 300; i++) {
				group.fork(() -> this.gauge.inside(() -> null));
			}
		});
		Rig.VIRTUAL.run(() -> Together.run(host, host, host));
		assertThat(this.gauge.entries()).isEqualTo(900);
		assertThat(this.gauge.most()).isBetween(1, 2);
		assertUnused(limiter);
	}

	@Test
	@DisplayName("8.2 the same limiter named twice counts once")
	void namedTwice() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		TaskGroupFactory factory = Rig.VIRTUAL.builder()
			.defaults((spec) -> spec.limiter(limiter))
			.settings("group", (spec) -> spec.limiter(limiter))
			.build();
		List<Integer> used = Rig.VIRTUAL
			.call(() -> factory.named("group").limiter(limiter).limiter(limiter).gather(List.of(limiter::inUse)));
		assertThat(used).containsExactly(1);
		assertUnused(limiter);
	}

	@Test
	@DisplayName("8.2 raising the limit starts waiting tasks at once")
	void raising() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		List<Holdout<Void>> tasks = holdouts(4);
		Rig.VIRTUAL.run(() -> this.groups.named("group").limiter(limiter).run((group) -> {
			List<TaskHandle<Void>> handles = tasks.stream().map(group::fork).toList();
			assertThat(limiter.inUse()).isEqualTo(1);
			assertThat(limiter.waiting()).isEqualTo(3);
			limiter.limit(3);
			assertThat(limiter.limit()).isEqualTo(3);
			assertThat(limiter.inUse()).isEqualTo(3);
			assertThat(limiter.waiting()).isEqualTo(1);
			tasks.subList(0, 3).forEach(Holdout::awaitRunning);
			assertThat(handles).extracting(TaskHandle::state)
				.containsExactly(TaskState.RUNNING, TaskState.RUNNING, TaskState.RUNNING, TaskState.QUEUED);
			limiter.limit(Integer.MAX_VALUE);
			tasks.get(3).awaitRunning();
			tasks.forEach(Holdout::release);
		}));
		assertUnused(limiter);
	}

	@Test
	@DisplayName("8.2 lowering the limit lets running tasks finish, and starts none until it is kept")
	void lowering() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(3);
		List<Holdout<Void>> tasks = holdouts(5);
		Rig.VIRTUAL.run(() -> this.groups.named("group").limiter(limiter).run((group) -> {
			List<TaskHandle<Void>> handles = tasks.stream().map(group::fork).toList();
			tasks.subList(0, 3).forEach(Holdout::awaitRunning);
			limiter.limit(1);
			assertThat(limiter.inUse()).isEqualTo(3);
			for (int i = 0; i < 2; i++) {
				tasks.get(i).release();
				handles.get(i).awaitDone();
				int left = 2 - i;
				Waits.until(() -> limiter.inUse() == left);
				assertThat(limiter.waiting()).isEqualTo(2);
				assertThat(handles.get(3).state()).isEqualTo(TaskState.QUEUED);
			}
			assertThat(tasks.get(2).wasInterrupted()).isFalse();
			tasks.get(2).release();
			tasks.get(3).awaitRunning();
			assertThat(limiter.inUse()).isEqualTo(1);
			assertThat(handles.get(4).state()).isEqualTo(TaskState.QUEUED);
			tasks.forEach(Holdout::release);
		}));
		assertUnused(limiter);
	}

	@Test
	@DisplayName("8.2 first come, first served, over all groups of a limiter")
	void firstComeFirstServed() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		List<Integer> order = Collections.synchronizedList(new ArrayList<>());
		Holdout<Void> first = Holdout.returning(null);
		TaskGroupSpec spec = this.groups.named("group").limiter(limiter);
		Rig.VIRTUAL.run(() -> spec.run((one) -> spec.run((two) -> {
			one.fork(first);
			for (int i = 0; i < 200; i++) {
				int number = i;
				((i % 3 == 0) ? one : two).fork(() -> order.add(number));
			}
			first.release();
		})));
		assertThat(order).containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
	}

	@Test
	@DisplayName("8.2 a newcomer does not pass those who wait, though a permit is free for a moment")
	void newcomersDoNotPass() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		List<Integer> order = Collections.synchronizedList(new ArrayList<>());
		Rig.VIRTUAL.run(() -> this.groups.named("group").limiter(limiter).run((group) -> {
			for (int i = 0; i < 2000; i++) {
				int number = i;
				group.fork(() -> order.add(number));
			}
		}));
		assertThat(order).containsExactlyElementsOf(IntStream.range(0, 2000).boxed().toList());
	}

	@Test
	@DisplayName("8.1 waiting tasks have no thread")
	void waitingTasksHaveNoThread() throws Exception {
		TrackedThreads threads = TrackedThreads.virtual();
		TaskGroupFactory factory = TaskGroupFactory.builder().threadFactory(threads).build();
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		Holdout<Void> first = Holdout.returning(null);
		Rig.VIRTUAL.run(() -> factory.named("group").limiter(limiter).run((group) -> {
			group.fork(first);
			for (int i = 0; i < 100_000; i++) {
				group.fork(() -> "value");
			}
			assertThat(limiter.waiting()).isEqualTo(100_000);
			assertThat(threads.made()).isEqualTo(1);
			group.cancel();
			assertThat(limiter.waiting()).isZero();
			first.release();
		}));
		assertThat(threads.made()).isEqualTo(1);
		assertUnused(limiter);
	}

	@Test
	@DisplayName("8.2 a limiter of the group and one that is shared both hold")
	void bothHold() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(5);
		TaskAction host = () -> this.groups.named("group").maxConcurrency(3).limiter(limiter).run((group) -> {
			Gauge own = new Gauge();
			for (int i = 0; i < 200; i++) {
				group.fork(() -> own.inside(() -> this.gauge.inside(() -> null)));
			}
			group.join();
			assertThat(own.most()).isBetween(1, 3);
		});
		Rig.VIRTUAL.run(() -> Together.run(host, host, host));
		assertThat(this.gauge.most()).isBetween(1, 5);
		assertUnused(limiter);
	}

	@Test
	@DisplayName("8.1 a task that is cancelled while it waits for its second limiter gives back the permit of the first")
	void cancelledAtTheSecond() throws Exception {
		ConcurrencyLimiter first = ConcurrencyLimiter.of(5);
		ConcurrencyLimiter second = ConcurrencyLimiter.of(1);
		CountDownLatch release = new CountDownLatch(1);
		Rig.VIRTUAL.run(() -> this.groups.named("group").limiter(first).limiter(second).run((group) -> {
			group.fork(() -> Waits.on(release));
			TaskHandle<Integer> waiting = group.fork(() -> 1);
			assertThat(first.inUse()).isEqualTo(2);
			assertThat(waiting.cancel()).isTrue();
			assertThat(first.inUse()).isEqualTo(1);
			release.countDown();
		}));
		assertUnused(first);
		assertUnused(second);
	}

	@Test
	@DisplayName("8.1 a task that is cancelled when it has been granted a permit, and does not know yet, gives all back once")
	void cancelledAsItIsGranted() throws Exception {
		ConcurrencyLimiter first = ConcurrencyLimiter.of(5);
		ConcurrencyLimiter second = ConcurrencyLimiter.of(1);
		CountDownLatch release = new CountDownLatch(1);
		AtomicReference<TaskHandle<Integer>> victim = new AtomicReference<>();
		TrackedThreads threads = TrackedThreads.virtual();
		TaskGroupFactory cancelling = TaskGroupFactory.builder().threadFactory((task) -> {
			TaskHandle<Integer> granted = victim.getAndSet(null);
			if (granted != null) {
				granted.cancel();
			}
			return threads.newThread(task);
		}).build();
		Rig.VIRTUAL.run(() -> cancelling.named("group").limiter(first).limiter(second).run((group) -> {
			group.fork(() -> Waits.on(release));
			group.fork(() -> Waits.on(release));
			TaskHandle<Integer> waiting = group.fork(() -> 1);
			victim.set(waiting);
			// both are granted; the first of them is started before the second is told
			second.limit(3);
			assertThat(waiting.state()).isEqualTo(TaskState.CANCELLED);
			assertThat(first.inUse()).isEqualTo(2);
			assertThat(second.inUse()).isEqualTo(2);
			release.countDown();
		}));
		assertUnused(first);
		assertUnused(second);
	}

	@Test
	@DisplayName("8.2 a limiter of a supervisor counts as one of a group")
	void supervisor() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(2);
		Rig.VIRTUAL.run(() -> {
			try (TaskScope scope = this.groups.named("scope").limiter(limiter).onError((task, ex) -> {
			}).openScope()) {
				for (int i = 0; i < 300; i++) {
					int number = i;
					scope.fork(() -> this.gauge.inside(() -> {
						if (number % 3 == 0) {
							throw new IllegalStateException("failure");
						}
						return null;
					}));
				}
				scope.join();
			}
		});
		assertThat(this.gauge.entries()).isEqualTo(300);
		assertThat(this.gauge.most()).isBetween(1, 2);
		assertUnused(limiter);
	}

	@Test
	@DisplayName("8.2 who asks for a permit without a task waits in the same queue")
	void permitsWithoutTask() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		CompletableFuture<TaskLimiter.Permit> first = limiter.acquire();
		assertThat(first).isCompleted();
		Rig.VIRTUAL.run(() -> this.groups.named("group").limiter(limiter).run((group) -> {
			CompletableFuture<TaskLimiter.Permit> given = limiter.acquire();
			TaskHandle<Integer> task = group.fork(limiter::waiting);
			CompletableFuture<TaskLimiter.Permit> last = limiter.acquire();
			assertThat(limiter.waiting()).isEqualTo(3);
			assertThat(given.cancel(true)).isTrue();
			assertThat(limiter.waiting()).isEqualTo(2);
			first.join().release(TaskState.SUCCESS);
			assertThat(task.await()).isEqualTo(1);
			Waits.until(last::isDone);
			assertThat(limiter.inUse()).isEqualTo(1);
			last.join().release(TaskState.SUCCESS);
		}));
		assertUnused(limiter);
	}

	@Test
	@DisplayName("8.2 whoever leaves the queue, at its head, its tail or in between: the others are served in their order")
	void anyoneLeaves() {
		int count = 6;
		for (int leaving = 0; leaving < 1 << count; leaving++) {
			ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
			TaskLimiter.Permit permit = limiter.acquire().join();
			List<CompletableFuture<TaskLimiter.Permit>> waiting = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				waiting.add(limiter.acquire());
			}
			List<CompletableFuture<TaskLimiter.Permit>> staying = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				if ((leaving & 1 << i) != 0) {
					waiting.get(i).cancel(true);
				}
				else {
					staying.add(waiting.get(i));
				}
			}
			assertThat(limiter.waiting()).isEqualTo(staying.size());
			// one who comes later is behind them all
			staying.add(limiter.acquire());
			for (int served = 0; served < staying.size(); served++) {
				permit.release(TaskState.SUCCESS);
				assertThat(staying.get(served)).isDone();
				assertThat(limiter.waiting()).isEqualTo(staying.size() - served - 1);
				assertThat(limiter.inUse()).isEqualTo(1);
				permit = staying.get(served).join();
			}
			permit.release(TaskState.SUCCESS);
			assertUnused(limiter);
		}
	}

	private static List<Holdout<Void>> holdouts(int count) {
		return IntStream.range(0, count).mapToObj((i) -> Holdout.<Void>returning(null)).toList();
	}

	private static void assertUnused(ConcurrencyLimiter limiter) {
		assertThat(limiter.inUse()).isZero();
		assertThat(limiter.waiting()).isZero();
	}

}
