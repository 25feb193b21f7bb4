package io.taskgroup.docs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.taskgroup.CancelScope;
import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.Outcome;
import io.taskgroup.RateLimiter;
import io.taskgroup.TaskGroup;
import io.taskgroup.TaskGroupException;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupSpec;
import io.taskgroup.TaskGroupSpec.WhenFull;
import io.taskgroup.TaskHandle;
import io.taskgroup.TaskLimiter;
import io.taskgroup.TaskLimiter.Permit;
import io.taskgroup.TaskRejectedException;
import io.taskgroup.TaskScope;
import io.taskgroup.TaskScopeSnapshot;
import io.taskgroup.TaskSnapshot;
import io.taskgroup.TaskState;
import io.taskgroup.adaptive.AdaptiveConcurrency;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Examples of limits.
 */
@Timeout(30)
class LimitExamplesTests {

	private final AtomicInteger threads = new AtomicInteger();

	private final TaskGroupFactory groups = TaskGroupFactory.builder().threadFactory(counting()).build();

	private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

	private final CountDownLatch goOn = new CountDownLatch(1);

	private final AtomicInteger running = new AtomicInteger();

	private final AtomicInteger mostRunning = new AtomicInteger();

	private final AtomicBoolean isFirst = new AtomicBoolean(true);

	private volatile Callable<Boolean> full = () -> true;

	private volatile Runnable beforeSaving = () -> {
	};

	private ThreadFactory counting() {
		ThreadFactory virtual = Thread.ofVirtual().factory();
		return (task) -> {
			this.threads.incrementAndGet();
			return virtual.newThread(task);
		};
	}

	// Permits

	@Test
	@DisplayName("docs: a task that waits for a permit has no thread, and never runs when it is cancelled")
	void permits() throws Exception {
		// docs: permits
		groups.named("printer").maxConcurrency(1).run(group -> {
			group.fork(() -> print("first"));
			TaskHandle<Void> second = group.fork(() -> print("second"));
			TaskHandle<Void> third = group.fork(() -> print("third"));
			second.cancel("not needed"); // it never runs
			log.add("third is " + third.state());
		});
		// docs: end
		assertThat(this.log).containsExactly("third is QUEUED", "first", "third");
		assertThat(this.threads).hasValue(2);
	}

	private void print(String page) {
		awaitThat(() -> this.log.contains("third is QUEUED"));
		this.log.add(page);
	}

	@Test
	@DisplayName("docs: several limits hold at the same time")
	void combined() throws Exception {
		// docs: limits-combined
		ConcurrencyLimiter connections = ConcurrencyLimiter.of(3);
		RateLimiter quota = RateLimiter.of(100, Duration.ofHours(1));
		TaskGroupSpec supplier = groups.named("supplier").maxConcurrency(2).limiter(connections).limiter(quota);
		// docs: end
		supplier.run(one -> supplier.run(two -> {
			List<TaskHandle<Void>> tasks = new ArrayList<>();
			for (TaskGroup group : List.of(one, one, one, two, two, two)) {
				tasks.add(group.fork(() -> this.goOn.await()));
			}
			// two of the first group, one of the second
			assertThat(tasks).extracting(TaskHandle::state).filteredOn(TaskState.QUEUED::equals).hasSize(3);
			assertThat(connections.inUse()).isEqualTo(3);
			assertThat(connections.waiting()).isEqualTo(1);
			this.goOn.countDown();
		}));
		supplier.run(group -> {
			AtomicInteger ran = new AtomicInteger();
			while (quota.waiting() == 0) {
				TaskHandle<Integer> task = group.fork(ran::incrementAndGet);
				awaitThat(() -> task.isDone() || quota.waiting() == 1);
			}
			assertThat(ran.get()).isBetween(94, 99);
			// it waits for the quota, with a connection
			awaitThat(() -> connections.inUse() == 1);
			group.cancel();
			assertThat(connections.inUse()).isZero();
			assertThat(quota.waiting()).isZero();
		});
	}

	// Concurrency

