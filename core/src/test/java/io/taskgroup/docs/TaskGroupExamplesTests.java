package io.taskgroup.docs;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.taskgroup.CancelScope;
import io.taskgroup.TaskGroup;
import io.taskgroup.TaskGroupException;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupTimeoutException;
import io.taskgroup.TaskHandle;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Examples of task groups.
 */
@Timeout(30)
class TaskGroupExamplesTests {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	private final Backend backend = new Backend();

	private final CountDownLatch stop = new CountDownLatch(3);

	private final AtomicInteger polls = new AtomicInteger();

	private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

	@Test
	@DisplayName("docs: two tasks and their results")
	void firstGroup() throws Exception {
		// docs: first-group
		Page page = groups.named("page").call(group -> {
			TaskHandle<String> title = group.fork("title", () -> backend.title(7));
			TaskHandle<Integer> copies = group.fork("copies", () -> backend.copies(7));
			return new Page(title.await(), copies.await());
		});
		// docs: end
		assertThat(page).isEqualTo(new Page("title of 7", 7));
	}

	@Test
	@DisplayName("docs: without Spring")
	void plainJava() throws Exception {
		// docs: plain-java
		try (TaskGroupFactory groups = TaskGroupFactory.create()) {
			groups.named("greeting").run(group -> {
				group.fork(() -> log.add("hello"));
				group.fork(() -> log.add("world"));
			});
		}
		// docs: end
		assertThat(this.log).containsExactlyInAnyOrder("hello", "world");
	}

	@Test
	@DisplayName("docs: the first failure cancels the rest")
	void failure() throws Exception {
		// docs: failure
		try {
			groups.named("page").run(group -> {
				group.fork("slow", () -> Thread.sleep(Duration.ofHours(1)));
				group.fork("broken", () -> backend.broken());
			});
		}
		catch (TaskGroupException ex) {
			// both have ended: "slow" was interrupted
			log.add(ex.getMessage());
		}
		// docs: end
		assertThat(this.log).containsExactly("group 'page' failed: java.io.IOException: no answer");
	}

	@Test
	@DisplayName("docs: a group that is cancelled ends quietly")
	void quietCancel() throws Exception {
		// docs: quiet-cancel
		CancelScope scope = groups.named("poller").run(group -> {
			group.fork("poll", () -> {
				while (true) {
					poll();
					Thread.sleep(Duration.ofMillis(10));
				}
			});
			group.fork("stop", () -> {
				stop.await();
				group.cancel("somebody pressed stop");
			});
		});
		// both have ended, and nothing was thrown
		log.add(scope.cancelCaught() + ": " + scope.cancelReason().orElse("no reason"));
		// docs: end
		assertThat(this.log).containsExactly("true: somebody pressed stop");
		assertThat(this.polls.get()).isGreaterThanOrEqualTo(3);
	}

	@Test
	@DisplayName("docs: a task forks into its own group")
	void walk() throws Exception {
		Node root = new Node("a", List.of(new Node("b", List.of(new Node("c", List.of()))), new Node("d", List.of())));
		// docs: walk
		groups.named("walk").run(group -> visit(root, group));
		// docs: end
		assertThat(this.log).containsExactlyInAnyOrder("a", "b", "c", "d");
	}

	// docs: walk-visit
	void visit(Node node, TaskGroup group) {
		log.add(node.name());
		for (Node child : node.children()) {
			group.fork(() -> visit(child, group));
		}
	}
	// docs: end

	@Test
	@DisplayName("docs: try-with-resources")
	void openGroup() throws Exception {
		assertThat(page()).isEqualTo(new Page("title of 7", 7));
	}

	// docs: open
	Page page() throws InterruptedException {
		try (TaskGroup group = groups.named("page").open()) {
			TaskHandle<String> title = group.fork(() -> backend.title(7));
			TaskHandle<Integer> copies = group.fork(() -> backend.copies(7));
			group.join();
			return new Page(title.resultNow(), copies.resultNow());
		}
	}
	// docs: end

