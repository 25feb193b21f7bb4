package io.taskgroup.autoconfigure.metrics;

import java.lang.management.ManagementFactory;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.sun.management.ThreadMXBean;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskInfo;
import io.taskgroup.TaskScopeInfo;
import io.taskgroup.TaskState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What metrics cost in memory: nothing for each task. The smallest object has 16 bytes.
 */
@Timeout(120)
class MetricsAllocationTests {

	private static final int TASKS = 20_000;

	/** The first ones are for the JIT; what counts is the least. */
	private static final int ROUNDS = 12;

	private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	static Stream<MeterRegistry> registries() {
		return Stream.of(new SimpleMeterRegistry(), new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
	}

	@ParameterizedTest
	@MethodSource("registries")
	@DisplayName("10.1 the metrics allocate nothing for a task, whether it had to wait or not")
	void listenerAllocatesNothing(MeterRegistry registry) {
		TaskGroupMetrics metrics = new TaskGroupMetrics(registry, 10);
		TaskInfo waited = new Task(1, true);
		TaskInfo started = new Task(2, false);
		long least = Long.MAX_VALUE;
		for (int round = 0; round < ROUNDS; round++) {
			long before = this.threads.getCurrentThreadAllocatedBytes();
			for (int i = 0; i < TASKS; i++) {
				metrics.taskQueued(waited);
				metrics.taskStarted(waited, 1000);
				metrics.taskEnded(waited, TaskState.SUCCESS, null, 1000, 1000);
				metrics.taskStarted(started, 1000);
				metrics.taskEnded(started, TaskState.CANCELLED, null, 1000, 1000);
			}
			least = Math.min(least, this.threads.getCurrentThreadAllocatedBytes() - before);
		}
		assertThat(least).isLessThan(TASKS);
	}

	@Test
	@DisplayName("10.1 a group's tasks allocate as much with metrics as without")
	void groupAllocatesNoMore() throws Exception {
		TaskGroupMetrics metrics = new TaskGroupMetrics(new SimpleMeterRegistry(), 10);
		try (TaskGroupFactory without = TaskGroupFactory.create();
				TaskGroupFactory with = TaskGroupFactory.builder().listener(metrics).build()) {
			long leastWithout = Long.MAX_VALUE;
			long leastWith = Long.MAX_VALUE;
			for (int round = 0; round < ROUNDS; round++) {
				leastWithout = Math.min(leastWithout, allocatedBy(without));
				leastWith = Math.min(leastWith, allocatedBy(with));
			}
			assertThat((leastWith - leastWithout) / (double) TASKS).isLessThan(8);
		}
	}

	/** Runs tasks one after the other, and so most of them on one thread. */
	private long allocatedBy(TaskGroupFactory groups) throws InterruptedException {
		long before = this.threads.getTotalThreadAllocatedBytes();
		groups.named("group").maxConcurrency(1).forEach(IntStream.range(0, TASKS).boxed().toList(), (item) -> {
		});
		return this.threads.getTotalThreadAllocatedBytes() - before;
	}

	/** A task as a listener sees it. */
	private record Task(long id, boolean hadToWait) implements TaskInfo {

		private static final TaskScopeInfo SCOPE = new Scope(1, "group", false);

		@Override
		public String name() {
			return "task";
		}

		@Override
		public TaskScopeInfo scope() {
			return SCOPE;
		}

	}

	/** A group as a listener sees it. */
	private record Scope(long id, String name, boolean supervisor) implements TaskScopeInfo {
	}

}