	@Test
	@DisplayName("docs: a limit of one group")
	void maxConcurrency() throws Exception {
		List<Integer> ids = IntStream.range(0, 50).boxed().toList();
		Remote backend = new Remote();
		Thread caller = Thread.currentThread();
		this.full = () -> this.running.get() >= 4 && caller.getState() == Thread.State.WAITING;
		ids.forEach(id -> backend.on(id, () -> inside(() -> "title of " + id)));
		// docs: max-concurrency
		List<String> titles = groups.named("titles").maxConcurrency(4).map(ids, backend::title);
		// docs: end
		assertThat(titles).hasSize(50).startsWith("title of 0");
		assertThat(this.mostRunning).hasValue(4);
	}

	@Test
	@DisplayName("docs: a limit that groups share")
	void sharedLimiter() throws Exception {
		List<Integer> ids = IntStream.range(0, 50).boxed().toList();
		Remote backend = new Remote();
		this.full = () -> this.running.get() >= 2 && isQueued(this.groups.snapshot());
		ids.forEach(id -> backend.on(id, () -> inside(() -> "row " + id)));
		// docs: shared-limiter
		ConcurrencyLimiter database = ConcurrencyLimiter.of(2);
		groups.named("report").run(report -> {
			report.fork(() -> groups.named("titles").limiter(database).map(ids, backend::title));
			report.fork(() -> groups.named("prices").limiter(database).map(ids, backend::price));
		});
		// docs: end
		assertThat(backend.asked()).isEqualTo(100);
		assertThat(this.mostRunning).hasValue(2);
		assertThat(database.inUse() + database.waiting()).isZero();
	}

