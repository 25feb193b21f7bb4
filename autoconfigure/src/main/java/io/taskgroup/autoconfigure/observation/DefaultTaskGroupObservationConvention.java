package io.taskgroup.autoconfigure.observation;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.taskgroup.GroupOutcome;
import io.taskgroup.autoconfigure.OutcomeTags;

/**
 * The default names and key values of groups: {@code group} and {@code outcome}, which is
 * {@code success}, {@code error}, {@code cancelled} or {@code timeout}, and {@code none}
 * before the end.
 */
public class DefaultTaskGroupObservationConvention implements TaskGroupObservationConvention {

	/** Creates the convention. */
	public DefaultTaskGroupObservationConvention() {
	}

	@Override
	public String getName() {
		return "taskgroup.group";
	}

	@Override
	public String getContextualName(TaskGroupObservationContext context) {
		return "group " + context.getGroup();
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(TaskGroupObservationContext context) {
		return KeyValues.of(KeyValue.of("group", context.getGroup()), KeyValue.of("outcome", outcome(context)));
	}

	private static String outcome(TaskGroupObservationContext context) {
		GroupOutcome outcome = context.getOutcome();
		return (outcome != null) ? OutcomeTags.of(outcome) : KeyValue.NONE_VALUE;
	}

}
