package io.taskgroup.autoconfigure.metrics;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.taskgroup.CancelKind;
import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.GroupOutcome;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskState;
import io.taskgroup.autoconfigure.ActiveCounts;
import io.taskgroup.autoconfigure.OutcomeTags;
import org.jspecify.annotations.Nullable;

/**
 * The meters of all groups of one name. Thread-safe. The gauges look at sums, never at
 * groups: a group that has ended is kept by nothing here.
 */
final class GroupMeters {

	private final MeterRegistry registry;

	private final String group;

	private final ActiveCounts active = new ActiveCounts();

	private final Map<GroupOutcome, Timer> groups = new ConcurrentHashMap<>();

	/** By the class of what was thrown, or else by the outcome. */
	private final Map<Object, Timer> tasks = new ConcurrentHashMap<>();

	private final Map<CancelKind, Counter> cancellations = new ConcurrentHashMap<>();

	private final List<Meter> gauges = new CopyOnWriteArrayList<>();

	private final AtomicBoolean showsLimits = new AtomicBoolean();

	/** Made when the first task has waited. A race makes the same timer twice. */
	private volatile @Nullable Timer wait;

	/** Written before the gauges that read it are made. */
	private volatile Collection<TaskGroupFactory> factories = List.of();

	GroupMeters(MeterRegistry registry, String group) {
		this.registry = registry;
		this.group = group;
		gauge("taskgroup.groups.active", "Groups that are open now.", (meters) -> meters.active.groups());
		gauge("taskgroup.tasks.active", "Tasks that run now.", (meters) -> meters.active.running());
		gauge("taskgroup.tasks.queued", "Tasks that wait for a permit now.", (meters) -> meters.active.queued());
	}

	private void gauge(String name, String description, ToDoubleFunction<GroupMeters> value) {
		this.gauges.add(Gauge.builder(name, this, value)
			.tag("group", this.group)
			.description(description)
			.register(this.registry));
	}

	// Groups

	void groupOpened(Collection<TaskGroupFactory> factories) {
		this.active.groupOpened();
		if (!this.showsLimits.get() && !this.group.equals(TaskGroupMetrics.OTHER)) {
			showLimits(factories);
		}
	}

	void groupEnded(GroupOutcome outcome, long openNanos) {
		this.active.groupEnded();
		Timer known = this.groups.get(outcome);
		Timer timer = (known != null) ? known : this.groups.computeIfAbsent(outcome, this::groupTimer);
		timer.record(openNanos, TimeUnit.NANOSECONDS);
	}

	private Timer groupTimer(GroupOutcome outcome) {
		return Timer.builder("taskgroup.groups")
			.tag("group", this.group)
			.tag("outcome", OutcomeTags.of(outcome))
			.description("How long groups were open.")
			.register(this.registry);
	}

	void cancelled(CancelKind kind) {
		Counter known = this.cancellations.get(kind);
		Counter counter = (known != null) ? known : this.cancellations.computeIfAbsent(kind, this::cancellationCounter);
		counter.increment();
	}

	private Counter cancellationCounter(CancelKind kind) {
		return Counter.builder("taskgroup.cancellations")
			.tag("group", this.group)
			.tag("reason", OutcomeTags.of(kind))
			.description("Cancellations of groups, and of single tasks.")
			.register(this.registry);
	}

	// Tasks

	void taskQueued() {
		this.active.taskQueued();
	}

	void taskStarted(boolean hadToWait, long waitedNanos) {
		this.active.taskStarted(hadToWait);
		if (hadToWait) {
			Timer wait = this.wait;
			if (wait == null) {
				wait = waitTimer();
				this.wait = wait;
			}
			wait.record(waitedNanos, TimeUnit.NANOSECONDS);
		}
	}

	private Timer waitTimer() {
		return Timer.builder("taskgroup.tasks.wait")
			.tag("group", this.group)
			.description("From fork to start, of tasks that had to wait for a permit.")
			.register(this.registry);
	}

	/** The run time is zero for a task that never ran. */
	void taskEnded(TaskState outcome, @Nullable Throwable exception, boolean hadToWait, long ranNanos) {
		this.active.taskEnded(hadToWait, ranNanos);
		Object key = (exception != null) ? exception.getClass() : outcome;
		Timer known = this.tasks.get(key);
		Timer timer = (known != null) ? known : this.tasks.computeIfAbsent(key, (any) -> taskTimer(outcome, exception));
		timer.record(ranNanos, TimeUnit.NANOSECONDS);
	}

	private Timer taskTimer(TaskState outcome, @Nullable Throwable exception) {
		return Timer.builder("taskgroup.tasks")
			.tag("group", this.group)
			.tag("outcome", OutcomeTags.of(outcome))
			.tag("error", OutcomeTags.ofError(exception))
			.description("How long tasks ran.")
			.register(this.registry);
	}

	// Limits

	/** Shows the limits that the groups of this name share, as soon as there are any. */
	private void showLimits(Collection<TaskGroupFactory> factories) {
		boolean none = factories.stream().allMatch((factory) -> tightest(factory) == null);
		if (none || !this.showsLimits.compareAndSet(false, true)) {
			return;
		}
		this.factories = factories;
		gauge("taskgroup.concurrency.limit", "How many tasks of all groups of the name may run at once.",
				(meters) -> meters.sumOverFactories(ConcurrencyLimiter::limit));
		gauge("taskgroup.concurrency.used", "How many permits of that limit are in use.",
				(meters) -> meters.sumOverFactories(ConcurrencyLimiter::inUse));
	}

	private double sumOverFactories(ToDoubleFunction<ConcurrencyLimiter> value) {
		double sum = 0;
		for (TaskGroupFactory factory : this.factories) {
			ConcurrencyLimiter limiter = tightest(factory);
			sum += (limiter != null) ? value.applyAsDouble(limiter) : 0;
		}
		return sum;
	}

	/** Of several limits the lowest is the one that holds. */
	private @Nullable ConcurrencyLimiter tightest(TaskGroupFactory factory) {
		ConcurrencyLimiter found = null;
		for (var limiter : factory.sharedLimiters(this.group)) {
			if (limiter instanceof ConcurrencyLimiter one && (found == null || one.limit() < found.limit())) {
				found = one;
			}
		}
		return found;
	}

	void close() {
		this.gauges.forEach(this.registry::remove);
	}

}
