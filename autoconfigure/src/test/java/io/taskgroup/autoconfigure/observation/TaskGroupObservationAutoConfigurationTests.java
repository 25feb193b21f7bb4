package io.taskgroup.autoconfigure.observation;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.ObservationTextPublisher;
import io.micrometer.tracing.Tracer;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class TaskGroupObservationAutoConfigurationTests {

	private final ApplicationContextRunner bare = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(TaskGroupAutoConfiguration.class, TaskGroupObservationAutoConfiguration.class));

	private final ApplicationContextRunner runner = this.bare
		.withBean(ObservationRegistry.class, ObservationRegistry::create)
		.withBean(Tracer.class, () -> Tracer.NOOP);

	@Test
	@DisplayName("it is listed among the auto-configurations")
	void isListed() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()))
			.contains(TaskGroupObservationAutoConfiguration.class.getName());
	}

	@Test
	@DisplayName("there are observations with a registry and a tracer")
	void on() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(TaskGroupObservations.class)
			.hasSingleBean(TaskGroupFactory.class));
	}

	@Test
	@DisplayName("there are none without a registry or a tracer, nor with the tracer of Boot's that does nothing")
	void needsRegistryAndTracer() {
		this.bare.withBean(ObservationRegistry.class, ObservationRegistry::create)
			.run((context) -> assertThat(context).hasSingleBean(TaskGroupFactory.class)
				.doesNotHaveBean(TaskGroupObservations.class));
		this.bare.withBean(Tracer.class, () -> Tracer.NOOP)
			.run((context) -> assertThat(context).doesNotHaveBean(TaskGroupObservations.class));
		this.bare.withBean(ObservationRegistry.class, ObservationRegistry::create)
			.withConfiguration(AutoConfigurations.of(NoopTracerAutoConfiguration.class))
			.run((context) -> assertThat(context).hasSingleBean(Tracer.class)
				.doesNotHaveBean(TaskGroupObservations.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "io.micrometer.observation", "io.micrometer.tracing", "io.micrometer" })
	@DisplayName("there are none without Micrometer's classes")
	void needsClasses(String hidden) {
		this.bare.withClassLoader(new FilteredClassLoader(hidden))
			.run((context) -> assertThat(context).hasSingleBean(TaskGroupFactory.class)
				.doesNotHaveBean("taskGroupObservations"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "taskgroup.enabled=false", "taskgroup.observations.enabled=false" })
	@DisplayName("observations can be switched off, with all else or alone")
	void off(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).doesNotHaveBean(TaskGroupObservations.class)
				.doesNotHaveBean("taskGroupNoMetersObservationHandler"));
	}

	@Test
	@DisplayName("it backs off for the user's own observations")
	void backsOff() {
		this.runner
			.withBean("own", TaskGroupObservations.class,
					() -> new TaskGroupObservations(ObservationRegistry.NOOP, null, null))
			.run((context) -> assertThat(context).hasSingleBean(TaskGroupObservations.class).hasBean("own"));
	}

	@Test
	@DisplayName("without Micrometer's meters there are observations, and nothing to keep meters from them")
	void withoutMeters() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer.core"))
			.run((context) -> assertThat(context).hasSingleBean(TaskGroupObservations.class)
				.doesNotHaveBean("taskGroupNoMetersObservationHandler"));
		this.runner.run((context) -> assertThat(context).hasBean("taskGroupNoMetersObservationHandler"));
	}

	@Test
	@DisplayName("conventions that are beans give the names")
	void conventions() {
		List<String> names = new CopyOnWriteArrayList<>();
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler(new ObservationTextPublisher((text) -> {
		}) {

			@Override
			public void onStop(Observation.Context context) {
				names.add(context.getName());
			}

		});
		this.bare.withBean(ObservationRegistry.class, () -> registry)
			.withBean(Tracer.class, () -> Tracer.NOOP)
			.withBean(TaskGroupObservationConvention.class, () -> new DefaultTaskGroupObservationConvention() {

				@Override
				public String getName() {
					return "own.group";
				}

			})
			.withBean(TaskObservationConvention.class, () -> new DefaultTaskObservationConvention() {

				@Override
				public String getName() {
					return "own.task";
				}

			})
			.run((context) -> {
				context.getBean(TaskGroupFactory.class).named("page").gather(List.of(() -> 1));
				assertThat(names).contains("own.group", "own.task").doesNotContain("taskgroup.group", "taskgroup.task");
			});
	}

}
