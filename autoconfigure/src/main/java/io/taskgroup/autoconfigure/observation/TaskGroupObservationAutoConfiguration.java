package io.taskgroup.autoconfigure.observation;

import io.micrometer.core.instrument.observation.MeterObservationHandler;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * {@link AutoConfiguration Auto-configuration} for the observations of groups and tasks,
 * if there is an {@link ObservationRegistry} and a {@link Tracer}: before Boot makes one
 * that does nothing.
 */
@AutoConfiguration(after = TaskGroupAutoConfiguration.class, afterName = {
		"org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
		"org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration",
		"org.springframework.boot.micrometer.tracing.brave.autoconfigure.BraveAutoConfiguration",
		"org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration" },
		beforeName = "org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration")
@ConditionalOnClass({ TaskGroupFactory.class, ObservationRegistry.class, Tracer.class })
@ConditionalOnBean({ ObservationRegistry.class, Tracer.class })
@ConditionalOnBooleanProperty(prefix = "taskgroup", name = { "enabled", "observations.enabled" }, matchIfMissing = true)
public final class TaskGroupObservationAutoConfiguration {

	TaskGroupObservationAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	TaskGroupObservations taskGroupObservations(ObservationRegistry registry,
			ObjectProvider<TaskGroupObservationConvention> groupConvention,
			ObjectProvider<TaskObservationConvention> taskConvention) {
		return new TaskGroupObservations(registry, groupConvention.getIfAvailable(), taskConvention.getIfAvailable());
	}

	/** With Micrometer's metrics on the class path. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterObservationHandler.class)
	static class NoMetersConfiguration {

		@Bean
		@Order(Ordered.HIGHEST_PRECEDENCE)
		@ConditionalOnMissingBean(name = "taskGroupNoMetersObservationHandler")
		MeterObservationHandler<Observation.Context> taskGroupNoMetersObservationHandler() {
			return new NoMetersObservationHandler();
		}

	}

}
