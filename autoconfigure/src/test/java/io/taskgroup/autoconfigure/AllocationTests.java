package io.taskgroup.autoconfigure;

import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import com.sun.management.ThreadMXBean;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupListener;
import io.taskgroup.TaskInfo;
import io.taskgroup.TaskState;
import io.taskgroup.autoconfigure.actuate.TaskGroupsEndpointAutoConfiguration;
import io.taskgroup.autoconfigure.metrics.TaskGroupMetrics;
import io.taskgroup.autoconfigure.observation.TaskGroupObservations;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a task costs in memory. It is counted for one thread, which does nothing else, so
 * that the figure is the same whatever else goes on.
 */
@Timeout(120)
class AllocationTests {

	private static final int ROUNDS = 100_000;

	private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	@Test
	@DisplayName("a timer of the registry allocates nothing, without which the rest would prove nothing")
	void baseline() {
		Timer timer = this.registry.timer("bare");
		assertThat(bytesPerRound(() -> timer.record(17, TimeUnit.NANOSECONDS))).isLessThan(1);
	}

	@Test
	@DisplayName("metrics allocate nothing for a task, whether it has to wait or not, and however it ends")
	void metrics() throws Exception {
		TaskGroupMetrics metrics = new TaskGroupMetrics(this.registry, 100);
		assertAllocatesNothing(metrics);
		assertThat(this.registry.get("taskgroup.tasks.active").tag("group", "page").gauge().value()).isZero();
		assertThat(this.registry.get("taskgroup.tasks").tag("error", "IllegalStateException").timer().count())
			.isGreaterThan(ROUNDS);
	}

	@Test
	@DisplayName("what the actuator counts allocates nothing for a task")
	void totals() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(TaskGroupAutoConfiguration.class, TaskGroupsEndpointAutoConfiguration.class))
			.withPropertyValues("management.endpoints.web.exposure.include=taskgroups")
			.run((context) -> assertAllocatesNothing(context.getBean("taskGroupTotals", TaskGroupListener.class)));
	}

	@Test
	@DisplayName("observations that are off allocate nothing for a task")
	void observations() throws Exception {
		TaskGroupObservations observations = new TaskGroupObservations(ObservationRegistry.NOOP, null, null);
		TaskInfo task = task(observations, false);
		assertThat(bytesPerRound(() -> {
			if (observations.taskForked(task) != null) {
				throw new IllegalStateException("it is on");
			}
		})).isLessThan(1);
	}

	@Test
	@DisplayName("what is allocated is seen")
	void allocationIsSeen() {
		AtomicReference<Object> sink = new AtomicReference<>();
		assertThat(bytesPerRound(() -> sink.set(new Object()))).isGreaterThanOrEqualTo(8);
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> assertThat(bytesPerRound(() -> sink.set(new Object()))).isLessThan(1));
	}

	private void assertAllocatesNothing(TaskGroupListener listener) throws InterruptedException {
		TaskInfo task = task(listener, false);
		TaskInfo waiting = task(listener, true);
		assertThat(waiting.hadToWait()).isTrue();
		IllegalStateException failure = new IllegalStateException("failure");
		assertThat(bytesPerRound(() -> {
			listener.taskStarted(task, 0);
			listener.taskEnded(task, TaskState.SUCCESS, null, 0, 17);
			listener.taskStarted(task, 0);
			listener.taskEnded(task, TaskState.FAILED, failure, 0, 17);
			listener.taskQueued(waiting);
			listener.taskStarted(waiting, 17);
			listener.taskEnded(waiting, TaskState.CANCELLED, null, 17, 17);
			listener.taskQueued(waiting);
			listener.taskEnded(waiting, TaskState.CANCELLED, null, 17, 0);
		})).isLessThan(1);
	}

	/** The mean of the best of several runs: the compiler may still be at work. */
	private double bytesPerRound(Runnable round) {
		double best = Double.MAX_VALUE;
		for (int run = 0; run < 5; run++) {
			long before = this.threads.getCurrentThreadAllocatedBytes();
			for (int i = 0; i < ROUNDS; i++) {
				round.run();
			}
			best = Math.min(best, (this.threads.getCurrentThreadAllocatedBytes() - before) / (double) ROUNDS);
		}
		return best;
	}

	/** A task of a real group that is listened to, as its listeners know it. */
	private static TaskInfo task(TaskGroupListener listener, boolean waits) throws InterruptedException {
		AtomicReference<TaskInfo> seen = new AtomicReference<>();
		TaskGroupListener spy = new TaskGroupListener() {

			@Override
			public void taskStarted(TaskInfo task, long waitedNanos) {
				if (task.hadToWait() == waits) {
					seen.set(task);
				}
			}

		};
		try (TaskGroupFactory groups = TaskGroupFactory.builder().listener(listener).listener(spy).build()) {
			groups.named("page").maxConcurrency(1).run((group) -> {
				CountDownLatch forked = new CountDownLatch(1);
				group.fork(() -> forked.await());
				group.fork(() -> 1);
				forked.countDown();
			});
		}
		return seen.get();
	}

}
