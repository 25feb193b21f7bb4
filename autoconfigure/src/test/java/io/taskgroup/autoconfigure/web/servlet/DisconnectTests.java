package io.taskgroup.autoconfigure.web.servlet;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import io.taskgroup.autoconfigure.web.servlet.BlockingController.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Whether a client that goes away, over HTTP/1.1 without TLS, takes its work with it,
 * while the request's thread waits in the library.
 */
@Timeout(120)
class DisconnectTests {

	private static TestServer virtual;

	private static TestServer platform;

	@BeforeAll
	static void start() {
		virtual = TestServer.start(BlockingController.class, "spring.threads.virtual.enabled=true");
		platform = TestServer.start(BlockingController.class, "spring.threads.virtual.enabled=false");
	}

	@AfterAll
	static void stop() {
		virtual.close();
		platform.close();
	}

	static Stream<Arguments> combinations() {
		return Stream.of(Wait.values())
			.flatMap((wait) -> Stream.of(Departure.values())
				.flatMap((departure) -> Stream.of(true, false)
					.map((virtual) -> Arguments.of(wait, departure, virtual))));
	}

	@ParameterizedTest(name = "{0}, {1}, virtual request threads: {2}")
	@MethodSource("combinations")
	void clientThatHasGoneTakesItsWorkWithIt(Wait wait, Departure departure, boolean virtualThreads) throws Exception {
		TestServer server = virtualThreads ? virtual : platform;
		String id = UUID.randomUUID().toString();
		Work work = server.bean(BlockingController.class).work(id);
		double before = server.cancellations("blocked", "disconnect");
		try (Socket socket = server.connect()) {
			send(socket, "GET /blocked/" + wait + "?id=" + id + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
			assertThat(work.running.await(15, TimeUnit.SECONDS)).isTrue();
			departure.leave(socket);
			assertThat(work.interrupted.await(15, TimeUnit.SECONDS)).isTrue();
		}
		assertThat(work.left.await(15, TimeUnit.SECONDS)).isTrue();
		assertThat(work.virtualRequestThread).isEqualTo(virtualThreads);
		CancelScope scope = work.scope;
		assertThat(scope.cancelKind()).contains(CancelKind.DISCONNECT);
		assertThat(scope.cancelReason()).contains("the client has gone");
		await().atMost(Duration.ofSeconds(15)).until(scope::cancelCaught);
		await().atMost(Duration.ofSeconds(15))
			.untilAsserted(() -> assertThat(server.cancellations("blocked", "disconnect")).isEqualTo(before + 1));
		await().atMost(Duration.ofSeconds(15)).until(() -> server.groups().snapshot().isEmpty());
	}

	static void send(Socket socket, String text) throws IOException {
		socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
		socket.getOutputStream().flush();
	}

	/** How a client goes away. */
	enum Departure {

		FIN {
			@Override
			void leave(Socket socket) throws IOException {
				socket.close();
			}
		},

		RST {
			@Override
			void leave(Socket socket) throws IOException {
				socket.setSoLinger(true, 0);
				socket.close();
			}
		},

		HALF_CLOSE {
			@Override
			void leave(Socket socket) throws IOException {
				socket.shutdownOutput();
			}
		};

		abstract void leave(Socket socket) throws IOException;

	}

}
