package io.taskgroup.autoconfigure.web.servlet;

import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import io.taskgroup.CancelKind;
import io.taskgroup.TaskGroupFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two applications, one of which calls the other: what ends in the first ends in the
 * second.
 */
@Timeout(120)
class ServiceChainTests {

	private static final String HEADER = "taskgroup.request.deadline-header=X-Time-Left";

	/** Whose calls an interrupt ends also on a platform thread. */
	private static final String JDK_CLIENT = "spring.http.clients.imperative.factory=jdk";

	private static TestServer back;

	private static TestServer front;

	@BeforeAll
	static void start() {
		back = TestServer.start(BlockingController.class, HEADER);
		front = TestServer.start(FrontController.class, HEADER, "taskgroup.request.propagate-deadline=true",
				"taskgroup.request.timeout=60s", JDK_CLIENT, "back=" + back.uri(""));
	}

	@AfterAll
	static void stop() {
		front.close();
		back.close();
	}

	@Test
	void deadlineIsPassedOn() throws Exception {
		String id = UUID.randomUUID().toString();
		Work work = back.bean(BlockingController.class).work(id);
		try (HttpClient client = HttpClient.newHttpClient()) {
			var answer = client.sendAsync(request(id).build(), BodyHandlers.ofString());
			assertThat(work.running.await(15, TimeUnit.SECONDS)).isTrue();
			assertThat(work.scope.timeLeft()).hasValueSatisfying(
					(left) -> assertThat(left).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(60)));
			work.go.countDown();
			assertThat(answer.get(15, TimeUnit.SECONDS).body()).startsWith("results: ");
		}
	}

	@Test
	void callThatItsCallerHasGivenUpEndsEverywhere() throws Exception {
		String id = UUID.randomUUID().toString();
		Work work = back.bean(BlockingController.class).work(id);
		try (HttpClient client = HttpClient.newHttpClient()) {
			// the caller's own deadline is the earlier one
			HttpResponse<String> answer = client.send(request(id).header("X-Time-Left", "1500").build(),
					BodyHandlers.ofString());
			assertThat(answer.statusCode()).isEqualTo(503);
			assertThat(answer.headers().firstValue("Content-Type"))
				.hasValueSatisfying((type) -> assertThat(type).startsWith("application/problem+json"));
		}
		assertThat(work.interrupted.await(15, TimeUnit.SECONDS)).isTrue();
		assertThat(work.left.await(15, TimeUnit.SECONDS)).isTrue();
		assertThat(work.scope.cancelKind())
			.hasValueSatisfying((kind) -> assertThat(kind).isIn(CancelKind.TIMEOUT, CancelKind.DISCONNECT));
	}

	@Test
	void clientThatLeavesTheFirstEndsTheWorkOfTheSecond() throws Exception {
		String id = UUID.randomUUID().toString();
		Work work = back.bean(BlockingController.class).work(id);
		try (Socket socket = front.connect()) {
			DisconnectTests.send(socket, "GET /front?id=" + id + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
			assertThat(work.running.await(15, TimeUnit.SECONDS)).isTrue();
		}
		assertThat(work.interrupted.await(15, TimeUnit.SECONDS)).isTrue();
		assertThat(work.left.await(15, TimeUnit.SECONDS)).isTrue();
		assertThat(work.scope.cancelKind()).contains(CancelKind.DISCONNECT);
		assertThat(work.results).hasValue(0);
	}

	private static HttpRequest.Builder request(String id) {
		return HttpRequest.newBuilder(URI.create(front.uri("/front?id=" + id).toString()))
			.timeout(Duration.ofSeconds(30));
	}

	/** Asks the other application, in a task. */
	@RestController
	static class FrontController {

		private final TaskGroupFactory groups;

		private final RestClient client;

		FrontController(TaskGroupFactory groups, RestClient.Builder builder, @Value("${back}") String back) {
			this.groups = groups;
			this.client = builder.baseUrl(back).build();
		}

		@GetMapping("/front")
		String front(@RequestParam String id) throws InterruptedException {
			return this.groups.named("front").call((group) -> group.fork("back", () -> ask(id)).await());
		}

		private String ask(String id) {
			return this.client.get().uri("/blocked/AWAIT?id={id}", id).retrieve().body(String.class);
		}

	}

}