	@Test
	@DisplayName("docs: a limit by name, shared by all groups of that name")
	void limiterByName() throws Exception {
		ConcurrencyLimiter database = ConcurrencyLimiter.of(4);
		// docs: limit-by-name
		TaskGroupFactory groups = TaskGroupFactory.builder()
			.settings("report", spec -> spec.maxConcurrency(4)) // four in each group
			.settings("titles", spec -> spec.sharedConcurrency(4)) // four in all groups
			.settings("prices", spec -> spec.limiter(database)) // four with this limiter
			.build();
		// docs: end
		assertThat(runningOfTwelve(groups.named("report"), groups.named("report"))).isEqualTo(8);
		assertThat(runningOfTwelve(groups.named("titles"), groups.named("titles"))).isEqualTo(4);
		assertThat(runningOfTwelve(groups.named("prices"), this.groups.named("other").limiter(database))).isEqualTo(4);
		assertThat(groups.sharedLimiters("titles")).singleElement().isInstanceOf(ConcurrencyLimiter.class);
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> groups.named("titles").sharedConcurrency(5).open());
	}

	/** How many run if six tasks are forked into a group of each, in turn. */
	private static long runningOfTwelve(TaskGroupSpec one, TaskGroupSpec two) throws InterruptedException {
		CountDownLatch forked = new CountDownLatch(1);
		return one.call(first -> two.call(second -> {
			List<TaskHandle<Void>> tasks = new ArrayList<>();
			for (int i = 0; i < 6; i++) {
				tasks.add(first.fork(() -> forked.await()));
				tasks.add(second.fork(() -> forked.await()));
			}
			long running = tasks.stream().filter(task -> task.state() == TaskState.RUNNING).count();
			forked.countDown();
			return running;
		}));
	}

	@Test
	@DisplayName("docs: a limiter for each name")
	void limiterOfName() throws Exception {
		// docs: limiter-of-name
		TaskGroupFactory groups = TaskGroupFactory.builder()
			.defaults(spec -> spec.sharedLimiter(name -> RateLimiter.of(50, Duration.ofHours(1))))
			.build();
		// docs: end
		for (String name : List.of("one", "two", "one")) {
			assertThat(groups.named(name).map(List.of(1), i -> i)).hasSize(1);
		}
		assertThat(groups.sharedLimiters("one")).singleElement()
			.isInstanceOf(RateLimiter.class)
			.isNotSameAs(groups.sharedLimiters("two").getFirst());
	}

	@Test
	@DisplayName("docs: a limit that finds itself")
	void adaptive() throws Exception {
		List<Callable<String>> calls = Collections.nCopies(3, () -> {
			throw new IllegalStateException("overloaded");
		});
		// docs: adaptive
		ConcurrencyLimiter suppliers = AdaptiveConcurrency.aimd(100);
		int before = suppliers.limit();
		List<Outcome<String>> offers = groups.named("offers").limiter(suppliers).gatherOutcomes(calls);
		int after = suppliers.limit(); // lower, if calls have failed
		// docs: end
		assertThat(offers).hasSize(3);
		assertThat(after).isBetween(1, before - 1);
	}

	@Test
	@DisplayName("docs: a limit that is changed")
	void resizing() throws Exception {
		ConcurrencyLimiter database = ConcurrencyLimiter.of(1);
		this.groups.named("titles").limiter(database).run(group -> {
			for (int i = 0; i < 4; i++) {
				group.fork(() -> this.goOn.await());
			}
			// docs: resizing
			database.limit(3); // two of those who wait start at once
			log.add(database.inUse() + " run, " + database.waiting() + " waits");
			database.limit(1); // nobody is cut off
			log.add(database.inUse() + " run, " + database.waiting() + " waits");
			// docs: end
			this.goOn.countDown();
		});
		assertThat(this.log).containsExactly("3 run, 1 waits", "3 run, 1 waits");
		assertThat(database.limit()).isEqualTo(1);
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> database.limit(0));
	}

	// Lending

	// docs: recursion
	int count(Folder folder, TaskGroup group) throws InterruptedException {
		List<TaskHandle<Integer>> inner = new ArrayList<>();
		for (Folder child : folder.children()) {
			inner.add(group.fork(() -> count(child, group)));
		}
		int files = folder.files();
		for (TaskHandle<Integer> task : inner) {
			files += task.await(); // lends its permit until the task has ended
		}
		return files;
	}
	// docs: end

	@Test
	@DisplayName("docs: tasks of a limited group that wait for tasks of the same group")
	void recursion() throws Exception {
		Folder leaf = new Folder(1, List.of());
		Folder folder = new Folder(1, List.of(leaf, leaf, leaf));
		Folder root = new Folder(1, List.of(folder, folder, folder));
		// docs: recursion-run
		int files = groups.named("count").maxConcurrency(1).call(group -> count(root, group));
		// docs: end
		assertThat(files).isEqualTo(13);
	}

	private final ConcurrencyLimiter database = ConcurrencyLimiter.of(1);

	private final Shops backend = new Shops();

	// docs: nested-limit
	int titles(int shop) throws InterruptedException {
		TaskGroupSpec spec = groups.named("titles").limiter(database);
		return spec.map(backend.shelves(shop), backend::count).stream().mapToInt(Integer::intValue).sum();
	}
	// docs: end

	@Test
	@DisplayName("docs: groups inside groups that share a limit")
	void nestedLimit() throws Exception {
		List<Integer> shops = List.of(1, 2, 3);
		// docs: nested-limit-run
		List<Integer> titles = groups.named("shops").limiter(database).map(shops, shop -> titles(shop));
		// docs: end
		assertThat(titles).containsExactly(20, 40, 60);
		assertThat(this.mostRunning).hasValue(1);
		assertThat(this.database.inUse()).isZero();
	}

	@Test
	@DisplayName("docs: a group inside a limited one has the limits of its own only")
	void limitIsNotHandedDown() throws Exception {
		CountDownLatch three = new CountDownLatch(3);
		this.groups.named("outer").maxConcurrency(1).run(outer -> outer.fork(() -> {
			this.groups.named("inner").forEach(List.of(1, 2, 3), i -> meet(three));
		}));
		assertThat(this.mostRunning).hasValue(3);
	}

	/** Comes back when as many threads are here at once as the latch counts. */
	private void meet(CountDownLatch all) throws InterruptedException {
		this.mostRunning.accumulateAndGet(this.running.incrementAndGet(), Math::max);
		all.countDown();
		all.await();
		this.running.decrementAndGet();
	}

	@Test
	@DisplayName("docs: a task that waits on something else lends nothing")
	void otherWaitsLendNothing() throws Exception {
		this.groups.named("group").limiter(this.database).run(group -> {
			group.fork(() -> this.goOn.await());
			TaskHandle<String> other = group.fork(() -> "other");
			awaitThat(() -> this.threads.get() == 1);
			assertThat(other.state()).isEqualTo(TaskState.QUEUED);
			this.goOn.countDown();
		});
	}

	// Rate

	@Test
	@DisplayName("docs: a rate with a burst")
	@SuppressWarnings("StreamToIterable") // it is gone through once
	void rate() throws Exception {
		CancelScope.run(scope -> {
			Stream<String> end = Stream.of("end").filter(e -> {
				awaitThat(() -> tasks().size() == 2);
				assertThat(tasks()).extracting(TaskSnapshot::state).containsOnly(TaskState.QUEUED);
				scope.cancel();
				return false;
			});
			Iterable<String> addresses = Stream.concat(Stream.of("a", "b", "c", "d", "e"), end)::iterator;
			// docs: rate
			RateLimiter mails = RateLimiter.of(10, Duration.ofHours(1), 3);
			groups.named("mails").limiter(mails).forEach(addresses, address -> send(address));
			// docs: end
		});
		assertThat(this.log).containsExactlyInAnyOrder("sent to a", "sent to b", "sent to c");
	}

	private List<TaskSnapshot> tasks() {
		return this.groups.snapshot().getFirst().tasks();
	}

	@Test
	@DisplayName("docs: without a burst of its own a rate has one of a whole period")
	void rateWithoutBurst() throws Exception {
		RateLimiter mails = RateLimiter.of(2, Duration.ofHours(1));
		this.groups.named("mails").limiter(mails).run(group -> {
			for (String address : List.of("a", "b", "c")) {
				group.fork(() -> send(address));
			}
			assertThat(mails.waiting()).isEqualTo(1);
			group.cancel();
		});
		assertThat(this.log).containsExactlyInAnyOrder("sent to a", "sent to b");
	}

	private void send(String address) {
		this.log.add("sent to " + address);
	}

	@Test
	@DisplayName("docs: a rate that is changed")
	void rateThatIsChanged() throws Exception {
		RateLimiter mails = RateLimiter.of(1, Duration.ofHours(1), 1);
		this.groups.named("mails").limiter(mails).run(group -> {
			for (String address : List.of("a", "b", "c")) {
				group.fork(() -> send(address));
			}
			assertThat(mails.waiting()).isEqualTo(2);
			// docs: rate-change
			mails.rate(100, Duration.ofSeconds(1), 3);
			// docs: end
		});
		assertThat(this.log).containsExactlyInAnyOrder("sent to a", "sent to b", "sent to c");
	}

	// Queues

	@Test
	@DisplayName("docs: a full queue makes whoever forks wait")
	void queueThatWaits() throws Exception {
		AtomicInteger read = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		Iterator<String> lines = IntStream.range(0, 100).mapToObj(i -> {
			read.incrementAndGet();
			return "line " + i;
		}).iterator();
		Thread reader = Thread.currentThread();
		this.beforeSaving = () -> {
			awaitThat(() -> read.get() == 100 || reader.getState() == Thread.State.WAITING);
			most.accumulateAndGet(read.get() - this.log.size(), Math::max);
		};
		// docs: queue-wait
		groups.named("import").maxConcurrency(2).queue(10, WhenFull.WAIT).run(group -> {
			while (lines.hasNext()) {
				String line = lines.next();
				group.fork(() -> save(line)); // waits while ten lines wait
			}
		});
		// docs: end
		assertThat(this.log).hasSize(100);
		// two that run, ten that wait, one that is to be forked
		assertThat(most.get()).isBetween(12, 13);
	}

	private void save(String line) {
		this.beforeSaving.run();
		this.log.add(line);
	}

	// docs: queue-reject
	String accept(String request, TaskScope requests) {
		try {
			requests.fork(() -> answer(request));
			return "accepted";
		}
		catch (TaskRejectedException ex) {
			return "busy"; // the task does not run: the request is still ours
		}
	}
	// docs: end

	@Test
	@DisplayName("docs: a full queue rejects")
	void queueThatRejects() throws Exception {
		List<String> answers = new ArrayList<>();
		// docs: queue-reject-open
		TaskScope requests = groups.named("requests").maxConcurrency(1).queue(2, WhenFull.REJECT).openScope();
		// docs: end
		try (requests) {
			for (int i = 0; i < 5; i++) {
				answers.add(accept("request " + i, requests));
			}
			this.goOn.countDown();
			requests.join();
		}
		assertThat(answers).containsExactly("accepted", "accepted", "accepted", "busy", "busy");
		assertThat(this.log).containsExactly("request 0", "request 1", "request 2");
	}

	private void answer(String request) throws InterruptedException {
		this.goOn.await();
		this.log.add(request);
	}

	@Test
	@DisplayName("docs: without a limit nobody waits, so a queue means nothing")
	void queueWithoutLimit() throws Exception {
		this.groups.named("group").queue(0, WhenFull.REJECT).run(group -> {
			for (int i = 0; i < 10; i++) {
				group.fork(() -> this.log.add("ran"));
			}
		});
		assertThat(this.log).hasSize(10);
	}

	@Test
	@DisplayName("docs: a gather whose tasks are rejected fails; a map waits instead")
	void queuesAndCombinators() throws Exception {
		TaskGroupSpec spec = this.groups.named("group").maxConcurrency(1).queue(1, WhenFull.REJECT);
		assertThatExceptionOfType(TaskGroupException.class)
			.isThrownBy(() -> spec.gather(Collections.nCopies(3, () -> new Slow().call())))
			.withCauseInstanceOf(TaskRejectedException.class);
		assertThat(spec.map(List.of(1, 2, 3, 4), i -> i)).containsExactly(1, 2, 3, 4);
	}

	// A limiter of one's own

	@Test
	@DisplayName("docs: a limiter of one's own decides who is next; a task that was cancelled is passed over")
	void ownLimiter() throws Exception {
		NewestFirst limiter = new NewestFirst(1);
		List<CompletableFuture<Permit>> promises = new ArrayList<>();
		TaskLimiter recording = () -> {
			CompletableFuture<Permit> promise = limiter.acquire();
			promises.add(promise);
			return promise;
		};
		this.groups.named("requests").limiter(recording).run(group -> {
			group.fork(() -> answer("first"));
			TaskHandle<Void> oldest = group.fork(() -> answer("oldest"));
			TaskHandle<Void> cancelled = group.fork(() -> answer("cancelled"));
			group.fork(() -> answer("newest"));
			cancelled.cancel();
			assertThat(cancelled.state()).isEqualTo(TaskState.CANCELLED);
			assertThat(promises).extracting(CompletableFuture::isCancelled).containsExactly(false, false, true, false);
			assertThat(oldest.state()).isEqualTo(TaskState.QUEUED);
			this.goOn.countDown();
		});
		assertThat(this.log).containsExactly("first", "newest", "oldest");
		assertThat(this.threads).hasValue(3);
		// all permits are back
		assertThat(limiter.acquire()).isCompleted();
		assertThat(limiter.acquire()).isNotDone();
	}

	/** Runs the code, but not before as many run as can, and others wait. */
	private <T> T inside(Callable<T> code) throws Exception {
		this.mostRunning.accumulateAndGet(this.running.incrementAndGet(), Math::max);
		try {
			if (this.isFirst.compareAndSet(true, false)) {
				awaitThat(this.full);
				this.goOn.countDown();
			}
			this.goOn.await();
			return code.call();
		}
		finally {
			this.running.decrementAndGet();
		}
	}

	private static void awaitThat(Callable<Boolean> condition) {
		await().pollInSameThread().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).until(condition);
	}

	/** Whether a task waits for a permit. */
	private static boolean isQueued(List<TaskScopeSnapshot> scopes) {
		return scopes.stream()
			.anyMatch(scope -> isQueued(scope.children()) || scope.tasks()
				.stream()
				.anyMatch(task -> task.state() == TaskState.QUEUED || isQueued(task.children())));
	}

	record Folder(int files, List<Folder> children) {
	}

	/** Shops, each of which has two shelves of books. */
	private final class Shops {

		List<Integer> shelves(int shop) {
			return List.of(shop, shop);
		}

		int count(int shelf) throws Exception {
			return inside(() -> 10 * shelf);
		}

	}

}
