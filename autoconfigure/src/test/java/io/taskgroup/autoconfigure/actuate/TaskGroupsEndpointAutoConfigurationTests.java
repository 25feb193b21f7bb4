package io.taskgroup.autoconfigure.actuate;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupListener;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.context.servlet.AnnotationConfigServletWebApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.aot.ApplicationContextAotGenerator;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What there is of the endpoint and the page, and when.
 */
@Timeout(60)
class TaskGroupsEndpointAutoConfigurationTests {

	private static final AutoConfigurations ALL = AutoConfigurations.of(TaskGroupAutoConfiguration.class,
			TaskGroupsEndpointAutoConfiguration.class, TaskTreeEndpointAutoConfiguration.class,
			EndpointAutoConfiguration.class, WebEndpointAutoConfiguration.class);

	private static final String ENDPOINT = "management.endpoints.web.exposure.include=taskgroups";

	private static final String PAGE = "management.endpoints.web.exposure.include=tasktree";

	private static final String[] OURS = { "taskGroupTotals", "taskGroupNameTable", "taskGroupTaskTree",
			"taskGroupRecentWork", "taskGroupsEndpoint", "taskGroupsEndpointWebExtension", "taskTreeEndpoint" };

	private final WebApplicationContextRunner web = new WebApplicationContextRunner().withConfiguration(ALL);

	private final ApplicationContextRunner bare = new ApplicationContextRunner().withConfiguration(ALL);

	@Test
	@DisplayName("both are listed among the auto-configurations")
	void listed() {
		assertThat(ImportCandidates.load(AutoConfiguration.class, getClass().getClassLoader())).contains(
				TaskGroupsEndpointAutoConfiguration.class.getName(), TaskTreeEndpointAutoConfiguration.class.getName());
	}

	@Test
	@DisplayName("there is nothing, and nothing listens, unless one is exposed")
	void notExposed() {
		this.web.run((context) -> assertThat(context).hasSingleBean(TaskGroupFactory.class)
			.doesNotHaveBean(TaskGroupListener.class)
			.satisfies((any) -> assertThat(any.getBeanDefinitionNames()).doesNotContain(OURS)));
	}

