package io.taskgroup.autoconfigure.actuate;

import io.taskgroup.TaskGroupFactory;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;

/**
 * {@link AutoConfiguration Auto-configuration} for the {@link TaskTreeEndpoint}, in a web
 * application, if it is exposed.
 */
@AutoConfiguration(after = TaskGroupsEndpointAutoConfiguration.class)
@ConditionalOnClass({ TaskGroupFactory.class, Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnWebApplication
@ConditionalOnBooleanProperty(name = "taskgroup.enabled", matchIfMissing = true)
@ConditionalOnAvailableEndpoint(endpoint = TaskTreeEndpoint.class, exposure = EndpointExposure.WEB)
@EnableConfigurationProperties(TaskTreeEndpointProperties.class)
@ImportRuntimeHints(TaskTreeRuntimeHints.class)
@RegisterReflectionForBinding(TaskTreeDescriptor.class)
public final class TaskTreeEndpointAutoConfiguration {

	TaskTreeEndpointAutoConfiguration() {
	}

	/** A listener of the factory, which is made after it. */
	@Bean
	RecentWork taskGroupRecentWork(TaskTreeEndpointProperties properties) {
		return new RecentWork(properties.getRecentGroups(), properties.getRecentTasks());
	}

	@Bean
	@ConditionalOnMissingBean
	TaskTreeEndpoint taskTreeEndpoint(TaskTree tree, RecentWork recent,
			ObjectProvider<WebEndpointsSupplier> endpoints) {
		return new TaskTreeEndpoint(new PageFiles(), tree, recent, new PageAccess(endpoints::getObject));
	}

}
