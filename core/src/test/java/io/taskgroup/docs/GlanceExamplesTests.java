package io.taskgroup.docs;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.taskgroup.CompletedTasks;
import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.Outcome;
import io.taskgroup.RateLimiter;
import io.taskgroup.TaskGroupException;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupSpec;
import io.taskgroup.TaskGroupSpec.WhenFull;
import io.taskgroup.TaskHandle;
import io.taskgroup.TaskLimiter;
import io.taskgroup.TaskRejectedException;
import io.taskgroup.TaskScope;
import io.taskgroup.TaskState;
import io.taskgroup.adaptive.AdaptiveConcurrency;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Combinators and limits in short, as the README shows them.
 */
@Timeout(30)
class GlanceExamplesTests {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

	private final Remote backend = new Remote();

	private final Remote mirror = new Remote();

	private final Slow slow = new Slow();

	private final IOException failure = new IOException("no answer");

	private final List<Integer> ids = IntStream.range(0, 40).boxed().toList();

	private final CountDownLatch goOn = new CountDownLatch(1);

	/** What has to be true before something is put into the index. */
	private volatile Callable<Boolean> gate = () -> true;

	private final AtomicInteger running = new AtomicInteger();

	private final AtomicInteger mostRunning = new AtomicInteger();

	// Combinators

	@Test
	@DisplayName("docs: gather, in short")
	void gather() throws Exception {
		CountDownLatch second = new CountDownLatch(1);
		this.backend.on(1, () -> {
			second.await();
			return "one";
		}).on(2, () -> {
			second.countDown();
			return "two";
		});
		// docs: short-gather
		List<String> titles = groups.named("titles").gather(List.of(() -> backend.title(1), () -> backend.title(2)));
		Page page = groups.named("page").gather(() -> backend.title(7), () -> backend.copies(7), Page::new);
		// docs: end
		assertThat(titles).containsExactly("one", "two");
		assertThat(page).isEqualTo(new Page("title of 7", 7));
	}

	@Test
	@DisplayName("docs: gatherOutcomes, in short")
	void gatherOutcomes() throws Exception {
		List<Callable<String>> suppliers = List.of(() -> {
			throw this.failure;
		}, () -> {
			// the other one has ended
			awaitThat(() -> this.groups.snapshot().getFirst().tasks().size() == 1);
			return "12.50";
		});
		// docs: short-gather-outcomes
		List<Outcome<String>> offers = groups.named("offers").gatherOutcomes(suppliers);
		for (Outcome<String> offer : offers) {
			if (offer instanceof Outcome.Success<String>(var price)) {
				log.add(price);
			}
		}
		// docs: end
		assertThat(offers).containsExactly(new Outcome.Failure<>(this.failure), new Outcome.Success<>("12.50"));
		assertThat(this.log).containsExactly("12.50");
	}

	@Test
	@DisplayName("docs: map and forEach, in short")
	void mapAndForEach() throws Exception {
		// docs: short-map
		List<String> titles = groups.named("titles").map(ids, backend::title);
		groups.named("index").forEach(titles, title -> index(title));
		// docs: end
		assertThat(titles).hasSize(40).startsWith("title of 0", "title of 1");
		assertThat(this.log).containsExactlyInAnyOrderElementsOf(titles);
	}

	private void index(String title) {
		awaitThat(this.gate);
		this.log.add(title);
	}

