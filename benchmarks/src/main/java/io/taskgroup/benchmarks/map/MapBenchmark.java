package io.taskgroup.benchmarks.map;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;

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
 * Mapping 100,000 items, 64 at a time.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OperationsPerInvocation(MapBenchmark.ITEMS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 4, time = 1)
public class MapBenchmark {

	static final int ITEMS = 100_000;

	private static final int LIMIT = 64;

	private final List<Integer> items = IntStream.range(0, ITEMS).boxed().toList();

	/** Who does it. */
	@Param({ "TaskGroups", "MapConcurrent", "CollectorsInParallel", "CollectorsInBatches", "Jox", "SemaphoreThreads" })
	private String peer = "";

	/** What is done with an item. */
	@Param({ "trivial", "uneven" })
	private String work = "";

	private LimitedMap map;

	private Function<Integer, Integer> function;

	/**
	 * Makes the peer.
	 * @throws ReflectiveOperationException if there is no such peer
	 */
	@Setup
	public void open() throws ReflectiveOperationException {
		this.map = Peers.create(LimitedMap.class, this.peer);
		this.function = Work.valueOf(this.work.toUpperCase(Locale.ROOT));
	}

	/** Closes the peer. */
	@TearDown
	public void close() {
		this.map.close();
	}

	/**
	 * All of them.
	 * @return the results
	 * @throws Exception never
	 */
	@Benchmark
	public List<Integer> map() throws Exception {
		return this.map.map(this.items, LIMIT, this.function);
	}

}
