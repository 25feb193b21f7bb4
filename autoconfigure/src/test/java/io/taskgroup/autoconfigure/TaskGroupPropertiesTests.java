package io.taskgroup.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.LimiterSnapshot;
import io.taskgroup.RateLimiter;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskHandle;
import io.taskgroup.TaskRejectedException;
import io.taskgroup.TaskScope;
import io.taskgroup.TaskState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.boot.origin.OriginTrackedValue;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The properties: what they do, what is said of wrong ones, and how they change.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class TaskGroupPropertiesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(TaskGroupAutoConfiguration.class));

	@Test
	void everythingOfOneGroup() {
		this.runner.withPropertyValues("taskgroup.groups.suppliers.timeout=45s",
				"taskgroup.groups.suppliers.concurrency.per-group=4",
				"taskgroup.groups.suppliers.concurrency.shared=64", "taskgroup.groups.suppliers.rate-limit.permits=200",
				"taskgroup.groups.suppliers.rate-limit.period=2s", "taskgroup.groups.suppliers.rate-limit.burst=20",
				"taskgroup.groups.suppliers.queue.capacity=3", "taskgroup.groups.suppliers.queue.when-full=reject")
			.run(context -> {
				TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
				groups.named("suppliers").run(group -> {
					assertThat(group.cancelScope().timeLeft().orElseThrow()).isBetween(Duration.ofSeconds(1),
							Duration.ofSeconds(45));
					List<LimiterSnapshot> limiters = groups.snapshot().getFirst().limiters();
					assertThat(limiters).hasSize(3);
					assertThat(limiters.get(0).limit()).hasValue(4);
					assertThat(limiters.get(1).limit()).hasValue(64);
					RateLimiter rate = (RateLimiter) limiters.get(2).limiter();
					assertThat(rate.permits()).isEqualTo(200);
					assertThat(rate.period()).isEqualTo(Duration.ofSeconds(2));
					assertThat(rate.burst()).isEqualTo(20);
				});
				assertThat(groups.sharedLimiters("suppliers")).hasSize(2);
				CountDownLatch release = new CountDownLatch(1);
				groups.named("suppliers").run(group -> {
					for (int i = 0; i < 7; i++) {
						group.fork(() -> release.await(30, TimeUnit.SECONDS));
					}
					assertThatExceptionOfType(TaskRejectedException.class).isThrownBy(() -> group.fork(() -> 1));
					release.countDown();
				});
			});
	}

	@Test
	void defaultsAreForEachName() {
		this.runner
			.withPropertyValues("taskgroup.defaults.concurrency.shared=2", "taskgroup.defaults.rate-limit.permits=10",
					"taskgroup.defaults.rate-limit.burst=3", "taskgroup.defaults.timeout=9s",
					"taskgroup.groups.one.rate-limit.permits=5", "taskgroup.groups.two.timeout=20m")
			.run(context -> {
				TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
				for (String name : List.of("one", "two", "other")) {
					try (TaskScope scope = groups.named(name).openScope()) {
						long seconds = scope.cancelScope().timeLeft().orElseThrow().toSeconds();
						assertThat(seconds > 9).isEqualTo(name.equals("two"));
					}
				}
				assertThat(groups.sharedLimiters("one").getFirst())
					.isNotSameAs(groups.sharedLimiters("two").getFirst());
				RateLimiter one = (RateLimiter) groups.sharedLimiters("one").getLast();
				RateLimiter two = (RateLimiter) groups.sharedLimiters("two").getLast();
				// the burst of the defaults belongs to their permits
				assertThat(one.permits()).isEqualTo(5);
				assertThat(one.burst()).isEqualTo(5);
				assertThat(two.permits()).isEqualTo(10);
				assertThat(two.burst()).isEqualTo(3);
				assertThat(two.period()).isEqualTo(Duration.ofSeconds(1));
			});
	}

	@Test
	void withoutPropertiesGroupsAreUnlimited() {
		this.runner.run(context -> {
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			groups.named("any").run(group -> {
				assertThat(group.cancelScope().timeLeft()).isEmpty();
				assertThat(groups.snapshot().getFirst().limiters()).isEmpty();
			});
			assertThat(groups.sharedLimiters("any")).isEmpty();
		});
	}

	@ParameterizedTest
	@CsvSource({ "gradient2", "vegas", "aimd", "none" })
	void adaptive(String algorithm) {
		this.runner
			.withPropertyValues("taskgroup.defaults.concurrency.adaptive=" + algorithm,
					"taskgroup.groups.suppliers.concurrency.shared=64")
			.run(context -> {
				TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
				groups.named("suppliers").openScope().close();
				ConcurrencyLimiter limiter = (ConcurrencyLimiter) groups.sharedLimiters("suppliers").getFirst();
				assertThat(limiter.maxLimit()).isEqualTo(64);
				assertThat(limiter.limit()).isEqualTo(algorithm.equals("none") ? 64 : 20);
			});
	}

	@Test
	void withoutTheAdaptiveLibraryEverythingElseWorks() {
		this.runner.withClassLoader(new FilteredClassLoader("com.netflix.concurrency"))
			.withPropertyValues("taskgroup.groups.suppliers.concurrency.shared=64")
			.run(context -> {
				TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
				groups.named("suppliers").openScope().close();
				assertThat(groups.sharedLimiters("suppliers")).hasSize(1);
			});
	}

	@ParameterizedTest
	@CsvSource({ "virtual,true", "platform,false", ",true" })
	void threads(String threads, boolean virtual) {
		assumeTrue(threads != null || System.getProperty("taskgroup.threads") == null,
				"the tests are run with a kind of threads that is not the default");
		String[] properties = (threads != null) ? new String[] { "taskgroup.threads=" + threads } : new String[0];
		this.runner.withPropertyValues(properties).run(context -> {
			Thread thread = context.getBean(TaskGroupFactory.class)
				.named("group")
				.call(group -> group.fork(() -> Thread.currentThread()).await());
			assertThat(thread.isVirtual()).isEqualTo(virtual);
			assertThat(thread.isDaemon()).isTrue();
		});
	}

	@Test
	void disabled() {
		this.runner.withPropertyValues("taskgroup.enabled=false")
			.run(context -> assertThat(context).doesNotHaveBean(TaskGroupFactory.class)
				.doesNotHaveBean(TaskGroupProperties.class)
				.doesNotHaveBean(TaskGroupLifecycle.class));
	}

	@Test
	void javaSettingsOfANameWinOverProperties() {
		this.runner.withUserConfiguration(JavaSettings.class)
			.withPropertyValues("taskgroup.defaults.concurrency.per-group=1",
					"taskgroup.groups.java.concurrency.per-group=2")
			.run(context -> {
				TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
				assertThat(perGroup(groups, "other")).isEqualTo(1);
				assertThat(perGroup(groups, "java")).isEqualTo(3);
			});
	}

	private static int perGroup(TaskGroupFactory groups, String name) {
		TaskScope scope = groups.named(name).openScope();
		try {
			return groups.snapshot().getFirst().limiters().getFirst().limit().orElseThrow();
		}
		finally {
			scope.close();
		}
	}

	// What is wrong

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					taskgroup.groups.suppliers.concurrency.per-group  | 0    | must be at least 1
					taskgroup.groups.suppliers.concurrency.shared     | -3   | must be at least 1
					taskgroup.groups.suppliers.concurrency.adaptive   | aimd | It needs 'concurrency.shared'
					taskgroup.groups.suppliers.rate-limit.permits     | 0    | must be at least 1
					taskgroup.groups.suppliers.rate-limit.burst       | 0    | must be at least 1
					taskgroup.groups.suppliers.rate-limit.period      | 0s   | must be more than zero
					taskgroup.groups.suppliers.queue.capacity         | 0    | must be at least 1, or 'queue.when-full' must be 'reject'
					taskgroup.groups.suppliers.queue.capacity         | -1   | must not be negative
					taskgroup.groups.suppliers.timeout                | -1s  | must not be negative
					taskgroup.groups.suppliers.timeout                | soon | is not a valid duration
					taskgroup.groups.suppliers.queue.when-full        | cry  | WAIT
					taskgroup.defaults.cancellation.reinterrupt-every | 0s   | must be more than zero
					taskgroup.defaults.cancellation.warn-after        | -1s  | must be more than zero
					taskgroup.defaults.concurrency.per-group          | 0    | must be at least 1
					taskgroup.defaults.queue.capacity                 | 0    | must be at least 1
					taskgroup.shutdown.timeout                        | -1s  | must not be negative
					taskgroup.shutdown.mode                           | kill | DRAIN
					taskgroup.metrics.max-group-names                 | 0    | must be at least 1
					taskgroup.threads                                 | green | PLATFORM
					taskgroup.groups.suppliers.concurency.per-group   | 4    | There is no such setting of a group. There are: timeout
					taskgroup.groups.suppliers.concurrency.pergrup    | 4    | concurrency.per-group
					taskgroup.defaults.time-out-after                 | 4s   | There is no such setting
					taskgroup.groups.my.group.timeout                 | 4s   | taskgroup.groups[the.name]
					""")
	void wrongValues(String property, String value, String reason, CapturedOutput output) {
		Throwable thrown = catchThrowable(() -> start(property, value));
		assertThat(thrown).isNotNull();
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains(property)
			.containsIgnoringCase((value.equals("-1s") ? "PT-1S" : value.equals("0s") ? "PT0S" : value))
			.contains("mistake.yml", "7:9")
			.contains(reason);
	}

	@Test
	void wrongName(CapturedOutput output) {
		assertThat(catchThrowable(() -> start("taskgroup.groups[ ].timeout", "1s"))).isNotNull();
		assertThat(output).contains("APPLICATION FAILED TO START").contains("The name of a group must not be blank");
	}

	private static void start(String property, String value) {
		SpringApplication application = new SpringApplication(AutoConfigured.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.addInitializers(context -> context.getEnvironment()
			.getPropertySources()
			.addFirst(new OriginTrackedMapPropertySource("test", Map.of(property, withOrigin(value)))));
		application.run().close();
	}

	private static OriginTrackedValue withOrigin(String value) {
		Resource file = new ByteArrayResource(new byte[0], "mistake.yml");
		return OriginTrackedValue.of(value, new TextResourceOrigin(file, new TextResourceOrigin.Location(6, 8)));
	}

	@Test
	void namesWithDotsAndSpaces() {
		this.runner.withPropertyValues("taskgroup.groups[my.group no 1].concurrency.per-group=7")
			.run(context -> assertThat(perGroup(context.getBean(TaskGroupFactory.class), "my.group no 1"))
				.isEqualTo(7));
	}

	// Change

	@Test
	void limitsChangeWhenThePropertiesAreBoundAgain() {
		this.runner.run(context -> {
			Changing changing = Changing.of(context);
			changing.set("taskgroup.groups.suppliers.concurrency.shared", "1");
			changing.set("taskgroup.groups.suppliers.rate-limit.permits", "1");
			changing.set("taskgroup.groups.suppliers.rate-limit.period", "1d");
			changing.set("taskgroup.groups.suppliers.timeout", "1h");
			changing.bindAgain(context);
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			CountDownLatch release = new CountDownLatch(1);
			groups.named("suppliers").run(group -> {
				List<TaskHandle<Boolean>> handles = new ArrayList<>();
				for (int i = 0; i < 4; i++) {
					handles.add(group.fork(() -> release.await(30, TimeUnit.SECONDS)));
				}
				changing.set("taskgroup.groups.suppliers.concurrency.shared", "3");
				changing.bindAgain(context);
				assertThat(handles).extracting(TaskHandle::state)
					.containsExactly(TaskState.RUNNING, TaskState.QUEUED, TaskState.QUEUED, TaskState.QUEUED);
				changing.set("taskgroup.groups.suppliers.rate-limit.permits", "1000");
				changing.set("taskgroup.groups.suppliers.rate-limit.period", "1ms");
				changing.bindAgain(context);
				release.countDown();
				for (TaskHandle<Boolean> handle : handles) {
					assertThat(handle.await()).isTrue();
				}
			});
			changing.set("taskgroup.groups.suppliers.timeout", "2d");
			changing.bindAgain(context);
			groups.named("suppliers")
				.run(group -> assertThat(group.cancelScope().timeLeft().orElseThrow())
					.isGreaterThan(Duration.ofDays(1)));
		});
	}

	@Test
	void whatIsTakenOutOfTheEnvironmentIsNotSetAnyMore() {
		this.runner.run(context -> {
			Changing changing = Changing.of(context);
			changing.set("taskgroup.groups.suppliers.concurrency.shared", "1");
			changing.set("taskgroup.groups.suppliers.timeout", "1h");
			changing.set("taskgroup.defaults.concurrency.per-group", "5");
			changing.bindAgain(context);
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			groups.named("suppliers").run(group -> {
				assertThat(group.cancelScope().timeLeft()).isPresent();
				TaskHandle<Integer> first = group.fork(() -> 1);
				changing.clear();
				changing.bindAgain(context);
				assertThat(first.await()).isEqualTo(1);
			});
			assertThat(((ConcurrencyLimiter) groups.sharedLimiters("suppliers").getFirst()).limit())
				.isEqualTo(Integer.MAX_VALUE);
			groups.named("suppliers").run(group -> {
				assertThat(group.cancelScope().timeLeft()).isEmpty();
				assertThat(groups.snapshot().getFirst().limiters()).isEmpty();
			});
		});
	}

	@Test
	void whatWasSetByHandStaysUntilThePropertyChanges() {
		this.runner.run(context -> {
			Changing changing = Changing.of(context);
			changing.set("taskgroup.groups.suppliers.concurrency.shared", "4");
			changing.bindAgain(context);
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			groups.named("suppliers").openScope().close();
			ConcurrencyLimiter limiter = (ConcurrencyLimiter) groups.sharedLimiters("suppliers").getFirst();
			limiter.limit(9);
			changing.set("taskgroup.groups.others.concurrency.shared", "1");
			changing.bindAgain(context);
			assertThat(limiter.limit()).isEqualTo(9);
			changing.set("taskgroup.groups.suppliers.concurrency.shared", "5");
			changing.bindAgain(context);
			assertThat(limiter.limit()).isEqualTo(5);
		});
	}

	@Test
	void aWrongChangeIsRefusedAndChangesNothing() {
		this.runner.run(context -> {
			Changing changing = Changing.of(context);
			changing.set("taskgroup.groups.suppliers.concurrency.per-group", "4");
			changing.bindAgain(context);
			changing.set("taskgroup.groups.suppliers.concurrency.per-group", "0");
			assertThat(catchThrowable(() -> changing.bindAgain(context))).hasStackTraceContaining("must be at least 1");
			assertThat(perGroup(context.getBean(TaskGroupFactory.class), "suppliers")).isEqualTo(4);
			changing.set("taskgroup.groups.suppliers.concurrency.per-group", "6");
			changing.set("taskgroup.groups.suppliers.oops", "6");
			assertThat(catchThrowable(() -> changing.bindAgain(context))).hasStackTraceContaining("no such setting");
			assertThat(perGroup(context.getBean(TaskGroupFactory.class), "suppliers")).isEqualTo(4);
		});
	}

	@Test
	void knownKeysAreThoseOfTheMetadata() throws Exception {
		Set<String> described = new TreeSet<>();
		Matcher names = Pattern.compile("\"name\": \"taskgroup\\.defaults\\.([^\"]+)\"").matcher(metadata());
		while (names.find()) {
			described.add(names.group(1));
		}
		described.removeAll(Set.of("concurrency", "rate-limit", "queue", "cancellation"));
		assertThat(described).containsExactlyInAnyOrderElementsOf(UnknownGroupKeys.KNOWN);
	}

	private static String metadata() throws IOException {
		try (var in = TaskGroupProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	/** Properties that change, and are bound again as Spring Cloud does it. */
	private static final class Changing {

		private final Map<String, Object> values = new HashMap<>();

		static Changing of(ApplicationContext context) {
			Changing changing = new Changing();
			((ConfigurableApplicationContext) context).getEnvironment()
				.getPropertySources()
				.addFirst(new MapPropertySource("changing", changing.values));
			return changing;
		}

		void set(String name, String value) {
			this.values.put(name, value);
		}

		void clear() {
			this.values.clear();
		}

		void bindAgain(ApplicationContext context) {
			String name = context.getBeanNamesForType(TaskGroupProperties.class)[0];
			Object bean = context.getBean(name);
			context.getAutowireCapableBeanFactory().destroyBean(bean);
			context.getAutowireCapableBeanFactory().initializeBean(bean, name);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@Import(TaskGroupAutoConfiguration.class)
	@EnableConfigurationProperties
	static class AutoConfigured {

	}

	@Configuration(proxyBeanMethods = false)
	static class JavaSettings {

		@Bean
		TaskGroupFactoryBuilderCustomizer java() {
			return builder -> builder.settings("java", spec -> spec.maxConcurrency(3));
		}

	}

}
