package io.taskgroup.autoconfigure.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Says under which names and with which key values a group or supervisor is observed. A
 * bean of this type takes the place of {@link DefaultTaskGroupObservationConvention}.
 */
public interface TaskGroupObservationConvention extends ObservationConvention<TaskGroupObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context instanceof TaskGroupObservationContext;
	}

}
