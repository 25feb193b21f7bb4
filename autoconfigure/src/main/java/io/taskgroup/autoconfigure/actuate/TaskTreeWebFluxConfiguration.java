package io.taskgroup.autoconfigure.actuate;

import io.taskgroup.TaskGroupFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.server.WebFilter;

/**
 * The headers of the page, in the context that serves the endpoints with WebFlux.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnClass({ TaskGroupFactory.class, WebFilter.class, DispatcherHandler.class })
@ConditionalOnBooleanProperty(name = "taskgroup.enabled", matchIfMissing = true)
@ConditionalOnAvailableEndpoint(endpoint = TaskTreeEndpoint.class, exposure = EndpointExposure.WEB)
public final class TaskTreeWebFluxConfiguration {

	TaskTreeWebFluxConfiguration() {
	}

	/** Outside of what may refuse a request. */
	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE + 20)
	WebFilter taskTreePageHeadersFilter(ObjectProvider<PathMappedEndpoints> endpoints) {
		PagePath page = new PagePath(endpoints::getObject);
		return (exchange, chain) -> {
			if (page.matches(exchange.getRequest().getPath().pathWithinApplication())) {
				PageHeaders.set(exchange.getResponse().getHeaders()::set);
			}
			return chain.filter(exchange);
		};
	}

}
