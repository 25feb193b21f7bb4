package io.taskgroup.autoconfigure;

import java.time.Duration;
import java.util.function.Function;

import io.taskgroup.TaskGroupSpec;
import io.taskgroup.TaskGroupSpec.WhenFull;
import io.taskgroup.TaskLimiter;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.PropertyMapper;

/**
 * The settings of groups of one name: its own, and where it has none the defaults. What
 * is null is not set.
 *
 * @param timeout the time after which a group fails
 * @param perGroup how many tasks of one group run at once
 * @param shared how many tasks of all groups of the name run at once
 * @param adaptive how the shared limit finds its value
 * @param permits how many tasks of all groups of the name may start in a period
 * @param period the period
 * @param burst how many may start at once after a pause
 * @param capacity how many tasks of one group may wait for permits
 * @param whenFull what becomes of one too many
 * @param reinterruptEvery the time after which a thread that has swallowed an interrupt
 * is interrupted again
 * @param warnAfter the time after which a task that outlives its cancellation is logged
 */
public record GroupSettings(@Nullable Duration timeout, @Nullable Integer perGroup, @Nullable Integer shared,
		GroupProperties.@Nullable Adaptive adaptive, @Nullable Long permits, @Nullable Duration period,
		@Nullable Long burst, @Nullable Integer capacity, @Nullable WhenFull whenFull,
		@Nullable Duration reinterruptEvery, @Nullable Duration warnAfter) {

	static GroupSettings of(GroupProperties group) {
		GroupProperties.Concurrency concurrency = group.getConcurrency();
		GroupProperties.RateLimit rate = group.getRateLimit();
		GroupProperties.Queue queue = group.getQueue();
		GroupProperties.Cancellation cancellation = group.getCancellation();
		return new GroupSettings(group.getTimeout(), concurrency.getPerGroup(), concurrency.getShared(),
				concurrency.getAdaptive(), rate.getPermits(), rate.getPeriod(), rate.getBurst(), queue.getCapacity(),
				queue.getWhenFull(), cancellation.getReinterruptEvery(), cancellation.getWarnAfter());
	}

	/** These settings, and where there are none the others. */
	GroupSettings over(GroupSettings others) {
		// a burst belongs to its permits
		Long burst = (this.burst != null || this.permits != null) ? this.burst : others.burst;
		return new GroupSettings(either(this.timeout, others.timeout), either(this.perGroup, others.perGroup),
				either(this.shared, others.shared), either(this.adaptive, others.adaptive),
				either(this.permits, others.permits), either(this.period, others.period), burst,
				either(this.capacity, others.capacity), either(this.whenFull, others.whenFull),
				either(this.reinterruptEvery, others.reinterruptEvery), either(this.warnAfter, others.warnAfter));
	}

	private static <T> @Nullable T either(@Nullable T one, @Nullable T other) {
		return (one != null) ? one : other;
	}

	boolean isAdaptive() {
		return this.adaptive != null && this.adaptive != GroupProperties.Adaptive.NONE;
	}

	Rate rate() {
		long permits = (this.permits != null) ? this.permits : Rate.NONE.permits();
		return new Rate(permits, (this.period != null) ? this.period : Rate.NONE.period(),
				(this.burst != null) ? this.burst : permits);
	}

	TaskGroupSpec applyTo(TaskGroupSpec spec, Function<String, @Nullable TaskLimiter> concurrency,
			Function<String, @Nullable TaskLimiter> rate) {
		PropertyMapper map = PropertyMapper.get();
		TaskGroupSpec refined = spec;
		refined = map.from(this.timeout).to(refined, TaskGroupSpec::timeout);
		refined = map.from(this.perGroup).to(refined, TaskGroupSpec::maxConcurrency);
		refined = map.from(this.reinterruptEvery).to(refined, TaskGroupSpec::reinterruptEvery);
		refined = map.from(this.warnAfter).to(refined, TaskGroupSpec::warnAfter);
		if (this.shared != null) {
			refined = refined.sharedLimiter(concurrency);
		}
		if (this.permits != null) {
			refined = refined.sharedLimiter(rate);
		}
		if (this.capacity != null) {
			refined = refined.queue(this.capacity, (this.whenFull != null) ? this.whenFull : WhenFull.WAIT);
		}
		return refined;
	}

	/**
	 * How many tasks may start.
	 *
	 * @param permits how many in a period
	 * @param period the period
	 * @param burst how many at once
	 */
	record Rate(long permits, Duration period, long burst) {

		/** More than any machine starts. */
		static final Rate NONE = new Rate(1_000_000_000, Duration.ofSeconds(1), 1_000_000_000);

	}

}
