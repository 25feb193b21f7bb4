package io.taskgroup;

import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.management.HotSpotDiagnosticMXBean;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * What waiting costs when very many wait.
 */
@Timeout(120)
class QueuedTasksMemoryTests {

	private static final int QUEUED = 1_000_000;

	private static final int LIMIT = 8;

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	@Test
	@DisplayName("8.1, 3.7 a million queued tasks need under 200 bytes each beyond their closures, and can be cancelled")
	void millionQueued() throws Exception {
		assumeTrue(referencesAreCompressed(), "the bytes are those of compressed references");
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(LIMIT);
		AtomicInteger ran = new AtomicInteger();
		// one closure for all, so that what is counted is the library's
		Callable<Integer> closure = ran::incrementAndGet;
		TaskHandle<?>[] handles = new TaskHandle<?>[QUEUED];
		CancelScope ended = Rig.VIRTUAL.call(() -> this.groups.named("queue").limiter(limiter).run((group) -> {
			Sleeper[] running = new Sleeper[LIMIT];
			for (int i = 0; i < LIMIT; i++) {
				running[i] = new Sleeper();
				group.fork(running[i]);
				running[i].awaitRunning();
			}
			// what is loaded and made once is no task's
			group.fork(closure).cancel();
			long before = Memory.used();
			for (int i = 0; i < QUEUED; i++) {
				handles[i] = group.fork(closure);
			}
			long each = (Memory.used() - before) / QUEUED;
			assertThat(limiter.waiting()).isEqualTo(QUEUED);
			assertThat(each).as("bytes for each queued task").isBetween(1L, 199L);
			group.cancel("enough");
			assertThat(limiter.waiting()).isZero();
		}));
		assertThat(ended.cancelCaught()).isTrue();
		Outcome<?> cancelled = new Outcome.Cancelled<>("enough");
		for (TaskHandle<?> handle : handles) {
			if (handle.state() != TaskState.CANCELLED || !handle.outcome().equals(cancelled)) {
				assertThat(handle.outcome()).as(handle.name()).isEqualTo(cancelled);
			}
		}
		assertThat(ran).hasValue(0);
		assertThat(limiter.inUse()).isZero();
	}

	private static boolean referencesAreCompressed() {
		HotSpotDiagnosticMXBean hotSpot = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
		return hotSpot != null && Boolean.parseBoolean(hotSpot.getVMOption("UseCompressedOops").getValue());
	}

}
