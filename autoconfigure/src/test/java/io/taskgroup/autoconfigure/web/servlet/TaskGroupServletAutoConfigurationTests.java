package io.taskgroup.autoconfigure.web.servlet;

import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import io.taskgroup.autoconfigure.web.RequestProperties;
import io.taskgroup.autoconfigure.web.servlet.TaskGroupServletAutoConfiguration.TomcatConfiguration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;

class TaskGroupServletAutoConfigurationTests {

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(TaskGroupAutoConfiguration.class,
			TaskGroupServletAutoConfiguration.class);

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	@Test
	@DisplayName("it is listed among the auto-configurations")
	void isListed() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()))
			.contains(TaskGroupServletAutoConfiguration.class.getName());
	}

	@Test
	@DisplayName("with Spring MVC and Tomcat everything is there")
	void everything() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.hasSingleBean(FilterRegistrationBean.class)
			.hasSingleBean(CancelledRequestHandler.class)
			.hasSingleBean(WebMvcConfigurer.class)
			.hasSingleBean(DisconnectProbe.class)
			.hasSingleBean(WebServerFactoryCustomizer.class));
	}

	@Test
	@DisplayName("there is nothing where there are no requests")
	void noWebApplication() {
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(TaskGroupServletAutoConfiguration.class)
				.doesNotHaveBean(FilterRegistrationBean.class));
	}

	@ParameterizedTest
	@CsvSource({ "taskgroup.enabled", "taskgroup.request.enabled" })
	@DisplayName("there is nothing if it is switched off")
	void off(String property) {
		this.runner.withPropertyValues(property + "=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(TaskGroupServletAutoConfiguration.class)
				.doesNotHaveBean(FilterRegistrationBean.class)
				.doesNotHaveBean(DisconnectProbe.class));
	}

	@Test
	@DisplayName("without Spring MVC there is still a scope")
	void noMvc() {
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.web.servlet"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(FilterRegistrationBean.class)
				.hasSingleBean(DisconnectProbe.class)
				.doesNotHaveBean("taskGroupRequestScopeMvcConfigurer"));
	}

	@Test
	@DisplayName("without Tomcat nobody looks for clients that have gone")
	void noTomcat() {
		this.runner.withClassLoader(new FilteredClassLoader("org.apache.catalina", "org.apache.coyote"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(FilterRegistrationBean.class)
				.hasSingleBean(WebMvcConfigurer.class)
				.doesNotHaveBean(DisconnectProbe.class)
				.doesNotHaveBean(WebServerFactoryCustomizer.class));
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.tomcat"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(FilterRegistrationBean.class)
				.doesNotHaveBean(DisconnectProbe.class));
	}

	@Test
	@DisplayName("with cancel-on-disconnect=false nobody looks, and Tomcat's HTTP/2 is left as it is")
	void noCancelOnDisconnect() {
		this.runner.withPropertyValues("taskgroup.request.cancel-on-disconnect=false").run((context) -> {
			assertThat(context).hasNotFailed()
				.hasSingleBean(FilterRegistrationBean.class)
				.doesNotHaveBean(DisconnectProbe.class);
			TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory();
			int before = factory.getConnectorCustomizers().size();
			assertThat(context).hasBean("taskGroupTomcatCustomizer");
			new TomcatConfiguration().taskGroupTomcatCustomizer(context.getBean(RequestProperties.class))
				.customize(factory);
			assertThat(factory.getConnectorCustomizers()).hasSize(before);
			assertThat(factory.getEngineValves()).hasAtLeastOneElementOfType(TomcatRequestValve.class);
		});
	}

	@Test
	@DisplayName("an application's own beans take the place of the library's")
	void backsOff() {
		this.runner.withUserConfiguration(Own.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(CancelledRequestHandler.class)).isSameAs(Own.HANDLER);
			assertThat(context.getBeansOfType(DisconnectProbe.class)).hasSize(2);
			assertThat(context.getBeanProvider(DisconnectProbe.class).orderedStream().findFirst())
				.containsSame(Own.PROBE);
		});
	}

	@ParameterizedTest
	@CsvSource({ "timeout, 0s, It must be more than zero", "timeout, -1s, It must be more than zero",
			"deadline-header, X Deadline, It must be the name of an HTTP header",
			"disconnect-check-interval, 0ms, It must be more than zero",
			"timeout-status, 200, 'It must be a status of an error, from 400 to 599'",
			"timeout-status, 600, 'It must be a status of an error, from 400 to 599'",
			"propagate-deadline, true, 'It needs the name of the header, ''taskgroup.request.deadline-header'''" })
	@DisplayName("a value that cannot be ends the start with a text that says what can")
	void wrongValues(String key, String value, String text) {
		this.runner.withPropertyValues("taskgroup.request." + key + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (ex) -> {
					assertThat(ex.getName()).isEqualTo("taskgroup.request." + key);
					assertThat(ex.getReason()).contains(text);
				}));
	}

	@Test
	@DisplayName("what is not set is as documented")
	void defaults() {
		this.runner.run((context) -> {
			RequestProperties properties = context.getBean(RequestProperties.class);
			assertThat(properties.getTimeout()).isNull();
			assertThat(properties.getDeadlineHeader()).isNull();
			assertThat(properties.isCancelOnDisconnect()).isTrue();
			assertThat(properties.isCancelOnHalfClose()).isTrue();
			assertThat(properties.getDisconnectCheckInterval()).hasMillis(250);
			assertThat(properties.getTimeoutStatus()).isEqualTo(503);
		});
	}

	/** Beans of an application. */
	@Configuration(proxyBeanMethods = false)
	static class Own {

		static final CancelledRequestHandler HANDLER = (request, response, scope) -> response.setStatus(500);

		static final DisconnectProbe PROBE = (request, gone) -> null;

		@Bean
		CancelledRequestHandler handler() {
			return HANDLER;
		}

		@Bean
		DisconnectProbe probe() {
			return PROBE;
		}

	}

}
