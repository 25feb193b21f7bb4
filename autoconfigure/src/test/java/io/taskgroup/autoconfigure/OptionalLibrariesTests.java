package io.taskgroup.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What there is of ours in an application that has only some of the optional libraries,
 * or does not use what it has. Each application has a class loader of its own, in which
 * the others really are missing.
 */
@Timeout(120)
class OptionalLibrariesTests {

	/** What every application with the starter has. */
	private static final List<String> BASIS = List.of("taskGroupConfiguredGroups", "taskGroupFactory",
			"taskGroupFactoryBuilder", "taskGroupGracePeriod", "taskGroupLifecycle");

	private static final List<String> METRICS = List.of("taskGroupMetrics", "taskGroupMetricsWatch");

	private static final List<String> MDC = List.of("taskGroupMdcAccessor");

	private static final List<String> REQUEST = List.of("taskGroupRequestAttributesAccessor");

	private static final List<String> CONTEXT = List.of("taskGroupLocaleAccessor", "taskGroupThreadLocalPropagation");

	private static final List<String> REACTOR = List.of("reactiveTaskGroups");

	private static final List<String> REACTOR_CONTEXT = List.of("taskGroupReactorContext");

	private static final List<String> OBSERVATIONS = List.of("taskGroupNoMetersObservationHandler",
			"taskGroupObservations");

	private static final Map<String, List<String>> PARTS = Map.of("metrics", METRICS, "mdc", MDC, "request", REQUEST,
			"context", CONTEXT, "observations", OBSERVATIONS, "reactor", REACTOR, "reactorContext", REACTOR_CONTEXT);

	/** What an application without any optional library has. */
	private static final Pattern BARE = Pattern
		.compile("(taskgroup-core|bucket4j|jspecify|spring-(aop|beans|boot|context|core"
				+ "|expression)-\\d|spring-boot-autoconfigure-|commons-logging|snakeyaml).*");

