package io.taskgroup.autoconfigure.actuate;

import io.taskgroup.TaskGroupFactory;
import jakarta.servlet.Filter;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.http.server.PathContainer;

/**
 * The headers of the page, in the context that serves the endpoints with the Servlet API.
 */
@ManagementContextConfiguration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnClass({ TaskGroupFactory.class, Filter.class, PathContainer.class, FilterRegistrationBean.class })
@ConditionalOnBooleanProperty(name = "taskgroup.enabled", matchIfMissing = true)
@ConditionalOnAvailableEndpoint(endpoint = TaskTreeEndpoint.class, exposure = EndpointExposure.WEB)
public final class TaskTreeServletConfiguration {

	/** Outside of what may refuse a request. */
	private static final int FILTER_ORDER = Ordered.HIGHEST_PRECEDENCE + 20;

	TaskTreeServletConfiguration() {
	}

	@Bean
	FilterRegistrationBean<PageHeadersFilter> taskTreePageHeadersFilter(ObjectProvider<PathMappedEndpoints> endpoints) {
		FilterRegistrationBean<PageHeadersFilter> registration = new FilterRegistrationBean<>(
				new PageHeadersFilter(new PagePath(endpoints::getObject)));
		registration.setOrder(FILTER_ORDER);
		registration.setAsyncSupported(true);
		return registration;
	}

}
