package io.taskgroup.autoconfigure;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.tracing.Tracer;
import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.TaskGroupClosedException;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.autoconfigure.context.TaskGroupContextAutoConfiguration;
import io.taskgroup.autoconfigure.metrics.TaskGroupMetricsAutoConfiguration;
import io.taskgroup.autoconfigure.observation.TaskGroupObservationAutoConfiguration;
import io.taskgroup.autoconfigure.observation.TaskObservationContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.ReflectionHintsPredicates;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.test.tools.CompileWithForkedClassLoader;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * An application whose beans Spring has worked out ahead of time: the code that it makes
 * of all our auto-configurations is compiled, and a context is started with it.
 */
@Timeout(120)
@CompileWithForkedClassLoader
class AheadOfTimeTests {

	@Test
	@DisplayName("properties that are given at the start count, nested ones and those of single groups too")
	void properties() {
		start(Map.of("taskgroup.defaults.concurrency.shared", "7", "taskgroup.groups.page.concurrency.shared", "2",
				"taskgroup.groups.page.rate-limit.permits", "100", "taskgroup.groups[Dotted.Name].concurrency.shared",
				"3", "taskgroup.groups.adaptive.concurrency.adaptive", "vegas"), (context) -> {
					TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
					assertThat(limit(groups, "page")).isEqualTo(2);
					assertThat(groups.sharedLimiters("page")).hasSize(2);
					assertThat(limit(groups, "Dotted.Name")).isEqualTo(3);
					assertThat(limit(groups, "another")).isEqualTo(7);
					assertThat(limit(groups, "adaptive")).isPositive();
				});
	}

	@Test
	@DisplayName("a value that cannot be ends the start")
	void wrongProperty() {
		assertThatExceptionOfType(Exception.class)
			.isThrownBy(() -> start(Map.of("taskgroup.groups.page.concurrency.shared", "0"), (context) -> {
			}))
			.havingRootCause()
			.isInstanceOf(InvalidConfigurationPropertyValueException.class)
			.withMessageContaining("taskgroup.groups.page.concurrency.shared");
	}

	@Test
	@DisplayName("tasks are measured and observed, and have the context of their caller")
	void metricsContextAndObservations() {
		start(Map.of(), (context) -> {
			MDC.put("order", "17");
			try {
				String order = inTask(context.getBean(TaskGroupFactory.class));
				assertThat(order).isEqualTo("17");
			}
			finally {
				MDC.clear();
			}
			assertThat(context.getBean(MeterRegistry.class).get("taskgroup.tasks").tag("group", "page").timer().count())
				.isEqualTo(1);
			assertThat(context.getBean(Recorder.class).tasks).hasValue(1);
		});
	}

	@Test
	@DisplayName("6.4 a task that does not end keeps the application from ending no longer than the timeout")
	void end() {
		CountDownLatch release = new CountDownLatch(1);
		Thread.ofVirtual().start(() -> releaseLate(release));
		start(Map.of("taskgroup.shutdown.mode", "cancel", "taskgroup.shutdown.timeout", "100ms"), (context) -> {
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			groups.named("stubborn").openScope().fork(() -> awaitStubbornly(release));
			context.close();
			assertThat(release.getCount()).isEqualTo(1);
			assertThatExceptionOfType(TaskGroupClosedException.class)
				.isThrownBy(() -> groups.named("late").openScope());
			release.countDown();
		});
	}

	@Test
	@DisplayName("a native image is told of the properties, and of what is looked up by its name")
	void reflectionHints() {
		RuntimeHints hints = process(new TestGenerationContext());
		ReflectionHintsPredicates reflection = RuntimeHintsPredicates.reflection();
		assertThat(reflection.onType(TypeReference.of("com.netflix.concurrency.limits.Limit"))).accepts(hints);
		for (Class<?> type : List.of(TaskGroupProperties.class, TaskGroupProperties.Shutdown.class,
				TaskGroupProperties.Metrics.class, TaskGroupProperties.Observations.class, GroupProperties.class,
				GroupProperties.Concurrency.class, GroupProperties.RateLimit.class, GroupProperties.Queue.class,
				GroupProperties.Cancellation.class)) {
			for (Method setter : type.getMethods()) {
				if (setter.getName().startsWith("set")) {
					assertThat(reflection.onMethodInvocation(setter)).as(setter.toString()).accepts(hints);
				}
			}
		}
	}