	@Test
	@DisplayName("docs: what try-with-resources throws when the body throws before join()")
	void openGroupThatThrows() throws Exception {
		IOException thrown = catchThrowableOfType(IOException.class, this::pageThatFails);
		assertThat(thrown).hasMessage("the body failed");
		assertThat(thrown.getSuppressed()).singleElement()
			.isInstanceOf(IllegalStateException.class)
			.extracting(Throwable::getMessage)
			.asString()
			.contains("closed without join() or cancel()");
	}

	// docs: open-without-join
	void pageThatFails() throws IOException {
		try (TaskGroup group = groups.named("page").open()) {
			group.fork("slow", () -> Thread.sleep(Duration.ofHours(1)));
			throw new IOException("the body failed");
		}
		// close() cancels "slow" and waits for it. The caller gets the IOException,
		// with the IllegalStateException of close() as a suppressed exception.
	}
	// docs: end

	@Test
	@DisplayName("docs: cancel() before leaving says that the tasks are not forgotten")
	void openGroupThatCancels() throws Exception {
		AtomicBoolean interrupted = new AtomicBoolean();
		// docs: open-cancel
		try (TaskGroup group = groups.named("search").open()) {
			TaskHandle<String> cache = group.fork("cache", () -> backend.title(7));
			group.fork("archive", () -> backend.slowTitle(7, interrupted));
			log.add(cache.await());
			group.cancel("the cache knew it");
		}
		// docs: end
		assertThat(this.log).containsExactly("title of 7");
		assertThat(interrupted).isTrue();
	}

	@Test
	@DisplayName("docs: a group with a deadline")
	void deadline() throws Exception {
		Duration limit = Duration.ofMillis(50);
		// docs: deadline
		try {
			groups.named("quote").timeout(limit).run(group -> {
				group.fork("slow", () -> Thread.sleep(Duration.ofHours(1)));
			});
		}
		catch (TaskGroupTimeoutException ex) {
			log.add("no quote today");
		}

		CancelScope scope = groups.named("quote").moveOnAfter(limit).run(group -> {
			group.fork("slow", () -> Thread.sleep(Duration.ofHours(1)));
		});
		log.add("too slow: " + scope.cancelCaught());
		// docs: end
		assertThat(this.log).containsExactly("no quote today", "too slow: true");
	}

	@Test
	@DisplayName("docs: settings by name")
	void settingsByName() throws Exception {
		// docs: settings
		TaskGroupFactory groups = TaskGroupFactory.builder()
			.defaults(spec -> spec.timeout(Duration.ofSeconds(10)))
			.settings("suppliers", spec -> spec.timeout(Duration.ofMillis(50)))
			.build();
		// docs: end
		TaskGroupTimeoutException thrown = catchThrowableOfType(TaskGroupTimeoutException.class,
				() -> groups.named("suppliers").run(group -> Thread.sleep(Duration.ofHours(1))));
		assertThat(thrown.exceptions().get(0)).isInstanceOf(TimeoutException.class);
		Duration left = groups.named("other").call(group -> group.cancelScope().timeLeft().orElseThrow());
		assertThat(left).isBetween(Duration.ofMillis(1), Duration.ofSeconds(10));
	}

	private void poll() {
		this.polls.incrementAndGet();
		this.stop.countDown();
	}

	record Page(String title, int copies) {
	}

	record Node(String name, List<Node> children) {
	}

	private static final class Backend {

		String title(int id) {
			return "title of " + id;
		}

		int copies(int id) {
			return id;
		}

		private void broken() throws IOException {
			throw new IOException("no answer");
		}

		String slowTitle(int id, AtomicBoolean interrupted) throws InterruptedException {
			try {
				Thread.sleep(Duration.ofHours(1));
				return title(id);
			}
			catch (InterruptedException ex) {
				interrupted.set(true);
				throw ex;
			}
		}

	}

}
