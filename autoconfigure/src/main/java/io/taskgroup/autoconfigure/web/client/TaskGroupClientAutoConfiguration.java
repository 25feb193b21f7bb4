package io.taskgroup.autoconfigure.web.client;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import io.taskgroup.autoconfigure.web.RequestProperties;
import org.apache.hc.client5.http.classic.ExecChainHandler;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.restclient.RestTemplateCustomizer;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.util.Assert;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;

/**
 * {@link AutoConfiguration Auto-configuration} for HTTP clients that send on what is left
 * of the current deadline, and end their calls when it has passed. It is for the clients
 * made with Spring Boot's builders; {@link DeadlineRequestInterceptor} and
 * {@link DeadlineExchangeFilter} are beans, to be given to any other.
 */
@AutoConfiguration(after = TaskGroupAutoConfiguration.class,
		beforeName = { "org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration",
				"org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration",
				"org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration",
				"org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration",
				"org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration" })
@ConditionalOnClass(TaskGroupFactory.class)
@ConditionalOnBooleanProperty(name = "taskgroup.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty("taskgroup.request.propagate-deadline")
@EnableConfigurationProperties(RequestProperties.class)
public final class TaskGroupClientAutoConfiguration {

	TaskGroupClientAutoConfiguration() {
	}

	private static String header(RequestProperties properties) {
		String header = properties.getDeadlineHeader();
		Assert.state(header != null, "the properties have been checked");
		return header;
	}

	/** With {@code RestClient} and {@code RestTemplate}. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ClientHttpRequestInterceptor.class)
	static class InterceptorConfiguration {

		@Bean
		@ConditionalOnMissingBean
		DeadlineRequestInterceptor taskGroupDeadlineRequestInterceptor(RequestProperties properties) {
			return new DeadlineRequestInterceptor(header(properties));
		}

	}

	/** With Spring Boot's builders of {@code RestClient} and {@code RestTemplate}. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ RestClientCustomizer.class, ClientHttpRequestInterceptor.class })
	static class RestClientConfiguration {

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		@ConditionalOnMissingBean(name = "taskGroupRestClientCustomizer")
		RestClientCustomizer taskGroupRestClientCustomizer(DeadlineRequestInterceptor interceptor) {
			return (builder) -> builder.requestInterceptor(interceptor);
		}

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		@ConditionalOnMissingBean(name = "taskGroupRestTemplateCustomizer")
		RestTemplateCustomizer taskGroupRestTemplateCustomizer(DeadlineRequestInterceptor interceptor) {
			return (template) -> template.getInterceptors().add(interceptor);
		}

	}

	/** With Apache's client. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ ExecChainHandler.class, ClientHttpRequestFactoryBuilderCustomizer.class })
	static class HttpComponentsConfiguration {

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		@ConditionalOnMissingBean(name = "taskGroupHttpComponentsCustomizer")
		HttpComponentsDeadlines taskGroupHttpComponentsCustomizer() {
			return new HttpComponentsDeadlines();
		}

	}

	/** With {@code WebClient}. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ExchangeFilterFunction.class)
	static class FilterConfiguration {

		@Bean
		@ConditionalOnMissingBean
		DeadlineExchangeFilter taskGroupDeadlineExchangeFilter(RequestProperties properties) {
			return new DeadlineExchangeFilter(header(properties));
		}

	}

	/** With Spring Boot's builder of {@code WebClient}. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ WebClientCustomizer.class, ExchangeFilterFunction.class })
	static class WebClientConfiguration {

		@Bean
		@Order(Ordered.LOWEST_PRECEDENCE)
		@ConditionalOnMissingBean(name = "taskGroupWebClientCustomizer")
		WebClientCustomizer taskGroupWebClientCustomizer(DeadlineExchangeFilter filter) {
			return (builder) -> builder.filter(filter);
		}

	}

}
