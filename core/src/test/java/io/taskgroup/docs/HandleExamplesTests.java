package io.taskgroup.docs;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeoutException;

import io.taskgroup.CancelScope;
import io.taskgroup.Outcome;
import io.taskgroup.TaskGroupException;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskHandle;
import io.taskgroup.TaskScope;
import io.taskgroup.TaskState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Examples of handles, outcomes and failures.
 */
@Timeout(30)
class HandleExamplesTests {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

	@Test
	@DisplayName("docs: how each task ended")
	void outcomes() throws Exception {
		Map<String, Callable<String>> suppliers = new LinkedHashMap<>();
		suppliers.put("northgate", () -> "12.50");
		suppliers.put("old-town", () -> {
			throw new IOException("no answer");
		});
		suppliers.put("lighthouse", () -> {
			Thread.sleep(Duration.ofHours(1));
			return "too late";
		});
		// docs: outcomes
		List<TaskHandle<String>> offers = new ArrayList<>();
		try (TaskScope scope = groups.named("offers")
			.moveOnAfter(Duration.ofMillis(500))
			.onError((task, exception) -> log.add(task.name() + " failed"))
			.openScope()) {
			suppliers.forEach((name, supplier) -> offers.add(scope.fork(name, supplier)));
			scope.join();
		}
		for (TaskHandle<String> offer : offers) {
			switch (offer.outcome()) {
				case Outcome.Success<String>(var price) -> log.add(offer.name() + ": " + price);
				case Outcome.Failure<String>(var exception) -> log.add(offer.name() + ": " + exception.getMessage());
				case Outcome.Cancelled<String>(var reason) -> log.add(offer.name() + ": " + reason);
			}
		}
		// docs: end
		assertThat(this.log).containsExactly("old-town failed", "northgate: 12.50", "old-town: no answer",
				"lighthouse: timeout of 500 ms passed");
	}

	@Test
	@DisplayName("docs: one task is cancelled, the others go on")
	void cancelOne() throws Exception {
		// docs: cancel-one
		String result = groups.named("search").call(group -> {
			TaskHandle<String> archive = group.fork("archive", () -> {
				Thread.sleep(Duration.ofHours(1));
				return "found in the archive";
			});
			TaskHandle<String> cache = group.fork("cache", () -> "found in the cache");
			String found = cache.await();
			archive.cancel("not needed any more");
			archive.awaitDone();
			return found + ", archive " + archive.state();
		});
		// docs: end
		assertThat(result).isEqualTo("found in the cache, archive " + TaskState.CANCELLED);
	}

	@Test
	@DisplayName("docs: each kind of failure is handled")
	void handleFailures() throws Exception {
		CyclicBarrier together = new CyclicBarrier(2);
		// docs: handle
		try {
			groups.named("import").run(group -> {
				group.fork("books", () -> {
					together.await();
					throw new FileNotFoundException("books.csv");
				});
				group.fork("prices", () -> {
					together.await();
					throw new TimeoutException("prices");
				});
			});
		}
		catch (TaskGroupException ex) {
			ex.handle(IOException.class, io -> log.add("not read: " + io.getMessage()))
				.handle(TimeoutException.class, timeout -> log.add("too slow: " + timeout.getMessage()))
				.throwIfAny();
		}
		// docs: end
		assertThat(this.log).isNotEmpty().isSubsetOf("not read: books.csv", "too slow: prices");
	}

	@Test
	@DisplayName("docs: the only failure, as what it is")
	void rethrowSingle() {
		assertThat(catchThrowableOfType(FileNotFoundException.class, this::readBooks)).hasMessage("books.csv");
	}

	// docs: rethrow-single
	List<String> readBooks() throws IOException, InterruptedException {
		try {
			return groups.named("books").call(group -> {
				TaskHandle<List<String>> books = group.fork("books", () -> read("books.csv"));
				return books.await();
			});
		}
		catch (TaskGroupException ex) {
			throw ex.rethrowSingle(IOException.class);
		}
	}
	// docs: end

	private static List<String> read(String file) throws IOException {
		throw new FileNotFoundException(file);
	}

	@Test
	@DisplayName("docs: a classifier for a driver that hides its interrupts")
	void classifier() throws Exception {
		// docs: classifier
		TaskGroupFactory groups = TaskGroupFactory.builder()
			.interruptionClassifier(ex -> ex instanceof SQLException sql && sql.getErrorCode() == 50200)
			.build();
		// docs: end
		CancelScope scope = groups.named("update").run(group -> {
			group.fork("lock", () -> {
				try {
					Thread.sleep(Duration.ofHours(1));
				}
				catch (InterruptedException ex) {
					throw new SQLException("Timeout trying to lock table", "HYT00", 50200);
				}
			});
			group.cancel();
		});
		assertThat(scope.cancelCaught()).isTrue();
	}

}
