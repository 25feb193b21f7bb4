package io.taskgroup.benchmarks.cancel;

import java.util.List;

import io.taskgroup.benchmarks.Peers;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * Cancelling 10,000 blocked tasks, in one group and in groups three deep: from the
 * request until all have ended. What is allocated includes the forking.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OperationsPerInvocation(10_000)
@Fork(2)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
public class CancelBenchmark {

	/** Who does it. */
	@Param({ "TaskGroups", "StructuredScopes" })
	private String peer = "";

	/** How the tasks are grouped. */
	@Param({ "flat", "nested" })
	private String groups = "";

	private Cancellation cancellation;

	/**
	 * Makes the peer.
	 * @throws ReflectiveOperationException if there is no such peer
	 */
	@Setup
	public void open() throws ReflectiveOperationException {
		this.cancellation = Peers.create(Cancellation.class, this.peer);
	}

	/**
	 * Has the tasks block.
	 * @throws Exception if that is not possible
	 */
	@Setup(Level.Invocation)
	public void fork() throws Exception {
		Tree tree = new Tree(this.groups.equals("flat") ? List.of(10_000) : List.of(10, 10, 100));
		this.cancellation.fork(tree);
		tree.awaitBlocked();
	}

	/** Closes the peer. */
	@TearDown
	public void close() {
		this.cancellation.close();
	}

	/**
	 * The cancellation.
	 * @throws Exception never
	 */
	@Benchmark
	public void cancel() throws Exception {
		this.cancellation.cancel();
	}

}
