package io.taskgroup.autoconfigure.web.servlet;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import io.taskgroup.TaskScopeKind;
import io.taskgroup.autoconfigure.web.servlet.BlockingController.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether a client that goes away, over HTTP/1.1 without TLS, takes its work with it,
 * while the request's thread waits in the library.
 */
@Timeout(120)
class DisconnectTests {

	private static Map<Boolean, TestServer> servers;

	@BeforeAll
	static void start() {
		servers = TestServer.onBothKindsOfThreads(BlockingController.class);
	}

	@AfterAll
	static void stop() {
		servers.values().forEach(TestServer::close);
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
		TestServer server = servers.get(virtualThreads);
		String id = UUID.randomUUID().toString();
		Gone gone = new Gone(server, id);
		try (Socket socket = server.connect()) {
			send(socket, "GET /blocked/" + wait + "?id=" + id + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
			gone.awaitRunning();
			assertThat(server.groups().snapshot()).singleElement()
				.satisfies((request) -> assertThat(request.kind()).isEqualTo(TaskScopeKind.ROOT))
				.satisfies((request) -> assertThat(request.name()).isEqualTo("GET /blocked/{wait}"));
			departure.leave(socket);
			gone.awaitInterrupted();
		}
		gone.assertDisconnected();
		assertThat(server.bean(BlockingController.class).work(id).virtualRequestThread).isEqualTo(virtualThreads);
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
