package io.taskgroup;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Settings and rates that change while groups are opened, and while tasks wait.
 */
@Timeout(30)
class ChangingSettingsTests {

	@Test
	@DisplayName("2 settings that change are below those of a name, above the defaults, and asked for each group")
	void order() throws Exception {
		AtomicInteger limit = new AtomicInteger(2);
		TaskGroupFactory groups = Rig.VIRTUAL.builder()
			.defaults(spec -> spec.maxConcurrency(1).timeout(Duration.ofSeconds(15)))
			.settings((name, spec) -> name.equals("free") ? spec : spec.maxConcurrency(limit.get()))
			.settings("fixed", spec -> spec.maxConcurrency(9))
			.build();
		assertThat(limit(groups, "free")).isEqualTo(1);
		assertThat(limit(groups, "moving")).isEqualTo(2);
		assertThat(limit(groups, "fixed")).isEqualTo(9);
		limit.set(3);
		assertThat(limit(groups, "free")).isEqualTo(1);
		assertThat(limit(groups, "moving")).isEqualTo(3);
		assertThat(limit(groups, "fixed")).isEqualTo(9);
	}

	private static int limit(TaskGroupFactory groups, String name) throws InterruptedException {
		return groups.named(name).call(group -> {
			assertThat(group.cancelScope().timeLeft()).isPresent();
			return groups.snapshot().getFirst().limiters().getFirst().limit().orElseThrow();
		});
	}

	@Test
	@DisplayName("2 settings are given the same spec for a name each time, and may keep what they made of it")
	void sameSpec() {
		Map<String, TaskGroupSpec> given = new ConcurrentHashMap<>();
		List<String> asked = new CopyOnWriteArrayList<>();
		TaskGroupFactory groups = Rig.VIRTUAL.builder().settings((name, spec) -> {
			asked.add(name);
			TaskGroupSpec before = given.putIfAbsent(name, spec);
			assertThat(before).isIn(null, spec);
			return spec;
		}).settings("fixed", spec -> spec.maxConcurrency(9)).build();
		TaskGroupSpec fixed = groups.named("fixed");
		assertThat(groups.named("fixed")).isSameAs(fixed);
		assertThat(groups.named("other")).isSameAs(groups.named("other"));
		assertThat(asked).containsExactly("fixed", "fixed", "other", "other");
	}

	@Test
	@DisplayName("2 settings that return another group's spec, or that fail, fail whoever names the group")
	void wrongSpec() {
		TaskGroupFactory another = Rig.VIRTUAL.factory();
		TaskGroupFactory groups = Rig.VIRTUAL.builder()
			.settings((name, spec) -> name.equals("foreign") ? another.named(name) : spec)
			.build();
		assertThatIllegalArgumentException().isThrownBy(() -> groups.named("foreign"))
			.withMessage("the settings of 'foreign' must return the spec they were given, refined");
		assertThat(groups.named("good")).isNotNull();
		assertThatIllegalArgumentException().isThrownBy(() -> groups.named(" "));
		assertThatExceptionOfType(NullPointerException.class).isThrownBy(() -> groups.named(null));
	}

	@Test
	@DisplayName("2 many names are not kept for ever")
	void manyNames() {
		TaskGroupFactory groups = Rig.VIRTUAL.builder().settings("fixed", spec -> spec.maxConcurrency(9)).build();
		IntStream.range(0, 10_000).forEach(i -> assertThat(groups.named("name-" + i)).isNotNull());
		assertThat(groups.named("name-9999")).isNotSameAs(groups.named("name-9999"))
			.isEqualTo(groups.named("name-9999"));
	}

	@Test
	@DisplayName("8.4 a rate that is raised while tasks wait is in effect for them, at once")
	void rateRaised() throws Exception {
		RateLimiter limiter = RateLimiter.of(1, Duration.ofDays(1));
		Rig.VIRTUAL.run(() -> Rig.VIRTUAL.factory().named("group").limiter(limiter).run(group -> {
			group.fork(() -> 1).await();
			List<TaskHandle<Integer>> waiting = List.of(group.fork(() -> 2), group.fork(() -> 3));
			assertThat(waiting).allMatch(handle -> handle.state() == TaskState.QUEUED);
			limiter.rate(1000, Duration.ofSeconds(1), 5);
			assertThat(waiting.getFirst().await()).isEqualTo(2);
			assertThat(waiting.getLast().await()).isEqualTo(3);
		}));
		assertThat(limiter.permits()).isEqualTo(1000);
		assertThat(limiter.period()).isEqualTo(Duration.ofSeconds(1));
		assertThat(limiter.burst()).isEqualTo(5);
	}

	@Test
	@DisplayName("8.4 a rate that is lowered lets no more start than the new burst, and none is forgotten")
	void rateLowered() throws Exception {
		RateLimiter limiter = RateLimiter.of(1000, Duration.ofSeconds(1), 1000);
		limiter.rate(1, Duration.ofDays(1), 2);
		CountDownLatch release = new CountDownLatch(1);
		Rig.VIRTUAL.run(() -> Rig.VIRTUAL.factory().named("group").limiter(limiter).run(group -> {
			List<TaskHandle<Void>> handles = IntStream.range(0, 5)
				.mapToObj(i -> group.fork(() -> Waits.on(release)))
				.toList();
			assertThat(handles.stream().map(TaskHandle::state)).containsExactly(TaskState.RUNNING, TaskState.RUNNING,
					TaskState.QUEUED, TaskState.QUEUED, TaskState.QUEUED);
			release.countDown();
			limiter.rate(1000, Duration.ofSeconds(1), 1000);
			for (TaskHandle<Void> handle : handles) {
				handle.await();
			}
		}));
	}

	@Test
	@DisplayName("8.4 a rate that cannot be changes nothing")
	void wrongRate() {
		RateLimiter limiter = RateLimiter.of(7, Duration.ofSeconds(3), 8);
		assertThatIllegalArgumentException().isThrownBy(() -> limiter.rate(0, Duration.ofSeconds(1), 1));
		assertThatIllegalArgumentException().isThrownBy(() -> limiter.rate(1, Duration.ZERO, 1));
		assertThatIllegalArgumentException().isThrownBy(() -> limiter.rate(1, Duration.ofSeconds(1), 0));
		assertThat(limiter.permits()).isEqualTo(7);
		assertThat(limiter.period()).isEqualTo(Duration.ofSeconds(3));
		assertThat(limiter.burst()).isEqualTo(8);
	}

	@Test
	@DisplayName("8.4 a rate that changes again and again, against starts and cancellations, forgets nobody")
	void rateChangesAgainstEverything() throws Exception {
		TaskGroupFactory groups = Rig.VIRTUAL.factory();
		Together.often(() -> {
			RateLimiter limiter = RateLimiter.of(1, Duration.ofDays(1));
			Together.run(() -> groups.named("group").limiter(limiter).run(group -> {
				for (int i = 0; i < 10; i++) {
					TaskHandle<Integer> handle = group.fork(() -> 1);
					if (i % 3 == 0) {
						handle.cancel();
					}
				}
			}), () -> {
				for (int i = 1; i < 5; i++) {
					limiter.rate(i, Duration.ofMillis(5 - i), i);
				}
				limiter.rate(1000, Duration.ofMillis(1), 1000);
			});
			assertThat(limiter.waiting()).isZero();
		});
	}

}
