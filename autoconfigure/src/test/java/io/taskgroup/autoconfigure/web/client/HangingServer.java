package io.taskgroup.autoconfigure.web.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A server that tells which deadline it was sent, and others that never come to an end.
 */
final class HangingServer implements AutoCloseable {

	static final String HEADER = "X-Deadline";

	private final HttpServer server;

	private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

	private final CountDownLatch end = new CountDownLatch(1);

	private final CountDownLatch slow = new CountDownLatch(1);

	private final CountDownLatch slowBegun = new CountDownLatch(1);

	/** What the requests had in the header, "none" for those that had none. */
	private final List<String> seen = new CopyOnWriteArrayList<>();

	HangingServer() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.setExecutor(this.threads);
		this.server.createContext("/echo", (exchange) -> {
			byte[] body = note(exchange).getBytes(StandardCharsets.UTF_8);
			exchange.sendResponseHeaders(200, body.length);
			exchange.getResponseBody().write(body);
			exchange.close();
		});
		this.server.createContext("/slow", (exchange) -> {
			byte[] body = note(exchange).getBytes(StandardCharsets.UTF_8);
			this.slowBegun.countDown();
			await(this.slow);
			exchange.sendResponseHeaders(200, body.length);
			exchange.getResponseBody().write(body);
			exchange.close();
		});
		this.server.createContext("/hang", (exchange) -> {
			note(exchange);
			await(this.end);
		});
		this.server.createContext("/begin", (exchange) -> {
			note(exchange);
			exchange.sendResponseHeaders(200, 1000);
			exchange.getResponseBody().write('x');
			exchange.getResponseBody().flush();
			await(this.end);
		});
		this.server.start();
	}

	private String note(HttpExchange exchange) {
		List<String> values = exchange.getRequestHeaders().getOrDefault(HEADER, List.of("none"));
		this.seen.addAll(values);
		return String.join(",", values);
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			// the server ends
		}
	}

	boolean slowBegun() throws InterruptedException {
		return this.slowBegun.await(20, TimeUnit.SECONDS);
	}

	void releaseSlow() {
		this.slow.countDown();
	}

	String url(String path) {
		return "http://localhost:" + this.server.getAddress().getPort() + path;
	}

	List<String> seen() {
		return this.seen;
	}

	@Override
	public void close() {
		this.end.countDown();
		this.slow.countDown();
		this.server.stop(0);
		this.threads.close();
	}

}
