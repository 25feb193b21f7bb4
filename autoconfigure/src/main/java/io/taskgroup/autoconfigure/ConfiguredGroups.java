package io.taskgroup.autoconfigure;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.RateLimiter;
import io.taskgroup.TaskGroupSettings;
import io.taskgroup.TaskGroupSpec;
import io.taskgroup.TaskLimiter;
import io.taskgroup.adaptive.AdaptiveConcurrency;
import org.jspecify.annotations.Nullable;

import org.springframework.core.env.Environment;

/**
 * What {@link TaskGroupProperties} say of groups, kept up to date: when the properties
 * are bound again, groups that are opened from then on have the new settings, and the
 * limiters that the groups of a name share have their new limits at once. No task is
 * dropped by that.
 */
public final class ConfiguredGroups implements TaskGroupSettings {

	/** As many as to make no difference. */
	private static final int UNLIMITED = Integer.MAX_VALUE;

	private static final int MANY_NAMES = 4096;

	private final Environment environment;

	private final Map<String, ConcurrencyLimiter> concurrencyLimiters = new ConcurrentHashMap<>();

	private final Map<String, RateLimiter> rateLimiters = new ConcurrentHashMap<>();

	private final Function<String, @Nullable TaskLimiter> concurrency = this::concurrencyLimiter;

	private final Function<String, @Nullable TaskLimiter> rate = this::rateLimiter;

	private volatile Current current;

	ConfiguredGroups(TaskGroupProperties properties, Environment environment) {
		this.environment = environment;
		UnknownGroupKeys.check(environment);
		this.current = new Current(properties);
		properties.onChange(() -> changed(properties));
	}

	/**
	 * Returns whether the properties have something to say of groups of a name.
	 * @param name the name
	 * @return whether it has settings of its own
	 */
	public boolean isConfigured(String name) {
		return this.current.groups.containsKey(name);
	}

	/**
	 * Returns what the properties say of groups of a name.
	 * @param name the name
	 * @return the settings of that name, or else the defaults
	 */
	public GroupSettings settings(String name) {
		return this.current.of(name);
	}

	private synchronized void changed(TaskGroupProperties properties) {
		UnknownGroupKeys.check(this.environment);
		Current before = this.current;
		Current now = new Current(properties);
		this.current = now;
		this.concurrencyLimiters.forEach((name, limiter) -> {
			Integer limit = now.of(name).shared();
			// what somebody has set since then stays, unless the setting itself has
			// changed
			if (!Objects.equals(limit, before.of(name).shared())) {
				limiter.limit((limit != null) ? limit : UNLIMITED);
			}
		});
		this.rateLimiters.forEach((name, limiter) -> {
			GroupSettings.Rate rate = now.of(name).rate();
			if (!rate.equals(before.of(name).rate())) {
				limiter.rate(rate.permits(), rate.period(), rate.burst());
			}
		});
	}

	@Override
	public TaskGroupSpec refine(String name, TaskGroupSpec spec) {
		Current settings = this.current;
		Refined known = settings.refined.get(name);
		if (known == null || known.from() != spec) {
			known = new Refined(spec, settings.of(name).applyTo(spec, this.concurrency, this.rate));
			if (settings.refined.size() < MANY_NAMES) {
				settings.refined.put(name, known);
			}
		}
		return known.to();
	}

	private @Nullable TaskLimiter concurrencyLimiter(String name) {
		GroupSettings settings = this.current.of(name);
		if (settings.shared() == null) {
			return null;
		}
		int limit = settings.shared();
		ConcurrencyLimiter limiter = this.concurrencyLimiters.computeIfAbsent(name,
				(key) -> settings.isAdaptive() ? adaptive(settings, limit) : ConcurrencyLimiter.of(limit));
		Integer latest = this.current.of(name).shared();
		if (!Objects.equals(latest, limit)) {
			// changed while it was made
			limiter.limit((latest != null) ? latest : UNLIMITED);
		}
		return limiter;
	}

	private static ConcurrencyLimiter adaptive(GroupSettings settings, int maxLimit) {
		return switch (Objects.requireNonNull(settings.adaptive())) {
			case GRADIENT2 -> AdaptiveConcurrency.gradient2(maxLimit);
			case VEGAS -> AdaptiveConcurrency.vegas(maxLimit);
			case AIMD -> AdaptiveConcurrency.aimd(maxLimit);
			case NONE -> ConcurrencyLimiter.of(maxLimit);
		};
	}

	private @Nullable TaskLimiter rateLimiter(String name) {
		GroupSettings settings = this.current.of(name);
		if (settings.permits() == null) {
			return null;
		}
		GroupSettings.Rate rate = settings.rate();
		RateLimiter limiter = this.rateLimiters.computeIfAbsent(name,
				(key) -> RateLimiter.of(rate.permits(), rate.period(), rate.burst()));
		GroupSettings.Rate latest = this.current.of(name).rate();
		if (!latest.equals(rate)) {
			// changed while it was made
			limiter.rate(latest.permits(), latest.period(), latest.burst());
		}
		return limiter;
	}

	/** The settings between two changes. */
	private static final class Current {

		private final GroupSettings defaults;

		private final Map<String, GroupSettings> groups = new HashMap<>();

		private final Map<String, Refined> refined = new ConcurrentHashMap<>();

		Current(TaskGroupProperties properties) {
			this.defaults = GroupSettings.of(properties.getDefaults());
			properties.getGroups()
				.forEach((name, group) -> this.groups.put(name, GroupSettings.of(group).over(this.defaults)));
		}

		GroupSettings of(String name) {
			return this.groups.getOrDefault(name, this.defaults);
		}

	}

	/**
	 * What the settings made of a spec.
	 *
	 * @param from the spec
	 * @param to what they made of it
	 */
	private record Refined(TaskGroupSpec from, TaskGroupSpec to) {
	}

}
