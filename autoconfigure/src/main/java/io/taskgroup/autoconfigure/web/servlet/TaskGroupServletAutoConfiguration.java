package io.taskgroup.autoconfigure.web.servlet;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import io.taskgroup.autoconfigure.web.RequestProperties;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.UpgradeProtocol;
import org.apache.coyote.http2.Http2Protocol;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * {@link AutoConfiguration Auto-configuration} for the cancel scopes of requests, in a
 * web application of the Servlet API.
 */
@AutoConfiguration(after = TaskGroupAutoConfiguration.class)
@ConditionalOnClass({ TaskGroupFactory.class, Filter.class, OncePerRequestFilter.class })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBooleanProperty(prefix = "taskgroup", name = { "enabled", "request.enabled" }, matchIfMissing = true)
@EnableConfigurationProperties(RequestProperties.class)
public final class TaskGroupServletAutoConfiguration {

	/**
	 * The place of the filter: inside of what measures requests, outside of everything
	 * else that takes time.
	 */
	static final int FILTER_ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

	TaskGroupServletAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	CancelledRequestHandler taskGroupCancelledRequestHandler(RequestProperties properties) {
		return new ProblemDetailHandler(HttpStatusCode.valueOf(properties.getTimeoutStatus()));
	}

	@Bean
	@ConditionalOnMissingBean(name = "taskGroupRequestScopeFilter")
	FilterRegistrationBean<?> taskGroupRequestScopeFilter(RequestProperties properties,
			ObjectProvider<DisconnectProbe> probes, CancelledRequestHandler cancelledHandler) {
		FilterRegistrationBean<RequestScopeFilter> registration = new FilterRegistrationBean<>(
				new RequestScopeFilter(properties, probes.orderedStream().toList(), cancelledHandler));
		registration.setOrder(FILTER_ORDER);
		registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR);
		registration.setAsyncSupported(true);
		return registration;
	}

	/** With Spring MVC. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(WebMvcConfigurer.class)
	static class MvcConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "taskGroupRequestScopeMvcConfigurer")
		WebMvcConfigurer taskGroupRequestScopeMvcConfigurer() {
			return new RequestScopeMvcConfigurer();
		}

	}

	/** With Tomcat as the web server. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ Tomcat.class, UpgradeProtocol.class, ConfigurableTomcatWebServerFactory.class })
	@ImportRuntimeHints(TomcatRuntimeHints.class)
	static class TomcatConfiguration {

		private final StreamResets resets = new StreamResets();

		@Bean
		@ConditionalOnBooleanProperty(name = "taskgroup.request.cancel-on-disconnect", matchIfMissing = true)
		@ConditionalOnMissingBean(name = "taskGroupTomcatDisconnectProbe")
		DisconnectProbe taskGroupTomcatDisconnectProbe(RequestProperties properties) {
			return new TomcatDisconnectProbe(properties.isCancelOnHalfClose(), this.resets);
		}

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		@ConditionalOnMissingBean(name = "taskGroupTomcatCustomizer")
		WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory> taskGroupTomcatCustomizer(
				RequestProperties properties) {
			return (factory) -> {
				factory.addEngineValves(new TomcatRequestValve());
				if (!properties.isCancelOnDisconnect()) {
					return;
				}
				factory.addConnectorCustomizers((connector) -> {
					for (UpgradeProtocol protocol : connector.findUpgradeProtocols()) {
						if (protocol instanceof Http2Protocol http2) {
							// the one that is added last is used
							connector.addUpgradeProtocol(new ResetAwareHttp2Protocol(http2, this.resets));
						}
					}
				});
			};
		}

	}

}
