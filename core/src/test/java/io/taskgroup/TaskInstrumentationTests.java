package io.taskgroup;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.taskgroup.GroupAssertions.assertFailsWith;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Rules 9.1 and 10.1 for what accompanies tasks.
 */
@Timeout(30)
class TaskInstrumentationTests {

	private final ThreadLocal<String> context = new ThreadLocal<>();

	private final List<String> heard = new CopyOnWriteArrayList<>();

	private final IOException failure = new IOException("failure");

	private final ContextPropagation propagation = () -> {
		String captured = this.context.get();
		return () -> {
			this.context.set(captured);
			return () -> {
				this.heard.add("context taken back");
				this.context.remove();
			};
		};
	};

	private TaskInstrumentation recorder(String who) {
		return task -> {
			Thread forking = Thread.currentThread();
			hear(who + " forked " + task.name());
			return () -> {
				Thread running = Thread.currentThread();
				assertThat(running).isNotSameAs(forking);
				hear(who + " started");
				return (outcome, exception) -> {
					assertThat(Thread.currentThread()).isSameAs(running);
					hear(who + " ended " + outcome + " " + exception);
				};
			};
		};
	}

	private void hear(String what) {
		this.heard.add(what + " in " + this.context.get());
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("9.1 what accompanies a task is called on the task's threads, with the context of the fork in place")
	void accompanied(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.builder()
			.contextPropagation(this.propagation)
			.instrumentation(recorder("one"))
			.instrumentation(recorder("two"))
			.build();
		rig.run(() -> {
			this.context.set("request");
			groups.named("group").run(group -> group.fork("task", () -> hear("ran")));
		});
		assertThat(this.heard).containsExactly("one forked task in request", "two forked task in request",
				"one started in request", "two started in request", "ran in request",
				"two ended SUCCESS null in request", "one ended SUCCESS null in request", "context taken back");
	}

	@Test
	@DisplayName("10.1 it hears how the task ended, before the group does")
	void outcomes() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.builder().instrumentation(recorder("one")).build();
		assertFailsWith(() -> groups.named("group").run(group -> group.fork("task", () -> {
			throw this.failure;
		})), this.failure);
		assertThat(this.heard.removeLast()).isEqualTo("one ended FAILED " + this.failure + " in null");
		Rig.VIRTUAL.run(() -> groups.named("group").run(group -> {
			Sleeper sleeper = new Sleeper();
			group.fork("task", sleeper);
			sleeper.awaitRunning();
			group.cancel();
		}));
		assertThat(this.heard.removeLast()).isEqualTo("one ended CANCELLED null in null");
	}

	@Test
	@DisplayName("10.1 a task that never runs is only heard of when it is forked")
	void neverRuns() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.builder().instrumentation(recorder("one")).build();
		CountDownLatch release = new CountDownLatch(1);
		groups.named("group").maxConcurrency(1).run(group -> {
			group.fork("first", () -> Waits.on(release));
			group.fork("second", () -> 1).cancel();
			release.countDown();
		});
		assertThat(this.heard).containsExactlyInAnyOrder("one forked first in null", "one started in null",
				"one forked second in null", "one ended SUCCESS null in null");
	}

	@Test
	@DisplayName("10.1 one that throws is logged each time, and harms neither the task nor the others")
	void throwing() throws Exception {
		IllegalStateException broken = new IllegalStateException("broken");
		TaskGroupFactory groups = Rig.VIRTUAL.builder().instrumentation(task -> {
			throw broken;
		}).instrumentation(task -> () -> {
			throw broken;
		}).instrumentation(task -> () -> (outcome, exception) -> {
			throw broken;
		}).instrumentation(task -> null).instrumentation(task -> () -> null).instrumentation(recorder("good")).build();
		try (LogRecords log = LogRecords.open()) {
			assertThat(groups.named("group").gather(List.of(() -> "value"))).containsExactly("value");
			assertThat(log.records()).hasSize(4).filteredOn(one -> one.getThrown() == broken).hasSize(3);
		}
		assertThat(this.heard).hasSize(3).last().asString().startsWith("good ended SUCCESS");
	}

}
