package io.taskgroup.benchmarks.supervisor;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupSpec;
import io.taskgroup.TaskGroupSpec.WhenFull;
import io.taskgroup.TaskScope;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A supervisor that forks ten million tasks, with a heap of 128 MB: one that kept a few
 * bytes of each would not get there. No more than a thousand run at the same time, and
 * whoever forks waits when another thousand wait; else forking might be faster than
 * running, and the heap would be full of tasks that have yet to run.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@Fork(value = 2, jvmArgsAppend = { "-Xms128m", "-Xmx128m" })
@Warmup(iterations = 0)
@Measurement(iterations = 2)
public class SupervisorBenchmark {

	private static final int LIMIT = 1_000;

	/** How many tasks. */
	@Param("10000000")
	private int tasks;

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	private final TaskGroupSpec bounded = this.groups.named("supervisor")
		.maxConcurrency(LIMIT)
		.queue(LIMIT, WhenFull.WAIT);

	/** Ends the groups. */
	@TearDown
	public void close() {
		this.groups.close();
	}

	/**
	 * All of them, and the wait for the last one.
	 * @throws InterruptedException never
	 */
	@Benchmark
	public void supervisor() throws InterruptedException {
		try (TaskScope supervisor = this.bounded.openScope()) {
			for (int i = 0; i < this.tasks; i++) {
				supervisor.fork(Thread::onSpinWait);
			}
			supervisor.join();
		}
	}

}
