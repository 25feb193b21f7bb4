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

	void validate(String name, GroupProperties group) {
		if (name.isBlank() || name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
			this.errors.rejectValue(this.path, "name", "the name of a group must not be blank, must have at most "
					+ LONGEST_NAME + " characters and none that is a control character");
		}
		validate(group);
	}

	void validate(GroupProperties group) {
		if (group.getTimeout() != null && group.getTimeout().isNegative()) {
			reject("timeout", "must not be negative");
		}
		atLeastOne("concurrency.perGroup", group.getConcurrency().getPerGroup());
		atLeastOne("concurrency.shared", group.getConcurrency().getShared());
		adaptive(group.getConcurrency().getAdaptive());
		atLeastOne("rateLimit.permits", group.getRateLimit().getPermits());
		atLeastOne("rateLimit.burst", group.getRateLimit().getBurst());
		positive("rateLimit.period", group.getRateLimit().getPeriod());
		queue(group.getQueue());
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

	private void queue(GroupProperties.Queue queue) {
		Integer capacity = queue.getCapacity();
		if (capacity == null) {
			return;
		}
		int least = (queue.getWhenFull() == WhenFull.REJECT) ? 0 : 1;
		if (capacity < least) {
			reject("queue.capacity", (least == 0) ? "must not be negative"
					: "must be at least 1, or 0 if 'when-full' is 'reject' in the same place");
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