	@ParameterizedTest
	@CsvSource(delimiter = ';',
			textBlock = """
					nothing;             none;                                                              metrics context mdc request observations reactorContext reactor
					actuator;            spring-boot-(starter-)?(actuator|micrometer-metrics);              context mdc request observations reactorContext reactor
					Micrometer's meters; micrometer-(core|registry|jakarta)|spring-boot-micrometer;         context mdc request reactorContext reactor
					context-propagation; context-propagation;                                               metrics observations reactor
					tracing;             micrometer-tracing|spring-boot-micrometer-tracing;                 metrics context mdc request reactorContext reactor
					a tracer;            spring-boot-micrometer-tracing-opentelemetry;                      metrics context mdc request reactorContext reactor
					all of Micrometer;   .*micrometer|context-propagation;                                  reactor
					SLF4J;               slf4j|.*-to-slf4j|logback|.*micrometer-tracing|opentelemetry;      metrics context request reactorContext reactor
					the Servlet API;     jakarta.servlet|tomcat-embed-core;                                 metrics context mdc observations reactorContext reactor
					Spring Web;          spring-web-|spring-webmvc|spring-webflux|spring-security-web;      metrics context mdc observations reactorContext reactor
					Spring Security;     spring-(boot-(starter-)?)?security;                                metrics context mdc request observations reactorContext reactor
					adaptive limits;     concurrency-limits;                                                metrics context mdc request observations reactorContext reactor
					Reactor;             reactor-|spring-webflux|spring-boot-webflux|spring-boot-webclient; metrics context mdc request observations
					""")
	@DisplayName("an application that lacks an optional library has all but what needs that library, and its tasks run")
	void withoutLibrary(String name, String missing, String parts) throws Exception {
		Pattern jars = Pattern.compile("(" + missing + ").*");
		PartialClassPath.Started application = PartialClassPath.start((jar) -> !jars.matcher(jar).matches(),
				"test.task=true");
		TreeSet<String> expected = new TreeSet<>(BASIS);
		for (String part : (parts != null) ? parts.split(" ") : new String[0]) {
			expected.addAll(PARTS.get(part));
		}
		assertThat(beansOf(application)).as("without " + name).containsExactlyElementsOf(expected);
		assertThat(application.result()).containsExactly("done");
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', textBlock = """
			nothing;             none;                                       true
			all web servers;     .*tomcat|.*netty|jakarta.servlet|.*webflux; true
			Spring Web;          spring-web-|spring-webmvc|spring-webflux|spring-security-web; true
			Micrometer's meters; micrometer-(core|registry|jakarta);         true
			the page's library;  lit-html;                                   true
			actuator;            spring-boot-(starter-)?actuator;            false
			""")
	@DisplayName("an endpoint that is exposed over JMX is there whatever else is missing but the Actuator; the page needs the web")
	void endpoint(String name, String missing, boolean expected) throws Exception {
		Pattern jars = Pattern.compile("(" + missing + ").*");
		PartialClassPath.Started application = PartialClassPath.start((jar) -> !jars.matcher(jar).matches(),
				"test.task=true", "spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=taskgroups",
				"management.endpoints.web.exposure.include=tasktree");
		assertThat(beansOf(application).contains("taskGroupsEndpoint")).as("without " + name).isEqualTo(expected);
		assertThat(beansOf(application).contains("taskGroupTotals")).as("without " + name).isEqualTo(expected);
		assertThat(beansOf(application)).doesNotContain("taskTreeEndpoint", "taskGroupRecentWork");
		assertThat(application.result()).containsExactly("done");
	}

	@Test
	@DisplayName("an application without any optional library does not even load our classes for them")
	void bare() throws Exception {
		PartialClassPath.Started application = PartialClassPath.start(BARE.asMatchPredicate());
		assertThat(beansOf(application)).containsExactlyElementsOf(BASIS);
		assertThat(packagesOf(application)).containsOnly("io.taskgroup", "io.taskgroup.autoconfigure");
	}

	@Test
	@DisplayName("without a registry, and without a tracer, neither metrics nor observations are loaded")
	void unused() throws Exception {
		Predicate<String> without = Pattern.compile("(spring-boot-micrometer|spring-boot-(starter-)?actuator).*")
			.asMatchPredicate()
			.negate();
		PartialClassPath.Started application = PartialClassPath.start(without);
		assertThat(application.classes()).noneMatch((type) -> type.endsWith(".TaskGroupMetrics"))
			.noneMatch((type) -> type.endsWith(".TaskGroupObservations"));
	}

	@Test
	@DisplayName("an application that has switched task groups off has nothing of them")
	void off() throws Exception {
		PartialClassPath.Started application = PartialClassPath.start((jar) -> true, "taskgroup.enabled=false");
		assertThat(application.beans()).isEmpty();
		assertThat(application.classes()).noneMatch((type) -> type.startsWith("io.taskgroup.autoconfigure.TaskGroup"));
	}

	@Test
	@DisplayName("as long as no group is opened, there are no threads, no engine and no meters")
	void idle() throws Exception {
		PartialClassPath.Started application = PartialClassPath.start((jar) -> true);
		PartialClassPath.Started without = PartialClassPath.start((jar) -> true, "taskgroup.enabled=false");
		assertThat(application.threads()).isEqualTo(without.threads());
		assertThat(application.meters()).isEmpty();
		assertThat(application.classesAtStart()).contains("io.taskgroup.TaskGroupFactory")
			.doesNotContain("io.taskgroup.Task", "io.taskgroup.Scope", "io.taskgroup.Timer", "io.taskgroup.Watch");
	}

	/** Without the configuration classes, and the properties. */
	private static List<String> beansOf(PartialClassPath.Started application) {
		return application.beans().stream().filter((name) -> !name.contains("io.taskgroup.")).toList();
	}

	private static List<String> packagesOf(PartialClassPath.Started application) {
		return application.classes()
			.stream()
			.map((type) -> type.substring(0, type.lastIndexOf('.')))
			.distinct()
			.toList();
	}

}