	@Test
	@DisplayName("the endpoint alone needs no memory of what has ended, the page alone no endpoint")
	void oneOfThem() {
		this.web.withPropertyValues(ENDPOINT)
			.run((context) -> assertThat(context).hasSingleBean(TaskGroupsEndpoint.class)
				.hasSingleBean(TaskGroupsEndpointWebExtension.class)
				.hasSingleBean(TaskGroupTotals.class)
				.doesNotHaveBean(RecentWork.class)
				.doesNotHaveBean(TaskTreeEndpoint.class));
		this.web.withPropertyValues(PAGE)
			.run((context) -> assertThat(context).hasSingleBean(TaskTreeEndpoint.class)
				.hasSingleBean(RecentWork.class)
				.hasSingleBean(TaskGroupTotals.class)
				.doesNotHaveBean(TaskGroupsEndpoint.class));
		new ReactiveWebApplicationContextRunner().withConfiguration(ALL)
			.withPropertyValues("management.endpoints.web.exposure.include=*")
			.run((context) -> assertThat(context).hasSingleBean(TaskTreeEndpoint.class)
				.hasSingleBean(TaskGroupsEndpoint.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "taskgroup.enabled=false", "management.endpoints.access.default=NONE",
			"management.endpoints.access.max-permitted=NONE", "management.endpoints.web.exposure.exclude=*" })
	@DisplayName("there is nothing if all is switched off")
	void off(String property) {
		this.web.withPropertyValues("management.endpoints.web.exposure.include=*", property)
			.run((context) -> assertThat(context).hasNotFailed()
				.satisfies((any) -> assertThat(any.getBeanDefinitionNames()).doesNotContain(OURS)));
	}

	@Test
	@DisplayName("without a web server there is no page; the endpoint is there for JMX")
	void withoutWeb() {
		this.bare.withPropertyValues(PAGE)
			.run((context) -> assertThat(context).hasNotFailed()
				.satisfies((any) -> assertThat(any.getBeanDefinitionNames()).doesNotContain(OURS)));
		this.bare.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=taskgroups")
			.run((context) -> assertThat(context).hasSingleBean(TaskGroupsEndpoint.class)
				.doesNotHaveBean(TaskGroupsEndpointWebExtension.class)
				.doesNotHaveBean(RecentWork.class));
	}

	@Test
	@DisplayName("it backs off for endpoints of the application's own")
	void backsOff() {
		this.web.withPropertyValues("management.endpoints.web.exposure.include=*")
			.withUserConfiguration(OwnEndpoints.class)
			.run((context) -> assertThat(context).hasSingleBean(TaskGroupsEndpoint.class)
				.hasBean("ownTaskGroups")
				.hasSingleBean(TaskTreeEndpoint.class)
				.hasBean("ownTaskTree"));
	}

	@Test
	@DisplayName("a factory of the application's own is shown, with totals if it was made by the builder bean; two are as well")
	void ownFactories() {
		this.web.withPropertyValues(ENDPOINT).withUserConfiguration(OwnFactories.class).run((context) -> {
			context.getBean("first", TaskGroupFactory.class).named("one").gather(java.util.List.of(() -> 1));
			try (var scope = context.getBean("second", TaskGroupFactory.class)
				.named("two")
				.sharedConcurrency(2)
				.openScope()) {
				TaskGroupsEndpoint endpoint = context.getBean(TaskGroupsEndpoint.class);
				TaskGroupsDescriptor told = endpoint.taskGroups(null, null, null);
				assertThat(told.open()).extracting(TaskGroupsDescriptor.ScopeDescriptor::name).containsExactly("two");
				assertThat(told.names()).extracting(TaskGroupDescriptor::name).containsExactly("one");
				assertThat(endpoint.taskGroup("two")).isNotNull();
				assertThat(endpoint.limit("two", 5)).isNotNull();
				assertThat(endpoint.cancel(told.open().getFirst().id())).isNotNull();
				assertThat(scope.cancelScope().cancelReason()).contains(TaskGroupsEndpoint.CANCEL_REASON);
			}
		});
	}

	@Test
	@DisplayName("only so many names are told apart, as in the metrics")
	void names() {
		this.web.withPropertyValues(ENDPOINT, "taskgroup.metrics.max-group-names=2").run((context) -> {
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			for (String name : new String[] { "a", "b", "c", "d", "a" }) {
				groups.named(name).gather(java.util.List.of(() -> 1));
			}
			TaskGroupsEndpoint endpoint = context.getBean(TaskGroupsEndpoint.class);
			assertThat(endpoint.taskGroups(null, null, null).names())
				.extracting((name) -> name.name() + name.tasks().success())
				.containsExactly("a2", "b1", "other2");
			assertThat(endpoint.taskGroup("other")).isNotNull();
			assertThat(endpoint.taskGroup("c")).isNull();
		});
	}

	@ParameterizedTest
	@CsvSource({ "management.endpoint.taskgroups.max-tasks,0,It must be at least 1.",
			"management.endpoint.tasktree.recent-tasks,-1,It must not be negative.",
			"management.endpoint.tasktree.recent-groups,-1,It must not be negative." })
	@DisplayName("a setting that cannot be ends the start with a text that names it")
	void wrongSetting(String name, int value, String reason) {
		this.web.withPropertyValues("management.endpoints.web.exposure.include=*", name + "=" + value)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (ex) -> {
					assertThat(ex.getName()).isEqualTo(name);
					assertThat(ex.getValue()).isEqualTo(value);
					assertThat(ex.getReason()).isEqualTo(reason);
				}));
	}

	@Test
	@DisplayName("a page that is to remember nothing remembers nothing")
	void noMemory() {
		this.web
			.withPropertyValues(PAGE, "management.endpoint.tasktree.recent-tasks=0",
					"management.endpoint.tasktree.recent-groups=0")
			.run((context) -> {
				context.getBean(TaskGroupFactory.class).named("a").gather(java.util.List.of(() -> 1));
				assertThat(context.getBean(RecentWork.class).describe().tasks()).isEmpty();
				assertThat(context.getBean(RecentWork.class).describe().groups()).isEmpty();
			});
	}

	@Test
	@DisplayName("a native image is told of what becomes JSON, of the operations, and of the files of the page")
	void hints() {
		RuntimeHints hints = hintsOf(AheadOfTime.class);
		for (Class<?> type : new Class<?>[] { TaskGroupsDescriptor.class, TaskGroupsDescriptor.ScopeDescriptor.class,
				TaskGroupsDescriptor.TaskDescriptor.class, TaskGroupDescriptor.class,
				TaskGroupDescriptor.SettingsDescriptor.class, TaskTreeDescriptor.class,
				TaskTreeDescriptor.EndedTaskDescriptor.class, TaskGroupsEndpointWebExtension.ErrorDescriptor.class }) {
			assertThat(RuntimeHintsPredicates.reflection()
				.onType(type)
				.withMemberCategory(MemberCategory.INVOKE_DECLARED_CONSTRUCTORS)).as(type.getName()).accepts(hints);
		}
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(TaskGroupsEndpoint.class, "cancel"))
			.accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onMethodInvocation(TaskTreeEndpoint.class, "page"))
			.accepts(hints);
		assertThat(RuntimeHintsPredicates.resource().forResource(PageFiles.FOLDER + "index.html")).accepts(hints);
		assertThat(
				RuntimeHintsPredicates.resource().forResource(PageFiles.LIBRARY_FOLDER + "3.3.2/directives/repeat.js"))
			.accepts(hints);
	}

	private static RuntimeHints hintsOf(Class<?> application) {
		TestGenerationContext generation = new TestGenerationContext();
		AnnotationConfigServletWebApplicationContext context = new AnnotationConfigServletWebApplicationContext();
		TestPropertyValues.of("management.endpoints.web.exposure.include=*").applyTo(context);
		context.register(application);
		new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
		return generation.getRuntimeHints();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ TaskGroupAutoConfiguration.class, TaskGroupsEndpointAutoConfiguration.class,
			TaskTreeEndpointAutoConfiguration.class, EndpointAutoConfiguration.class,
			WebEndpointAutoConfiguration.class })
	static class AheadOfTime {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnEndpoints {

		@Bean
		TaskGroupsEndpoint ownTaskGroups(TaskTree tree, NameTable names) {
			return new TaskGroupsEndpoint(tree, names);
		}

		@Bean
		TaskTreeEndpoint ownTaskTree(TaskTree tree, RecentWork recent) {
			return new TaskTreeEndpoint(new PageFiles(), tree, recent, new PageAccess(() -> () -> java.util.List.of()));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnFactories {

		@Bean
		TaskGroupFactory first(TaskGroupFactory.Builder builder) {
			return builder.build();
		}

		@Bean
		TaskGroupFactory second() {
			return TaskGroupFactory.create();
		}

	}

}
