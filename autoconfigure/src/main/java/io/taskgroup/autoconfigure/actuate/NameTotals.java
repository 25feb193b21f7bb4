package io.taskgroup.autoconfigure.actuate;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

import io.taskgroup.CancelKind;
import io.taskgroup.GroupOutcome;
import io.taskgroup.TaskState;
import io.taskgroup.autoconfigure.ActiveCounts;

/**
 * What the groups of one name have come to. Thread-safe.
 */
final class NameTotals {

	private final ActiveCounts active = new ActiveCounts();

	// Filled when they are made; from then on the counters alone change.

	private final Map<GroupOutcome, LongAdder> groups = counters(GroupOutcome.class);

	private final Map<TaskState, LongAdder> tasks = counters(TaskState.class);

	private final Map<CancelKind, LongAdder> cancellations = counters(CancelKind.class);

	private static <E extends Enum<E>> Map<E, LongAdder> counters(Class<E> type) {
		Map<E, LongAdder> counters = new EnumMap<>(type);
		for (E value : type.getEnumConstants()) {
			counters.put(value, new LongAdder());
		}
		return counters;
	}

	private static <E extends Enum<E>> LongAdder of(Map<E, LongAdder> counters, E value) {
		return Objects.requireNonNull(counters.get(value));
	}

	void groupOpened() {
		this.active.groupOpened();
	}

	void groupEnded(GroupOutcome outcome) {
		this.active.groupEnded();
		of(this.groups, outcome).increment();
	}

	void cancelled(CancelKind kind) {
		of(this.cancellations, kind).increment();
	}

	void taskQueued() {
		this.active.taskQueued();
	}

	void taskStarted(boolean hadToWait) {
		this.active.taskStarted(hadToWait);
	}

	void taskEnded(TaskState outcome, boolean hadToWait, long ranNanos) {
		this.active.taskEnded(hadToWait, ranNanos);
		of(this.tasks, outcome).increment();
	}

	ActiveCounts active() {
		return this.active;
	}

	long tasks(TaskState outcome) {
		return of(this.tasks, outcome).sum();
	}

	long groups(GroupOutcome outcome) {
		return of(this.groups, outcome).sum();
	}

	/** Those kinds of which there has been one. */
	Map<CancelKind, Long> cancellations() {
		Map<CancelKind, Long> counts = new EnumMap<>(CancelKind.class);
		this.cancellations.forEach((kind, counter) -> {
			if (counter.sum() > 0) {
				counts.put(kind, counter.sum());
			}
		});
		return counts;
	}

}
