package io.taskgroup.autoconfigure.web.servlet;

import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

import io.taskgroup.autoconfigure.web.servlet.BlockingController.Wait;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whether a client that goes away, over HTTP/1.1 with TLS, takes its work with it.
 */
@Timeout(120)
@SuppressWarnings("try") // to close is what the client does
class SecureDisconnectTests {

	@TempDir
	private static Path directory;

	private static SSLSocketFactory sockets;

	private static Map<Boolean, TestServer> servers;

	@BeforeAll
	static void start() throws Exception {
		Certificate certificate = Certificate.make(directory);
		sockets = certificate.trusting().getSocketFactory();
		servers = TestServer.onBothKindsOfThreads(BlockingController.class, certificate.properties());
	}

	@AfterAll
	static void stop() {
		servers.values().forEach(TestServer::close);
	}

	static Stream<Arguments> combinations() {
		return Stream.of(Wait.values())
			.flatMap((wait) -> Stream.of(true, false)
				.flatMap((abrupt) -> Stream.of(true, false).map((virtual) -> Arguments.of(wait, abrupt, virtual))));
	}

	@ParameterizedTest(name = "{0}, abruptly: {1}, virtual request threads: {2}")
	@MethodSource("combinations")
	void clientThatHasGoneTakesItsWorkWithIt(Wait wait, boolean abrupt, boolean virtualThreads) throws Exception {
		TestServer server = servers.get(virtualThreads);
		String id = UUID.randomUUID().toString();
		Gone gone = new Gone(server, id);
		try (Socket socket = server.connect();
				SSLSocket secure = (SSLSocket) sockets.createSocket(socket, "localhost", server.port(), true)) {
			DisconnectTests.send(secure, "GET /blocked/" + wait + "?id=" + id + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
			gone.awaitRunning();
			if (abrupt) {
				socket.setSoLinger(true, 0);
				socket.close();
			}
			else {
				secure.close();
			}
			gone.awaitInterrupted();
		}
		gone.assertDisconnected();
	}

}
