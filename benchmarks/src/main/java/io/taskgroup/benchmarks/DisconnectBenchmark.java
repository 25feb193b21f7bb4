package io.taskgroup.benchmarks;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;

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
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * How long it takes from when a client leaves until the task of its request is
 * interrupted. It leaves as soon as the task runs, which is when the next look is
 * farthest away.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@Fork(1)
@Warmup(iterations = 1, time = 5)
@Measurement(iterations = 3, time = 10)
public class DisconnectBenchmark {

	private static final byte[] REQUEST = "GET /blocked HTTP/1.1\r\nHost: localhost\r\n\r\n"
		.getBytes(StandardCharsets.US_ASCII);

	/** How the client leaves: it closes its connection, or resets it. */
	@Param({ "close", "reset" })
	private String departure = "";

	/** How often the server looks. */
	@Param({ "250ms", "50ms" })
	private String interval = "";

	private HttpServer server;

	private Socket socket;

	/** Starts the server. */
	@Setup
	public void start() {
		this.server = new HttpServer(Controller.class, "taskgroup.request.disconnect-check-interval=" + this.interval);
	}

	/** Ends the server. */
	@TearDown
	public void stop() {
		this.server.close();
	}

	/**
	 * Has a task run for the client.
	 * @throws IOException if the server cannot be asked
	 * @throws InterruptedException if the thread is interrupted
	 */
	@Setup(Level.Invocation)
	public void arrive() throws IOException, InterruptedException {
		this.socket = new Socket("localhost", this.server.port());
		this.socket.setTcpNoDelay(true);
		this.socket.setSoLinger(this.departure.equals("reset"), 0);
		this.socket.getOutputStream().write(REQUEST);
		Controller.RUNNING.acquire();
	}

	/**
	 * Leaves, and waits until the task has heard of it.
	 * @throws IOException if the connection cannot be closed
	 * @throws InterruptedException if the thread is interrupted
	 */
	@Benchmark
	public void leave() throws IOException, InterruptedException {
		this.socket.close();
		Controller.INTERRUPTED.acquire();
	}

	/** What the server serves. */
	@RestController
	static class Controller {

		/** A permit for each task that has begun. */
		static final Semaphore RUNNING = new Semaphore(0);

		/** A permit for each task that was interrupted. */
		static final Semaphore INTERRUPTED = new Semaphore(0);

		private final TaskGroupFactory groups;

		Controller(TaskGroupFactory groups) {
			this.groups = groups;
		}

		@GetMapping("/blocked")
		void blocked() throws InterruptedException {
			this.groups.named("blocked").run((group) -> group.fork(Controller::block));
		}

		private static void block() throws InterruptedException {
			RUNNING.release();
			try {
				Thread.sleep(Duration.ofHours(1));
			}
			catch (InterruptedException ex) {
				INTERRUPTED.release();
				throw ex;
			}
		}

	}

}
