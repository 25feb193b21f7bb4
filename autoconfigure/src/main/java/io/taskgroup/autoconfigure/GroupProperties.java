package io.taskgroup.autoconfigure;

import java.time.Duration;

import io.taskgroup.TaskGroupSpec.WhenFull;
import org.jspecify.annotations.Nullable;

/**
 * The settings of groups of one name, or the defaults of all. What is null is not set.
 */
public class GroupProperties {

	/**
	 * Time after which a group fails. None by default.
	 */
	private @Nullable Duration timeout;

	static GroupProperties ofDefaults() {
		GroupProperties defaults = new GroupProperties();
		defaults.rateLimit.setPeriod(Duration.ofSeconds(1));
		defaults.queue.setWhenFull(WhenFull.WAIT);
		defaults.cancellation.setReinterruptEvery(Duration.ofSeconds(5));
		defaults.cancellation.setWarnAfter(Duration.ofSeconds(10));
		return defaults;
	}

	private final Concurrency concurrency = new Concurrency();

	private final RateLimit rateLimit = new RateLimit();

	private final Queue queue = new Queue();

	private final Cancellation cancellation = new Cancellation();

	public @Nullable Duration getTimeout() {
		return this.timeout;
	}

	public void setTimeout(@Nullable Duration timeout) {
		this.timeout = timeout;
	}

	public Concurrency getConcurrency() {
		return this.concurrency;
	}

	public RateLimit getRateLimit() {
		return this.rateLimit;
	}

	public Queue getQueue() {
		return this.queue;
	}

	public Cancellation getCancellation() {
		return this.cancellation;
	}

	/**
	 * How many tasks run at once.
	 */
	public static class Concurrency {

		/**
		 * How many tasks of one group run at once. No limit by default.
		 */
		private @Nullable Integer perGroup;

		/**
		 * How many tasks of all open groups of a name run at once in this application. No
		 * limit by default.
		 */
		private @Nullable Integer shared;

		/**
		 * Algorithm that finds the shared limit, which is then its highest value. None by
		 * default: the shared limit is fixed. Needs
		 * 'com.netflix.concurrency-limits:concurrency-limits-core'.
		 */
		private @Nullable Adaptive adaptive;

		public @Nullable Integer getPerGroup() {
			return this.perGroup;
		}

		public void setPerGroup(@Nullable Integer perGroup) {
			this.perGroup = perGroup;
		}

		public @Nullable Integer getShared() {
			return this.shared;
		}

		public void setShared(@Nullable Integer shared) {
			this.shared = shared;
		}

		public @Nullable Adaptive getAdaptive() {
			return this.adaptive;
		}

		public void setAdaptive(@Nullable Adaptive adaptive) {
			this.adaptive = adaptive;
		}

	}

	/**
	 * Algorithms that find a concurrency limit.
	 */
	public enum Adaptive {

		/**
		 * The limit is fixed.
		 */
		NONE,

		/**
		 * Follows how the time that tasks take differs from what they took for a while.
		 */
		GRADIENT2,

		/**
		 * Follows how many tasks seem to queue up in what they call.
		 */
		VEGAS,

		/**
		 * One more while all is well, a tenth less with each failure.
		 */
		AIMD

	}

	/**
	 * How many tasks start in a span of time.
	 */
	public static class RateLimit {

		/**
		 * How many tasks of all groups of a name may start in a period. No limit by
		 * default.
		 */
		private @Nullable Long permits;

		/**
		 * The period. Default is one second.
		 */
		private @Nullable Duration period;

		/**
		 * How many tasks may start at once after a pause. As many as in a period by
		 * default.
		 */
		private @Nullable Long burst;

		public @Nullable Long getPermits() {
			return this.permits;
		}

		public void setPermits(@Nullable Long permits) {
			this.permits = permits;
		}

		public @Nullable Duration getPeriod() {
			return this.period;
		}

		public void setPeriod(@Nullable Duration period) {
			this.period = period;
		}

		public @Nullable Long getBurst() {
			return this.burst;
		}

		public void setBurst(@Nullable Long burst) {
			this.burst = burst;
		}

	}

	/**
	 * How many tasks may wait for a permit.
	 */
	public static class Queue {

		/**
		 * How many tasks of one group may wait for permits. No limit by default.
		 */
		private @Nullable Integer capacity;

		/**
		 * What becomes of one task too many: whoever forks it waits, or it is rejected.
		 */
		private @Nullable WhenFull whenFull;

		public @Nullable Integer getCapacity() {
			return this.capacity;
		}

		public void setCapacity(@Nullable Integer capacity) {
			this.capacity = capacity;
		}

		public @Nullable WhenFull getWhenFull() {
			return this.whenFull;
		}

		public void setWhenFull(@Nullable WhenFull whenFull) {
			this.whenFull = whenFull;
		}

	}

	/**
	 * How cancelled tasks are treated that do not end.
	 */
	public static class Cancellation {

		/**
		 * Time after which a thread that has swallowed an interrupt is interrupted again.
		 */
		private @Nullable Duration reinterruptEvery;

		/**
		 * Time after which a task that outlives its cancellation is logged.
		 */
		private @Nullable Duration warnAfter;

		public @Nullable Duration getReinterruptEvery() {
			return this.reinterruptEvery;
		}

		public void setReinterruptEvery(@Nullable Duration reinterruptEvery) {
			this.reinterruptEvery = reinterruptEvery;
		}

		public @Nullable Duration getWarnAfter() {
			return this.warnAfter;
		}

		public void setWarnAfter(@Nullable Duration warnAfter) {
			this.warnAfter = warnAfter;
		}

	}

}
