package io.taskgroup.autoconfigure.web.reactive;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.micrometer.context.ContextRegistry;
import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import io.taskgroup.TaskCancelledException;
import io.taskgroup.TaskGroupException;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupListener;
import io.taskgroup.TaskGroupTimeoutException;
import io.taskgroup.TaskScopeInfo;
import io.taskgroup.autoconfigure.context.ThreadLocalPropagation;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class ReactiveTaskGroupsTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	private static final ThreadLocal<@Nullable String> TENANT = new ThreadLocal<>();

	private final ThreadLocalPropagation propagation = new ThreadLocalPropagation(
			new ContextRegistry().registerThreadLocalAccessor("tenant", TENANT), List.of());

	private final List<CancelKind> cancelled = new CopyOnWriteArrayList<>();

	private final TaskGroupFactory groups = TaskGroupFactory.builder()
		.contextPropagation(this.propagation)
		.listener(new TaskGroupListener() {

			@Override
			public void groupCancelled(TaskScopeInfo group, CancelKind kind, @Nullable String reason) {
				ReactiveTaskGroupsTests.this.cancelled.add(kind);
			}

		})
		.build();

	/** Those that bodies run on. */
	private final List<Thread> threads = new CopyOnWriteArrayList<>();

	private final ReactiveTaskGroups reactive = new ReactiveTaskGroups(this::thread,
			new TaskGroupReactiveAutoConfiguration.ContextConfiguration().taskGroupReactorContext(this.propagation));

	private final List<Throwable> dropped = new CopyOnWriteArrayList<>();

	@BeforeEach
	void watchDropped() {
		Hooks.onErrorDropped(this.dropped::add);
	}

	@AfterEach
	void end() throws InterruptedException {
		this.groups.close();
		for (Thread thread : this.threads) {
			// it has said all that it has to say then
			thread.join();
		}
		Hooks.resetOnErrorDropped();
		assertThat(this.dropped).isEmpty();
	}

	private Thread thread(Runnable runnable) {
		Thread thread = Thread.ofVirtual().unstarted(runnable);
		this.threads.add(thread);
		return thread;
	}

	private static Integer block() throws InterruptedException {
		new CountDownLatch(1).await();
		throw new AssertionError();
	}

	private void awaitIdle() throws InterruptedException {
		assertThat(this.groups.awaitIdle(LONG)).isTrue();
	}

	@Test
	@DisplayName("a mono emits the value of the body, and runs it anew for each subscription")
	void value() {
		AtomicInteger runs = new AtomicInteger();
		Mono<Integer> mono = this.reactive.mono(this.groups.named("mono"),
				(group) -> group.fork(runs::incrementAndGet).await());
		assertThat(runs).hasValue(0);
		StepVerifier.create(mono).expectNext(1).expectComplete().verify(LONG);
		StepVerifier.create(mono).expectNext(2).expectComplete().verify(LONG);
	}

	@Test
	@DisplayName("a mono of a body that returns null is empty")
	void empty() {
		StepVerifier.create(this.reactive.<String>mono(this.groups.named("mono"), (group) -> null))
			.expectComplete()
			.verify(LONG);
	}

	@Test
	@DisplayName("the body runs on a thread from the thread factory")
	void thread() {
		ReactiveTaskGroups named = new ReactiveTaskGroups(Thread.ofPlatform().daemon().name("mine").factory());
		StepVerifier.create(named.mono(this.groups.named("mono"), (group) -> Thread.currentThread().getName()))
			.expectNext("mine")
			.expectComplete()
			.verify(LONG);
	}

	@Test
	@DisplayName("3.9 a thread that does not start is an error")
	void noThread() {
		ReactiveTaskGroups broken = new ReactiveTaskGroups((runnable) -> {
			throw new IllegalStateException("no threads today");
		});
		StepVerifier.create(broken.mono(this.groups.named("mono"), (group) -> 1))
			.expectErrorMessage("no threads today")
			.verify(LONG);
		StepVerifier.create(broken.flux(this.groups.named("flux"), List.<Callable<Integer>>of(() -> 1)))
			.expectErrorMessage("no threads today")
			.verify(LONG);
	}

	@Test
	@DisplayName("3.3 a failure is the mono's error, as call throws it")
	void failure() {
		IllegalStateException failure = new IllegalStateException("no");
		StepVerifier.create(this.reactive.mono(this.groups.named("mono"), (group) -> group.fork(() -> {
			throw failure;
		}).await()))
			.expectErrorSatisfies(
					(ex) -> assertThat(ex).isExactlyInstanceOf(TaskGroupException.class).hasCause(failure))
			.verify(LONG);
	}

	@Test
	@DisplayName("3.13 the deadline of the group is the mono's error")
	void timeout() {
		StepVerifier
			.create(this.reactive.mono(this.groups.named("mono").timeout(Duration.ofMillis(50)), (group) -> block()))
			.expectError(TaskGroupTimeoutException.class)
			.verify(LONG);
	}

	@Test
	@DisplayName("3.4 a group that is cancelled by itself is an error with the reason")
	void ownCancellation() {
		StepVerifier.create(this.reactive.mono(this.groups.named("mono"), (group) -> {
			group.cancel("enough");
			return block();
		}))
			.expectErrorSatisfies(
					(ex) -> assertThat(ex).isInstanceOf(TaskCancelledException.class).hasMessage("cancelled: enough"))
			.verify(LONG);
	}

	@Test
	@DisplayName("5.6 cancelling the subscription cancels the group, as over with the request")
	void cancel() throws Exception {
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch interrupted = new CountDownLatch(2);
		Disposable subscription = this.reactive.mono(this.groups.named("mono"), (group) -> {
			group.fork(() -> blockUntilInterrupted(running, interrupted));
			return blockUntilInterrupted(running, interrupted);
		}).subscribe();
		assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
		subscription.dispose();
		assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
		awaitIdle();
		awaitCancelled(CancelKind.REQUEST);
	}

	private static Integer blockUntilInterrupted(CountDownLatch running, CountDownLatch interrupted)
			throws InterruptedException {
		running.countDown();
		try {
			return block();
		}
		finally {
			interrupted.countDown();
		}
	}

	@Test
	@DisplayName("nothing is emitted after a cancellation")
	void silenceAfterCancel() throws Exception {
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		List<Object> signals = new CopyOnWriteArrayList<>();
		Disposable subscription = this.reactive.mono(this.groups.named("mono"), (group) -> {
			running.countDown();
			return CancelScope.shield((scope) -> {
				goOn.await();
				return "late";
			});
		}).subscribe(signals::add, signals::add, () -> signals.add("complete"));
		assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
		subscription.dispose();
		goOn.countDown();
		awaitIdle();
		assertThat(signals).isEmpty();
	}

	@RepeatedTest(50)
	@DisplayName("a cancellation that races the end drops no error and emits at most one signal")
	void cancelRacesEnd() throws Exception {
		CountDownLatch atEnd = new CountDownLatch(1);
		AtomicInteger signals = new AtomicInteger();
		Disposable subscription = this.reactive.mono(this.groups.named("mono"), (group) -> {
			atEnd.countDown();
			return "value";
		}).subscribe((value) -> signals.incrementAndGet(), (ex) -> signals.incrementAndGet());
		assertThat(atEnd.await(20, TimeUnit.SECONDS)).isTrue();
		subscription.dispose();
		awaitIdle();
		assertThat(signals).hasValueLessThan(2);
	}

	@Test
	@DisplayName("a subscription that was cancelled before its thread ran cancels the group all the same")
	void cancelledBeforeStart() throws Exception {
		List<Runnable> started = new ArrayList<>();
		AtomicBoolean passed = new AtomicBoolean();
		ReactiveTaskGroups late = new ReactiveTaskGroups((runnable) -> {
			started.add(runnable);
			return Thread.ofVirtual().unstarted(() -> {
			});
		});
		Disposable subscription = late.mono(this.groups.named("mono"), (group) -> {
			CancelScope.checkpoint();
			passed.set(true);
			return 1;
		}).subscribe();
		subscription.dispose();
		started.get(0).run();
		assertThat(passed).isFalse();
		assertThat(Thread.interrupted()).isFalse();
	}

	@Test
	@DisplayName("what fails while it is cancelled is dropped as Reactor does it, and only that")
	void failsOnTheWayOut() throws Exception {
		CountDownLatch running = new CountDownLatch(1);
		Disposable subscription = this.reactive.mono(this.groups.named("mono"), (group) -> {
			try {
				running.countDown();
				return block();
			}
			catch (InterruptedException ex) {
				throw new IllegalArgumentException("a bug in the cleaning up");
			}
		}).subscribe();
		assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
		subscription.dispose();
		org.awaitility.Awaitility.await().until(() -> !this.dropped.isEmpty());
		assertThat(this.dropped).singleElement()
			.satisfies((ex) -> assertThat(ex).isInstanceOf(TaskGroupException.class)
				.hasRootCauseMessage("a bug in the cleaning up"));
		this.dropped.clear();
	}

	@Test
	@DisplayName("9.1 body and tasks see the Reactor context through the accessors")
	void context() {
		Mono<String> mono = this.reactive.mono(this.groups.named("mono"),
				(group) -> TENANT.get() + " " + group.fork(TENANT::get).await());
		StepVerifier.create(mono.contextWrite((context) -> context.put("tenant", "acme")))
			.expectNext("acme acme")
			.expectComplete()
			.verify(LONG);
		StepVerifier.create(mono).expectNext("null null").expectComplete().verify(LONG);
		Flux<String> flux = this.reactive.flux(this.groups.named("flux"),
				List.<Callable<String>>of(() -> "" + TENANT.get()));
		StepVerifier.create(flux.contextWrite((context) -> context.put("tenant", "acme")))
			.expectNext("acme")
			.expectComplete()
			.verify(LONG);
	}

	@Test
	@DisplayName("5.1 the group is inside the scope of the Reactor context, whose cancellation is an error with its reason")
	void scopeOfContext() throws Exception {
		CancelScope scope = CancelScope.create();
		scope.timeout(Duration.ofHours(1));
		CountDownLatch running = new CountDownLatch(1);
		Mono<Integer> mono = this.reactive.mono(this.groups.named("mono"), (group) -> {
			assertThat(CancelScope.currentTimeLeft()).isPresent();
			running.countDown();
			return block();
		});
		StepVerifier.create(mono.contextWrite((context) -> context.put(CancelScope.class, scope))).then(() -> {
			awaitUnchecked(running);
			scope.cancel(CancelKind.DISCONNECT, "the client has gone");
		}).expectErrorSatisfies((ex) -> {
			assertThat(ex).isInstanceOf(TaskCancelledException.class);
			assertThat(((TaskCancelledException) ex).kind()).isEqualTo(CancelKind.DISCONNECT);
			assertThat(((TaskCancelledException) ex).reason()).contains("the client has gone");
		}).verify(LONG);
		awaitIdle();
		awaitCancelled(CancelKind.DISCONNECT);
	}

	/** Whoever cancels tells the listeners last. */
	private void awaitCancelled(CancelKind kind) {
		org.awaitility.Awaitility.await()
			.atMost(LONG)
			.untilAsserted(() -> assertThat(this.cancelled).containsExactly(kind));
	}

	private static void awaitUnchecked(CountDownLatch latch) {
		try {
			assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	@Test
	@DisplayName("7.6 a flux emits results in the order in which the tasks finish, and leaves out null")
	void fluxOrder() {
		CountDownLatch first = new CountDownLatch(1);
		List<Callable<? extends @Nullable String>> tasks = List.of(() -> {
			first.await();
			return "slow";
		}, () -> "fast", () -> null);
		StepVerifier.create(this.reactive.<String>flux(this.groups.named("flux").maxConcurrency(3), tasks))
			.expectNext("fast")
			.then(first::countDown)
			.expectNext("slow")
			.expectComplete()
			.verify(LONG);
		StepVerifier.create(this.reactive.flux(this.groups.named("flux"), List.<Callable<String>>of()))
			.expectComplete()
			.verify(LONG);
	}

	@Test
	@DisplayName("7.6 a flux completes with the last result, without a further request")
	void completesWithTheLast() {
		StepVerifier
			.create(this.reactive.flux(this.groups.named("flux").maxConcurrency(2), List.of(1, 2, 3, 4),
					(item) -> item), 0)
			.thenRequest(4)
			.expectNextCount(4)
			.expectComplete()
			.verify(LONG);
		StepVerifier.create(this.reactive.flux(this.groups.named("flux"), List.<Integer>of(), (item) -> item), 0)
			.expectComplete()
			.verify(LONG);
	}

	@Test
	@DisplayName("8.5 a subscriber who requests nothing more holds up an endless flux")
	void backpressure() throws Exception {
		AtomicInteger taken = new AtomicInteger();
		Iterable<Integer> endless = () -> Stream.generate(taken::incrementAndGet).iterator();
		Flux<Integer> flux = this.reactive.flux(this.groups.named("flux").maxConcurrency(2), endless, (item) -> item);
		StepVerifier.create(flux, 0)
			.expectSubscription()
			.thenRequest(3)
			.expectNextCount(3)
			.thenRequest(100)
			.expectNextCount(100)
			.thenCancel()
			.verify(LONG);
		awaitIdle();
		// twice as many as run at once are ahead of what was requested
		assertThat(taken.get()).isBetween(103, 103 + 4);
	}

	@Test
	@DisplayName("7.6 with no request a flux asks for no result")
	void noRequest() {
		AtomicInteger done = new AtomicInteger();
		CountDownLatch four = new CountDownLatch(4);
		Iterator<Integer> items = IntStream.range(0, 100).iterator();
		Flux<Integer> flux = this.reactive.flux(this.groups.named("flux").maxConcurrency(2), () -> items, (item) -> {
			done.incrementAndGet();
			four.countDown();
			return item;
		});
		StepVerifier.create(flux, 0)
			.expectSubscription()
			.then(() -> awaitUnchecked(four))
			.then(() -> assertThat(done).hasValue(4))
			.thenCancel()
			.verify(LONG);
	}

	@Test
	@DisplayName("a failed task is the flux's error, and cancels the rest before that is told")
	void fluxFailure() throws Exception {
		CountDownLatch running = new CountDownLatch(1);
		AtomicBoolean interrupted = new AtomicBoolean();
		IllegalStateException failure = new IllegalStateException("no");
		List<Callable<Integer>> tasks = List.of(() -> {
			try {
				running.countDown();
				return block();
			}
			finally {
				interrupted.set(true);
			}
		}, () -> {
			running.await();
			throw failure;
		});
		StepVerifier.create(this.reactive.flux(this.groups.named("flux"), tasks)).expectErrorSatisfies((ex) -> {
			assertThat(ex).isSameAs(failure);
			assertThat(interrupted).isTrue();
		}).verify(LONG);
	}

	@Test
	@DisplayName("3.13 a deadline is the flux's error; with moveOnAfter it gives what there is")
	void fluxDeadlines() {
		List<Callable<Integer>> tasks = List.of(() -> 1, () -> block());
		StepVerifier.create(this.reactive.flux(this.groups.named("flux").timeout(Duration.ofMillis(300)), tasks))
			.expectNext(1)
			.expectError(TaskGroupTimeoutException.class)
			.verify(LONG);
		StepVerifier.create(this.reactive.flux(this.groups.named("flux").moveOnAfter(Duration.ofMillis(300)), tasks))
			.expectNext(1)
			.expectComplete()
			.verify(LONG);
	}

	@Test
	@DisplayName("6.4 a flux that the end of the application cuts off is an error, no completion")
	void fluxShutdown() {
		CountDownLatch running = new CountDownLatch(1);
		List<Callable<Integer>> tasks = List.of(() -> {
			running.countDown();
			return block();
		});
		StepVerifier.create(this.reactive.flux(this.groups.named("flux"), tasks))
			.then(() -> awaitUnchecked(running))
			.then(() -> Thread.ofVirtual().start(this.groups::close))
			.expectError(TaskCancelledException.class)
			.verify(LONG);
	}

	@RepeatedTest(50)
	@DisplayName("5.6 cancelling the subscription of a flux cancels its tasks, which hear why")
	void fluxCancel() throws Exception {
		CountDownLatch running = new CountDownLatch(2);
		CountDownLatch interrupted = new CountDownLatch(2);
		Callable<Integer> task = () -> blockUntilInterrupted(running, interrupted);
		Disposable subscription = this.reactive.flux(this.groups.named("flux"), List.of(task, task)).subscribe();
		assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
		subscription.dispose();
		assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
		awaitIdle();
		awaitCancelled(CancelKind.REQUEST);
	}

	@Test
	@DisplayName("a subscriber who cancels in onNext runs on without being interrupted")
	void cancelInOnNext() throws Exception {
		Set<Boolean> flags = ConcurrentHashMap.newKeySet();
		Flux<Integer> flux = this.reactive.flux(this.groups.named("flux").maxConcurrency(2), List.of(1, 2, 3, 4, 5),
				(item) -> item);
		StepVerifier.create(flux.take(2).doOnComplete(() -> flags.add(Thread.currentThread().isInterrupted())))
			.expectNextCount(2)
			.expectComplete()
			.verify(LONG);
		assertThat(flags).containsExactly(false);
		awaitIdle();
	}

	@Test
	@DisplayName("a subscriber who cancels while nothing is requested ends the flux")
	void cancelWithoutRequest() throws Exception {
		BaseSubscriber<Integer> subscriber = new BaseSubscriber<>() {

			@Override
			protected void hookOnSubscribe(org.reactivestreams.Subscription subscription) {
				// requests nothing
			}

		};
		CountDownLatch done = new CountDownLatch(1);
		this.reactive.flux(this.groups.named("flux"), List.<Callable<Integer>>of(() -> {
			done.countDown();
			return 1;
		})).subscribe(subscriber);
		assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
		subscriber.cancel();
		awaitIdle();
	}

}
