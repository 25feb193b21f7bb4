package io.taskgroup;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * The limiters that all groups of a name share. Each is made when the first such group is
 * opened, and kept as long as the factory.
 */
final class SharedLimiters {

	private static final int MANY_NAMES = 1000;

	private final Map<String, OfName> names = new ConcurrentHashMap<>();

	/** The limiters that the plan shares with other groups of the name. */
	List<TaskLimiter> of(String name, LimitPlan plan) {
		if (plan.shared() == null && plan.makers().isEmpty()) {
			return List.of();
		}
		OfName known = this.names.get(name);
		if (known == null) {
			known = this.names.computeIfAbsent(name, (key) -> new OfName());
			if (this.names.size() == MANY_NAMES) {
				Log.log(Level.WARNING, "there are shared limits for " + MANY_NAMES
						+ " group names now; are names made up at run time? They are never forgotten", null);
			}
		}
		return known.limiters(name, plan);
	}

	/** What has been made for the name up to now. */
	List<TaskLimiter> made(String name) {
		OfName known = this.names.get(name);
		return (known != null) ? known.made() : List.of();
	}

	/** The limiters of one name. */
	private static final class OfName {

		/** The limit with which the concurrency limiter began. Guarded by this. */
		private int begunWith;

		/** Guarded by this. */
		private @Nullable ConcurrencyLimiter concurrency;

		/** Guarded by this. */
		private final List<Made> made = new ArrayList<>();

		synchronized List<TaskLimiter> limiters(String name, LimitPlan plan) {
			List<TaskLimiter> limiters = new ArrayList<>();
			if (plan.shared() != null) {
				limiters.add(concurrency(name, plan.shared()));
			}
			for (Function<String, ? extends @Nullable TaskLimiter> maker : plan.makers()) {
				TaskLimiter limiter = made(name, maker);
				if (limiter != null) {
					limiters.add(limiter);
				}
			}
			return limiters;
		}

		/** Holds the lock. */
		private ConcurrencyLimiter concurrency(String name, int limit) {
			if (this.concurrency == null) {
				this.concurrency = ConcurrencyLimiter.of(limit);
				this.begunWith = limit;
			}
			else if (this.begunWith != limit) {
				throw new IllegalStateException("sharedConcurrency(" + limit + ") of group '" + name
						+ "': the groups of that name share a limit already, which began with " + this.begunWith
						+ "; TaskGroupFactory.sharedLimiters(\"" + name + "\") has it, to be changed for all of them");
			}
			return this.concurrency;
		}

		/** Holds the lock. */
		private @Nullable TaskLimiter made(String name, Function<String, ? extends @Nullable TaskLimiter> maker) {
			for (Made known : this.made) {
				if (known.maker() == maker) {
					return known.limiter();
				}
			}
			TaskLimiter limiter = maker.apply(name);
			if (limiter != null) {
				this.made.add(new Made(maker, limiter));
			}
			return limiter;
		}

		synchronized List<TaskLimiter> made() {
			List<TaskLimiter> all = new ArrayList<>();
			if (this.concurrency != null) {
				all.add(this.concurrency);
			}
			this.made.forEach((known) -> all.add(known.limiter()));
			return List.copyOf(all);
		}

	}

	/**
	 * A limiter, and who made it.
	 *
	 * @param maker who made it
	 * @param limiter the limiter
	 */
	private record Made(Function<String, ? extends @Nullable TaskLimiter> maker, TaskLimiter limiter) {
	}

}
