package io.taskgroup.autoconfigure.docs;

import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.taskgroup.CancelScope;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskScope;
import io.taskgroup.autoconfigure.web.servlet.CancelledRequestHandler;
import io.taskgroup.autoconfigure.web.servlet.DisconnectProbe;
import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Examples of requests and their scopes, with a real server.
 */
@Timeout(60)
class RequestExamplesTests {

	private static final Duration PATIENCE = Duration.ofSeconds(15);

	private static ServletWebServerApplicationContext context;

	private static HttpClient client;

	@BeforeAll
	static void start() {
		context = (ServletWebServerApplicationContext) new SpringApplicationBuilder(Application.class, Library.class)
			.properties("server.port=0", "spring.main.banner-mode=off", "logging.level.root=warn",
					"management.otlp.metrics.export.enabled=false", "taskgroup.request.disconnect-check-interval=20ms",
					"taskgroup.request.deadline-header=X-Deadline")
			.run();
		client = HttpClient.newHttpClient();
	}

	@AfterAll
	static void stop() {
		client.close();
		context.close();
	}

	private static HttpResponse<String> get(String path, String deadline) throws Exception {
		URI uri = URI.create("http://localhost:" + context.getWebServer().getPort() + path);
		HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(PATIENCE).header("X-Deadline", deadline);
		return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	@Test
	@DisplayName("docs: a blocking call that ends when the client has gone")
	void blockingCall() throws Exception {
		Slow slow = context.getBean(Slow.class).fresh();
		try (Socket socket = new Socket("localhost", context.getWebServer().getPort())) {
			socket.getOutputStream()
				.write("GET /report HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			assertThat(slow.running.await(15, TimeUnit.SECONDS)).isTrue();
		}
		assertThat(slow.interrupted.await(15, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	@DisplayName("docs: a probe for another server")
	void probe() throws Exception {
		Slow slow = context.getBean(Slow.class).fresh();
		Thread asking = Thread.startVirtualThread(() -> {
			try {
				get("/report?other", "60000");
			}
			catch (Exception ex) {
				throw new AssertionError(ex);
			}
		});
		assertThat(slow.running.await(15, TimeUnit.SECONDS)).isTrue();
		OtherServer.onReset.run();
		assertThat(slow.interrupted.await(15, TimeUnit.SECONDS)).isTrue();
		assertThat(asking.join(PATIENCE)).isTrue();
	}

	@Test
	@DisplayName("docs: the scope of a request")
	void scope() throws Exception {
		assertThat(get("/books/7/offers", "10000").body()).isEqualTo("[\"title of 7\",\"7 copies\"]");
	}

	@Test
	@DisplayName("docs: a feed")
	void feed() throws Exception {
		assertThat(get("/books/7/events", "10000").body()).isEqualTo("data:title of 7\n\ndata:7 copies\n\n");
		await().atMost(PATIENCE)
			.untilAsserted(() -> assertThat(context.getBean(TaskGroupFactory.class).snapshot()).isEmpty());
	}

	@Test
	@DisplayName("docs: a stream")
	void stream() throws Exception {
		assertThat(get("/books/7/text", "10000").body()).isEqualTo("title of 7");
	}

	@Test
	@DisplayName("docs: an answer of one's own")
	void ownAnswer() throws Exception {
		HttpResponse<String> answer = get("/books/7/offers", "0");
		assertThat(answer.statusCode()).isEqualTo(429);
		assertThat(answer.headers().firstValue("Retry-After")).contains("1");
	}

	/** A call that takes long. */
	static class Slow {

		volatile CountDownLatch running = new CountDownLatch(1);

		volatile CountDownLatch interrupted = new CountDownLatch(1);

		Slow fresh() {
			this.running = new CountDownLatch(1);
			this.interrupted = new CountDownLatch(1);
			return this;
		}

		String report() throws InterruptedException {
			this.running.countDown();
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				this.interrupted.countDown();
				throw ex;
			}
			return "";
		}

	}

	/** Stands for a server that tells when a client leaves. */
	static final class OtherServer {

		private static volatile Runnable onReset = () -> {
		};

		private OtherServer() {
		}

		static boolean knows(HttpServletRequest request) {
			return request.getParameter("other") != null;
		}

		static void onReset(HttpServletRequest request, Runnable action) {
			assertThat(knows(request)).isTrue();
			onReset = action;
		}

	}

	/** Controllers. */
	@RestController
	static class Library {

		private final TaskGroupFactory groups;

		private final Backend backend;

		private final Slow slow;

		Library(TaskGroupFactory groups, Backend backend, Slow slow) {
			this.groups = groups;
			this.backend = backend;
			this.slow = slow;
		}

		// docs: requests-blocking
		@GetMapping("/report")
		String report() throws InterruptedException {
			return groups.named("report").call(group -> group.fork(() -> slow.report()).await());
		}
		// docs: end

		// docs: requests-scope
		@GetMapping("/books/{id}/offers")
		List<String> offers(@PathVariable int id, CancelScope request) throws InterruptedException {
			if (request.timeLeft().isEmpty()) {
				request.timeout(Duration.ofSeconds(2));
			}
			return groups.named("offers")
				.gather(List.of(() -> backend.title(id), () -> backend.copies(id) + " copies"));
		}
		// docs: end

		// docs: requests-feed
		@GetMapping("/books/{id}/events")
		SseEmitter events(@PathVariable int id) {
			SseEmitter emitter = new SseEmitter();
			TaskScope feed = groups.named("feed").openScope();
			emitter.onCompletion(feed::close);
			feed.fork(() -> {
				emitter.send(backend.title(id));
				emitter.send(backend.copies(id) + " copies");
				emitter.complete();
			});
			return emitter;
		}
		// docs: end

		// docs: requests-stream
		@GetMapping("/books/{id}/text")
		StreamingResponseBody text(@PathVariable int id) {
			return output -> {
				try {
					String text = groups.named("text").call(group -> group.fork(() -> backend.title(id)).await());
					output.write(text.getBytes(StandardCharsets.UTF_8));
				}
				catch (InterruptedException ex) {
					throw (InterruptedIOException) new InterruptedIOException().initCause(ex);
				}
			};
		}
		// docs: end

	}

	/** Beans. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Backend backend() {
			return new Backend();
		}

		@Bean
		Slow slow() {
			return new Slow();
		}

		// docs: requests-probe
		@Bean
		DisconnectProbe otherServersProbe() {
			return (request, gone) -> {
				if (!OtherServer.knows(request)) {
					return null;
				}
				OtherServer.onReset(request, gone);
				return () -> false;
			};
		}
		// docs: end

		// docs: requests-handler
		@Bean
		CancelledRequestHandler tryAgainLater() {
			return (request, response, scope) -> {
				response.setHeader("Retry-After", "1");
				response.setStatus(429);
			};
		}
		// docs: end

	}

}
