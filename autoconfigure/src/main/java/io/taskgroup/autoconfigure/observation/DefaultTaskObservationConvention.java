package io.taskgroup.autoconfigure.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.taskgroup.TaskState;

/**
 * The default names and key values of tasks: {@code group} and {@code outcome}, which is
 * {@code success}, {@code error} or {@code cancelled}, and {@code none} before the end;
 * with high cardinality {@code task}, the name of the task.
 */
public class DefaultTaskObservationConvention implements TaskObservationConvention {

	/** Creates the convention. */
	public DefaultTaskObservationConvention() {
	}

	@Override
	public String getName() {
		return "taskgroup.task";
	}

	@Override
	public String getContextualName(TaskObservationContext context) {
		return "task " + context.getGroup();
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(TaskObservationContext context) {
		return KeyValues.of(KeyValue.of("group", context.getGroup()), KeyValue.of("outcome", outcome(context)));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(TaskObservationContext context) {
		return KeyValues.of(KeyValue.of("task", context.getTask()));
	}

	private static String outcome(TaskObservationContext context) {
		TaskState outcome = context.getOutcome();
		if (outcome == null) {
			return KeyValue.NONE_VALUE;
		}
		return switch (outcome) {
			case SUCCESS -> "success";
			case CANCELLED -> "cancelled";
			default -> "error";
		};
	}

}
