package io.taskgroup.autoconfigure.web.servlet;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.autoconfigure.web.servlet.BlockingController.Wait;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.DeferredResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Deadlines of requests, and what is answered when they pass, in an application that
 * handles all exceptions itself.
 */
@Timeout(60)
class RequestDeadlineTests {

	private static TestServer server;

	private static TestServer custom;

	private static HttpClient client;

	@BeforeAll
	static void start() {
		String header = "taskgroup.request.deadline-header=X-Deadline";
		server = TestServer.start(Application.class, header, "taskgroup.request.timeout=2s",
				"taskgroup.request.timeout-status=504", "server.tomcat.threads.max=1",
				"server.tomcat.threads.min-spare=1");
		custom = TestServer.start(OwnAnswer.class, header);
		client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
	}

	@AfterAll
	static void stop() {
		client.close();
		server.close();
		custom.close();
	}

	private static HttpResponse<String> get(TestServer server, String path, @Nullable String deadline)
			throws IOException, InterruptedException {
		HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path)).timeout(Duration.ofSeconds(15));
		if (deadline != null) {
			request.header("X-Deadline", deadline);
		}
		return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	private static void assertProblem(HttpResponse<String> answer, String path) {
		assertThat(answer.statusCode()).isEqualTo(504);
		assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
		assertThat(answer.body()).contains("\"status\":504", "\"title\":\"Gateway Timeout\"",
				"\"detail\":\"The request was cancelled: ", "\"instance\":\"" + path + "\"");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/waiting", "/sleeping", "/callable", "/never" })
	void requestsEndAtTheirDeadlineAlsoIfTheApplicationHandlesAllExceptions(String path) throws Exception {
		assertProblem(get(server, path, "200"), path);
		await().atMost(Duration.ofSeconds(15)).until(() -> server.groups().snapshot().isEmpty());
		assertThat(server.bean(ThreadCheck.class).interrupted()).isZero();
	}

	@Test
	void requestsEndAtTheTimeoutOfAllRequests() throws Exception {
		assertProblem(get(server, "/waiting", null), "/waiting");
	}

	@Test
	void earlierDeadlineWins() throws Exception {
		assertThat(Long.parseLong(get(server, "/left", null).body())).isBetween(0L, 2_000L);
		assertThat(Long.parseLong(get(server, "/left", "1000").body())).isBetween(0L, 1_000L);
		assertThat(Long.parseLong(get(server, "/left", "60000").body())).isBetween(0L, 2_000L);
		assertThat(get(server, "/left", Long.toString(Long.MAX_VALUE)).statusCode()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "0", "-1", "-9223372036854775808" })
	void controllerIsNotCalledWhenItIsTooLate(String deadline) throws Exception {
		int before = server.bean(Application.class).calls.get();
		assertProblem(get(server, "/left", deadline), "/left");
		assertThat(server.bean(Application.class).calls.get()).isEqualTo(before);
	}

	@ParameterizedTest
	@ValueSource(strings = { "soon", "1.5", "10s", "", "99999999999999999999" })
	void deadlineThatIsNoNumberIsABadRequest(String deadline) throws Exception {
		int before = server.bean(Application.class).calls.get();
		assertThat(get(server, "/left", deadline).statusCode()).isEqualTo(400);
		assertThat(server.bean(Application.class).calls.get()).isEqualTo(before);
	}

	@Test
	void errorPageHasTheTimeThatItTakes() throws Exception {
		HttpResponse<String> answer = get(server, "/failing-late", "200");
		assertThat(answer.statusCode()).isEqualTo(500);
		assertThat(answer.body()).isEqualTo("page of 500, results: 3");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/begun", "/begun-callable" })
	void answerThatIsCutOffDoesNotLookComplete(String path) throws Exception {
		try (Socket socket = server.connect()) {
			DisconnectTests.send(socket, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nX-Deadline: 200\r\n\r\n");
			String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
			assertThat(answer).startsWith("HTTP/1.1 200").contains("begun").doesNotEndWith("0\r\n\r\n");
		}
	}

	@Test
	void controllerCanEndTheRequest() throws Exception {
		HttpResponse<String> answer = get(server, "/cancelling", null);
		assertThat(answer.statusCode()).isEqualTo(504);
		assertThat(answer.body()).contains("no more");
	}

	@Test
	void failureOfTheApplicationIsNotTakenForTheClients() throws Exception {
		assertThat(get(server, "/io-failure", null).statusCode()).isEqualTo(500);
		CancelScope scope = server.bean(Application.class).scope;
		await().atMost(Duration.ofSeconds(15))
			.untilAsserted(() -> assertThat(scope.cancelKind()).contains(CancelKind.REQUEST));
	}

	@ParameterizedTest
	@ValueSource(strings = { "/waiting", "/callable", "/never", "/written" })
	void headersStayUnlessTheySaySomethingOfTheContent(String path) throws Exception {
		HttpResponse<String> answer = get(server, path, "200");
		assertProblem(answer, path);
		assertThat(answer.headers().allValues("X-Frame-Options")).containsExactly("DENY");
		assertThat(answer.headers().allValues("Vary")).containsExactly("Origin", "Accept");
		assertThat(answer.headers().map()).doesNotContainKeys("Cache-Control", "Content-Encoding", "ETag", "Expires",
				"Last-Modified");
		assertThat(answer.body()).doesNotContain("begun");
	}

	@Test
	void applicationMayAnswerInItsOwnWay() throws Exception {
		HttpResponse<String> answer = get(custom, "/waiting", "200");
		assertThat(answer.statusCode()).isEqualTo(418);
		assertThat(answer.headers().firstValue("X-Reason")).contains("TIMEOUT");
		assertThat(answer.body()).isEqualTo("mine");
	}

	/** The application. */
	@Configuration(proxyBeanMethods = false)
	@RestController
	@Import({ Pages.class, Everything.class })
	static class Application {

		final AtomicInteger calls = new AtomicInteger();

		volatile @Nullable CancelScope scope;

		private final TaskGroupFactory groups;

		Application(TaskGroupFactory groups) {
			this.groups = groups;
		}

		@Bean
		ThreadCheck threadCheck() {
			return new ThreadCheck();
		}

		@Bean
		Filter headers() {
			return (request, response, chain) -> {
				HttpServletResponse answer = (HttpServletResponse) response;
				answer.setHeader("X-Frame-Options", "DENY");
				answer.addHeader("Vary", "Origin");
				answer.addHeader("Vary", "Accept");
				chain.doFilter(request, response);
			};
		}

		@GetMapping("/left")
		String left(CancelScope scope) {
			this.calls.incrementAndGet();
			return Long.toString(scope.timeLeft().orElseThrow().toMillis());
		}

		@GetMapping("/waiting")
		String waiting() throws Exception {
			return Wait.AWAIT.in(this.groups, new Work());
		}

		/** Blocks elsewhere, where a deadline is noticed all the same. */
		@GetMapping("/sleeping")
		String sleeping() throws InterruptedException {
			new CountDownLatch(1).await();
			return "never";
		}

		@GetMapping("/callable")
		Callable<String> callable() {
			return () -> Wait.AWAIT.in(this.groups, new Work());
		}

		@GetMapping("/never")
		DeferredResult<String> never() {
			return new DeferredResult<>();
		}

		@GetMapping("/failing-late")
		String failingLate(HttpServletResponse response) throws Exception {
			try {
				return Wait.AWAIT.in(this.groups, new Work());
			}
			catch (InterruptedException ex) {
				response.sendError(500);
				return "";
			}
		}

		@GetMapping("/begun")
		void begun(HttpServletResponse response) throws Exception {
			response.getOutputStream().print("begun");
			response.flushBuffer();
			Wait.AWAIT.in(this.groups, new Work());
		}

		@GetMapping("/written")
		void written(HttpServletResponse response) throws Exception {
			response.setStatus(299);
			response.setContentType("text/plain");
			response.setContentLength(1_000);
			response.setHeader("Content-Encoding", "gzip");
			response.setHeader("Cache-Control", "max-age=3600");
			response.setHeader("ETag", "\"1\"");
			response.setDateHeader("Expires", 4_000_000_000_000L);
			response.setDateHeader("Last-Modified", 0);
			response.getWriter().print("begun");
			Wait.AWAIT.in(this.groups, new Work());
		}

		@GetMapping("/begun-callable")
		Callable<String> begunCallable(HttpServletResponse response) {
			return () -> {
				response.getOutputStream().print("begun");
				response.flushBuffer();
				return Wait.AWAIT.in(this.groups, new Work());
			};
		}

		@GetMapping("/cancelling")
		String cancelling(CancelScope scope) throws Exception {
			scope.cancel("no more");
			return Wait.AWAIT.in(this.groups, new Work());
		}

		@GetMapping("/io-failure")
		Callable<String> ioFailure(CancelScope scope) {
			this.scope = scope;
			return () -> {
				throw new IOException("the disk is full");
			};
		}

	}

	/** Error pages that wait for tasks. */
	@RestController
	static class Pages implements ErrorController {

		private final TaskGroupFactory groups;

		Pages(TaskGroupFactory groups) {
			this.groups = groups;
		}

		@RequestMapping("/error")
		String page(HttpServletRequest request) throws Exception {
			Work work = new Work();
			work.go.countDown();
			return "page of " + request.getAttribute("jakarta.servlet.error.status_code") + ", "
					+ Wait.JOIN.in(this.groups, work);
		}

	}

	/** Handles all exceptions but those of which it knows nothing. */
	@RestControllerAdvice
	static class Everything {

		@ExceptionHandler(Exception.class)
		ResponseEntity<Map<String, String>> handle(Exception ex) throws Exception {
			if (ex instanceof IOException) {
				throw ex;
			}
			return ResponseEntity.status(599).body(Map.of("id", UUID.randomUUID().toString()));
		}

	}

	/** An application with an answer of its own. */
	@Configuration(proxyBeanMethods = false)
	@Import(Application.class)
	static class OwnAnswer {

		@Bean
		CancelledRequestHandler ownHandler() {
			return (request, response, scope) -> {
				response.setStatus(418);
				response.setHeader("X-Reason", scope.cancelKind().orElseThrow().name());
				response.getWriter().print("mine");
			};
		}

	}

}
