package io.taskgroup.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.taskgroup.CancelScope;
import io.taskgroup.CompletedTasks;
import io.taskgroup.Outcome;
import io.taskgroup.TaskAction;
import io.taskgroup.TaskGroupException;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskHandle;
import io.taskgroup.TaskState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * Examples of combinators.
 */
@Timeout(30)
class CombinatorExamplesTests {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

	private final Remote backend = new Remote();

	private final Slow slow = new Slow();

	private final IOException failure = new IOException("no answer");

	// gather and map

	private List<String> gather() throws InterruptedException {
		// docs: gather
		List<String> titles = groups.named("titles")
			.gather(List.of(() -> backend.title(1), () -> backend.title(2), () -> backend.title(3)));
		// docs: end
		return titles;
	}

	@Test
	@DisplayName("docs: gather returns the results in the order of the tasks")
	void gatherInOrder() throws Exception {
		CountDownLatch others = new CountDownLatch(2);
		this.backend.on(1, () -> {
			others.await();
			return "one";
		}).on(2, () -> {
			others.countDown();
			return "two";
		}).on(3, () -> {
			others.countDown();
			return "three";
		});
		List<String> titles = gather();
		assertThat(titles).containsExactly("one", "two", "three");
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> titles.add("four"));
	}

	@Test
	@DisplayName("docs: the first failure of a gather cancels the rest")
	void gatherThatFails() {
		this.backend.on(1, this.slow::call).on(2, () -> {
			this.slow.awaitRunning();
			throw this.failure;
		});
		assertThatExceptionOfType(TaskGroupException.class).isThrownBy(this::gather).withCause(this.failure);
		assertThat(this.slow.wasCutOff()).isTrue();
	}

	private Page gatherTwo() throws InterruptedException {
		// docs: gather-two
		Page page = groups.named("page").gather(() -> backend.title(7), () -> backend.copies(7), Page::new);
		// docs: end
		return page;
	}

	@Test
	@DisplayName("docs: gather makes one value of two results")
	void gatherTwoResults() throws Exception {
		assertThat(gatherTwo()).isEqualTo(new Page("title of 7", 7));
		this.backend.on(7, () -> {
			throw this.failure;
		});
		assertThatExceptionOfType(TaskGroupException.class).isThrownBy(this::gatherTwo).withCause(this.failure);
	}

	private Card gatherFive() throws InterruptedException {
		// docs: gather-five
		Card card = groups.named("card")
			.gather(() -> backend.title(7), () -> backend.author(7), () -> backend.price(7), () -> backend.copies(7),
					() -> backend.shelf(7), Card::new);
		// docs: end
		return card;
	}

	@Test
	@DisplayName("docs: gather makes one value of five results")
	void gatherFiveResults() throws Exception {
		this.backend.on(7, () -> "12.50");
		assertThat(gatherFive()).isEqualTo(new Card("12.50", "author of 7", "12.50", 7, 'B'));
		this.backend.on(7, () -> {
			throw this.failure;
		});
		assertThatExceptionOfType(TaskGroupException.class).isThrownBy(this::gatherFive).withCause(this.failure);
	}

	@Test
	@DisplayName("docs: gather combines on the calling thread, after the group has ended")
	void gatherCombines() throws Exception {
		int open = this.groups.named("page").gather(() -> 1, () -> 2, (a, b) -> {
			this.log.add(Thread.currentThread().getName());
			return this.groups.snapshot().size();
		});
		assertThat(open).isZero();
		assertThat(this.log).containsExactly(Thread.currentThread().getName());
		assertThatExceptionOfType(IllegalStateException.class)
			.isThrownBy(() -> this.groups.named("page").gather(() -> 1, () -> 2, (a, b) -> {
				throw new IllegalStateException("as it is");
			}))
			.withMessage("as it is");
	}

	@Test
	@DisplayName("docs: tasks that have no value")
	void gatherVoid() throws Exception {
		// docs: gather-void
		List<TaskAction> steps = List.of(() -> book(7), () -> sendMail("booked"));
		groups.named("checkout").forEach(steps, TaskAction::run);
		// docs: end
		assertThat(this.log).containsExactlyInAnyOrder("book 7", "mail booked");
	}

	private void book(int id) {
		this.log.add("book " + id);
	}

	private void sendMail(String text) {
		this.log.add("mail " + text);
	}

	@Test
	@DisplayName("docs: a null is a result like any other")
	void nulls() throws Exception {
		List<Integer> ids = List.of(1, 2, 3);
		this.backend.on(2, () -> null);
		// docs: nulls
		List<String> subtitles = groups.named("subtitles").map(ids, backend::subtitle);
		List<String> known = subtitles.stream().filter(Objects::nonNull).toList();
		// docs: end
		assertThat(subtitles).containsExactly("title of 1", null, "title of 3");
		assertThat(known).containsExactly("title of 1", "title of 3");
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> subtitles.remove(1));
	}

	private List<String> map(List<Integer> ids) throws InterruptedException {
		// docs: map
		List<String> titles = groups.named("titles").map(ids, backend::title);
		// docs: end
		return titles;
	}

	@Test
	@DisplayName("docs: map returns the results in the order of the items")
	void mapInOrder() throws Exception {
		CountDownLatch other = new CountDownLatch(1);
		this.backend.on(1, () -> {
			other.await();
			return "one";
		}).on(2, () -> {
			other.countDown();
			return "two";
		});
		assertThat(map(List.of(1, 2))).containsExactly("one", "two");
		this.backend.on(1, this.slow::call).on(2, () -> {
			this.slow.awaitRunning();
			throw this.failure;
		});
		assertThatExceptionOfType(TaskGroupException.class).isThrownBy(() -> map(List.of(1, 2)))
			.withCause(this.failure);
		assertThat(this.slow.wasCutOff()).isTrue();
	}

	// gatherOutcomes

	@Test
	@DisplayName("docs: gatherOutcomes says how each task ended")
	void gatherOutcomes() throws Exception {
		List<Callable<String>> suppliers = List.of(() -> "12.50", () -> {
			throw this.failure;
		}, this.slow::call);
		// docs: gather-outcomes
		List<Outcome<String>> offers = groups.named("offers")
			.moveOnAfter(Duration.ofSeconds(1))
			.gatherOutcomes(suppliers);
		for (Outcome<String> offer : offers) {
			switch (offer) {
				case Outcome.Success<String>(var price) -> log.add(price);
				case Outcome.Failure<String>(var exception) -> log.add(exception.getMessage());
				case Outcome.Cancelled<String>(var reason) -> log.add(reason);
			}
		}
		// docs: end
		assertThat(this.log).containsExactly("12.50", "no answer", "timeout of 1000 ms passed");
		assertThat(this.slow.wasCutOff()).isTrue();
	}

	// Input as it goes

	@Test
	@DisplayName("docs: a stream as input")
	@SuppressWarnings("StreamToIterable") // it is gone through once
	void stream(@TempDir Path directory) throws Exception {
		Path file = Files.write(directory.resolve("books.csv"), List.of("one", "two", "three"));
		// docs: stream
		try (Stream<String> lines = Files.lines(file)) {
			groups.named("import").maxConcurrency(8).forEach(lines::iterator, line -> save(line));
		}
		// docs: end
		assertThat(this.log).containsExactlyInAnyOrder("saved one", "saved two", "saved three");
	}

	private void save(String line) {
		this.log.add("saved " + line);
	}

	@Test
	@DisplayName("docs: an endless input, of which no more is taken than is needed")
	void endless() throws Exception {
		AtomicInteger asked = new AtomicInteger();
		Iterable<Integer> pages = () -> Stream.generate(asked::incrementAndGet).iterator();
		AtomicInteger visited = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		Predicate<Integer> isTheOne = page -> {
			most.accumulateAndGet(asked.get() - visited.getAndIncrement(), Math::max);
			return page == 1000;
		};
		// docs: endless
		CancelScope.run(scope -> groups.named("crawl").maxConcurrency(2).forEach(pages, page -> {
			if (isTheOne.test(page)) {
				scope.cancel("found it");
			}
		}));
		// docs: end
		assertThat(visited).hasValueBetween(999, 1008);
		// a small multiple of the limit
		assertThat(most).hasValueBetween(2, 4 * 2);
		assertThat(asked.get() - visited.get()).isLessThanOrEqualTo(4 * 2);
	}

	@Test
	@DisplayName("docs: an input that throws fails the group")
	void inputThatThrows() {
		Iterable<Integer> pages = () -> IntStream.iterate(1, i -> i + 1).peek(i -> {
			if (i == 3) {
				throw new IllegalStateException("torn page");
			}
		}).iterator();
		assertThatExceptionOfType(TaskGroupException.class)
			.isThrownBy(() -> this.groups.named("crawl").forEach(pages, page -> this.slow.call()))
			.withCauseInstanceOf(IllegalStateException.class);
	}

	// race and any

	private String race(Session session) throws InterruptedException {
		// docs: race
		String end = groups.named("session").race(List.of(session::signOut, session::timeOut));
		// docs: end
		return end;
	}

	@Test
	@DisplayName("docs: race: the first to finish decides, also if it fails")
	void raceDecides() throws Exception {
		assertThat(race(new Session(this.slow::call, () -> {
			this.slow.awaitRunning();
			return "timed out";
		}))).isEqualTo("timed out");
		assertThat(this.slow.wasCutOff()).isTrue();
		Slow other = new Slow();
		assertThatExceptionOfType(TaskGroupException.class).isThrownBy(() -> race(new Session(() -> {
			other.awaitRunning();
			throw this.failure;
		}, other::call))).withCause(this.failure);
		assertThat(other.wasCutOff()).isTrue();
	}

	private String any(Remote northgate, Remote oldTown) throws InterruptedException {
		// docs: any
		String price = groups.named("price").any(List.of(() -> northgate.price(7), () -> oldTown.price(7)));
		// docs: end
		return price;
	}

	@Test
	@DisplayName("docs: any: the first to succeed wins")
	void anyWins() throws Exception {
		CountDownLatch failed = new CountDownLatch(1);
		Remote broken = new Remote().on(7, () -> {
			failed.countDown();
			throw this.failure;
		});
		assertThat(any(broken, new Remote().on(7, () -> {
			failed.await();
			return "12.50";
		}))).isEqualTo("12.50");
		assertThat(any(new Remote().on(7, this.slow::call), new Remote().on(7, () -> {
			this.slow.awaitRunning();
			return "13.00";
		}))).isEqualTo("13.00");
		assertThat(this.slow.wasCutOff()).isTrue();
		TaskGroupException thrown = catchThrowableOfType(TaskGroupException.class, () -> any(broken, broken));
		assertThat(thrown.exceptions()).containsExactly(this.failure, this.failure);
	}

	private String stagger(Remote mirror, Duration delay) throws InterruptedException {
		// docs: stagger
		String title = groups.named("title").stagger(delay).any(List.of(() -> backend.title(7), () -> mirror.title(7)));
		// docs: end
		return title;
	}

	@Test
	@DisplayName("docs: stagger: the second request is sent when the first takes too long")
	void staggerWhenSlow() throws Exception {
		this.backend.on(7, this.slow::call);
		Remote mirror = new Remote().on(7, () -> {
			this.slow.awaitRunning();
			return "from the mirror";
		});
		assertThat(stagger(mirror, Duration.ofMillis(20))).isEqualTo("from the mirror");
		assertThat(this.slow.wasCutOff()).isTrue();
	}

	@Test
	@DisplayName("docs: stagger: the second request is not sent when the first is answered in time")
	void staggerWhenFast() throws Exception {
		Thread caller = Thread.currentThread();
		this.backend.on(7, () -> {
			awaitThat(
					() -> caller.getState() == Thread.State.TIMED_WAITING || caller.getState() == Thread.State.WAITING);
			return "title of 7";
		});
		Remote mirror = new Remote();
		assertThat(stagger(mirror, Duration.ofHours(1))).isEqualTo("title of 7");
		assertThat(mirror.asked()).isZero();
	}

	@Test
	@DisplayName("docs: stagger: the second request is sent at once when the first fails")
	void staggerWhenBroken() throws Exception {
		this.backend.on(7, () -> {
			throw this.failure;
		});
		assertThat(stagger(new Remote(), Duration.ofHours(1))).isEqualTo("title of 7");
		assertThat(this.backend.asked()).isEqualTo(1);
	}

	// asCompleted

	@Test
	@DisplayName("docs: asCompleted hands out each task as soon as it has finished")
	void asCompleted() throws Exception {
		List<Supplier> suppliers = List.of(() -> {
			awaitThat(() -> this.log.contains("no offer: no answer"));
			return "14.00";
		}, () -> {
			awaitThat(() -> this.log.contains("12.50"));
			throw this.failure;
		}, () -> "12.50");
		// docs: as-completed
		try (CompletedTasks<String> offers = groups.named("offers").asCompleted(suppliers, Supplier::offer)) {
			for (TaskHandle<String> offer : offers) {
				if (offer.state() == TaskState.SUCCESS) {
					log.add(offer.resultNow());
				}
				else {
					log.add("no offer: " + offer.exceptionNow().getMessage());
				}
			}
		}
		// docs: end
		assertThat(this.log).containsExactly("12.50", "no offer: no answer", "14.00");
	}

	private static void awaitThat(Callable<Boolean> condition) {
		await().pollInSameThread().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2)).until(condition);
	}

	@Test
	@DisplayName("docs: asCompleted, left early")
	void asCompletedLeftEarly() throws Exception {
		List<Callable<String>> searches = List.of(this.slow::call, () -> {
			throw this.failure;
		}, () -> "a", () -> {
			this.slow.awaitRunning();
			return "b";
		});
		// docs: as-completed-early
		List<String> found = new ArrayList<>();
		try (CompletedTasks<String> results = groups.named("search").asCompleted(searches)) {
			while (found.size() < 2) {
				TaskHandle<String> search = results.next().orElseThrow();
				if (search.state() == TaskState.SUCCESS) {
					found.add(search.resultNow());
				}
			}
		}
		// the rest was cancelled, and has ended
		// docs: end
		assertThat(found).containsExactlyInAnyOrder("a", "b");
		assertThat(this.slow.wasCutOff()).isTrue();
	}

	@Test
	@DisplayName("docs: asCompleted with an endless input and a limit")
	void asCompletedEndless() throws Exception {
		AtomicInteger asked = new AtomicInteger();
		Iterator<Integer> numbers = Stream.generate(asked::incrementAndGet).iterator();
		List<Integer> taken = new ArrayList<>();
		try (CompletedTasks<Integer> squares = this.groups.named("squares")
			.maxConcurrency(1)
			.asCompleted(() -> numbers, number -> number * number)) {
			for (TaskHandle<Integer> square : squares) {
				taken.add(square.await());
				if (taken.size() == 100) {
					break;
				}
			}
		}
		assertThat(taken).startsWith(1, 4, 9).hasSize(100);
		assertThat(asked).hasValueBetween(100, 104);
	}

	record Page(String title, int copies) {
	}

	record Card(String title, String author, String price, int copies, char shelf) {
	}

	/**
	 * A session, and what may end it.
	 *
	 * @param onSignOut waits until the user signs out
	 * @param onTimeOut waits until the session has timed out
	 */
	private record Session(Callable<String> onSignOut, Callable<String> onTimeOut) {

		String signOut() throws Exception {
			return this.onSignOut.call();
		}

		String timeOut() throws Exception {
			return this.onTimeOut.call();
		}

	}

	private interface Supplier {

		String offer() throws Exception;

	}

}
