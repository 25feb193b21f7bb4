package io.taskgroup.autoconfigure.web.reactive;

import io.micrometer.context.ContextRegistry;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import io.taskgroup.autoconfigure.TaskGroupProperties;
import io.taskgroup.autoconfigure.context.TaskGroupContextAutoConfiguration;
import io.taskgroup.autoconfigure.context.ThreadLocalPropagation;
import io.taskgroup.autoconfigure.web.RequestProperties;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.result.method.annotation.ArgumentResolverConfigurer;

/**
 * {@link AutoConfiguration Auto-configuration} for task groups as publishers, if Reactor
 * is on the class path, and for the requests of WebFlux, each of which gets a cancel
 * scope.
 */
@AutoConfiguration(after = { TaskGroupAutoConfiguration.class, TaskGroupContextAutoConfiguration.class })
@ConditionalOnClass({ TaskGroupFactory.class, Mono.class })
@ConditionalOnBooleanProperty(name = "taskgroup.enabled", matchIfMissing = true)
@EnableConfigurationProperties(TaskGroupProperties.class)
public final class TaskGroupReactiveAutoConfiguration {

	TaskGroupReactiveAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	ReactiveTaskGroups reactiveTaskGroups(TaskGroupProperties properties, ObjectProvider<ReactorContext> context) {
		return new ReactiveTaskGroups(properties.getThreads().factory(),
				context.getIfAvailable(() -> ReactorContext.NONE));
	}

	/** With Micrometer context-propagation. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ContextRegistry.class)
	@ConditionalOnBean(ThreadLocalPropagation.class)
	static class ContextConfiguration {

		@Bean
		@ConditionalOnMissingBean
		ReactorContext taskGroupReactorContext(ThreadLocalPropagation propagation) {
			return (context) -> propagation.capture((key) -> context.getOrDefault(key, null)).restore();
		}

	}

	/** With WebFlux. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(WebFluxConfigurer.class)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	@ConditionalOnBooleanProperty(name = "taskgroup.request.enabled", matchIfMissing = true)
	@EnableConfigurationProperties(RequestProperties.class)
	static class RequestConfiguration {

		@Bean
		@ConditionalOnMissingBean
		RequestScopeWebFilter taskGroupRequestScopeWebFilter(RequestProperties properties,
				ObjectProvider<ServerCodecConfigurer> codecs) {
			return new RequestScopeWebFilter(properties, codecs.getIfAvailable(ServerCodecConfigurer::create));
		}

		@Bean
		@ConditionalOnMissingBean(name = "taskGroupWebFluxConfigurer")
		WebFluxConfigurer taskGroupWebFluxConfigurer() {
			return new WebFluxConfigurer() {

				@Override
				public void configureArgumentResolvers(ArgumentResolverConfigurer configurer) {
					configurer.addCustomResolver(new CancelScopeArgumentResolver());
				}

			};
		}

	}

}
