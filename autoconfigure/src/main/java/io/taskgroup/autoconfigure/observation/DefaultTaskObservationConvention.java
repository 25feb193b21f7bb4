package io.taskgroup.autoconfigure.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.taskgroup.TaskState;
import io.taskgroup.autoconfigure.OutcomeTags;

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
		return (outcome != null) ? OutcomeTags.of(outcome) : KeyValue.NONE_VALUE;
	}

}