	private static void awaitThat(Callable<Boolean> condition) {
		await().pollInSameThread().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).until(condition);
	}

	@Test
	@DisplayName("docs: a stream as input, in short")
	@SuppressWarnings("StreamToIterable") // it is gone through once
	void stream() throws Exception {
		Stream<String> lines = Stream.of("one", "two", "three");
		// docs: short-stream
		groups.named("index").maxConcurrency(8).forEach(lines::iterator, line -> index(line));
		// docs: end
		assertThat(this.log).containsExactlyInAnyOrder("one", "two", "three");
	}

	private String race() throws InterruptedException {
		// docs: short-race
		String first = groups.named("first").race(List.of(() -> backend.title(7), () -> mirror.title(7)));
		// docs: end
		return first;
	}

	private String any() throws InterruptedException {
		// docs: short-any
		String good = groups.named("good").any(List.of(() -> backend.title(7), () -> mirror.title(7)));
		// docs: end
		return good;
	}

	private String stagger() throws InterruptedException {
		// docs: short-stagger
		String title = groups.named("title")
			.stagger(Duration.ofMillis(50))
			.any(List.of(() -> backend.title(7), () -> mirror.title(7)));
		// docs: end
		return title;
	}

	@Test
	@DisplayName("docs: race, in short")
	void raceDecides() {
		this.backend.on(7, this.slow::call);
		this.mirror.on(7, () -> {
			this.slow.awaitRunning();
			throw this.failure;
		});
		assertThatExceptionOfType(TaskGroupException.class).isThrownBy(this::race).withCause(this.failure);
		assertThat(this.slow.wasCutOff()).isTrue();
	}

	@Test
	@DisplayName("docs: any, in short")
	void anyWins() throws Exception {
		CountDownLatch failed = new CountDownLatch(1);
		this.backend.on(7, () -> {
			failed.countDown();
			throw this.failure;
		});
		this.mirror.on(7, () -> {
			failed.await();
			return "from the mirror";
		});
		assertThat(any()).isEqualTo("from the mirror");
	}

	@Test
	@DisplayName("docs: stagger, in short")
	void staggerHedges() throws Exception {
		this.backend.on(7, this.slow::call);
		this.mirror.on(7, () -> {
			this.slow.awaitRunning();
			return "from the mirror";
		});
		assertThat(stagger()).isEqualTo("from the mirror");
		assertThat(this.slow.wasCutOff()).isTrue();
	}

	@Test
	@DisplayName("docs: asCompleted, in short")
	void asCompleted() throws Exception {
		List<Integer> ids = List.of(1, 2);
		this.backend.on(1, () -> {
			awaitThat(() -> this.log.contains("no price"));
			return "one";
		}).on(2, () -> {
			throw this.failure;
		});
		// docs: short-as-completed
		try (CompletedTasks<String> prices = groups.named("prices").asCompleted(ids, backend::price)) {
			for (TaskHandle<String> price : prices) {
				log.add(price.state() == TaskState.SUCCESS ? price.resultNow() : "no price");
			}
		}
		// docs: end
		assertThat(this.log).containsExactly("no price", "one");
	}

	@Test
	@DisplayName("docs: asCompleted and next, in short")
	void asCompletedNext() throws Exception {
		List<Callable<String>> searches = List.of(this.slow::call, () -> {
			this.slow.awaitRunning();
			return "found";
		});
		// docs: short-next
		try (CompletedTasks<String> results = groups.named("search").asCompleted(searches)) {
			results.next().ifPresent(first -> log.add(first.resultNow()));
		}
		// docs: end
		assertThat(this.log).containsExactly("found");
		assertThat(this.slow.wasCutOff()).isTrue();
	}

	// Limits

	@Test
	@DisplayName("docs: maxConcurrency, in short")
	void maxConcurrency() throws Exception {
		Thread caller = Thread.currentThread();
		countRunning(() -> this.running.get() >= 4 && caller.getState() == Thread.State.WAITING);
		// docs: short-max-concurrency
		List<String> titles = groups.named("titles").maxConcurrency(4).map(ids, backend::title);
		// docs: end
		assertThat(titles).hasSize(40);
		assertThat(this.mostRunning).hasValue(4);
	}

	@Test
	@DisplayName("docs: a shared limiter, in short")
	void sharedLimiter() throws Exception {
		AtomicReference<ConcurrencyLimiter> limiter = new AtomicReference<>();
		countRunning(() -> this.running.get() >= 2 && limiter.get().waiting() > 0);
		// docs: short-limiter
		ConcurrencyLimiter database = ConcurrencyLimiter.of(16);
		TaskGroupSpec titles = groups.named("titles").limiter(database);
		TaskGroupSpec prices = groups.named("prices").limiter(database);
		database.limit(2); // whenever you like
		// docs: end
		limiter.set(database);
		this.groups.named("both").gather(() -> titles.map(this.ids, this.backend::title), () -> {
			prices.forEach(this.ids, this.backend::price);
			return null;
		}, (a, b) -> null);
		assertThat(this.backend.asked()).isEqualTo(80);
		assertThat(this.mostRunning).hasValue(2);
	}

	/** Has the backend count who asks it, and answer when it is true that no more can. */
	private void countRunning(Callable<Boolean> full) {
		AtomicBoolean isFirst = new AtomicBoolean(true);
		this.ids.forEach(id -> this.backend.on(id, () -> {
			this.mostRunning.accumulateAndGet(this.running.incrementAndGet(), Math::max);
			if (isFirst.compareAndSet(true, false)) {
				awaitThat(full);
				this.goOn.countDown();
			}
			this.goOn.await();
			this.running.decrementAndGet();
			return "title of " + id;
		}));
	}

	@Test
	@DisplayName("docs: a limit of all groups of a name, in short")
	void sharedConcurrency() throws Exception {
		countRunning(() -> this.running.get() >= 2
				&& ((ConcurrencyLimiter) this.groups.sharedLimiters("titles").getFirst()).waiting() > 0);
		this.groups.named("both").run(both -> {
			for (int i = 0; i < 2; i++) {
				both.fork(() -> {
					// docs: short-shared-concurrency
					List<String> titles = groups.named("titles").sharedConcurrency(2).map(ids, backend::title);
					// docs: end
					assertThat(titles).hasSize(40);
				});
			}
		});
		assertThat(this.mostRunning).hasValue(2);
	}

	@Test
	@DisplayName("docs: a limit that finds itself, in short")
	void adaptive() throws Exception {
		// docs: short-adaptive
		ConcurrencyLimiter suppliers = AdaptiveConcurrency.aimd(100);
		// docs: end
		int before = suppliers.limit();
		this.groups.named("offers").limiter(suppliers).gatherOutcomes(List.of(() -> {
			throw this.failure;
		}));
		assertThat(suppliers.limit()).isBetween(1, before - 1);
		assertThat(suppliers.maxLimit()).isEqualTo(100);
	}

	@Test
	@DisplayName("docs: a rate, in short")
	void rate() throws Exception {
		// docs: short-rate
		RateLimiter quota = RateLimiter.of(10, Duration.ofHours(1), 3);
		TaskGroupSpec supplier = groups.named("supplier").maxConcurrency(4).limiter(quota);
		// docs: end
		supplier.run(group -> {
			for (int i = 0; i < 5; i++) {
				TaskHandle<?> task = group.fork(() -> index("asked"));
				if (i < 3) {
					task.awaitDone();
				}
			}
			assertThat(quota.waiting()).isEqualTo(2);
			group.cancel();
		});
		assertThat(this.log).hasSize(3);
	}

	@Test
	@DisplayName("docs: a full queue makes fork wait, in short")
	void queueThatWaits() throws Exception {
		AtomicInteger read = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		Iterable<String> lines = () -> IntStream.range(0, 50).peek(i -> read.incrementAndGet()).mapToObj(i -> {
			// read and not saved: two run, ten wait, this one is to be forked
			most.accumulateAndGet(read.get() - this.log.size(), Math::max);
			return "line " + i;
		}).iterator();
		Thread reader = Thread.currentThread();
		this.gate = () -> read.get() == 50 || reader.getState() == Thread.State.WAITING;
		// docs: short-queue-wait
		groups.named("index").maxConcurrency(2).queue(10, WhenFull.WAIT).run(group -> {
			for (String line : lines) {
				group.fork(() -> index(line)); // waits while ten lines wait
			}
		});
		// docs: end
		assertThat(this.log).hasSize(50);
		assertThat(most.get()).isBetween(12, 13);
	}

	@Test
	@DisplayName("docs: a full queue rejects, in short")
	void queueThatRejects() throws Exception {
		try (TaskScope requests = this.groups.named("requests")
			.maxConcurrency(1)
			.queue(1, WhenFull.REJECT)
			.openScope()) {
			for (int i = 0; i < 3; i++) {
				// docs: short-queue-reject
				try {
					requests.fork(() -> answer());
				}
				catch (TaskRejectedException ex) {
					log.add("busy");
				}
				// docs: end
			}
			assertThat(this.log).containsExactly("busy");
			this.goOn.countDown();
			requests.join();
		}
		assertThat(this.log).containsExactly("busy", "answered", "answered");
	}

	private void answer() throws InterruptedException {
		this.goOn.await();
		this.log.add("answered");
	}

	@Test
	@DisplayName("docs: a limiter of one's own, in short")
	void ownLimiter() throws Exception {
		Health health = new Health();
		// docs: short-own-limiter
		TaskLimiter breaker = () -> health.isGood() ? CompletableFuture.completedFuture(health::note)
				: CompletableFuture.failedFuture(new IOException("the supplier is down"));
		// docs: end
		TaskGroupSpec spec = this.groups.named("supplier").limiter(breaker);
		this.backend.on(1, () -> {
			throw this.failure;
		});
		assertThatExceptionOfType(TaskGroupException.class).isThrownBy(() -> spec.map(List.of(1), this.backend::title))
			.withCause(this.failure);
		assertThatExceptionOfType(TaskGroupException.class).isThrownBy(() -> spec.map(List.of(2), this.backend::title))
			.havingCause()
			.withMessage("the supplier is down");
		assertThat(this.backend.asked()).isEqualTo(1);
	}

	record Page(String title, int copies) {
	}

	/** Whether the last task has failed. */
	private static final class Health {

		private volatile TaskState last = TaskState.SUCCESS;

		boolean isGood() {
			return this.last != TaskState.FAILED;
		}

		void note(TaskState outcome) {
			this.last = outcome;
		}

	}

}