	@ParameterizedTest
	@ValueSource(classes = { HttpServletRequest.class, HttpServletResponse.class })
	@DisplayName("a native image is told of the proxies of requests and responses, and of what they call")
	void proxyHints(Class<?> type) {
		RuntimeHints hints = process(new TestGenerationContext());
		assertThat(RuntimeHintsPredicates.proxies().forInterfaces(type)).accepts(hints);
		for (Method method : type.getMethods()) {
			assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(method)).as(method.toString())
				.accepts(hints);
		}
	}

	/** So that the test fails, and does not hang. */
	private static void releaseLate(CountDownLatch release) {
		run(() -> {
			if (!release.await(20, TimeUnit.SECONDS)) {
				release.countDown();
			}
		});
	}

	private static void awaitStubbornly(CountDownLatch release) {
		while (release.getCount() > 0) {
			try {
				release.await();
			}
			catch (InterruptedException ex) {
				// that is what is stubborn about it
			}
		}
	}

	private static int limit(TaskGroupFactory groups, String name) {
		run(() -> groups.named(name).gather(List.of(() -> 1)));
		return groups.sharedLimiters(name)
			.stream()
			.filter(ConcurrencyLimiter.class::isInstance)
			.mapToInt((limiter) -> ((ConcurrencyLimiter) limiter).limit())
			.sum();
	}

	private static String inTask(TaskGroupFactory groups) {
		String[] result = new String[1];
		run(() -> result[0] = groups.named("page")
			.timeout(Duration.ofMinutes(1))
			.call((group) -> group.fork(() -> String.valueOf(MDC.get("order"))).await()));
		return result[0];
	}

	private static void run(InterruptibleAction action) {
		try {
			action.run();
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	private static RuntimeHints process(TestGenerationContext generation) {
		process(generation, new AnnotationConfigApplicationContext());
		return generation.getRuntimeHints();
	}

	private static ClassName process(TestGenerationContext generation, AnnotationConfigApplicationContext context) {
		context.register(Application.class);
		ClassName initializer = new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		generation.writeGeneratedContent();
		return initializer;
	}

	/**
	 * Works the application out ahead of time, and starts it with properties that were
	 * not known then.
	 */
	private static void start(Map<String, Object> properties, Consumer<GenericApplicationContext> consumer) {
		TestGenerationContext generation = new TestGenerationContext();
		ClassName name = process(generation, new AnnotationConfigApplicationContext());
		TestCompiler.forSystem().with(generation).compile((compiled) -> {
			@SuppressWarnings("unchecked") // it is made for this kind of context
			ApplicationContextInitializer<GenericApplicationContext> initializer = compiled
				.getInstance(ApplicationContextInitializer.class, name.toString());
			try (GenericApplicationContext context = new GenericApplicationContext()) {
				context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test", properties));
				initializer.initialize(context);
				context.refresh();
				consumer.accept(context);
			}
		});
	}

	private interface InterruptibleAction {

		void run() throws InterruptedException;

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ LifecycleAutoConfiguration.class, TaskGroupAutoConfiguration.class,
			TaskGroupContextAutoConfiguration.class, TaskGroupMetricsAutoConfiguration.class,
			TaskGroupObservationAutoConfiguration.class, MetricsAutoConfiguration.class,
			CompositeMeterRegistryAutoConfiguration.class, SimpleMetricsExportAutoConfiguration.class,
			ObservationAutoConfiguration.class })
	static class Application {

		@Bean
		Tracer tracer() {
			return Tracer.NOOP;
		}

		@Bean
		Recorder recorder() {
			return new Recorder();
		}

		@Bean
		TaskGroupFactoryBuilderCustomizer ownLimit() {
			return (builder) -> builder.settings("own", (spec) -> spec.maxConcurrency(1));
		}

	}

	/** Counts the tasks that are observed. */
	static class Recorder implements ObservationHandler<Observation.Context> {

		private final AtomicInteger tasks = new AtomicInteger();

		@Override
		public void onStop(Observation.Context context) {
			this.tasks.incrementAndGet();
		}

		@Override
		public boolean supportsContext(Observation.Context context) {
			return context instanceof TaskObservationContext;
		}

	}

}
