package io.taskgroup;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The events that the JDK's flight recorder is told of.
 */
@Timeout(60)
class FlightRecorderTests {

	private static final String TASK = "io.taskgroup.Task";

	private static final String GROUP = "io.taskgroup.Group";

	@TempDir
	private Path directory;

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("a recording has an event of each task and each group, with name, outcome, times and reason")
	void recorded(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		long[] ids = new long[3];
		List<RecordedEvent> events = record(() -> groups.named("suppliers").run((group) -> {
			ids[0] = group.fork("quick", () -> "value").id();
			Sleeper sleeper = new Sleeper();
			TaskHandle<?> cancelled = group.fork("slow", sleeper);
			sleeper.awaitRunning();
			cancelled.cancel("enough");
			ids[1] = cancelled.id();
			groups.named("reviews").run((inner) -> {
			});
		}));
		RecordedEvent quick = named(events, TASK, "quick");
		assertThat(quick.getLong("id")).isEqualTo(ids[0]);
		assertThat(quick.getString("group")).isEqualTo("suppliers");
		assertThat(quick.getString("outcome")).isEqualTo("SUCCESS");
		assertThat(quick.getDuration("ran")).isPositive();
		assertThat(quick.getDuration("waited")).isPositive();
		assertThat(quick.getDuration()).isPositive();
		assertThat(quick.getString("cancelledBy")).isNull();
		RecordedEvent slow = named(events, TASK, "slow");
		assertThat(slow.getLong("id")).isEqualTo(ids[1]);
		assertThat(slow.getString("outcome")).isEqualTo("CANCELLED");
		assertThat(slow.getString("cancelledBy")).isEqualTo("EXPLICIT");
		assertThat(slow.getString("reason")).isEqualTo("enough");
		RecordedEvent suppliers = named(events, GROUP, "suppliers");
		assertThat(suppliers.getLong("id")).isEqualTo(quick.getLong("groupId"));
		assertThat(suppliers.getString("kind")).isEqualTo("GROUP");
		assertThat(suppliers.getString("outcome")).isEqualTo("SUCCESS");
		assertThat(suppliers.getLong("parentId")).isZero();
		assertThat(suppliers.getDuration("ran")).isPositive();
		assertThat(named(events, GROUP, "reviews").getLong("parentId")).isEqualTo(suppliers.getLong("id"));
	}

	@Test
	@DisplayName("a failure tells the class of what was thrown, and a group that failed is cancelled by it")
	void failure() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		List<RecordedEvent> events = record(() -> assertThatExceptionOfType(TaskGroupException.class)
			.isThrownBy(() -> groups.named("suppliers").run((group) -> {
				Sleeper sibling = new Sleeper();
				group.fork("sibling", sibling);
				sibling.awaitRunning();
				group.fork("wrong", () -> {
					throw new IllegalStateException("a secret");
				});
			})));
		RecordedEvent wrong = named(events, TASK, "wrong");
		assertThat(wrong.getString("outcome")).isEqualTo("FAILED");
		assertThat(wrong.getClass("exception").getName()).isEqualTo(IllegalStateException.class.getName());
		assertThat(named(events, TASK, "sibling").getString("reason")).isEqualTo("failure in wrong");
		RecordedEvent group = named(events, GROUP, "suppliers");
		assertThat(group.getString("outcome")).isEqualTo("FAILED");
		assertThat(group.getString("cancelledBy")).isEqualTo("FAILURE");
		assertThat(events.toString()).doesNotContain("a secret");
	}

	@Test
	@DisplayName("a task that never started has an event, which says how long it waited")
	void neverStarted() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		List<RecordedEvent> events = record(() -> groups.named("suppliers").maxConcurrency(1).run((group) -> {
			CountDownLatch goOn = new CountDownLatch(1);
			group.fork("first", () -> Waits.on(goOn));
			group.fork("second", () -> "value").cancel();
			goOn.countDown();
		}));
		RecordedEvent second = named(events, TASK, "second");
		assertThat(second.getString("outcome")).isEqualTo("CANCELLED");
		assertThat(second.getDuration("waited")).isPositive();
		assertThat(second.getDuration("ran")).isEqualTo(Duration.ZERO);
	}

	@Test
	@DisplayName("a supervisor's event says so")
	void supervisor() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		List<RecordedEvent> events = record(() -> groups.named("background").openScope().close());
		assertThat(named(events, GROUP, "background").getString("kind")).isEqualTo("SUPERVISOR");
	}

	@Test
	@DisplayName("10.1 while nothing is recorded no clock is read, and what began before a recording does it no harm")
	void begunBefore() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		try (Recording recording = recording()) {
			groups.named("suppliers").run((group) -> {
				CountDownLatch runs = new CountDownLatch(1);
				CountDownLatch goOn = new CountDownLatch(1);
				group.fork("early", () -> {
					runs.countDown();
					Waits.on(goOn);
				});
				Waits.on(runs);
				assertThat(groups.snapshot().get(0).age()).isEmpty();
				recording.start();
				goOn.countDown();
				group.fork("late", () -> "value");
			});
			List<RecordedEvent> events = stop(recording);
			assertThat(named(events, TASK, "late").getDuration("ran")).isPositive();
			assertThat(named(events, TASK, "early").getDuration("ran")).isEqualTo(Duration.ZERO);
		}
	}

	/** What is recorded until the action ends; a task is, once its group has ended. */
	private List<RecordedEvent> record(TaskAction action) throws IOException {
		try (Recording recording = recording()) {
			recording.start();
			try {
				action.run();
			}
			catch (Exception ex) {
				throw new AssertionError(ex);
			}
			return stop(recording);
		}
	}

	private static Recording recording() {
		Recording recording = new Recording();
		recording.enable(TASK);
		recording.enable(GROUP);
		return recording;
	}

	private List<RecordedEvent> stop(Recording recording) throws IOException {
		Path file = this.directory.resolve("recording.jfr");
		recording.stop();
		recording.dump(file);
		return RecordingFile.readAllEvents(file);
	}

	private static RecordedEvent named(List<RecordedEvent> events, String type, String name) {
		List<RecordedEvent> found = events.stream()
			.filter((event) -> event.getEventType().getName().equals(type) && name.equals(event.getString("name")))
			.toList();
		assertThat(found).hasSize(1);
		return found.get(0);
	}

}
