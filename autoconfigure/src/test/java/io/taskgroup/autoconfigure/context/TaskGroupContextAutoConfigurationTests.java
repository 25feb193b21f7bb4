package io.taskgroup.autoconfigure.context;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.concurrent.Callable;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.taskgroup.ContextPropagation;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.context.i18n.TimeZoneAwareLocaleContext;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class TaskGroupContextAutoConfigurationTests {

	private static final ThreadLocal<@Nullable String> TENANT = new ThreadLocal<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(TaskGroupAutoConfiguration.class, TaskGroupContextAutoConfiguration.class));

	@AfterEach
	void clear() {
		MDC.clear();
		LocaleContextHolder.resetLocaleContext();
		SecurityContextHolder.clearContext();
		TENANT.remove();
	}

	@Test
	@DisplayName("it is listed among the auto-configurations")
	void isListed() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader()))
			.contains(TaskGroupContextAutoConfiguration.class.getName());
	}

	@Test
	@DisplayName("9.2 tasks have the logging context of the thread that forked them")
	void loggingContext() {
		MDC.put("order", "17");
		assertThat(inTask(() -> MDC.get("order"))).isEqualTo("17");
	}

	@Test
	@DisplayName("9.1 what a task changes in the logging context, nobody else sees")
	void loggingContextIsATasksOwn() {
		MDC.put("order", "17");
		assertThat(inTask(() -> {
			MDC.put("order", "18");
			return MDC.get("order");
		})).isEqualTo("18");
		assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("order", "17"));
	}

	@Test
	@DisplayName("9.2 tasks have the locale and the time zone")
	void locale() {
		LocaleContextHolder.setLocale(Locale.JAPAN);
		LocaleContextHolder.setTimeZone(TimeZone.getTimeZone("Asia/Tokyo"));
		assertThat(inTask(() -> LocaleContextHolder.getLocale() + LocaleContextHolder.getTimeZone().getID()))
			.isEqualTo("ja_JPAsia/Tokyo");
	}

	@Test
	@DisplayName("9.2 the locale is what it was at fork, whatever the context says later")
	void localeAtFork() {
		Locale[] locale = { Locale.JAPAN };
		LocaleContextHolder.setLocaleContext(() -> locale[0]);
		ContextPropagation.Captured captured = new ThreadLocalPropagation(new ContextRegistry(),
				List.of(new LocaleAccessor()))
			.capture();
		locale[0] = Locale.KOREA;
		ContextPropagation.Restored restored = captured.restore();
		assertThat(LocaleContextHolder.getLocale()).isEqualTo(Locale.JAPAN);
		assertThat(LocaleContextHolder.getLocaleContext()).isNotInstanceOf(TimeZoneAwareLocaleContext.class);
		restored.close();
	}

	@Test
	@DisplayName("9.2 tasks have the authentication of Spring Security")
	void authentication() {
		SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("user", "password"));
		assertThat(inTask(() -> {
			Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
			return (authentication != null) ? authentication.getName() : "nobody";
		})).isEqualTo("user");
	}

	@Test
	@DisplayName("9.2 tasks have the current observation")
	void observation() {
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler((context) -> true);
		Observation observation = Observation.start("request", registry);
		try (Observation.Scope scope = observation.openScope()) {
			assertThat(scope.getCurrentObservation()).isSameAs(observation);
			assertThat(inTask(() -> String.valueOf(registry.getCurrentObservation() == observation))).isEqualTo("true");
		}
		observation.stop();
		assertThat(inTask(() -> String.valueOf(registry.getCurrentObservation()))).isEqualTo("null");
	}

	@Test
	@DisplayName("9.2 tasks have what the application's accessors carry, registered ones and beans")
	void accessorsOfTheApplication() {
		TENANT.set("acme");
		this.runner.withUserConfiguration(OwnAccessor.class)
			.run((context) -> assertThat(inTask(context.getBean(TaskGroupFactory.class), TENANT::get))
				.isEqualTo("acme"));
		assertThat(inTask(() -> String.valueOf(TENANT.get()))).isEqualTo("null");
		ContextRegistry.getInstance().registerThreadLocalAccessor("tenant", TENANT);
		try {
			assertThat(inTask(TENANT::get)).isEqualTo("acme");
		}
		finally {
			ContextRegistry.getInstance().removeThreadLocalAccessor("tenant");
		}
	}

	@Test
	@DisplayName("there is no propagation without Micrometer context-propagation, or when task groups are off")
	void conditions() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer.context"))
			.run((context) -> assertThat(context).hasSingleBean(TaskGroupFactory.class)
				.doesNotHaveBean(ContextPropagation.class));
		this.runner.withPropertyValues("taskgroup.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ContextPropagation.class));
	}

	@Test
	@DisplayName("what is not on the class path is not carried")
	void parts() {
		this.runner.withClassLoader(new FilteredClassLoader("org.slf4j"))
			.run((context) -> assertThat(context).hasSingleBean(ThreadLocalPropagation.class)
				.doesNotHaveBean("taskGroupMdcAccessor"));
		this.runner.withClassLoader(new FilteredClassLoader("jakarta.servlet"))
			.run((context) -> assertThat(context).hasSingleBean(ThreadLocalPropagation.class)
				.doesNotHaveBean("taskGroupRequestAttributesAccessor"));
		this.runner.withClassLoader(new FilteredClassLoader("org.springframework.web"))
			.run((context) -> assertThat(context).hasSingleBean(ThreadLocalPropagation.class)
				.doesNotHaveBean("taskGroupRequestAttributesAccessor"));
	}

	@Test
	@DisplayName("it backs off for the user's own propagation of thread-locals, and works beside any other")
	void backsOff() {
		this.runner
			.withBean("own", ThreadLocalPropagation.class,
					() -> new ThreadLocalPropagation(new ContextRegistry(), List.of()))
			.run((context) -> assertThat(context).hasSingleBean(ThreadLocalPropagation.class).hasBean("own"));
		this.runner.withBean("other", ContextPropagation.class, () -> () -> () -> () -> {
		})
			.run((context) -> assertThat(context).hasSingleBean(ThreadLocalPropagation.class)
				.getBeans(ContextPropagation.class)
				.hasSize(2));
	}

	@ParameterizedTest
	@ValueSource(strings = { "taskGroupLocaleAccessor", "taskGroupMdcAccessor", "taskGroupRequestAttributesAccessor" })
	@DisplayName("an accessor of ours backs off for a bean of its name")
	void accessorBacksOff(String name) {
		ThreadLocalAccessor<?> own = new OwnAccessor().tenantAccessor();
		this.runner.withBean(name, ThreadLocalAccessor.class, () -> own)
			.run((context) -> assertThat(context).hasNotFailed().getBean(name).isSameAs(own));
	}

	@Test
	@DisplayName("there are the same accessors in a web application, of either kind")
	void web() {
		AutoConfigurations configurations = AutoConfigurations.of(TaskGroupAutoConfiguration.class,
				TaskGroupContextAutoConfiguration.class);
		List<String> names = List.of("taskGroupLocaleAccessor", "taskGroupMdcAccessor",
				"taskGroupRequestAttributesAccessor");
		new WebApplicationContextRunner().withConfiguration(configurations)
			.run((context) -> assertThat(context.getBeansOfType(ThreadLocalAccessor.class)).containsOnlyKeys(names));
		new ReactiveWebApplicationContextRunner().withConfiguration(configurations)
			.withClassLoader(new FilteredClassLoader("jakarta.servlet"))
			.run((context) -> assertThat(context.getBeansOfType(ThreadLocalAccessor.class))
				.containsOnlyKeys(names.subList(0, 2)));
	}

	private @Nullable String inTask(Callable<@Nullable String> task) {
		String[] result = new String[1];
		this.runner.run((context) -> result[0] = inTask(context.getBean(TaskGroupFactory.class), task));
		return result[0];
	}

	private static @Nullable String inTask(TaskGroupFactory groups, Callable<@Nullable String> task)
			throws InterruptedException {
		return groups.named("context").call((group) -> group.fork(task).await());
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnAccessor {

		@Bean
		ThreadLocalAccessor<?> tenantAccessor() {
			return new ThreadLocalAccessor<String>() {

				@Override
				public Object key() {
					return "tenant";
				}

				@Override
				public @Nullable String getValue() {
					return TENANT.get();
				}

				@Override
				public void setValue(String value) {
					TENANT.set(value);
				}

				@Override
				public void setValue() {
					TENANT.remove();
				}

			};
		}

	}

}
