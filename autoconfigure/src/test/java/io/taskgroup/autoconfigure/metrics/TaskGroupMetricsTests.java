package io.taskgroup.autoconfigure.metrics;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskgroup.CancelKind;
import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.TaskAction;
import io.taskgroup.TaskGroupException;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupListener;
import io.taskgroup.TaskGroupTimeoutException;
import io.taskgroup.TaskHandle;
import io.taskgroup.TaskScope;
import io.taskgroup.TaskScopeInfo;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Metrics of groups and tasks, in a registry.
 */
@org.junit.jupiter.api.Timeout(value = 30, threadMode = ThreadMode.SEPARATE_THREAD)
@ExtendWith(OutputCaptureExtension.class)
class TaskGroupMetricsTests {

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final TaskGroupMetrics metrics = new TaskGroupMetrics(this.registry, 3);

	private final TaskGroupFactory groups = TaskGroupFactory.builder().listener(this.metrics).build();

	TaskGroupMetricsTests() {
		this.metrics.watch(this.groups);
	}

	@AfterEach
	void close() {
		this.groups.close();
	}

	@Test
	@DisplayName("10.1 groups and tasks that succeed are timed")
	void success() throws Exception {
		this.groups.named("page").run((group) -> {
			group.fork(() -> 1);
			group.fork(() -> 2);
		});
		assertThat(timer("taskgroup.groups", "group", "page", "outcome", "success").count()).isEqualTo(1);
		Timer tasks = timer("taskgroup.tasks", "group", "page", "outcome", "success", "error", "none");
		assertThat(tasks.count()).isEqualTo(2);
		assertThat(tasks.totalTime(java.util.concurrent.TimeUnit.NANOSECONDS)).isPositive();
		assertThat(this.registry.find("taskgroup.cancellations").meter()).isNull();
		assertThat(this.registry.find("taskgroup.tasks.wait").meter()).isNull();
	}

	@Test
	@DisplayName("10.1 failed tasks are told apart by what they threw, and cancel the group")
	void failure() {
		CountDownLatch running = new CountDownLatch(1);
		assertThatExceptionOfType(TaskGroupException.class).isThrownBy(() -> this.groups.named("page").run((group) -> {
			group.fork(forever(running));
			running.await();
			group.fork(() -> {
				throw new IOException("failure");
			});
		}));
		assertThat(timer("taskgroup.groups", "group", "page", "outcome", "error").count()).isEqualTo(1);
		assertThat(timer("taskgroup.tasks", "group", "page", "outcome", "error", "error", "IOException").count())
			.isEqualTo(1);
		assertThat(timer("taskgroup.tasks", "group", "page", "outcome", "cancelled", "error", "none").count())
			.isEqualTo(1);
		assertThat(cancellations("page", "failure")).isEqualTo(1);
	}

	@Test
	@DisplayName("10.1 an error of an anonymous class has the class's full name")
	void anonymousError() {
		Exception anonymous = new IOException("failure") {

			private static final long serialVersionUID = 1L;

		};
		assertThatExceptionOfType(TaskGroupException.class)
			.isThrownBy(() -> this.groups.named("page").run((group) -> group.fork(() -> {
				throw anonymous;
			})));
		assertThat(
				timer("taskgroup.tasks", "group", "page", "outcome", "error", "error", anonymous.getClass().getName())
					.count())
			.isEqualTo(1);
	}

	@Test
	@DisplayName("10.1 a group that times out is told apart from one that fails or is cancelled")
	void timeout() {
		assertThatExceptionOfType(TaskGroupTimeoutException.class).isThrownBy(() -> this.groups.named("page")
			.timeout(Duration.ofMillis(20))
			.run((group) -> group.fork(forever(new CountDownLatch(1)))));
		assertThat(timer("taskgroup.groups", "group", "page", "outcome", "timeout").count()).isEqualTo(1);
		// the timer tells of it last
		Awaitility.await().ignoreExceptions().until(() -> cancellations("page", "timeout") == 1);
	}

