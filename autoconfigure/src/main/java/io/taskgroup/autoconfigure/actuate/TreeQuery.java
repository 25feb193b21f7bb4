package io.taskgroup.autoconfigure.actuate;

import java.time.Duration;

import io.taskgroup.SnapshotOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.convert.DurationStyle;

/**
 * How much of what is open somebody wants to see.
 *
 * @param stacks how many stack frames of tasks that run for long
 * @param olderThan how long a task must have been there for that
 * @param maxTasks how many tasks
 */
record TreeQuery(@Nullable Integer stacks, @Nullable Duration olderThan, @Nullable Integer maxTasks) {

	private static final int MAX_STACK_DEPTH = 50;

	private static final Duration DEFAULT_AGE = Duration.ofSeconds(1);

	/**
	 * How many groups may lie in each other. Each of them takes up to four levels of
	 * JSON, of which its writers allow 500.
	 */
	private static final int MAX_DEPTH = 100;

	/**
	 * Reads the parameters of a request.
	 * @throws InvalidEndpointRequestException if one cannot be read
	 */
	static TreeQuery of(@Nullable String stacks, @Nullable String olderThan, @Nullable String maxTasks) {
		return new TreeQuery(integer("stacks", stacks), duration(olderThan), integer("maxTasks", maxTasks));
	}

	private static @Nullable Integer integer(String name, @Nullable String value) {
		try {
			return (value != null) ? Integer.valueOf(value) : null;
		}
		catch (NumberFormatException ex) {
			throw invalid(name + " must be a whole number");
		}
	}

	private static @Nullable Duration duration(@Nullable String value) {
		try {
			return (value != null) ? DurationStyle.detectAndParse(value) : null;
		}
		catch (IllegalArgumentException | ArithmeticException ex) {
			throw invalid("olderThan must be a duration, such as 500ms or 2s");
		}
	}

	/**
	 * Says so to the engine, with bounds for everything.
	 * @throws InvalidEndpointRequestException if a value cannot be
	 */
	SnapshotOptions options(int mostTasks) {
		int depth = (this.stacks != null) ? this.stacks : 0;
		if (depth < 0 || depth > MAX_STACK_DEPTH) {
			throw invalid("stacks must be from 0 to " + MAX_STACK_DEPTH);
		}
		Duration age = (this.olderThan != null) ? this.olderThan : DEFAULT_AGE;
		if (age.isNegative()) {
			throw invalid("olderThan must not be negative");
		}
		int tasks = (this.maxTasks != null) ? this.maxTasks : mostTasks;
		if (tasks < 0 || tasks > mostTasks) {
			throw invalid("maxTasks must be from 0 to " + mostTasks
					+ ", which is what management.endpoint.taskgroups.max-tasks says");
		}
		return SnapshotOptions.ALL.atMost(tasks, mostTasks, MAX_DEPTH).stacks(depth, age);
	}

	private static InvalidEndpointRequestException invalid(String reason) {
		return new InvalidEndpointRequestException(reason, reason);
	}

}
