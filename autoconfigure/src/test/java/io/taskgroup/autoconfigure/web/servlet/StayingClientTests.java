package io.taskgroup.autoconfigure.web.servlet;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.taskgroup.TaskGroupFactory;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Whether a client that stays is left alone by those who look whether it has gone, and
 * what it sends is left to those who read it.
 */
@Timeout(120)
class StayingClientTests {

	/** How often the connection is looked at before a task is let go. */
	private static final int LOOKS = 5;

	private static Map<Boolean, TestServer> servers;

	@BeforeAll
	static void start() {
		servers = TestServer.onBothKindsOfThreads(BlockingController.class,
				"taskgroup.request.disconnect-check-interval=1ms", "server.tomcat.max-keep-alive-requests=-1",
				"spring.main.sources=" + CountingProbe.class.getName());
	}

	@AfterAll
	static void stop() {
		servers.values().forEach(TestServer::close);
	}

	private TestServer server;

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void requestThatIsSentAheadIsServedAfterwards(boolean virtualThreads) throws Exception {
		this.server = servers.get(virtualThreads);
		try (Client client = new Client(this.server)) {
			Work work = client.ask("");
			// byte by byte: one byte looks like an end at first
			String next = "GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n";
			for (byte sent : next.getBytes(StandardCharsets.US_ASCII)) {
				client.socket.getOutputStream().write(sent);
				if (sent == 'G' || sent == '/') {
					awaitLooks();
				}
			}
			awaitLooks();
			work.go.countDown();
			assertThat(client.answer()).startsWith("results: ");
			assertThat(client.answer()).isEqualTo("quickly");
			assertThat(work.scope.cancelCalled()).isFalse();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void bodyIsReadAndWhatFollowsItIsServed(boolean virtualThreads) throws Exception {
		this.server = servers.get(virtualThreads);
		for (boolean chunked : new boolean[] { true, false }) {
			try (Client client = new Client(this.server)) {
				String id = UUID.randomUUID().toString();
				Work work = this.server.bean(BlockingController.class).work(id);
				client.send("POST /blocked/AWAIT?id=" + id + " HTTP/1.1\r\nHost: localhost\r\n"
						+ "Content-Type: text/plain\r\n"
						+ (chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "Content-Length: 8\r\n\r\n"));
				// slowly
				for (String part : List.of("abcd", "efgh")) {
					client.send(chunked ? "4\r\n" + part + "\r\n" : part);
				}
				client.send(chunked ? "0\r\n\r\n" : "");
				assertThat(work.running.await(15, TimeUnit.SECONDS)).isTrue();
				awaitLooks();
				client.send("G");
				awaitLooks();
				work.go.countDown();
				assertThat(client.answer()).startsWith("results: ").endsWith("abcdefgh");
				client.send("ET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n");
				assertThat(client.answer()).isEqualTo("quickly");
				assertThat(work.scope.cancelCalled()).isFalse();
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void clientThatWaitsBeforeItSendsItsBodyIsServed(boolean virtualThreads) throws Exception {
		this.server = servers.get(virtualThreads);
		try (Client client = new Client(this.server)) {
			String id = UUID.randomUUID().toString();
			Work work = this.server.bean(BlockingController.class).work(id);
			client.send("POST /blocked/JOIN?id=" + id + " HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
					+ "Content-Type: text/plain\r\nContent-Length: 4\r\n\r\n");
			assertThat(client.reader.readLine()).startsWith("HTTP/1.1 100");
			assertThat(client.reader.readLine()).isEmpty();
			client.send("body");
			assertThat(work.running.await(15, TimeUnit.SECONDS)).isTrue();
			awaitLooks();
			work.go.countDown();
			assertThat(client.answer()).endsWith("body");
			assertThat(work.scope.cancelCalled()).isFalse();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void thousandsOfRequestsOverKeptConnectionsAreServed(boolean virtualThreads) throws Exception {
		this.server = servers.get(virtualThreads);
		int before = looks();
		List<Callable<Integer>> clients = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			clients.add(() -> {
				int served = 0;
				try (Client client = new Client(this.server)) {
					for (int j = 0; j < 300; j++) {
						Work work = client.ask("");
						work.go.countDown();
						assertThat(client.answer()).startsWith("results: ");
						assertThat(work.scope.cancelCalled()).isFalse();
						served++;
					}
				}
				return served;
			});
		}
		List<Integer> served = TaskGroupFactory.create().named("clients").gather(clients);
		assertThat(served).containsOnly(300);
		assertThat(looks()).isGreaterThan(before);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void clientThatHasOnlyStoppedSendingIsServedIfItIsSaidToStay(boolean virtualThreads) throws Exception {
		try (TestServer patient = TestServer.start(BlockingController.class,
				"taskgroup.request.cancel-on-half-close=false", "taskgroup.request.disconnect-check-interval=1ms",
				"spring.threads.virtual.enabled=" + virtualThreads); Client client = new Client(patient)) {
			Work work = client.ask("");
			client.socket.shutdownOutput();
			// the end has come: a request that is sent by another client after it is
			// served
			try (Client other = new Client(patient)) {
				other.send("GET /quick HTTP/1.1\r\nHost: localhost\r\n\r\n");
				assertThat(other.answer()).isEqualTo("quickly");
			}
			long later = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50);
			await().pollInterval(Duration.ofMillis(5)).until(() -> System.nanoTime() - later > 0);
			work.go.countDown();
			assertThat(client.answer()).startsWith("results: ");
			assertThat(work.scope.cancelCalled()).isFalse();
		}
	}

	/** Waits until the connection has been looked at some more times. */
	private void awaitLooks() {
		int enough = looks() + LOOKS;
		await().atMost(Duration.ofSeconds(15)).pollInterval(Duration.ofMillis(2)).until(() -> looks() >= enough);
	}

	private int looks() {
		return this.server.bean(CountingProbe.class).looks.get();
	}

	/** Counts how often connections are looked at. */
	@TestConfiguration(proxyBeanMethods = false)
	static class CountingProbe {

		private final AtomicInteger looks = new AtomicInteger();

		@Bean
		@Order(0)
		DisconnectProbe countingProbe() {
			TomcatDisconnectProbe probe = new TomcatDisconnectProbe(true, new StreamResets());
			return (HttpServletRequest request, Runnable gone) -> {
				DisconnectProbe.Watch watch = probe.watch(request, gone);
				return (watch != null) ? new CountingWatch(watch, this.looks) : null;
			};
		}

	}

	/**
	 * Counts.
	 *
	 * @param watch the watch that looks
	 * @param looks how often it did
	 */
	private record CountingWatch(DisconnectProbe.Watch watch, AtomicInteger looks) implements DisconnectProbe.Watch {

		@Override
		public boolean isGone() {
			boolean gone = this.watch.isGone();
			this.looks.incrementAndGet();
			return gone;
		}

	}

	/** A connection. */
	private static final class Client implements AutoCloseable {

		private final TestServer server;

		private final Socket socket;

		private final BufferedReader reader;

		Client(TestServer server) throws IOException {
			this.server = server;
			this.socket = server.connect();
			this.reader = new BufferedReader(
					new InputStreamReader(this.socket.getInputStream(), StandardCharsets.US_ASCII));
		}

		void send(String text) throws IOException {
			DisconnectTests.send(this.socket, text);
		}

		/** Sends a request that blocks, and waits until it does. */
		Work ask(String headers) throws Exception {
			String id = UUID.randomUUID().toString();
			Work work = this.server.bean(BlockingController.class).work(id);
			send("GET /blocked/AWAIT?id=" + id + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
			assertThat(work.running.await(15, TimeUnit.SECONDS)).isTrue();
			return work;
		}

		/** Reads an answer. */
		String answer() throws IOException {
			String status = line();
			assertThat(status).startsWith("HTTP/1.1 200");
			int length = -1;
			for (String header = line(); !header.isEmpty(); header = line()) {
				if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
					length = Integer.parseInt(header.substring(header.indexOf(':') + 1).strip());
				}
			}
			assertThat(length).isNotNegative();
			char[] body = new char[length];
			int read = 0;
			while (read < length) {
				read += this.reader.read(body, read, length - read);
			}
			return new String(body);
		}

		private String line() throws IOException {
			@Nullable String line = this.reader.readLine();
			if (line == null) {
				throw new UncheckedIOException(new IOException("the server has closed the connection"));
			}
			return line;
		}

		@Override
		public void close() throws IOException {
			this.socket.close();
		}

	}

}
