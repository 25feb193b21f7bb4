package io.taskgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The tasks of one {@code map} or {@code forEach} follow each other on threads, and must
 * not notice.
 */
@Timeout(30)
class MapThreadsTests {

	private static final List<Integer> ITEMS = IntStream.range(0, 200).boxed().toList();

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("7.3 one thread runs many items, one after the other")
	void fewThreads(Rig rig) throws Exception {
		Set<Thread> threads = ConcurrentHashMap.newKeySet();
		TaskGroupSpec spec = rig.factory().named("few").maxConcurrency(1);
		rig.run(() -> spec.forEach(ITEMS, item -> threads.add(Thread.currentThread())));
		assertThat(threads).hasSizeLessThan(ITEMS.size());
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("7.3 a task has its thread to itself, also when it waits inside the library and when it opens groups")
	void aloneOnItsThread(Rig rig) throws Exception {
		Set<Thread> busy = ConcurrentHashMap.newKeySet();
		TaskGroupFactory groups = rig.factory();
		TaskGroupSpec spec = groups.named("alone").maxConcurrency(4);
		rig.run(() -> spec.forEach(ITEMS, item -> {
			assertThat(busy.add(Thread.currentThread())).isTrue();
			groups.named("inner").run(inner -> inner.fork(Thread::onSpinWait));
			assertThat(busy.remove(Thread.currentThread())).isTrue();
		}));
		assertThat(busy).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("8.2 tasks that need each other at the same time get a thread each, up to the limit")
	void asManyAsTheLimit(Rig rig) throws Exception {
		CyclicBarrier all = new CyclicBarrier(20);
		TaskGroupSpec spec = rig.factory().named("barrier").maxConcurrency(20);
		rig.run(() -> spec.forEach(ITEMS, item -> all.await(15, TimeUnit.SECONDS)));
		assertThat(all.isBroken()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("7.1 without a limit, all tasks that need each other at the same time get a thread each")
	void allWithoutLimit(Rig rig) throws Exception {
		CyclicBarrier all = new CyclicBarrier(ITEMS.size());
		TaskGroupSpec spec = rig.factory().named("barrier");
		rig.run(() -> spec.map(ITEMS, item -> all.await(15, TimeUnit.SECONDS)));
		assertThat(all.isBroken()).isFalse();
	}

	@Test
	@DisplayName("8.2 a thread that takes a task calls for more if it leaves others behind, and may then block")
	void threadsArriveOneByOne() throws Exception {
		Semaphore arrivals = new Semaphore(0);
		AtomicInteger started = new AtomicInteger();
		ThreadFactory slow = task -> Thread.ofVirtual().unstarted(() -> {
			started.incrementAndGet();
			arrivals.acquireUninterruptibly();
			task.run();
		});
		CountDownLatch running = new CountDownLatch(5);
		Host<Void> host = Rig.VIRTUAL.start(() -> TaskGroupFactory.builder()
			.threadFactory(slow)
			.build()
			.named("slow")
			.forEach(ITEMS.subList(0, 5), item -> {
				running.countDown();
				Waits.on(running);
			}));
		Waits.until(() -> started.get() == 2);
		host.awaitBlocked();
		assertThat(started).hasValue(2);
		arrivals.release();
		Waits.until(() -> running.getCount() == 4);
		// the one that began has called for another
		Waits.until(() -> started.get() == 3);
		arrivals.release(10);
		host.get();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.12 what a task leaves on its thread's flag, name and class loader, the next one does not find")
	void threadAsNew(Rig rig) throws Exception {
		TaskGroupSpec spec = rig.factory().named("tidy").maxConcurrency(1);
		Thread.currentThread().setContextClassLoader(getClass().getClassLoader());
		ClassLoader other = new ClassLoader(null) {
		};
		Set<Thread> met = ConcurrentHashMap.newKeySet();
		AtomicInteger again = new AtomicInteger();
		rig.run(() -> spec.forEach(ITEMS, item -> {
			Thread thread = Thread.currentThread();
			assertThat(Thread.interrupted()).isFalse();
			assertThat(thread.getName()).isNotEqualTo("renamed");
			assertThat(thread.getContextClassLoader()).isNotSameAs(other);
			if (!met.add(thread)) {
				again.incrementAndGet();
			}
			thread.setName("renamed");
			thread.setContextClassLoader(other);
			thread.interrupt();
		}));
		assertThat(again.get()).isPositive();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.2 cancelling one task does not reach the one that follows on its thread")
	void cancelledAlone(Rig rig) throws Exception {
		List<TaskInfo> started = new CopyOnWriteArrayList<>();
		TaskGroupListener listener = new TaskGroupListener() {
			@Override
			public void taskStarted(TaskInfo task, long waitedNanos) {
				started.add(task);
			}
		};
		TaskGroupSpec spec = rig.builder().listener(listener).build().named("alone").maxConcurrency(1);
		AtomicInteger cutOff = new AtomicInteger();
		AtomicInteger finished = new AtomicInteger();
		rig.run(() -> spec.forEach(ITEMS, item -> {
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			assertThat(CancelScope.cancelRequested()).isFalse();
			if (item % 2 == 0) {
				((Task<?>) started.getLast()).cancelAs(CancelKind.EXPLICIT, "enough");
				cutOff.incrementAndGet();
				Waits.forever();
			}
			finished.incrementAndGet();
		}));
		assertThat(cutOff).hasValue(ITEMS.size() / 2);
		assertThat(finished).hasValue(ITEMS.size() / 2);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("4.2 cancelling one task against its end never reaches the one that follows on its thread")
	void cancelledAgainstEnd(Rig rig) throws Exception {
		AtomicReference<Task<?>> current = new AtomicReference<>();
		TaskGroupListener listener = new TaskGroupListener() {
			@Override
			public void taskStarted(TaskInfo task, long waitedNanos) {
				current.set((Task<?>) task);
			}
		};
		TaskGroupSpec spec = rig.builder().listener(listener).build().named("alone").maxConcurrency(1);
		AtomicInteger hit = new AtomicInteger();
		Together.often(() -> {
			CountDownLatch first = new CountDownLatch(1);
			Together.run(() -> {
				Waits.on(first);
				current.get().cancelAs(CancelKind.EXPLICIT, "race");
			}, () -> rig.run(() -> spec.forEach(ITEMS.subList(0, 3), item -> {
				if (item == 0) {
					first.countDown();
				}
				else if (Thread.currentThread().isInterrupted() && !CancelScope.cancelRequested()) {
					hit.incrementAndGet();
				}
			})));
		});
		assertThat(hit).hasValue(0);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("9.1 each item has the context of its own fork, also on a thread that had another one's before")
	void ownContext(Rig rig) throws Exception {
		ThreadLocal<Integer> context = new ThreadLocal<>();
		List<Integer> leftBehind = new CopyOnWriteArrayList<>();
		ContextPropagation propagation = () -> {
			Integer captured = context.get();
			return () -> {
				if (context.get() != null) {
					leftBehind.add(context.get());
				}
				context.set(captured);
				return context::remove;
			};
		};
		TaskGroupSpec spec = rig.builder().contextPropagation(propagation).build().named("context").maxConcurrency(2);
		List<Integer> seen = rig.call(() -> {
			Iterable<Integer> items = () -> ITEMS.stream().peek(context::set).iterator();
			return spec.map(items, item -> context.get());
		});
		assertThat(seen).isEqualTo(ITEMS);
		assertThat(leftBehind).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("7.3 the input comes in while threads run out of tasks: none is forgotten")
	void inputAgainstIdleThreads(Rig rig) throws Exception {
		TaskGroupSpec spec = rig.factory().named("bursts").maxConcurrency(3);
		Together.often(() -> {
			AtomicInteger done = new AtomicInteger();
			Iterable<Integer> items = () -> ITEMS.subList(0, 20).stream().peek(item -> Together.pause()).iterator();
			rig.run(() -> spec.forEach(items, item -> done.incrementAndGet()));
			assertThat(done).hasValue(20);
		});
	}

	@Test
	@DisplayName("3.9 no more threads: what has none fails with that, what runs goes on, and the call ends")
	void noMoreThreads() throws Exception {
		OutOfMemoryError none = new OutOfMemoryError("unable to create native thread");
		AtomicInteger left = new AtomicInteger(3);
		ThreadFactory scarce = task -> {
			if (left.getAndDecrement() <= 0) {
				throw none;
			}
			return Thread.ofVirtual().unstarted(task);
		};
		TaskGroupSpec spec = TaskGroupFactory.builder().threadFactory(scarce).build().named("scarce");
		List<Integer> interrupted = new ArrayList<>();
		Host<Void> host = Rig.VIRTUAL.start(() -> spec.forEach(ITEMS, item -> {
			try {
				Waits.forever();
			}
			catch (InterruptedException ex) {
				synchronized (interrupted) {
					interrupted.add(item);
				}
				throw ex;
			}
		}));
		Throwable thrown = host.thrown();
		assertThat(thrown).isExactlyInstanceOf(TaskGroupException.class).hasCause(none);
		assertThat(interrupted).hasSizeLessThanOrEqualTo(3);
	}

	@Test
	@DisplayName("3.9 no more threads while a limit is waited for: the tasks fail, and the permits are given back")
	void noMoreThreadsBehindLimit() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(2);
		OutOfMemoryError none = new OutOfMemoryError("unable to create native thread");
		AtomicInteger left = new AtomicInteger(1);
		ThreadFactory scarce = task -> {
			if (left.getAndDecrement() <= 0) {
				throw none;
			}
			return Thread.ofVirtual().unstarted(task);
		};
		TaskGroupSpec spec = TaskGroupFactory.builder().threadFactory(scarce).build().named("scarce").limiter(limiter);
		Throwable thrown = catchThrowable(() -> Rig.VIRTUAL.run(() -> spec.forEach(ITEMS, item -> Waits.forever())));
		assertThat(thrown).isExactlyInstanceOf(TaskGroupException.class).hasCause(none);
		assertThat(limiter.inUse()).isZero();
		assertThat(limiter.waiting()).isZero();
	}

	@Test
	@DisplayName("3.9 a task that relies on threads that others are starting fails with them")
	void noThreadForThoseWhoRelyOnIt() throws Exception {
		OutOfMemoryError none = new OutOfMemoryError("unable to create native thread");
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(3);
		AtomicInteger trying = new AtomicInteger();
		CountDownLatch fail = new CountDownLatch(1);
		TaskGroupFactory scarce = TaskGroupFactory.builder().threadFactory(task -> {
			trying.incrementAndGet();
			Waits.stubbornlyOn(fail);
			throw none;
		}).build();
		TaskGroupFactory plenty = Rig.VIRTUAL.factory();
		try (TaskScope holders = plenty.named("holders").limiter(limiter).openScope()) {
			List<CountDownLatch> releases = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				CountDownLatch release = new CountDownLatch(1);
				holders.fork(() -> Waits.on(release));
				releases.add(release);
			}
			Waits.until(() -> limiter.inUse() == 3);
			Host<Void> host = Rig.VIRTUAL
				.start(() -> scarce.named("scarce").limiter(limiter).forEach(ITEMS.subList(0, 3), item -> {
				}));
			Waits.until(() -> limiter.waiting() == 3);
			releases.get(0).countDown();
			Waits.until(() -> trying.get() == 1);
			releases.get(1).countDown();
			Waits.until(() -> trying.get() == 2);
			releases.get(2).countDown();
			Waits.until(() -> limiter.waiting() == 0);
			holders.fork(() -> {
			});
			fail.countDown();
			assertThat(host.thrown()).isExactlyInstanceOf(TaskGroupException.class).hasCause(none);
		}
		assertThat(trying).hasValue(2);
		assertThat(limiter.inUse()).isZero();
	}

	@Test
	@DisplayName("3.9 a thread that cannot call for another one fails those it leaves behind, and goes on itself")
	void noThreadForThoseLeftBehind() throws Exception {
		OutOfMemoryError none = new OutOfMemoryError("unable to create native thread");
		Semaphore arrivals = new Semaphore(0);
		AtomicInteger left = new AtomicInteger(2);
		ThreadFactory scarce = task -> {
			if (left.getAndDecrement() <= 0) {
				throw none;
			}
			return Thread.ofVirtual().unstarted(() -> {
				arrivals.acquireUninterruptibly();
				task.run();
			});
		};
		Sleeper sleeper = new Sleeper();
		Host<Void> host = Rig.VIRTUAL.start(() -> TaskGroupFactory.builder()
			.threadFactory(scarce)
			.build()
			.named("scarce")
			.forEach(ITEMS.subList(0, 5), item -> sleeper.run()));
		host.awaitBlocked();
		// two threads are on their way; the one that begins calls for a third
		assertThat(left).hasValue(0);
		arrivals.release();
		Throwable thrown = host.thrown();
		arrivals.release();
		assertThat(thrown).isExactlyInstanceOf(TaskGroupException.class).hasCause(none);
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("3.9 threads that could not be started do not count as on their way")
	void failedStartsAreNotOnTheirWay() throws Exception {
		OutOfMemoryError none = new OutOfMemoryError("unable to create native thread");
		AtomicInteger failing = new AtomicInteger(2);
		TaskGroupFactory scarce = TaskGroupFactory.builder().threadFactory(task -> {
			if (failing.getAndDecrement() > 0) {
				throw none;
			}
			return Thread.ofVirtual().unstarted(task);
		}).build();
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		TaskLimiter.Permit permit = limiter.acquire().join();
		Rig.VIRTUAL.run(() -> {
			List<TaskState> states = new ArrayList<>();
			try (CompletedTasks<Integer> tasks = scarce.named("scarce")
				.limiter(limiter)
				.asCompleted(ITEMS.subList(0, 4), item -> item)) {
				permit.release(TaskState.SUCCESS);
				for (TaskHandle<Integer> task : tasks) {
					states.add(task.state());
				}
			}
			assertThat(states).containsExactly(TaskState.FAILED, TaskState.FAILED, TaskState.SUCCESS,
					TaskState.SUCCESS);
		});
		assertThat(limiter.inUse()).isZero();
	}

}
