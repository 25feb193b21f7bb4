package io.taskgroup.autoconfigure.actuate;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

import io.taskgroup.CancelKind;
import io.taskgroup.GroupOutcome;
import io.taskgroup.TaskState;

/**
 * What the groups of one name have come to. Thread-safe. What comes and what goes may be
 * counted the other way round, for a moment.
 */
final class NameTotals {

	private final LongAdder open = new LongAdder();

	private final LongAdder queued = new LongAdder();

	private final LongAdder running = new LongAdder();

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
		this.open.increment();
	}

	void groupEnded(GroupOutcome outcome) {
		this.open.decrement();
		of(this.groups, outcome).increment();
	}

	void cancelled(CancelKind kind) {
		of(this.cancellations, kind).increment();
	}

	void taskQueued() {
		this.queued.increment();
	}

	void taskStarted(boolean hadToWait) {
		this.running.increment();
		if (hadToWait) {
			this.queued.decrement();
		}
	}

	void taskEnded(TaskState outcome, boolean ran, boolean hadToWait) {
		if (ran) {
			this.running.decrement();
		}
		else if (hadToWait) {
			this.queued.decrement();
		}
		of(this.tasks, outcome).increment();
	}

	int open() {
		return now(this.open);
	}

	int queued() {
		return now(this.queued);
	}

	int running() {
		return now(this.running);
	}

	private static int now(LongAdder adder) {
		return (int) Math.max(0, adder.sum());
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
