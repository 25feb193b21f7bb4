package io.taskgroup.autoconfigure;

import java.time.Duration;

import io.taskgroup.TaskGroupSpec.WhenFull;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;
import org.springframework.validation.Errors;

/**
 * Says what is wrong with the settings of one group.
 */
final class GroupPropertiesValidator {

	private static final int LONGEST_NAME = 200;

	private final Errors errors;

	private final String path;

	GroupPropertiesValidator(Errors errors, String path) {
		this.errors = errors;
		this.path = path;
	}

	void validateDefaults(GroupProperties defaults) {
		validate(defaults);
		queue(GroupSettings.of(defaults));
	}

	void validate(String name, GroupProperties group, GroupProperties defaults) {
		if (name.isBlank() || name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
			this.errors.rejectValue(this.path, "name", "the name of a group must not be blank, must have at most "
					+ LONGEST_NAME + " characters and none that is a control character");
		}
		validate(group);
		GroupSettings merged = GroupSettings.of(group).over(GroupSettings.of(defaults));
		if (group.getConcurrency().getAdaptive() != null && merged.isAdaptive() && merged.shared() == null) {
			reject("concurrency.adaptive", "needs a 'shared' limit in the same place as its highest value");
		}
		queue(merged);
	}

	private void validate(GroupProperties group) {
		if (group.getTimeout() != null && group.getTimeout().isNegative()) {
			reject("timeout", "must not be negative");
		}
		atLeastOne("concurrency.perGroup", group.getConcurrency().getPerGroup());
		atLeastOne("concurrency.shared", group.getConcurrency().getShared());
		adaptive(group.getConcurrency().getAdaptive());
		atLeastOne("rateLimit.permits", group.getRateLimit().getPermits());
		atLeastOne("rateLimit.burst", group.getRateLimit().getBurst());
		positive("rateLimit.period", group.getRateLimit().getPeriod());
		if (group.getQueue().getCapacity() != null && group.getQueue().getCapacity() < 0) {
			reject("queue.capacity", "must not be negative");
		}
		positive("cancellation.reinterruptEvery", group.getCancellation().getReinterruptEvery());
		positive("cancellation.warnAfter", group.getCancellation().getWarnAfter());
	}

	private void adaptive(GroupProperties.@Nullable Adaptive adaptive) {
		if (adaptive != null && adaptive != GroupProperties.Adaptive.NONE
				&& !ClassUtils.isPresent("com.netflix.concurrency.limits.Limit", getClass().getClassLoader())) {
			reject("concurrency.adaptive",
					"needs com.netflix.concurrency-limits:concurrency-limits-core, which is not on the class path");
		}
	}

	private void queue(GroupSettings merged) {
		if (Integer.valueOf(0).equals(merged.capacity()) && merged.whenFull() != WhenFull.REJECT) {
			reject("queue.capacity", "must be at least 1, or 'when-full' must be 'reject'");
		}
	}

	private void atLeastOne(String field, @Nullable Number value) {
		if (value != null && value.longValue() < 1) {
			reject(field, "must be at least 1");
		}
	}

	private void positive(String field, @Nullable Duration value) {
		if (value != null && !value.isPositive()) {
			reject(field, "must be more than zero");
		}
	}

	private void reject(String field, String message) {
		this.errors.rejectValue(this.path + "." + field, "invalid", message);
	}

}