	@Test
	@DisplayName("5.6 cancellations are counted by their kind, those of single tasks too")
	void cancellationsByKind() throws Exception {
		for (CancelKind kind : List.of(CancelKind.EXPLICIT, CancelKind.REQUEST, CancelKind.DISCONNECT,
				CancelKind.SHUTDOWN)) {
			cancelled((group) -> group.cancelScope().cancel(kind, "enough"));
		}
		assertThat(cancellations("page", "explicit")).isEqualTo(1);
		assertThat(cancellations("page", "request")).isEqualTo(1);
		assertThat(cancellations("page", "disconnect")).isEqualTo(1);
		assertThat(cancellations("page", "shutdown")).isEqualTo(1);
		assertThat(timer("taskgroup.groups", "group", "page", "outcome", "cancelled").count()).isEqualTo(4);
		this.groups.named("page").run((group) -> {
			TaskHandle<Void> handle = group.fork(forever(new CountDownLatch(1)));
			handle.cancel();
			handle.awaitDone();
		});
		assertThat(cancellations("page", "explicit")).isEqualTo(2);
	}

	private void cancelled(java.util.function.Consumer<TaskScope> canceller) throws Exception {
		CountDownLatch running = new CountDownLatch(1);
		this.groups.named("page").run((group) -> {
			group.fork(forever(running));
			running.await();
			canceller.accept(group);
		});
	}

	@Test
	@DisplayName("5.6 a cancellation from around the group is counted as the parent's, or as an interrupt")
	void cancellationsFromOutside() throws Exception {
		CountDownLatch running = new CountDownLatch(1);
		this.groups.named("outer").run((outer) -> {
			outer.fork(() -> this.groups.named("inner").run((inner) -> inner.fork(forever(running))));
			running.await();
			outer.cancel();
		});
		assertThat(cancellations("inner", "parent")).isEqualTo(1);
		CountDownLatch blocked = new CountDownLatch(1);
		Thread host = Thread.ofVirtual().start(() -> {
			try {
				this.groups.named("outer").run((group) -> group.fork(forever(blocked)));
			}
			catch (InterruptedException ex) {
				// as it should be
			}
		});
		blocked.await();
		host.interrupt();
		host.join();
		assertThat(cancellations("outer", "interrupt")).isEqualTo(1);
	}

	@Test
	@DisplayName("8.1 what runs and what waits is shown while it does, and waiting is timed")
	void activeAndQueued() throws Exception {
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		this.groups.named("page").maxConcurrency(1).run((group) -> {
			group.fork(() -> {
				running.countDown();
				release.await();
			});
			running.await();
			group.fork(() -> 1);
			TaskHandle<Integer> never = group.fork(() -> 2);
			assertThat(gauge("taskgroup.groups.active", "page")).isEqualTo(1);
			assertThat(gauge("taskgroup.tasks.active", "page")).isEqualTo(1);
			assertThat(gauge("taskgroup.tasks.queued", "page")).isEqualTo(2);
			never.cancel();
			assertThat(gauge("taskgroup.tasks.queued", "page")).isEqualTo(1);
			release.countDown();
		});
		assertThat(gauge("taskgroup.groups.active", "page")).isZero();
		assertThat(gauge("taskgroup.tasks.active", "page")).isZero();
		assertThat(gauge("taskgroup.tasks.queued", "page")).isZero();
		assertThat(timer("taskgroup.tasks.wait", "group", "page").count()).isEqualTo(1);
		Timer never = timer("taskgroup.tasks", "group", "page", "outcome", "cancelled", "error", "none");
		assertThat(never.count()).isEqualTo(1);
		assertThat(never.totalTime(java.util.concurrent.TimeUnit.NANOSECONDS)).isZero();
	}

	@Test
	@DisplayName("6.2 a supervisor is counted as long as it is open")
	void supervisor() throws Exception {
		TaskScope scope = this.groups.named("feed").openScope();
		scope.fork(() -> 1).await();
		assertThat(gauge("taskgroup.groups.active", "feed")).isEqualTo(1);
		scope.join();
		scope.close();
		assertThat(gauge("taskgroup.groups.active", "feed")).isZero();
		assertThat(timer("taskgroup.groups", "group", "feed", "outcome", "success").count()).isEqualTo(1);
	}

	@Test
	@DisplayName("8 a limit that groups of a name share is shown, as it is now")
	void sharedLimit() throws Exception {
		this.groups.named("page").run((group) -> {
		});
		assertThat(this.registry.find("taskgroup.concurrency.limit").meter()).isNull();
		this.groups.named("page").sharedConcurrency(5).run((group) -> {
			CountDownLatch running = new CountDownLatch(2);
			CountDownLatch release = new CountDownLatch(1);
			for (int i = 0; i < 2; i++) {
				group.fork(() -> {
					running.countDown();
					release.await();
				});
			}
			running.await();
			assertThat(gauge("taskgroup.concurrency.limit", "page")).isEqualTo(5);
			assertThat(gauge("taskgroup.concurrency.used", "page")).isEqualTo(2);
			release.countDown();
		});
		((ConcurrencyLimiter) this.groups.sharedLimiters("page").get(0)).limit(7);
		assertThat(gauge("taskgroup.concurrency.limit", "page")).isEqualTo(7);
		assertThat(gauge("taskgroup.concurrency.used", "page")).isZero();
	}

