package io.taskgroup.benchmarks.limit;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.taskgroup.benchmarks.Peers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A thousand threads, each with ten tasks, under one limit of 64. A task gives way once
 * while it has its permit, so that the others want one.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OperationsPerInvocation(SharedLimitBenchmark.CALLERS * SharedLimitBenchmark.TASKS_OF_EACH)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 4, time = 1)
public class SharedLimitBenchmark {

	static final int LIMIT = 64;

	static final int CALLERS = 1_000;

	static final int TASKS_OF_EACH = 10;

	private final List<Runnable> tasks = Collections.nCopies(TASKS_OF_EACH, Thread::yield);

	/** Who does it. */
	@Param({ "TaskGroups", "FairSemaphore", "Resilience4jBulkhead", "SpringExecutor" })
	private String peer = "";

	private SharedLimit limit;

	/**
	 * Makes the peer.
	 * @throws ReflectiveOperationException if there is no such peer
	 */
	@Setup
	public void open() throws ReflectiveOperationException {
		this.limit = Peers.create(SharedLimit.class, this.peer);
	}

	/** Closes the peer. */
	@TearDown
	public void close() {
		this.limit.close();
	}

	/**
	 * All of them.
	 * @throws InterruptedException never
	 */
	@Benchmark
	public void all() throws InterruptedException {
		callers(this.limit, this.tasks);
	}

	/** Each caller is a virtual thread. */
	static void callers(SharedLimit limit, List<Runnable> tasks) throws InterruptedException {
		CountDownLatch running = new CountDownLatch(CALLERS);
		for (int i = 0; i < CALLERS; i++) {
			Thread.startVirtualThread(() -> {
				call(limit, tasks);
				running.countDown();
			});
		}
		running.await();
	}

	private static void call(SharedLimit limit, List<Runnable> tasks) {
		try {
			limit.all(tasks);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
