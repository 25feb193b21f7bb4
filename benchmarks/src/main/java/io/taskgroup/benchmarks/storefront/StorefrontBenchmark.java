package io.taskgroup.benchmarks.storefront;

import java.io.IOException;

import io.taskgroup.benchmarks.HttpConnection;
import io.taskgroup.benchmarks.HttpServer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Requests under load: an application that asks three suppliers for each page, over real
 * connections. The loop is closed: each client asks again when it has its answer, so a
 * slow server is asked less, and the time that requests would have waited for a client is
 * not in the figures.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
public class StorefrontBenchmark {

	/** Who asks the suppliers. */
	@Param({ "Starter", "Futures", "OneByOne" })
	private String peer = "";

	private HttpServer server;

	/** Starts the server, without the starter's beans if it is not asked for. */
	@Setup
	public void start() {
		this.server = server(this.peer);
	}

	static HttpServer server(String peer) {
		Class<?> controller = switch (peer) {
			case "Starter" -> Starter.class;
			case "Futures" -> Futures.class;
			case "OneByOne" -> OneByOne.class;
			default -> throw new IllegalArgumentException(peer);
		};
		return new HttpServer(controller, "taskgroup.enabled=" + (controller == Starter.class));
	}

	/** Ends the server. */
	@TearDown
	public void stop() {
		this.server.close();
	}

	/**
	 * A page, when there is not much to do.
	 * @param client the thread's connection
	 * @return the length of the answer
	 * @throws IOException if the server does not answer
	 */
	@Benchmark
	@Threads(16)
	public int of16(Client client) throws IOException {
		return client.connection.ask();
	}

	/**
	 * A page, when there is too much to do.
	 * @param client the thread's connection
	 * @return the length of the answer
	 * @throws IOException if the server does not answer
	 */
	@Benchmark
	@Threads(512)
	public int of512(Client client) throws IOException {
		return client.connection.ask();
	}

	/** One for each thread. */
	@State(Scope.Thread)
	public static class Client {

		private HttpConnection connection;

		/**
		 * Connects.
		 * @param benchmark what has the server
		 * @throws IOException if that is not possible
		 */
		@Setup(Level.Trial)
		public void connect(StorefrontBenchmark benchmark) throws IOException {
			this.connection = new HttpConnection(benchmark.server.port(), "/page");
		}

		/**
		 * Closes the connection.
		 * @throws IOException if that is not possible
		 */
		@TearDown(Level.Trial)
		public void close() throws IOException {
			this.connection.close();
		}

	}

}
