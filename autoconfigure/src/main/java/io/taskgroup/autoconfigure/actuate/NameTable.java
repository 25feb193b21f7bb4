package io.taskgroup.autoconfigure.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.function.Supplier;

import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.GroupOutcome;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupSpecInfo;
import io.taskgroup.TaskLimiter;
import io.taskgroup.TaskState;
import io.taskgroup.autoconfigure.ConfiguredGroups;
import io.taskgroup.autoconfigure.GroupProperties;
import io.taskgroup.autoconfigure.GroupSettings;
import io.taskgroup.autoconfigure.OutcomeTags;
import io.taskgroup.autoconfigure.actuate.TaskGroupDescriptor.CancellationSettingsDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskGroupDescriptor.ConcurrencyDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskGroupDescriptor.OutcomesDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskGroupDescriptor.QueueDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskGroupDescriptor.RateLimitDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskGroupDescriptor.SettingsDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskGroupsDescriptor.CountsDescriptor;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/**
 * What there is of each name of groups: totals, limits and settings.
 */
final class NameTable {

	private static final NameTotals NOTHING_YET = new NameTotals();

	private final Supplier<List<TaskGroupFactory>> factories;

	private final TaskGroupTotals totals;

	private final ConfiguredGroups configured;

	NameTable(Supplier<List<TaskGroupFactory>> factories, TaskGroupTotals totals, ConfiguredGroups configured) {
		this.factories = factories;
		this.totals = totals;
		this.configured = configured;
	}

	/** The names of which a group was opened, in their order. */
	List<TaskGroupDescriptor> all() {
		return this.totals.all()
			.entrySet()
			.stream()
			.map((entry) -> describe(entry.getKey(), entry.getValue(), sharedLimiters(entry.getKey()), null))
			.toList();
	}

	/** Null if nobody knows the name. */
	@Nullable TaskGroupDescriptor find(String name) {
		List<TaskLimiter> limiters = sharedLimiters(name);
		NameTotals known = this.totals.find(name);
		if (known == null && limiters.isEmpty() && !this.configured.isConfigured(name)) {
			return null;
		}
		return describe(name, (known != null) ? known : NOTHING_YET, limiters, settings(name));
	}

	/**
	 * Sets the limit that all groups of a name share. If they share several, each is set,
	 * so that the limit is what holds.
	 * @return whether somebody knows the name
	 * @throws InvalidEndpointRequestException if it cannot be set
	 */
	boolean limit(String name, int limit) {
		if (limit < 1) {
			throw invalid("The limit must be at least 1.");
		}
		if (find(name) == null) {
			return false;
		}
		List<ConcurrencyLimiter> limiters = sharedLimiters(name).stream()
			.filter(ConcurrencyLimiter.class::isInstance)
			.map(ConcurrencyLimiter.class::cast)
			.toList();
		if (limiters.isEmpty()) {
			throw invalid(
					"The groups of this name share no limit of concurrency, or none of them has been " + "opened yet.");
		}
		limiters.forEach((limiter) -> limiter.limit(limit));
		return true;
	}

	private static InvalidEndpointRequestException invalid(String reason) {
		return new InvalidEndpointRequestException(reason, reason);
	}

	private List<TaskLimiter> sharedLimiters(String name) {
		List<TaskLimiter> limiters = new ArrayList<>();
		for (TaskGroupFactory factory : this.factories.get()) {
			try {
				limiters.addAll(factory.sharedLimiters(name));
			}
			catch (IllegalArgumentException ex) {
				// it cannot be the name of a group, so there are none
			}
		}
		return limiters;
	}

	private static TaskGroupDescriptor describe(String name, NameTotals totals, List<TaskLimiter> limiters,
			@Nullable SettingsDescriptor settings) {
		Map<String, Long> cancellations = new TreeMap<>();
		totals.cancellations().forEach((kind, count) -> cancellations.put(OutcomeTags.of(kind), count));
		return new TaskGroupDescriptor(ShownText.ofName(name), totals.active().groups(),
				limiters.stream().map((limiter) -> Descriptors.limit(limiter, true)).toList(),
				new CountsDescriptor(totals.active().queued(), totals.active().running(),
						totals.tasks(TaskState.SUCCESS), totals.tasks(TaskState.FAILED),
						totals.tasks(TaskState.CANCELLED)),
				new OutcomesDescriptor(totals.groups(GroupOutcome.SUCCESS), totals.groups(GroupOutcome.FAILED),
						totals.groups(GroupOutcome.CANCELLED), totals.groups(GroupOutcome.TIMEOUT)),
				cancellations, settings);
	}

	/** What a group would have that is opened now. */
	private @Nullable SettingsDescriptor settings(String name) {
		List<TaskGroupFactory> factories = this.factories.get();
		if (factories.isEmpty()) {
			return null;
		}
		TaskGroupSpecInfo spec = factories.getFirst().named(name).info();
		// what all groups of the name share is told only by the properties, as long as no
		// group has been opened
		GroupSettings shared = this.configured.settings(name);
		return new SettingsDescriptor(spec.timeout().map(Duration::toString).orElse(null),
				spec.moveOnAfter().map(Duration::toString).orElse(null), concurrency(spec, shared), rate(shared),
				queue(spec),
				new CancellationSettingsDescriptor(spec.reinterruptEvery().toString(), spec.warnAfter().toString()));
	}

	private static @Nullable ConcurrencyDescriptor concurrency(TaskGroupSpecInfo spec, GroupSettings properties) {
		Integer shared = (properties.shared() != null) ? properties.shared() : orNull(spec.sharedConcurrency());
		Integer perGroup = orNull(spec.maxConcurrency());
		if (shared == null && perGroup == null) {
			return null;
		}
		return new ConcurrencyDescriptor(perGroup, shared, (properties.shared() != null) ? adaptive(properties) : null);
	}

	private static @Nullable String adaptive(GroupSettings properties) {
		GroupProperties.Adaptive adaptive = properties.adaptive();
		return (adaptive != null && adaptive != GroupProperties.Adaptive.NONE) ? Descriptors.word(adaptive) : null;
	}

	private static @Nullable RateLimitDescriptor rate(GroupSettings properties) {
		Long permits = properties.permits();
		if (permits == null) {
			return null;
		}
		Duration period = (properties.period() != null) ? properties.period() : Duration.ofSeconds(1);
		return new RateLimitDescriptor(permits, period.toString(),
				(properties.burst() != null) ? properties.burst() : permits);
	}

	private static @Nullable QueueDescriptor queue(TaskGroupSpecInfo spec) {
		return spec.queueCapacity().isPresent() ? new QueueDescriptor(spec.queueCapacity().getAsInt(),
				spec.whenFull().map(Descriptors::word).orElse(null)) : null;
	}

	private static @Nullable Integer orNull(OptionalInt value) {
		return value.isPresent() ? value.getAsInt() : null;
	}

}