	@Test
	@DisplayName("8 of several limits that groups of a name share, the lowest is shown")
	void lowestLimit() throws Exception {
		ConcurrencyLimiter lower = ConcurrencyLimiter.of(3);
		this.groups.named("page").sharedConcurrency(5).sharedLimiter((name) -> lower).run((group) -> {
		});
		assertThat(gauge("taskgroup.concurrency.limit", "page")).isEqualTo(3);
	}

	@Test
	@DisplayName("names past the limit are counted together, and a warning says so once")
	void tooManyNames(CapturedOutput output) throws Exception {
		for (String name : List.of("one", "two", "three", "four", "five", "two")) {
			this.groups.named(name).sharedConcurrency(2).gather(List.of(() -> 1));
		}
		assertThat(timer("taskgroup.groups", "group", "two", "outcome", "success").count()).isEqualTo(2);
		assertThat(timer("taskgroup.groups", "group", "other", "outcome", "success").count()).isEqualTo(2);
		assertThat(timer("taskgroup.tasks", "group", "other", "outcome", "success", "error", "none").count())
			.isEqualTo(2);
		assertThat(gauge("taskgroup.groups.active", "other")).isZero();
		assertThat(names()).containsExactlyInAnyOrder("one", "two", "three", "other");
		assertThat(output.toString()).containsOnlyOnce("more than 3 names").contains("'four'");
	}

	@Test
	@DisplayName("a group that is really called 'other' shares its meters with those past the limit")
	void realOther() throws Exception {
		for (String name : List.of("other", "two", "three", "four", "other")) {
			this.groups.named(name).run((group) -> {
			});
		}
		assertThat(timer("taskgroup.groups", "group", "other", "outcome", "success").count()).isEqualTo(3);
		assertThat(names()).containsExactlyInAnyOrder("other", "two", "three");
	}

	@Test
	@DisplayName("at least one name is told apart")
	void noName() {
		assertThatIllegalArgumentException().isThrownBy(() -> new TaskGroupMetrics(this.registry, 0));
	}

	@Test
	@DisplayName("gauges keep no group that has ended")
	void noLeak() throws Exception {
		WeakReference<TaskScopeInfo> reference = openAndClose();
		Awaitility.await().until(() -> {
			System.gc();
			return reference.refersTo(null);
		});
		assertThat(gauge("taskgroup.groups.active", "page")).isZero();
	}

	private WeakReference<TaskScopeInfo> openAndClose() throws InterruptedException {
		TaskScopeInfo[] seen = new TaskScopeInfo[1];
		TaskGroupListener spy = new TaskGroupListener() {

			@Override
			public void groupOpened(TaskScopeInfo scope) {
				seen[0] = scope;
			}

		};
		try (TaskGroupFactory groups = TaskGroupFactory.builder().listener(this.metrics).listener(spy).build()) {
			groups.named("page").sharedConcurrency(2).gather(List.of(() -> 1));
		}
		return new WeakReference<>(seen[0]);
	}

	@Test
	@DisplayName("closed metrics leave no gauge behind")
	void closed() throws Exception {
		this.groups.named("page").sharedConcurrency(2).run((group) -> {
		});
		this.metrics.close();
		assertThat(this.registry.getMeters()).extracting((meter) -> meter.getId().getType())
			.isNotEmpty()
			.doesNotContain(Meter.Type.GAUGE);
	}

	private List<String> names() {
		return this.registry.getMeters()
			.stream()
			.map((meter) -> meter.getId().getTag("group"))
			.distinct()
			.map(String::valueOf)
			.toList();
	}

	private Timer timer(String name, String... tags) {
		return this.registry.get(name).tags(Tags.of(tags)).timer();
	}

	private double gauge(String name, String group) {
		return this.registry.get(name).tag("group", group).gauge().value();
	}

	private double cancellations(String group, String reason) {
		return this.registry.get("taskgroup.cancellations").tags("group", group, "reason", reason).counter().count();
	}

	private static TaskAction forever(CountDownLatch running) {
		return () -> {
			running.countDown();
			new CountDownLatch(1).await();
		};
	}

}
