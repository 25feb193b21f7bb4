package io.taskgroup.autoconfigure.actuate;

import java.util.List;
import java.util.function.Supplier;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.autoconfigure.ConfiguredGroups;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import io.taskgroup.autoconfigure.TaskGroupProperties;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/**
 * {@link AutoConfiguration Auto-configuration} for the {@link TaskGroupsEndpoint}, and
 * for what it and the page of the task tree have in common. There is nothing of it unless
 * one of the two is exposed.
 */
@AutoConfiguration(after = TaskGroupAutoConfiguration.class)
@ConditionalOnClass({ TaskGroupFactory.class, Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBooleanProperty(name = "taskgroup.enabled", matchIfMissing = true)
public final class TaskGroupsEndpointAutoConfiguration {

	TaskGroupsEndpointAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnAvailableEndpoint
	TaskGroupsEndpoint taskGroupsEndpoint(TaskTree tree, NameTable names) {
		return new TaskGroupsEndpoint(tree, names);
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(TaskGroupsEndpoint.class)
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	TaskGroupsEndpointWebExtension taskGroupsEndpointWebExtension(TaskGroupsEndpoint endpoint) {
		return new TaskGroupsEndpointWebExtension(endpoint);
	}

	/** What there is if one of the two is exposed. */
	@Configuration(proxyBeanMethods = false)
	@Conditional(OnTaskTreeCondition.class)
	@EnableConfigurationProperties({ TaskGroupProperties.class, TaskGroupsEndpointProperties.class })
	static class TaskTreeConfiguration {

		/** A listener of the factory, which is made after it. */
		@Bean
		TaskGroupTotals taskGroupTotals(TaskGroupProperties properties) {
			return new TaskGroupTotals(properties.getMetrics().getMaxGroupNames());
		}

		@Bean
		NameTable taskGroupNameTable(ObjectProvider<TaskGroupFactory> factories, TaskGroupTotals totals,
				ConfiguredGroups configured) {
			return new NameTable(all(factories), totals, configured);
		}

		@Bean
		TaskTree taskGroupTaskTree(ObjectProvider<TaskGroupFactory> factories, NameTable names,
				TaskGroupsEndpointProperties properties) {
			return new TaskTree(all(factories), names, properties.getMaxTasks());
		}

		private static Supplier<List<TaskGroupFactory>> all(ObjectProvider<TaskGroupFactory> factories) {
			return () -> factories.orderedStream().toList();
		}

	}

}
