package io.taskgroup.autoconfigure.metrics;

import java.util.List;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
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
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class TaskGroupMetricsAutoConfigurationTests {

	private final ApplicationContextRunner bare = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(TaskGroupAutoConfiguration.class, TaskGroupMetricsAutoConfiguration.class));

	private final ApplicationContextRunner runner = this.bare
		.withConfiguration(AutoConfigurations.of(MetricsAutoConfiguration.class,
				CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class));

	@Test
	@DisplayName("it is listed among the auto-configurations")
	void isListed() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()))
			.contains(TaskGroupMetricsAutoConfiguration.class.getName());
	}

	@Test
	@DisplayName("the application's groups are measured, their shared limits too")
	void measures() {
		this.runner.run((context) -> {
			context.getBean(TaskGroupFactory.class).named("page").sharedConcurrency(2).gather(List.of(() -> 1));
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.get("taskgroup.tasks").tag("group", "page").timer().count()).isEqualTo(1);
			assertThat(registry.get("taskgroup.concurrency.limit").tag("group", "page").gauge().value()).isEqualTo(2);
		});
	}

	@Test
	@DisplayName("there are no metrics without a registry, and none without Micrometer")
	void needsRegistry() {
		this.bare.run((context) -> assertThat(context).hasSingleBean(TaskGroupFactory.class)
			.doesNotHaveBean(TaskGroupMetrics.class)
			.doesNotHaveBean("taskGroupMetricsWatch"));
		this.bare.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasSingleBean(TaskGroupFactory.class)
				.doesNotHaveBean("taskGroupMetrics"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "taskgroup.enabled=false", "taskgroup.metrics.enabled=false" })
	@DisplayName("metrics can be switched off, with all else or alone")
	void off(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).doesNotHaveBean(TaskGroupMetrics.class)
				.doesNotHaveBean("taskGroupMetricsWatch"));
	}

	@Test
	@DisplayName("it backs off for the user's own metrics")
	void backsOff() {
		this.runner.withUserConfiguration(OwnMetrics.class)
			.run((context) -> assertThat(context).getBean(TaskGroupMetrics.class)
				.isSameAs(context.getBean("ownMetrics")));
	}

	@Test
	@DisplayName("the user's own factory is measured if it listens, and its shared limits are shown")
	void ownFactory() {
		this.runner.withUserConfiguration(OwnFactory.class).run((context) -> {
			context.getBean(TaskGroupFactory.class).named("page").sharedConcurrency(2).gather(List.of(() -> 1));
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.get("taskgroup.tasks").tag("group", "page").timer().count()).isEqualTo(1);
			assertThat(registry.get("taskgroup.concurrency.limit").tag("group", "page").gauge().value()).isEqualTo(2);
		});
	}

	@Test
	@DisplayName("taskgroup.metrics.max-group-names says how many names are told apart")
	void maxGroupNames() {
		this.runner.withPropertyValues("taskgroup.metrics.max-group-names=1").run((context) -> {
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			groups.named("one").gather(List.of(() -> 1));
			groups.named("two").gather(List.of(() -> 1));
			assertThat(context.getBean(MeterRegistry.class).find("taskgroup.groups").timers())
				.extracting((timer) -> timer.getId().getTag("group"))
				.containsExactlyInAnyOrder("one", "other");
		});
	}

	@Test
	@DisplayName("no histogram is published, but Boot's properties can switch it on")
	void histograms() {
		this.runner.run((context) -> assertThat(
				percentiles(context.getBean(TaskGroupFactory.class), context.getBean(MeterRegistry.class)))
			.isZero());
		this.runner
			.withPropertyValues("management.metrics.distribution.percentiles.taskgroup.tasks=0.5,0.99",
					"management.metrics.distribution.slo.taskgroup.tasks=10ms,1s")
			.run((context) -> assertThat(
					percentiles(context.getBean(TaskGroupFactory.class), context.getBean(MeterRegistry.class)))
				.isEqualTo(4));
	}

	private static int percentiles(TaskGroupFactory groups, MeterRegistry registry) throws InterruptedException {
		groups.named("page").gather(List.of(() -> 1));
		Timer timer = registry.get("taskgroup.tasks").timer();
		assertThat(timer.totalTime(TimeUnit.NANOSECONDS)).isPositive();
		return timer.takeSnapshot().percentileValues().length + timer.takeSnapshot().histogramCounts().length;
	}

	@Test
	@DisplayName("Boot's properties can switch meters off")
	void disabledMeters() {
		this.runner.withPropertyValues("management.metrics.enable.taskgroup.tasks=false").run((context) -> {
			context.getBean(TaskGroupFactory.class).named("page").gather(List.of(() -> 1));
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			assertThat(registry.find("taskgroup.tasks").meter()).isNull();
			assertThat(registry.find("taskgroup.groups").meter()).isNotNull();
		});
	}

	@Test
	@DisplayName("a registry that outlives the context is left without gauges, and measures the next context")
	void restart() {
		SimpleMeterRegistry registry = new SimpleMeterRegistry();
		for (int i = 1; i <= 2; i++) {
			int times = i;
			this.bare.withBean("outside", MeterRegistry.class, () -> registry, (bean) -> bean.setDestroyMethodName(""))
				.run((context) -> {
					TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
					groups.named("page")
						.run((group) -> assertThat(
								registry.get("taskgroup.groups.active").tag("group", "page").gauge().value())
							.isEqualTo(1));
					assertThat(registry.get("taskgroup.groups").timer().count()).isEqualTo(times);
				});
			assertThat(registry.find("taskgroup.groups.active").gauge()).isNull();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnFactory {

		@Bean
		TaskGroupFactory ownFactory(TaskGroupFactory.Builder builder) {
			return builder.build();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnMetrics {

		@Bean
		TaskGroupMetrics ownMetrics(MeterRegistry registry) {
			return new TaskGroupMetrics(registry, 5);
		}

	}

}
