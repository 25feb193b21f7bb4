package io.taskgroup;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Callable;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The names of the threads that run tasks, and of tasks in texts.
 */
@Timeout(30)
class ThreadNameTests {

	private static final Callable<String> THREAD = () -> Thread.currentThread().getName();

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("a task's thread is named after the group and the task")
	void groupAndTask(Rig rig) throws Exception {
		String host = Thread.currentThread().getName();
		rig.factory().named("suppliers").run((group) -> {
			assertThat(group.fork("acme", THREAD).await()).isEqualTo("suppliers/acme");
			assertThat(group.fork(THREAD).await()).isEqualTo("suppliers");
			assertThat(group.<Void, String, Exception>start("started", (status) -> {
				status.started();
				return THREAD.call();
			}).await()).isEqualTo("suppliers/started");
		});
		assertThat(Thread.currentThread().getName()).isEqualTo(host);
	}

	@Test
	@DisplayName("a task that had to wait for a permit has its name, too")
	void queued() throws Exception {
		Rig.VIRTUAL.factory().named("suppliers").maxConcurrency(1).run((group) -> {
			CountDownLatch goOn = new CountDownLatch(1);
			group.fork("first", () -> Waits.on(goOn));
			TaskHandle<String> second = group.fork("second", THREAD);
			assertThat(second.state()).isEqualTo(TaskState.QUEUED);
			goOn.countDown();
			assertThat(second.await()).isEqualTo("suppliers/second");
		});
	}

	@Test
	@DisplayName("threads that run one item after the other are named after the group")
	void items() throws Exception {
		TaskGroupSpec spec = Rig.VIRTUAL.factory().named("suppliers");
		assertThat(spec.map(List.of(1, 2, 3), (item) -> THREAD.call())).containsOnly("suppliers");
		assertThat(spec.gather(List.of(THREAD))).containsExactly("suppliers");
	}

	@Test
	@DisplayName("threads keep the names of their factory if they are not to be named")
	void switchedOff() throws Exception {
		TaskGroupFactory groups = TaskGroupFactory.builder()
			.threadFactory(Thread.ofVirtual().name("mine").factory())
			.nameThreads(false)
			.build();
		groups.named("suppliers").run((group) -> assertThat(group.fork("acme", THREAD).await()).isEqualTo("mine"));
		assertThat(groups.named("suppliers").map(List.of(1), (item) -> THREAD.call())).containsExactly("mine");
	}

	@Test
	@DisplayName("whatever a task is called, its thread's name and what is said of it stay on one line, and short")
	void hostileNames() throws Exception {
		String hostile = "<script>\r\n\u0000\u001b[31m\u202e\u2028" + "x".repeat(10_000);
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		groups.named("suppliers").run((group) -> {
			TaskHandle<String> handle = group.fork(hostile, THREAD);
			assertThat(handle.name()).isEqualTo(hostile);
			assertThat(handle.await()).startsWith("suppliers/<script>????[31m??xxx").hasSizeLessThan(250);
			assertThat(handle.toString()).hasSizeLessThan(300).doesNotContain("\n");
			assertThat(group.fork("Zürich 東京", THREAD).await()).isEqualTo("suppliers/Zürich 東京");
		});
		try (LogRecords log = LogRecords.open(); TaskScope scope = groups.named("scope").openScope()) {
			scope.fork(hostile, () -> {
				throw new IllegalStateException("wrong");
			}).awaitDone();
			scope.join();
			assertThat(log.records()).singleElement()
				.satisfies(
						(logged) -> assertThat(LogRecords.message(logged)).hasSizeLessThan(300).doesNotContain("\n"));
		}
	}

}
