package io.taskgroup.autoconfigure;

import java.time.Duration;

import io.taskgroup.TaskGroupSpec.WhenFull;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.ClassUtils;

/**
 * Looks for settings that cannot be. The exception for one names the property as it would
 * be written, so that Spring Boot can tell where it comes from.
 */
final class GroupPropertiesValidator {

	/** Present if there are adaptive limits. */
	static final String ADAPTIVE_LIMITS = "com.netflix.concurrency.limits.Limit";

	private static final int LONGEST_NAME = 200;

	private final String path;

	private GroupPropertiesValidator(String path) {
		this.path = path;
	}

	static void validate(TaskGroupProperties properties) {
		GroupProperties defaults = properties.getDefaults();
		GroupPropertiesValidator ofDefaults = new GroupPropertiesValidator("taskgroup.defaults");
		ofDefaults.values(defaults);
		ofDefaults.queue(GroupSettings.of(defaults));
		properties.getGroups().forEach((name, group) -> {
			GroupPropertiesValidator ofGroup = new GroupPropertiesValidator("taskgroup.groups" + key(name));
			ofGroup.name(name);
			ofGroup.values(group);
			ofGroup.merged(group, GroupSettings.of(group).over(GroupSettings.of(defaults)));
		});
		GroupPropertiesValidator others = new GroupPropertiesValidator("taskgroup");
		others.notNegative("shutdown.timeout", properties.getShutdown().getTimeout());
		others.atLeastOne("metrics.max-group-names", properties.getMetrics().getMaxGroupNames());
	}

	private static String key(String name) {
		return name.matches("[a-z0-9-]+") ? "." + name : "[" + name + "]";
	}

	private void name(String name) {
		if (name.isBlank() || name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
			throw new InvalidConfigurationPropertyValueException(this.path, name,
					"The name of a group must not be blank, must have at most " + LONGEST_NAME
							+ " characters, and none that is a control character.");
		}
	}

	private void values(GroupProperties group) {
		notNegative("timeout", group.getTimeout());
		atLeastOne("concurrency.per-group", group.getConcurrency().getPerGroup());
		atLeastOne("concurrency.shared", group.getConcurrency().getShared());
		adaptive(group.getConcurrency().getAdaptive());
		atLeastOne("rate-limit.permits", group.getRateLimit().getPermits());
		atLeastOne("rate-limit.burst", group.getRateLimit().getBurst());
		moreThanZero("rate-limit.period", group.getRateLimit().getPeriod());
		Integer capacity = group.getQueue().getCapacity();
		if (capacity != null && capacity < 0) {
			throw wrong("queue.capacity", capacity, "It must not be negative.");
		}
		moreThanZero("cancellation.reinterrupt-every", group.getCancellation().getReinterruptEvery());
		moreThanZero("cancellation.warn-after", group.getCancellation().getWarnAfter());
	}

	private void adaptive(GroupProperties.@Nullable Adaptive adaptive) {
		if (adaptive != null && adaptive != GroupProperties.Adaptive.NONE
				&& !ClassUtils.isPresent(ADAPTIVE_LIMITS, getClass().getClassLoader())) {
			throw wrong("concurrency.adaptive", adaptive, "It needs com.netflix.concurrency-limits:"
					+ "concurrency-limits-core, which is not on the class path.");
		}
	}

	/** What is only wrong together with the defaults. */
	private void merged(GroupProperties group, GroupSettings merged) {
		GroupProperties.Adaptive adaptive = group.getConcurrency().getAdaptive();
		if (adaptive != null && merged.isAdaptive() && merged.shared() == null) {
			throw wrong("concurrency.adaptive", adaptive,
					"It needs 'concurrency.shared', as the highest limit that it may find.");
		}
		queue(merged);
	}

	private void queue(GroupSettings merged) {
		Integer capacity = merged.capacity();
		if (capacity != null && capacity < 1 && merged.whenFull() != WhenFull.REJECT) {
			throw wrong("queue.capacity", capacity, "It must be at least 1, or 'queue.when-full' must be 'reject'.");
		}
	}

	private void atLeastOne(String key, @Nullable Number value) {
		if (value != null && value.longValue() < 1) {
			throw wrong(key, value, "It must be at least 1.");
		}
	}

	private void notNegative(String key, @Nullable Duration value) {
		if (value != null && value.isNegative()) {
			throw wrong(key, value, "It must not be negative.");
		}
	}

	private void moreThanZero(String key, @Nullable Duration value) {
		if (value != null && !value.isPositive()) {
			throw wrong(key, value, "It must be more than zero.");
		}
	}

	private InvalidConfigurationPropertyValueException wrong(String key, Object value, String reason) {
		return new InvalidConfigurationPropertyValueException(this.path + "." + key, value, reason);
	}

}
