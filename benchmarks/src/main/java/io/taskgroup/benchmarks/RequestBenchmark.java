package io.taskgroup.benchmarks;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import io.taskgroup.TaskGroupFactory;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * What it costs a request that its connection is looked at while it waits for its tasks:
 * over real connections, with the look switched off, as often as it is by default, and
 * several times in each request.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(3)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Threads(4)
public class RequestBenchmark {

	/** How the server looks whether the client has gone. */
	@Param({ "off", "250ms", "1ms" })
	private String look = "off";

	private @Nullable ServletWebServerApplicationContext server;

	/** Starts the server. */
	@Setup
	public void start() {
		boolean looks = !this.look.equals("off");
		this.server = (ServletWebServerApplicationContext) new SpringApplicationBuilder(Application.class)
			.properties("server.port=0", "spring.main.banner-mode=off", "logging.level.root=warn",
					"spring.threads.virtual.enabled=true", "server.tomcat.max-keep-alive-requests=-1",
					"taskgroup.request.cancel-on-disconnect=" + looks,
					"taskgroup.request.disconnect-check-interval=" + (looks ? this.look : "250ms"))
			.run();
	}

	/** Ends the server. */
	@TearDown
	public void stop() {
		Objects.requireNonNull(this.server).close();
	}

	/**
	 * One request, which waits about five milliseconds for three tasks.
	 * @param client the thread's connection
	 * @return the length of the answer
	 * @throws IOException if the server does not answer
	 */
	@Benchmark
	public int request(Client client) throws IOException {
		return client.ask();
	}

	/** A connection that is kept open, one for each thread. */
	@State(Scope.Thread)
	public static class Client {

		private static final byte[] REQUEST = "GET /fan-out HTTP/1.1\r\nHost: localhost\r\n\r\n"
			.getBytes(StandardCharsets.US_ASCII);

		private @Nullable Socket socket;

		private @Nullable InputStream in;

		/**
		 * Connects.
		 * @param benchmark what has the server
		 * @throws IOException if that is not possible
		 */
		@Setup(Level.Iteration)
		public void connect(RequestBenchmark benchmark) throws IOException {
			int port = Objects.requireNonNull(Objects.requireNonNull(benchmark.server).getWebServer()).getPort();
			this.socket = new Socket("localhost", port);
			this.socket.setTcpNoDelay(true);
			this.in = new BufferedInputStream(this.socket.getInputStream());
		}

		/**
		 * Closes the connection.
		 * @throws IOException if that is not possible
		 */
		@TearDown(Level.Iteration)
		public void close() throws IOException {
			Objects.requireNonNull(this.socket).close();
		}

		int ask() throws IOException {
			OutputStream out = Objects.requireNonNull(this.socket).getOutputStream();
			out.write(REQUEST);
			out.flush();
			int length = 0;
			for (String line = readLine(); !line.isEmpty(); line = readLine()) {
				String header = line.toLowerCase(Locale.ROOT);
				if (header.startsWith("content-length:")) {
					length = Integer.parseInt(header.substring("content-length:".length()).strip());
				}
			}
			Objects.requireNonNull(this.in).skipNBytes(length);
			return length;
		}

		private String readLine() throws IOException {
			StringBuilder line = new StringBuilder();
			while (true) {
				int next = Objects.requireNonNull(this.in).read();
				switch (next) {
					case -1 -> throw new IOException("the server has closed the connection");
					case '\n' -> {
						return line.toString();
					}
					case '\r' -> {
						// the next one ends the line
					}
					default -> line.append((char) next);
				}
			}
		}

	}

	/** The application. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Controller.class)
	static class Application {

	}

	/** What it serves. */
	@RestController
	static class Controller {

		private final TaskGroupFactory groups;

		Controller(TaskGroupFactory groups) {
			this.groups = groups;
		}

		@GetMapping("/fan-out")
		String fanOut() throws InterruptedException {
			Callable<String> task = () -> {
				Thread.sleep(5);
				return "done";
			};
			return String.join(" ", this.groups.named("fan-out").gather(Collections.nCopies(3, task)));
		}

	}

}
