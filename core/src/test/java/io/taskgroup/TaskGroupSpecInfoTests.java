package io.taskgroup;

import java.time.Duration;

import io.taskgroup.TaskGroupSpec.WhenFull;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a spec tells of itself.
 */
@Timeout(30)
class TaskGroupSpecInfoTests {

	@Test
	@DisplayName("10.2 a spec without settings tells the defaults, and nothing else")
	void empty() {
		TaskGroupSpecInfo info = TaskGroupFactory.create().named("group").info();
		assertThat(info.timeout()).isEmpty();
		assertThat(info.moveOnAfter()).isEmpty();
		assertThat(info.maxConcurrency()).isEmpty();
		assertThat(info.sharedConcurrency()).isEmpty();
		assertThat(info.limiters()).isEmpty();
		assertThat(info.queueCapacity()).isEmpty();
		assertThat(info.whenFull()).isEmpty();
		assertThat(info.reinterruptEvery()).isEqualTo(Duration.ofSeconds(5));
		assertThat(info.warnAfter()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	@DisplayName("10.2 a spec tells what was set, by the settings of its name and behind it")
	void all() {
		RateLimiter rate = RateLimiter.of(10, Duration.ofSeconds(1));
		TaskGroupFactory groups = TaskGroupFactory.builder()
			.defaults((spec) -> spec.timeout(Duration.ofSeconds(1)).queue(0, WhenFull.REJECT))
			.settings("group", (spec) -> spec.timeout(Duration.ofSeconds(2)).maxConcurrency(3))
			.build();
		TaskGroupSpec spec = groups.named("group")
			.moveOnAfter(Duration.ofSeconds(4))
			.sharedConcurrency(5)
			.limiter(rate)
			.reinterruptEvery(Duration.ofSeconds(6))
			.warnAfter(Duration.ofSeconds(7));
		TaskGroupSpecInfo info = spec.info();
		assertThat(info.timeout()).contains(Duration.ofSeconds(2));
		assertThat(info.moveOnAfter()).contains(Duration.ofSeconds(4));
		assertThat(info.maxConcurrency()).hasValue(3);
		assertThat(info.sharedConcurrency()).hasValue(5);
		assertThat(info.limiters()).containsExactly(rate);
		assertThat(info.queueCapacity()).hasValue(0);
		assertThat(info.whenFull()).contains(WhenFull.REJECT);
		assertThat(info.reinterruptEvery()).isEqualTo(Duration.ofSeconds(6));
		assertThat(info.warnAfter()).isEqualTo(Duration.ofSeconds(7));
		assertThat(spec.queue(9, WhenFull.WAIT).info().whenFull()).contains(WhenFull.WAIT);
	}

}
