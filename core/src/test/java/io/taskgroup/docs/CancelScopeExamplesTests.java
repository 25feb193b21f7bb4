package io.taskgroup.docs;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import io.taskgroup.TaskGroup;
import io.taskgroup.TaskGroupException;
import io.taskgroup.TaskGroupFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Examples of cancel scopes.
 */
@Timeout(30)
class CancelScopeExamplesTests {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

	@Test
	@DisplayName("docs: moving on after a while")
	void moveOnAfter() throws Exception {
		CountDownLatch report = new CountDownLatch(1);
		// docs: move-on-after
		CancelScope scope = CancelScope.moveOnAfter(Duration.ofMillis(50), s -> report.await());
		if (scope.cancelCaught()) {
			log.add("the report will be sent later");
		}
		// docs: end
		assertThat(this.log).containsExactly("the report will be sent later");
	}

	@Test
	@DisplayName("docs: failing after a while")
	void failAfter() throws Exception {
		BlockingQueue<String> answers = new LinkedBlockingQueue<>();
		// docs: fail-after
		try {
			String answer = CancelScope.failAfter(Duration.ofMillis(50), scope -> answers.take());
			log.add(answer);
		}
		catch (TimeoutException ex) {
			log.add(ex.getMessage());
		}
		// docs: end
		assertThat(this.log).containsExactly("timeout of 50 ms passed");
	}

	@Test
	@DisplayName("docs: a deadline that moves")
	void movingDeadline() throws Exception {
		BlockingQueue<String> lines = new LinkedBlockingQueue<>(List.of("one", "two"));
		// docs: moving-deadline
		CancelScope.moveOnAfter(Duration.ofSeconds(10), scope -> {
			while (true) {
				log.add(lines.take());
				scope.timeout(Duration.ofMillis(500)); // the next line has this long
			}
		});
		log.add("silence");
		// docs: end
		assertThat(this.log).containsExactly("one", "two", "silence");
	}

	@Test
	@DisplayName("docs: a loop that computes")
	void checkpoint() throws Exception {
		Iterator<Integer> numbers = List.of(1, 2, 3, 4).iterator();
		// docs: checkpoint
		CancelScope scope = CancelScope.run(s -> {
			while (numbers.hasNext()) {
				CancelScope.checkpoint();
				int number = numbers.next();
				log.add("seen " + number);
				if (number == 2) {
					s.cancel("that is enough");
				}
			}
		});
		// docs: end
		assertThat(this.log).containsExactly("seen 1", "seen 2");
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(scope.cancelReason()).contains("that is enough");
	}

	@Test
	@DisplayName("docs: a loop that goes on after errors ends when it is cancelled")
	void goingOnAfterErrors() throws Exception {
		Feed feed = new Feed();
		CancelScope scope = this.groups.named("feed").run(group -> {
			group.fork("poll", () -> pollForEver(feed));
			feed.blocks.await();
			group.cancel();
		});
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(this.log).containsExactly("tries again after: no answer");
	}

	// docs: going-on
	void pollForEver(Feed feed) throws InterruptedException {
		while (true) {
			try {
				feed.poll();
			}
			catch (IOException ex) {
				CancelScope.checkpoint(); // a call that is cancelled fails too
				log.add("tries again after: " + ex.getMessage());
			}
		}
	}
	// docs: end

	@Test
	@DisplayName("docs: a loop that goes on after failures of a group ends when it is cancelled")
	void goingOnAfterFailures() throws Exception {
		CountDownLatch blocks = new CountDownLatch(1);
		Shop shop = () -> {
			if (this.log.isEmpty()) {
				throw new IOException("no answer");
			}
			blocks.countDown();
			try {
				TimeUnit.HOURS.sleep(1);
			}
			catch (InterruptedException ex) {
				throw new IOException("the connection is broken");
			}
		};
		CancelScope scope = this.groups.named("shops").run(group -> {
			group.fork("refresh", () -> refreshForEver(List.of(shop)));
			blocks.await();
			group.cancel();
		});
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(this.log).containsExactly("tries again after: no answer");
	}

	// docs: going-on-group
	void refreshForEver(List<Shop> shops) throws InterruptedException {
		while (true) {
			try {
				groups.named("refresh").forEach(shops, Shop::refresh);
			}
			catch (TaskGroupException ex) {
				CancelScope.checkpoint(); // failures win over a cancellation
				log.add("tries again after: " + ex.getCause().getMessage());
			}
		}
	}
	// docs: end

	@Test
	@DisplayName("docs: the root of a request")
	void requestRoot() throws Exception {
		BlockingQueue<String> rows = new LinkedBlockingQueue<>();
		BlockingQueue<String> prices = new LinkedBlockingQueue<>();
		this.groups.named("server").run(server -> {
			// docs: request-root
			CancelScope request = CancelScope.create();
			request.timeout(Duration.ofSeconds(30));

			// on any thread that works for the request, as often as needed
			server.fork("rows", () -> request.enter(scope -> log.add(rows.take())));
			server.fork("prices", () -> request.enter(scope -> log.add(prices.take())));

			// when the connection is gone
			request.cancel(CancelKind.DISCONNECT, "the client has gone");
			// docs: end
		});
		assertThat(this.log).isEmpty();
	}

	@Test
	@DisplayName("docs: what must not be cut off half way")
	void shield() throws Exception {
		CancelScope scope = this.groups.named("orders").run(group -> {
			Order order = new Order(group);
			group.fork("order", () -> {
				// docs: shield
				String receipt = CancelScope.shield(s -> order.commit());
				log.add(receipt);
				// a cancellation that was held off interrupts this
				Thread.sleep(Duration.ofHours(1));
				// docs: end
			});
		});
		assertThat(this.log).containsExactly("receipt");
		assertThat(scope.cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("docs: the time that is left")
	void timeLeft() throws Exception {
		URI uri = URI.create("http://localhost/");
		CancelScope.moveOnAfter(Duration.ofSeconds(20), scope -> {
			// docs: time-left
			HttpRequest.Builder request = HttpRequest.newBuilder(uri);
			CancelScope.checkpoint();
			CancelScope.currentTimeLeft().filter(Duration::isPositive).ifPresent(request::timeout);
			// docs: end
			assertThat(request.build().timeout().orElseThrow()).isBetween(Duration.ofSeconds(1),
					Duration.ofSeconds(20));
		});
	}

	/**
	 * An order whose group is cancelled while it is committed.
	 *
	 * @param group the group
	 */
	private record Order(TaskGroup group) {

		String commit() throws InterruptedException {
			this.group.cancel("too late for this one");
			Thread.sleep(Duration.ofMillis(20));
			return "receipt";
		}

	}

	interface Shop {

		void refresh() throws IOException;

	}

	/** A feed that fails once, and then blocks. */
	static final class Feed {

		final CountDownLatch blocks = new CountDownLatch(1);

		private boolean failed;

		void poll() throws IOException {
			if (!this.failed) {
				this.failed = true;
				throw new IOException("no answer");
			}
			this.blocks.countDown();
			try {
				TimeUnit.HOURS.sleep(1);
			}
			catch (InterruptedException ex) {
				throw new IOException("interrupted", ex);
			}
		}

	}

}
