package io.taskgroup.benchmarks.fanout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

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
 * One of 100 tasks fails when the others have come to where they block, and they are
 * cancelled: from the first fork to the exception.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OperationsPerInvocation(OneFailsBenchmark.TASKS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class OneFailsBenchmark {

	static final int TASKS = 100;

	/** Who does it. */
	@Param({ "TaskGroups", "StructuredScopes", "Jox" })
	private String peer = "";

	private FanOut fanOut;

	/**
	 * Makes the peer.
	 * @throws ReflectiveOperationException if there is no such peer
	 */
	@Setup
	public void open() throws ReflectiveOperationException {
		this.fanOut = Peers.create(FanOut.class, this.peer);
	}

	/** Closes the peer. */
	@TearDown
	public void close() {
		this.fanOut.close();
	}

	/**
	 * All of them, and the failure.
	 * @return what was thrown
	 */
	@Benchmark
	public Exception oneFails() {
		return failure(this.fanOut, TASKS);
	}

	static Exception failure(FanOut fanOut, int tasks) {
		List<Integer> results;
		try {
			results = fanOut.all(oneFails(tasks));
		}
		catch (Exception ex) {
			return ex;
		}
		throw new IllegalStateException("no failure, but " + results);
	}

	/** The last one fails, when the others have come to where they block. */
	private static List<Callable<Integer>> oneFails(int number) {
		CountDownLatch blocked = new CountDownLatch(number - 1);
		List<Callable<Integer>> tasks = new ArrayList<>(number);
		for (int i = 1; i < number; i++) {
			tasks.add(() -> {
				blocked.countDown();
				new CountDownLatch(1).await();
				return 0;
			});
		}
		tasks.add(() -> {
			blocked.await();
			throw new IllegalStateException("failure");
		});
		return tasks;
	}

}
