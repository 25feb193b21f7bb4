package io.taskgroup.autoconfigure.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import io.taskgroup.autoconfigure.TaskGroupProperties;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * {@link AutoConfiguration Auto-configuration} for the metrics of groups and tasks, if
 * there is a {@link MeterRegistry}.
 */
@AutoConfiguration(after = TaskGroupAutoConfiguration.class,
		afterName = { "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnClass({ TaskGroupFactory.class, MeterRegistry.class })
@ConditionalOnBean(MeterRegistry.class)
@ConditionalOnBooleanProperty(prefix = "taskgroup", name = { "enabled", "metrics.enabled" }, matchIfMissing = true)
@EnableConfigurationProperties(TaskGroupProperties.class)
public final class TaskGroupMetricsAutoConfiguration {

	TaskGroupMetricsAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	TaskGroupMetrics taskGroupMetrics(MeterRegistry registry, TaskGroupProperties properties) {
		return new TaskGroupMetrics(registry, properties.getMetrics().getMaxGroupNames());
	}

	/** The metrics are made before the factory, whose listener they are. */
	@Bean
	@ConditionalOnMissingBean(name = "taskGroupMetricsWatch")
	static BeanPostProcessor taskGroupMetricsWatch(ObjectProvider<TaskGroupMetrics> metrics) {
		return new BeanPostProcessor() {

			@Override
			public Object postProcessAfterInitialization(Object bean, String beanName) {
				if (bean instanceof TaskGroupFactory factory) {
					metrics.ifAvailable((those) -> those.watch(factory));
				}
				return bean;
			}

		};
	}

}
