package io.taskgroup.autoconfigure.observation;

import io.micrometer.core.instrument.observation.MeterObservationHandler;
import io.micrometer.observation.Observation;

/**
 * Makes no meters of the observations of groups and tasks: they are measured already. Of
 * several {@link MeterObservationHandler}s only the first that supports a context is
 * called, so this one keeps the others away.
 */
final class NoMetersObservationHandler implements MeterObservationHandler<Observation.Context> {

	@Override
	public boolean supportsContext(Observation.Context context) {
		return context instanceof TaskObservationContext || context instanceof TaskGroupObservationContext;
	}

	@Override
	public void onStart(Observation.Context context) {
		// no timer
	}

	@Override
	public void onStop(Observation.Context context) {
		// no timer
	}

}
