package io.taskgroup.autoconfigure.web.servlet;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.taskgroup.autoconfigure.web.servlet.BlockingController.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Whether a client that resets a stream of HTTP/2, or closes the connection, takes its
 * work with it, and nothing else.
 */
@Timeout(120)
class Http2DisconnectTests {

	@TempDir
	private static Path directory;

	private static Certificate certificate;

	private static Map<Boolean, TestServer> plain;

	private static Map<Boolean, TestServer> secure;

	@BeforeAll
	static void start() throws Exception {
		certificate = Certificate.make(directory);
		plain = TestServer.onBothKindsOfThreads(BlockingController.class, "server.http2.enabled=true");
		String[] ssl = certificate.properties();
		secure = TestServer.onBothKindsOfThreads(BlockingController.class, "server.http2.enabled=true", ssl[0], ssl[1],
				ssl[2]);
	}

	@AfterAll
	static void stop() {
		plain.values().forEach(Http2DisconnectTests::awaitNothingKept);
		secure.values().forEach(Http2DisconnectTests::awaitNothingKept);
		plain.values().forEach(TestServer::close);
		secure.values().forEach(TestServer::close);
	}

	static Stream<Arguments> combinations() {
		return Stream.of(Wait.values())
			.flatMap((wait) -> Stream.of(true, false)
				.flatMap((tls) -> Stream.of(true, false).map((virtual) -> Arguments.of(wait, tls, virtual))));
	}

	@ParameterizedTest(name = "{0}, TLS: {1}, virtual request threads: {2}")
	@MethodSource("combinations")
	void resetStreamTakesItsWorkWithItAndLeavesTheOthers(Wait wait, boolean tls, boolean virtualThreads)
			throws Exception {
		TestServer server = (tls ? secure : plain).get(virtualThreads);
		try (HttpClient client = client(tls)) {
			connect(client, server);
			String goneId = UUID.randomUUID().toString();
			Gone leaves = new Gone(server, goneId);
			String staysId = UUID.randomUUID().toString();
			Work stays = server.bean(BlockingController.class).work(staysId);
			CompletableFuture<HttpResponse<String>> answer = ask(client, server, wait, staysId);
			CompletableFuture<HttpResponse<String>> cancelled = ask(client, server, wait, goneId);
			assertThat(stays.running.await(15, TimeUnit.SECONDS)).isTrue();
			leaves.awaitRunning();
			cancelled.cancel(true);
			leaves.awaitInterrupted();
			assertThat(stays.interrupted.getCount()).isEqualTo(Work.TASKS);
			stays.go.countDown();
			assertThat(answer.get(15, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
			assertThat(answer.get().version()).isEqualTo(HttpClient.Version.HTTP_2);
			assertThat(stays.scope.cancelCalled()).isFalse();
			leaves.assertDisconnected();
		}
	}

	@ParameterizedTest(name = "{0}, TLS: {1}, virtual request threads: {2}")
	@MethodSource("combinations")
	void closedConnectionTakesTheWorkOfAllItsStreamsWithIt(Wait wait, boolean tls, boolean virtualThreads)
			throws Exception {
		TestServer server = (tls ? secure : plain).get(virtualThreads);
		Work[] works = new Work[2];
		List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
		try (HttpClient client = client(tls)) {
			connect(client, server);
			for (int i = 0; i < works.length; i++) {
				String id = UUID.randomUUID().toString();
				works[i] = server.bean(BlockingController.class).work(id);
				answers.add(ask(client, server, wait, id));
			}
			for (Work work : works) {
				assertThat(work.running.await(15, TimeUnit.SECONDS)).isTrue();
			}
			client.shutdownNow();
			for (Work work : works) {
				assertThat(work.interrupted.await(15, TimeUnit.SECONDS)).isTrue();
				assertThat(work.left.await(15, TimeUnit.SECONDS)).isTrue();
				assertThat(work.scope.cancelReason()).contains("the client has gone");
			}
			assertThat(answers).allSatisfy((answer) -> assertThat(answer).failsWithin(Duration.ofSeconds(15)));
		}
	}

	/** All clients have gone. */
	private static void awaitNothingKept(TestServer server) {
		Object resets = ReflectionTestUtils.getField(server.bean(DisconnectProbe.class), "resets");
		Map<?, ?> connections = (Map<?, ?>) ReflectionTestUtils.getField(resets, "connections");
		await().atMost(Duration.ofSeconds(15)).until(connections::isEmpty);
	}

	private static HttpClient client(boolean tls) throws Exception {
		HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2);
		return (tls ? builder.sslContext(certificate.trusting()) : builder).build();
	}

	/** Over plain HTTP the first request is the one that changes the protocol. */
	private static void connect(HttpClient client, TestServer server) throws Exception {
		HttpResponse<String> response = client.send(HttpRequest.newBuilder(server.uri("/quick")).build(),
				BodyHandlers.ofString());
		assertThat(response.body()).isEqualTo("quickly");
		assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
	}

	private static CompletableFuture<HttpResponse<String>> ask(HttpClient client, TestServer server, Wait wait,
			String id) {
		return client.sendAsync(HttpRequest.newBuilder(server.uri("/blocked/" + wait + "?id=" + id)).build(),
				BodyHandlers.ofString());
	}

}
