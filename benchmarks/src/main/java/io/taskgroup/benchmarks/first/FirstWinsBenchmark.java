package io.taskgroup.benchmarks.first;

import java.util.ArrayList;
import java.util.Collections;
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
 * The first of ten wins: the one that is forked last, while the others are blocked. They
 * are cancelled and waited for.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OperationsPerInvocation(FirstWinsBenchmark.TASKS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class FirstWinsBenchmark {

	static final int TASKS = 10;

	/** Who does it. */
	@Param({ "TaskGroups", "StructuredScopes", "Jox", "InvokeAny" })
	private String peer = "";

	private final List<Callable<Integer>> tasks = tasks();

	private First first;

	/**
	 * Makes the peer.
	 * @throws ReflectiveOperationException if there is no such peer
	 */
	@Setup
	public void open() throws ReflectiveOperationException {
		this.first = Peers.create(First.class, this.peer);
	}

	/** Closes the peer. */
	@TearDown
	public void close() {
		this.first.close();
	}

	/**
	 * All of them.
	 * @return the first result
	 * @throws Exception never
	 */
	@Benchmark
	public Integer firstWins() throws Exception {
		return this.first.first(this.tasks);
	}

	static List<Callable<Integer>> tasks() {
		Callable<Integer> blocked = () -> {
			new CountDownLatch(1).await();
			return 0;
		};
		List<Callable<Integer>> tasks = new ArrayList<>(Collections.nCopies(TASKS - 1, blocked));
		tasks.add(() -> TASKS);
		return tasks;
	}

}
