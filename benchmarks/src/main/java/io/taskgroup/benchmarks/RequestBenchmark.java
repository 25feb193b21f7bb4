package io.taskgroup.benchmarks;

import java.io.IOException;
import java.util.Collections;
import java.util.concurrent.Callable;

import io.taskgroup.TaskGroupFactory;
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

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * What it costs a request that its connection is looked at while it waits for its tasks:
 * over real connections, with the look switched off, as often as it is by default, and
 * several times in each request.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@Fork(2)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 4, time = 2)
@Threads(4)
public class RequestBenchmark {

	/** How the server looks whether the client has gone. */
	@Param({ "off", "250ms", "1ms" })
	private String look = "";

	private HttpServer server;

	/** Starts the server. */
	@Setup
	public void start() {
		boolean looks = !this.look.equals("off");
		this.server = new HttpServer(Controller.class, "taskgroup.request.cancel-on-disconnect=" + looks,
				"taskgroup.request.disconnect-check-interval=" + (looks ? this.look : "250ms"));
	}

	/** Ends the server. */
	@TearDown
	public void stop() {
		this.server.close();
	}

	/**
	 * One request, which waits about five milliseconds for three tasks.
	 * @param client the thread's connection
	 * @return the length of the answer
	 * @throws IOException if the server does not answer
	 */
	@Benchmark
	public int request(Client client) throws IOException {
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
		@Setup(Level.Iteration)
		public void connect(RequestBenchmark benchmark) throws IOException {
			this.connection = new HttpConnection(benchmark.server.port(), "/fan-out");
		}

		/**
		 * Closes the connection.
		 * @throws IOException if that is not possible
		 */
		@TearDown(Level.Iteration)
		public void close() throws IOException {
			this.connection.close();
		}

	}

	/** What the server serves. */
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
