package io.taskgroup.autoconfigure.web.reactive;

import io.micrometer.context.ThreadLocalAccessor;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import io.taskgroup.autoconfigure.context.TaskGroupContextAutoConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class TaskGroupReactiveAutoConfigurationTests {

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(TaskGroupAutoConfiguration.class,
			TaskGroupContextAutoConfiguration.class, TaskGroupReactiveAutoConfiguration.class);

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(CONFIGURATIONS);

	private final ReactiveWebApplicationContextRunner web = new ReactiveWebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	@Test
	@DisplayName("it is listed among the auto-configurations")
	void isListed() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()))
			.contains(TaskGroupReactiveAutoConfiguration.class.getName());
	}

	@Test
	@DisplayName("there are publishers wherever Reactor is, and scopes of requests with WebFlux only")
	void conditions() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(ReactiveTaskGroups.class)
			.doesNotHaveBean(RequestScopeWebFilter.class));
		new WebApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.run((context) -> assertThat(context).hasSingleBean(ReactiveTaskGroups.class)
				.doesNotHaveBean(RequestScopeWebFilter.class));
		this.web.run((context) -> assertThat(context).hasSingleBean(RequestScopeWebFilter.class)
			.hasBean("taskGroupWebFluxConfigurer"));
		this.web.withPropertyValues("taskgroup.request.enabled=false")
			.run((context) -> assertThat(context).hasSingleBean(ReactiveTaskGroups.class)
				.doesNotHaveBean(RequestScopeWebFilter.class)
				.doesNotHaveBean("taskGroupWebFluxConfigurer"));
		this.runner.withPropertyValues("taskgroup.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ReactiveTaskGroups.class));
	}

	@Test
	@DisplayName("each library that is not on the class path is done without")
	void classPath() {
		this.runner.withClassLoader(new FilteredClassLoader("reactor"))
			.run((context) -> assertThat(context).hasSingleBean(TaskGroupFactory.class)
				.doesNotHaveBean("reactiveTaskGroups"));
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer.context"))
			.run((context) -> assertThat(context).hasSingleBean(ReactiveTaskGroups.class)
				.doesNotHaveBean(ReactorContext.class));
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.web"))
			.run((context) -> assertThat(context).hasSingleBean(ReactiveTaskGroups.class));
	}

	@Test
	@DisplayName("it backs off for the user's own bean")
	void backsOff() {
		ReactiveTaskGroups own = new ReactiveTaskGroups(Thread.ofVirtual().factory());
		this.runner.withBean("own", ReactiveTaskGroups.class, () -> own)
			.run((context) -> assertThat(context.getBean(ReactiveTaskGroups.class)).isSameAs(own));
	}

	@Test
	@DisplayName("bodies run on threads of the kind that tasks do")
	void threads() {
		this.runner.withPropertyValues("taskgroup.threads=virtual")
			.run((context) -> assertThat(isVirtual(context)).isTrue());
		this.runner.withPropertyValues("taskgroup.threads=platform")
			.run((context) -> assertThat(isVirtual(context)).isFalse());
	}

	private static @Nullable Boolean isVirtual(org.springframework.context.ApplicationContext context) {
		return context.getBean(ReactiveTaskGroups.class)
			.mono(context.getBean(TaskGroupFactory.class).named("threads"),
					(group) -> Thread.currentThread().isVirtual())
			.block();
	}

	@Test
	@DisplayName("9.2 accessors that are beans count, too")
	void accessorBeans() {
		ThreadLocal<@Nullable String> tenant = new ThreadLocal<>();
		ThreadLocalAccessor<String> accessor = new ThreadLocalAccessor<>() {

			@Override
			public Object key() {
				return "tenant";
			}

			@Override
			public @Nullable String getValue() {
				return tenant.get();
			}

			@Override
			public void setValue(String value) {
				tenant.set(value);
			}

			@Override
			public void setValue() {
				tenant.remove();
			}

		};
		this.runner.withBean("tenant", ThreadLocalAccessor.class, () -> accessor)
			.run((context) -> assertThat(context.getBean(ReactiveTaskGroups.class)
				.mono(context.getBean(TaskGroupFactory.class).named("tenant"), (group) -> "" + tenant.get())
				.contextWrite((reactor) -> reactor.put("tenant", "acme"))
				.block()).isEqualTo("acme"));
	}

}
