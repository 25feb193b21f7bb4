package io.taskgroup.autoconfigure.web.servlet;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.autoconfigure.web.servlet.BlockingController.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Many clients at once, half of which leave at some time, in some way.
 */
@Timeout(180)
class ManyClientsTests {

	private static final int CLIENTS = 500;

	private static Map<Boolean, TestServer> servers;

	@BeforeAll
	static void start() {
		servers = TestServer.onBothKindsOfThreads(BlockingController.class, "server.tomcat.threads.max=" + CLIENTS,
				"server.tomcat.accept-count=" + CLIENTS);
	}

	@AfterAll
	static void stop() {
		servers.values().forEach(TestServer::close);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void workOfThoseWhoLeaveEndsAndThatOfTheOthersDoesNot(boolean virtualThreads) throws Exception {
		TestServer server = servers.get(virtualThreads);
		Random random = new Random(4711);
		List<Wait> waits = List.of(Wait.values());
		List<Client> clients = new ArrayList<>();
		for (int i = 0; i < CLIENTS; i++) {
			Wait wait = waits.get(random.nextInt(waits.size()));
			clients.add(new Client(server, virtualThreads + "-" + i, wait));
		}
		Collections.shuffle(clients, random);
		List<Client> leaving = clients.subList(0, CLIENTS / 2);
		List<Client> staying = clients.subList(CLIENTS / 2, CLIENTS);
		// all at once, while those that leave do so as soon as they have asked, or later
		TaskGroupFactory.create().named("clients").forEach(clients, Client::ask);
		TaskGroupFactory.create().named("leaving").forEach(leaving, (client) -> {
			// a reset that comes early would take the request with it
			boolean later = client.id.hashCode() % 2 == 0;
			if (later) {
				client.awaitRunning();
			}
			client.leave(later && client.id.hashCode() % 3 == 0);
		});
		for (Client client : leaving) {
			client.awaitEnd();
			assertThat(client.work.scope.cancelKind()).contains(CancelKind.DISCONNECT);
		}
		for (Client client : staying) {
			client.awaitRunning();
			assertThat(client.work.scope.cancelCalled()).isFalse();
			client.work.go.countDown();
		}
		for (Client client : staying) {
			assertThat(client.status()).startsWith("HTTP/1.1 200");
			assertThat(client.work.scope.cancelCalled()).isFalse();
			client.leave(false);
		}
		await().atMost(Duration.ofSeconds(15)).until(() -> server.groups().snapshot().isEmpty());
		await().atMost(Duration.ofSeconds(15)).until(ManyClientsTests::noTaskIsLeft);
		List<WeakReference<CancelScope>> scopes = clients.stream().map(Client::forgetScope).toList();
		await().atMost(Duration.ofSeconds(30)).until(() -> areAllForgotten(scopes));
	}

	/** What is kept of a request keeps its scope. */
	private static boolean areAllForgotten(List<WeakReference<CancelScope>> scopes) {
		System.gc();
		return scopes.stream().allMatch((scope) -> scope.refersTo(null));
	}

	/**
	 * Tasks run on virtual threads, which no list of threads has: each holds its work.
	 */
	private static boolean noTaskIsLeft() {
		return servers.values().stream().allMatch((server) -> server.bean(BlockingController.class).busy() == 0);
	}

	/** One client, and the work that it has asked for. */
	private static final class Client {

		private final TestServer server;

		private final String id;

		private final Wait wait;

		private final Work work;

		private volatile Socket socket;

		Client(TestServer server, String id, Wait wait) {
			this.server = server;
			this.id = id;
			this.wait = wait;
			this.work = server.bean(BlockingController.class).work(id);
		}

		void ask() throws IOException {
			this.socket = this.server.connect();
			DisconnectTests.send(this.socket,
					"GET /blocked/" + this.wait + "?id=" + this.id + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
		}

		void awaitRunning() throws InterruptedException {
			assertThat(this.work.running.await(60, TimeUnit.SECONDS)).isTrue();
		}

		void awaitEnd() throws InterruptedException {
			assertThat(this.work.left.await(60, TimeUnit.SECONDS)).isTrue();
		}

		WeakReference<CancelScope> forgetScope() {
			WeakReference<CancelScope> scope = new WeakReference<>(this.work.scope);
			this.work.scope = null;
			this.work.thrown = null;
			return scope;
		}

		String status() throws IOException {
			return new String(this.socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
		}

		void leave(boolean abruptly) throws IOException {
			if (abruptly) {
				this.socket.setSoLinger(true, 0);
			}
			this.socket.close();
		}

	}

}
