package io.taskgroup.benchmarks.fanout;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.taskgroup.benchmarks.Peers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Fanning out to a few tasks and to many, and collecting their results, from a platform
 * thread and from a virtual one.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class FanOutBenchmark {

	/** Who does it. */
	@Param({ "TaskGroups", "TaskGroupForks", "Threads", "ExecutorPerCall", "StructuredScopes", "Jox", "Futures" })
	private String peer = "";

	/** How many tasks. */
	@Param({ "3", "10", "1000" })
	private int tasks;

	/** What each of them does: return a value, at once or after a millisecond. */
	@Param({ "trivial", "1 ms" })
	private String work = "";

	private FanOut fanOut;

	private List<Callable<Integer>> all;

	/**
	 * Makes the peer, and its tasks.
	 * @throws ReflectiveOperationException if there is no such peer
	 */
	@Setup
	public void open() throws ReflectiveOperationException {
		this.fanOut = Peers.create(FanOut.class, this.peer);
		boolean trivial = this.work.equals("trivial");
		this.all = IntStream.range(0, this.tasks).boxed().map(i -> trivial ? trivial(i) : blocking(i)).toList();
	}

	/** Closes the peer. */
	@TearDown
	public void close() {
		this.fanOut.close();
	}

	/**
	 * From a platform thread.
	 * @return the results
	 * @throws Exception never
	 */
	@Benchmark
	public List<Integer> platform() throws Exception {
		return this.fanOut.all(this.all);
	}

	/**
	 * From a virtual thread.
	 * @return the results
	 * @throws Exception never
	 */
	@Benchmark
	@Fork(value = 2, jvmArgsAppend = "-Djmh.executor=VIRTUAL")
	public List<Integer> virtual() throws Exception {
		return this.fanOut.all(this.all);
	}

	private static Callable<Integer> trivial(Integer result) {
		return () -> result;
	}

	private static Callable<Integer> blocking(Integer result) {
		return () -> {
			Thread.sleep(1);
			return result;
		};
	}

}
