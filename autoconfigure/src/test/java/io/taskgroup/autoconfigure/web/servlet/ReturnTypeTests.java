package io.taskgroup.autoconfigure.web.servlet;

import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import io.taskgroup.RootScope;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;
import org.springframework.web.context.request.async.WebAsyncUtils;
import org.springframework.web.servlet.config.annotation.AsyncSupportConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * Whether each way in which Spring MVC answers is in the request's scope and leaves
 * nothing behind, however the request ends. One thread serves all requests.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class ReturnTypeTests {

	private static final Duration PATIENCE = Duration.ofSeconds(15);

	private static TestServer server;

	private static TestServer impatient;

	private static HttpClient client;

	private final String id = UUID.randomUUID().toString();

	@BeforeAll
	static void start() {
		String[] properties = { "server.tomcat.threads.max=1", "server.tomcat.threads.min-spare=1",
				"spring.task.execution.pool.core-size=1", "taskgroup.request.deadline-header=X-Deadline",
				"spring.mvc.async.request-timeout=60s", "server.shutdown=immediate" };
		server = TestServer.start(Answers.class, properties);
		properties[4] = "spring.mvc.async.request-timeout=200ms";
		impatient = TestServer.start(Answers.class, properties);
		client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
	}

	@AfterAll
	static void stop() {
		client.close();
		server.close();
		impatient.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "plain", "forward", "callable", "web-async-task", "deferred-result", "stage", "emitter",
			"sse-emitter", "streaming-response-body" })
	void endsAfterItsAnswer(String type, CapturedOutput output) throws Exception {
		CompletableFuture<HttpResponse<String>> answer = ask(server, type, false, null);
		Work work = runningAndReturned(server, type);
		work.go.countDown();
		assertThat(answer.get(15, TimeUnit.SECONDS).body()).contains("results: ");
		assertThat(answer.join().statusCode()).isEqualTo(200);
		assertOver(server, work, null);
		assertThat(output).doesNotContain("left");
	}

	@ParameterizedTest
	@ValueSource(strings = { "plain", "forward", "callable", "web-async-task", "deferred-result", "stage", "emitter",
			"sse-emitter", "streaming-response-body" })
	void endsAfterAnError(String type, CapturedOutput output) throws Exception {
		CompletableFuture<HttpResponse<String>> answer = ask(server, type, true, null);
		Work work = runningAndReturned(server, type);
		work.go.countDown();
		assertThat(answer.get(15, TimeUnit.SECONDS).statusCode()).isEqualTo(500);
		assertThat(answer.join().body()).contains("Internal Server Error");
		assertOver(server, work, isAsynchronous(type) ? CancelKind.REQUEST : null);
		assertThat(output).doesNotContain("left");
	}

	@ParameterizedTest
	@ValueSource(strings = { "plain", "forward", "callable", "web-async-task", "deferred-result", "stage", "emitter",
			"sse-emitter", "streaming-response-body" })
	void endsWithItsDeadline(String type, CapturedOutput output) throws Exception {
		CompletableFuture<HttpResponse<String>> answer = ask(server, type, false, "300");
		Work work = running(server);
		assertThat(work.interrupted.await(15, TimeUnit.SECONDS)).isTrue();
		HttpResponse<String> response = answer.get(15, TimeUnit.SECONDS);
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
		assertThat(response.body()).contains("\"status\":503", "\"detail\":\"The request was cancelled: ",
				"\"instance\":\"/" + type + "\"");
		assertOver(server, work, CancelKind.TIMEOUT);
		assertThat(output).doesNotContain("left");
	}

	@ParameterizedTest
	@ValueSource(strings = { "emitter", "sse-emitter" })
	void isCompletedAtItsDeadlineIfItHasBegun(String type, CapturedOutput output) throws Exception {
		CompletableFuture<HttpResponse<String>> answer = client
			.sendAsync(HttpRequest.newBuilder(server.uri(path(type, false) + "&begun=true"))
				.header("X-Deadline", "300")
				.build(), HttpResponse.BodyHandlers.ofString());
		Work work = running(server);
		HttpResponse<String> response = answer.get(15, TimeUnit.SECONDS);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).contains("begun").doesNotContain("results", "cancelled");
		assertOver(server, work, CancelKind.TIMEOUT);
		assertThat(output).doesNotContain("left");
	}

	@ParameterizedTest
	@ValueSource(strings = { "callable", "web-async-task", "deferred-result", "stage", "emitter", "sse-emitter",
			"streaming-response-body" })
	void endsWithTheTimeoutOfItsAsynchronousProcessing(String type, CapturedOutput output) throws Exception {
		CompletableFuture<HttpResponse<String>> answer = ask(impatient, type, false, null);
		Work work = running(impatient);
		assertThat(work.interrupted.await(15, TimeUnit.SECONDS)).isTrue();
		HttpResponse<String> response = answer.get(15, TimeUnit.SECONDS);
		assertThat(response.statusCode()).isEqualTo(503);
		assertOver(impatient, work, CancelKind.REQUEST);
		// nobody tells a stage's supervisor that the request has timed out
		assertThat(type.equals("stage") ? "" : output).doesNotContain("left");
	}

	@ParameterizedTest
	@ValueSource(strings = { "callable", "web-async-task", "streaming-response-body" })
	void endsWithTheTimeoutAlsoIfItFailsBeforeTheTimeoutIsTold(String type, CapturedOutput output) throws Exception {
		HttpResponse<String> response = client.send(
				HttpRequest.newBuilder(impatient.uri(path(type, false) + "&first=failure")).build(),
				HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.body()).contains("The request was cancelled: the asynchronous request timed out.");
		assertOver(impatient, running(impatient), CancelKind.REQUEST);
		assertThat(output).doesNotContain("left");
	}

	@ParameterizedTest
	@ValueSource(strings = { "plain", "forward", "early/emitter", "early/sse-emitter", "endless/emitter",
			"endless/sse-emitter", "endless/streaming-response-body" })
	void endsWhenTheClientLeaves(String type, CapturedOutput output) throws Exception {
		Work work;
		try (Socket socket = server.connect()) {
			DisconnectTests.send(socket, "GET " + path(type, false) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
			work = running(server);
			socket.setSoLinger(true, 0);
		}
		work.clientGone.countDown();
		assertThat(work.interrupted.await(15, TimeUnit.SECONDS)).isTrue();
		assertOver(server, work, CancelKind.DISCONNECT);
		assertThat(output).doesNotContain("left");
	}

	@ParameterizedTest
	@ValueSource(strings = { "callable", "web-async-task", "deferred-result", "stage" })
	void goesOnForAClientThatHasGoneIfNobodyWritesToIt(String type, CapturedOutput output) throws Exception {
		answerClientThatHasGone(type, null);
		assertThat(output).doesNotContain("left");
	}

	@ParameterizedTest
	@ValueSource(strings = { "emitter", "sse-emitter", "streaming-response-body" })
	void endsWhenItWritesToAClientThatHasGone(String type, CapturedOutput output) throws Exception {
		answerClientThatHasGone(type, CancelKind.DISCONNECT);
		assertThat(output).doesNotContain("left");
	}

	private void answerClientThatHasGone(String type, @Nullable CancelKind kind) throws Exception {
		Work work;
		try (Socket socket = server.connect()) {
			DisconnectTests.send(socket, "GET " + path(type, false) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
			work = runningAndReturned(server, type);
			socket.setSoLinger(true, 0);
		}
		work.go.countDown();
		assertThat(work.left.await(15, TimeUnit.SECONDS)).isTrue();
		assertThat(work.thrown).isNull();
		assertOver(server, work, kind);
	}

	private CompletableFuture<HttpResponse<String>> ask(TestServer server, String type, boolean fails,
			@Nullable String deadline) {
		HttpRequest.Builder request = HttpRequest.newBuilder(server.uri(path(type, fails)));
		if (deadline != null) {
			request.header("X-Deadline", deadline);
		}
		return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	private String path(String type, boolean fails) {
		return "/" + type + "?id=" + this.id + "&fails=" + fails;
	}

	private Work running(TestServer server) throws InterruptedException {
		Work work = server.bean(AnsweringController.class).work(this.id);
		assertThat(work.running.await(15, TimeUnit.SECONDS)).isTrue();
		return work;
	}

	/**
	 * As {@link #running}, and the controller of an asynchronous request has returned.
	 */
	private Work runningAndReturned(TestServer server, String type) throws Exception {
		Work work = running(server);
		if (isAsynchronous(type)) {
			assertNextIsServed(server);
		}
		return work;
	}

	private static boolean isAsynchronous(String type) {
		return !type.equals("plain") && !type.equals("forward");
	}

	/** There is one thread for all. */
	private static void assertNextIsServed(TestServer server) throws Exception {
		HttpResponse<String> next = client.send(HttpRequest.newBuilder(server.uri("/quick")).timeout(PATIENCE).build(),
				HttpResponse.BodyHandlers.ofString());
		assertThat(next.body()).isEqualTo("quickly");
	}

	/**
	 * Whether everything has ended, for the reason given, and the next request is served.
	 */
	private static void assertOver(TestServer server, Work work, @Nullable CancelKind kind) throws Exception {
		assertThat(work.left.await(15, TimeUnit.SECONDS)).isTrue();
		await().atMost(PATIENCE).untilAsserted(() -> assertThat(server.groups().snapshot()).isEmpty());
		CancelScope scope = work.scope;
		await().atMost(PATIENCE)
			.untilAsserted(() -> assertThatIllegalStateException().isThrownBy(((RootScope) scope)::enter)
				.withMessageContaining("closed"));
		if (kind != null) {
			assertThat(scope.cancelKind()).contains(kind);
		}
		else {
			assertThat(scope.cancelReason()).isEmpty();
		}
		assertNextIsServed(server);
		assertThat(server.bean(ThreadCheck.class).interrupted()).isZero();
	}

	/** The application. */
	@Configuration(proxyBeanMethods = false)
	@Import({ AnsweringController.class, BlockingController.class })
	static class Answers {

		@Bean
		ThreadCheck threadCheck() {
			return new ThreadCheck();
		}

		@Bean
		WebMvcConfigurer failureFirst() {
			return new WebMvcConfigurer() {

				@Override
				public void configureAsyncSupport(AsyncSupportConfigurer configurer) {
					configurer.registerCallableInterceptors(new FailureFirst());
				}

			};
		}

	}

	/**
	 * When the time is over, what runs has been interrupted already: has it fail before
	 * anybody says that it was the time.
	 */
	private static final class FailureFirst implements CallableProcessingInterceptor {

		@Override
		public <T> Object handleTimeout(NativeWebRequest request, Callable<T> task) {
			if ("failure".equals(request.getParameter("first"))) {
				await().until(() -> WebAsyncUtils.getAsyncManager(request).hasConcurrentResult());
			}
			return RESULT_NONE;
		}

	}

}
