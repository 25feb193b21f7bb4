package io.taskgroup.benchmarks.added;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupListener;
import io.taskgroup.TaskInfo;
import io.taskgroup.TaskState;
import io.taskgroup.autoconfigure.context.ThreadLocalPropagation;
import io.taskgroup.autoconfigure.metrics.TaskGroupMetrics;
import io.taskgroup.autoconfigure.observation.TaskGroupObservations;
import org.jspecify.annotations.Nullable;
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
import org.slf4j.MDC;

/**
 * What metrics, context and observations add to each of a thousand trivial tasks.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OperationsPerInvocation(AddedBenchmark.TASKS)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class AddedBenchmark {

	static final int TASKS = 1_000;

	private static final String KEY = "order";

	/** What the group has. */
	@Param({ "nothing", "a listener", "a timer", "metrics", "context", "observations" })
	private String with = "";

	private final List<Callable<Integer>> tasks = Collections.nCopies(TASKS, () -> 1);

	private TaskGroupFactory groups;

	/** Makes the groups, and something that there is to be carried to the tasks. */
	@Setup
	public void open() {
		this.groups = groupsWith(this.with);
		MDC.put(KEY, "4711");
	}

	/** Ends the groups. */
	@TearDown
	public void close() {
		this.groups.close();
		MDC.remove(KEY);
	}

	/**
	 * All tasks.
	 * @return the results
	 * @throws InterruptedException never
	 */
	@Benchmark
	public List<Integer> tasks() throws InterruptedException {
		return this.groups.named("tasks").gather(this.tasks);
	}

	private static TaskGroupFactory groupsWith(String what) {
		TaskGroupFactory.Builder builder = TaskGroupFactory.builder();
		return switch (what) {
			case "a listener" -> builder.listener(new Deaf()).build();
			case "a timer" -> builder.listener(new Timing()).build();
			case "metrics" -> builder.listener(new TaskGroupMetrics(new SimpleMeterRegistry(), 100)).build();
			case "context" -> builder.contextPropagation(mdc()).build();
			case "observations" -> observed(builder).build();
			default -> builder.build();
		};
	}

	/** Carries the context of loggers. */
	private static ThreadLocalPropagation mdc() {
		return new ThreadLocalPropagation(new ContextRegistry(), List.of(new Slf4jThreadLocalAccessor()));
	}

	/**
	 * With a handler that does nothing: what a tracer does with an observation is its
	 * own.
	 */
	private static TaskGroupFactory.Builder observed(TaskGroupFactory.Builder builder) {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler(context -> true);
		TaskGroupObservations observations = new TaskGroupObservations(registry, null, null);
		return builder.listener(observations).instrumentation(observations);
	}

	/** Has the clock read, and makes nothing of it. */
	private static final class Deaf implements TaskGroupListener {

	}

	/** The least that metrics can be: how long tasks ran, all of them in one timer. */
	private static final class Timing implements TaskGroupListener {

		private final Timer timer = Timer.builder("tasks").register(new SimpleMeterRegistry());

		@Override
		public void taskEnded(TaskInfo task, TaskState outcome, @Nullable Throwable exception, long waitedNanos,
				long ranNanos) {
			this.timer.record(ranNanos, TimeUnit.NANOSECONDS);
		}

	}

}
