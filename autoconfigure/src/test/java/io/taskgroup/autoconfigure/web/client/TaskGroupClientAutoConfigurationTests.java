package io.taskgroup.autoconfigure.web.client;

import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.restclient.RestClientCustomizer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.WebClientCustomizer;

import static org.assertj.core.api.Assertions.assertThat;

class TaskGroupClientAutoConfigurationTests {

	private static final String ON = "taskgroup.request.propagate-deadline=true";

	private static final String HEADER = "taskgroup.request.deadline-header=X-Deadline";

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(TaskGroupAutoConfiguration.class, TaskGroupClientAutoConfiguration.class));

	@Test
	@DisplayName("it is listed among the auto-configurations")
	void isListed() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()))
			.contains(TaskGroupClientAutoConfiguration.class.getName());
	}

	@Test
	@DisplayName("there is no bean unless deadlines are to be sent on")
	void off() {
		this.runner.withPropertyValues(HEADER)
			.run((context) -> assertThat(context).doesNotHaveBean(TaskGroupClientAutoConfiguration.class));
		this.runner.withPropertyValues(HEADER, ON, "taskgroup.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(TaskGroupClientAutoConfiguration.class));
	}

	@Test
	@DisplayName("without the name of the header the application does not start")
	void noHeader() {
		this.runner.withPropertyValues(ON)
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("propagate-deadline"));
	}

	@Test
	@DisplayName("each kind of client is configured if it is there")
	void conditions() {
		ApplicationContextRunner on = this.runner.withPropertyValues(HEADER, ON);
		on.run((context) -> assertThat(context).hasSingleBean(RestClientCustomizer.class)
			.hasSingleBean(WebClientCustomizer.class)
			.hasBean("taskGroupRestTemplateCustomizer")
			.hasBean("taskGroupHttpComponentsCustomizer"));
		on.withClassLoader(new FilteredClassLoader("org.springframework.boot.restclient"))
			.run((context) -> assertThat(context).hasSingleBean(DeadlineRequestInterceptor.class)
				.doesNotHaveBean("taskGroupRestClientCustomizer")
				.doesNotHaveBean("taskGroupRestTemplateCustomizer"));
		on.withClassLoader(new FilteredClassLoader("org.springframework.boot.webclient"))
			.run((context) -> assertThat(context).hasSingleBean(DeadlineExchangeFilter.class)
				.doesNotHaveBean("taskGroupWebClientCustomizer"));
		on.withClassLoader(new FilteredClassLoader("org.springframework.web.reactive", "reactor"))
			.run((context) -> assertThat(context).hasSingleBean(DeadlineRequestInterceptor.class)
				.doesNotHaveBean(DeadlineExchangeFilter.class));
		on.withClassLoader(new FilteredClassLoader("org.apache.hc"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("taskGroupHttpComponentsCustomizer"));
		on.withClassLoader(new FilteredClassLoader("org.springframework.http", "org.springframework.web"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("taskGroupDeadlineRequestInterceptor")
				.doesNotHaveBean("taskGroupDeadlineExchangeFilter"));
	}

	@Test
	@DisplayName("it backs off for the user's own interceptor and filter")
	void backsOff() {
		DeadlineRequestInterceptor interceptor = new DeadlineRequestInterceptor("X-Own");
		DeadlineExchangeFilter filter = new DeadlineExchangeFilter("X-Own");
		this.runner.withPropertyValues(HEADER, ON)
			.withBean("own", DeadlineRequestInterceptor.class, () -> interceptor)
			.withBean("ownFilter", DeadlineExchangeFilter.class, () -> filter)
			.run((context) -> {
				assertThat(context.getBean(DeadlineRequestInterceptor.class)).isSameAs(interceptor);
				assertThat(context.getBean(DeadlineExchangeFilter.class)).isSameAs(filter);
			});
	}

}
