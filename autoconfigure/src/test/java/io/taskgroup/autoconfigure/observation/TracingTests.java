package io.taskgroup.autoconfigure.observation;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.taskgroup.TaskGroupException;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupTimeoutException;
import io.taskgroup.TaskScope;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import io.taskgroup.autoconfigure.context.TaskGroupContextAutoConfiguration;
import io.taskgroup.autoconfigure.metrics.TaskGroupMetricsAutoConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.MDC;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration;
import org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration;
import org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryEventPublisherBeansApplicationListener;
import org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration;
import org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Traces of groups and tasks, taken with OpenTelemetry.
 */
@Timeout(60)
class TracingTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(TaskGroupAutoConfiguration.class, TaskGroupContextAutoConfiguration.class,
						TaskGroupMetricsAutoConfiguration.class, TaskGroupObservationAutoConfiguration.class,
						MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class,
						SimpleMetricsExportAutoConfiguration.class, ObservationAutoConfiguration.class,
						OpenTelemetrySdkAutoConfiguration.class, OpenTelemetryTracingAutoConfiguration.class,
						MicrometerTracingAutoConfiguration.class, NoopTracerAutoConfiguration.class))
		.withUserConfiguration(Exporter.class)
		.withInitializer(
				(context) -> context.addApplicationListener(new OpenTelemetryEventPublisherBeansApplicationListener()))
		.withPropertyValues("management.tracing.sampling.probability=1.0");

	@Test
	@DisplayName("9.2 a trace shows the fan-out: request, group, tasks, and what they do")
	void fanOut() {
		trace((trace) -> {
			trace.inRequest(() -> trace.groups.named("page").run((group) -> {
				group.fork("price", () -> trace.observe("http.client", () -> {
				}));
				group.fork("stock", () -> trace.groups.named("warehouses")
					.run((inner) -> inner.fork("north", () -> trace.observe("jdbc", () -> {
					}))));
			}));
			SpanData request = trace.span("request");
			SpanData page = trace.childOf(request, "group page", null);
			SpanData price = trace.childOf(page, "task page", "price");
			trace.childOf(price, "http.client", null);
			SpanData stock = trace.childOf(page, "task page", "stock");
			SpanData warehouses = trace.childOf(stock, "group warehouses", null);
			SpanData north = trace.childOf(warehouses, "task warehouses", "north");
			trace.childOf(north, "jdbc", null);
			assertThat(trace.spans()).hasSize(8).allMatch((span) -> span.getTraceId().equals(request.getTraceId()));
			assertThat(outcome(price)).isEqualTo("success");
			assertThat(outcome(page)).isEqualTo("success");
		});
	}

	@Test
	@DisplayName("9.2 failed and cancelled tasks are in the trace, at the right place: only failures are errors")
	void failedAndCancelled() {
		trace((trace) -> {
			trace.inRequest(() -> assertThatExceptionOfType(TaskGroupException.class)
				.isThrownBy(() -> trace.groups.named("page").run((group) -> {
					CountDownLatch running = new CountDownLatch(1);
					group.fork("sleeper", () -> trace.observe("http.client", () -> {
						running.countDown();
						new CountDownLatch(1).await();
					}));
					running.await();
					group.fork("culprit", () -> {
						throw new IOException("failure");
					});
				})));
			SpanData page = trace.childOf(trace.span("request"), "group page", null);
			assertThat(outcome(page)).isEqualTo("error");
			assertThat(page.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
			SpanData sleeper = trace.childOf(page, "task page", "sleeper");
			assertThat(outcome(sleeper)).isEqualTo("cancelled");
			assertThat(sleeper.getStatus().getStatusCode()).isNotEqualTo(StatusCode.ERROR);
			trace.childOf(sleeper, "http.client", null);
			SpanData culprit = trace.childOf(page, "task page", "culprit");
			assertThat(outcome(culprit)).isEqualTo("error");
			assertThat(culprit.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
			assertThat(culprit.getStatus().getDescription()).isEqualTo("failure");
		});
	}

	@Test
	@DisplayName("9.2 a group that fails in its body, times out or is cancelled says so")
	void outcomes() {
		trace((trace) -> {
			assertThatExceptionOfType(TaskGroupException.class)
				.isThrownBy(() -> trace.groups.named("body").run((group) -> {
					throw new IOException("failure");
				}));
			assertThat(outcome(trace.span("group body"))).isEqualTo("error");
			assertThat(trace.span("group body").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
			assertThatExceptionOfType(TaskGroupTimeoutException.class).isThrownBy(() -> trace.groups.named("timeout")
				.timeout(Duration.ofMillis(10))
				.run((group) -> new CountDownLatch(1).await()));
			assertThat(outcome(trace.span("group timeout"))).isEqualTo("timeout");
			assertThat(trace.span("group timeout").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
			trace.groups.named("cancelled").run((group) -> {
				group.cancel();
				new CountDownLatch(1).await();
			});
			assertThat(outcome(trace.span("group cancelled"))).isEqualTo("cancelled");
			assertThat(trace.span("group cancelled").getStatus().getStatusCode()).isNotEqualTo(StatusCode.ERROR);
		});
	}

	@Test
	@DisplayName("9.2 a task of a supervisor is below the request that forked it, whoever closes the supervisor")
	void supervisor() {
		trace((trace) -> {
			TaskScope[] scope = new TaskScope[1];
			Thread opener = Thread.ofVirtual().start(() -> scope[0] = trace.groups.named("feed").openScope());
			opener.join();
			trace.inRequest(() -> scope[0].fork("refresh", () -> 1).await());
			scope[0].fork("nobody's", () -> 1).await();
			scope[0].join();
			scope[0].close();
			trace.childOf(trace.span("request"), "task feed", "refresh");
			assertThat(trace.spans()).filteredOn((span) -> "nobody's".equals(task(span)))
				.singleElement()
				.extracting(SpanData::getParentSpanId)
				.isEqualTo("0000000000000000");
			assertThat(outcome(trace.span("group feed"))).isEqualTo("success");
		});
	}

	@Test
	@DisplayName("9.1 nothing of an observation stays on the host's thread, nor in its logging context")
	void nothingStays() {
		trace((trace) -> {
			trace.inRequest(() -> {
				Observation request = trace.registry.getCurrentObservation();
				String span = MDC.get("spanId");
				trace.groups.named("page").run((group) -> {
					assertThat(trace.registry.getCurrentObservation()).isNotSameAs(request);
					String ofGroup = MDC.get("spanId");
					assertThat(ofGroup).isNotEqualTo(span);
					String ofTask = group.fork(() -> MDC.get("spanId")).await();
					assertThat(ofTask).isNotNull().isNotIn(span, ofGroup);
				});
				assertThat(trace.registry.getCurrentObservation()).isSameAs(request);
				assertThat(MDC.get("spanId")).isEqualTo(span);
			});
			assertThat(trace.registry.getCurrentObservation()).isNull();
			assertThat(MDC.get("spanId")).isNull();
			String alone = trace.groups.named("page").call((group) -> group.fork(() -> MDC.get("spanId")).await());
			assertThat(alone).isNotNull();
		});
	}

	@Test
	@DisplayName("a task that never ran is not in the trace")
	void neverRan() {
		trace((trace) -> {
			CountDownLatch release = new CountDownLatch(1);
			trace.groups.named("page").maxConcurrency(1).run((group) -> {
				group.fork("first", () -> release.await());
				group.fork("second", () -> 1).cancel();
				release.countDown();
			});
			assertThat(trace.spans()).extracting(TracingTests::task).doesNotContain("second").contains("first");
		});
	}

	@Test
	@DisplayName("no timer is counted twice: observations of groups and tasks make no meters")
	void noMetersTwice() {
		trace((trace) -> {
			trace.inRequest(() -> trace.groups.named("page").gather(List.of(() -> 1)));
			assertThat(trace.meters.getMeters()).extracting((meter) -> meter.getId().getName())
				.contains("request", "taskgroup.tasks", "taskgroup.groups")
				.filteredOn((name) -> name.startsWith("taskgroup"))
				.containsOnly("taskgroup.tasks", "taskgroup.tasks.active", "taskgroup.tasks.queued", "taskgroup.groups",
						"taskgroup.groups.active");
			assertThat(trace.meters.get("taskgroup.tasks").timer().count()).isEqualTo(1);
		});
	}

	@Test
	@DisplayName("conventions that are beans name the observations")
	void conventions() {
		this.runner.withUserConfiguration(OwnConventions.class).run((context) -> {
			context.getBean(TaskGroupFactory.class).named("page").gather(List.of(() -> 1));
			assertThat(context.getBean(InMemorySpanExporter.class).getFinishedSpanItems()).extracting(SpanData::getName)
				.containsExactlyInAnyOrder("my group", "my task");
		});
	}

	@Test
	@DisplayName("Boot's property switches single observations off, and the trace stays whole")
	void disabledByName() {
		this.runner.withPropertyValues("management.observations.enable.taskgroup.group=false").run((context) -> {
			Trace trace = new Trace(context.getBean(TaskGroupFactory.class), context.getBean(ObservationRegistry.class),
					context.getBean(MeterRegistry.class), context.getBean(InMemorySpanExporter.class));
			trace.inRequest(() -> trace.groups.named("page").run((group) -> group.fork("price", () -> 1)));
			trace.childOf(trace.span("request"), "task page", "price");
		});
	}

	@Test
	@DisplayName("without Micrometer's metrics there are traces all the same")
	void withoutMetrics() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer.core")).run((context) -> {
			assertThat(context).hasNotFailed().doesNotHaveBean("taskGroupNoMetersObservationHandler");
			context.getBean(TaskGroupFactory.class).named("page").gather(List.of(() -> 1));
			assertThat(context.getBean(InMemorySpanExporter.class).getFinishedSpanItems()).hasSize(2);
		});
	}

	private void trace(Traced traced) {
		this.runner.run((context) -> {
			assertThat(context).hasNotFailed();
			traced.run(new Trace(context.getBean(TaskGroupFactory.class), context.getBean(ObservationRegistry.class),
					context.getBean(MeterRegistry.class), context.getBean(InMemorySpanExporter.class)));
		});
	}

	private static @Nullable String outcome(SpanData span) {
		return span.getAttributes().get(AttributeKey.stringKey("outcome"));
	}

	private static @Nullable String task(SpanData span) {
		return span.getAttributes().get(AttributeKey.stringKey("task"));
	}

	/** What a test does. */
	private interface Traced {

		void run(Trace trace) throws Exception;

	}

	/** Some code. */
	private interface Code {

		void run() throws Exception;

	}

	/**
	 * An application and its trace.
	 *
	 * @param groups the factory
	 * @param registry where observations are made
	 * @param meters where meters are
	 * @param exporter where spans go
	 */
	private record Trace(TaskGroupFactory groups, ObservationRegistry registry, MeterRegistry meters,
			InMemorySpanExporter exporter) {

		void inRequest(Code code) throws Exception {
			observe("request", code);
		}

		void observe(String name, Code code) throws Exception {
			Observation observation = Observation.start(name, this.registry);
			try (Observation.Scope scope = observation.openScope()) {
				assertThat(scope.isNoop()).isFalse();
				code.run();
			}
			finally {
				observation.stop();
			}
		}

		List<SpanData> spans() {
			return this.exporter.getFinishedSpanItems();
		}

		SpanData span(String name) {
			List<SpanData> found = spans().stream().filter((span) -> span.getName().equals(name)).toList();
			assertThat(found).as(name).hasSize(1);
			return found.get(0);
		}

		SpanData childOf(SpanData parent, String name, @Nullable String task) {
			List<SpanData> found = spans().stream()
				.filter((span) -> span.getName().equals(name) && (task == null || task.equals(task(span))))
				.toList();
			assertThat(found).as(name + " " + task).hasSize(1);
			assertThat(found.get(0).getParentSpanId()).as("parent of " + name + " " + task)
				.isEqualTo(parent.getSpanId());
			return found.get(0);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Exporter {

		@Bean
		InMemorySpanExporter spanExporter() {
			return InMemorySpanExporter.create();
		}

		@Bean
		SpanProcessor spanProcessor(InMemorySpanExporter exporter) {
			return SimpleSpanProcessor.create(exporter);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnConventions {

		@Bean
		TaskGroupObservationConvention groupConvention() {
			return new DefaultTaskGroupObservationConvention() {

				@Override
				public String getContextualName(TaskGroupObservationContext context) {
					return "my group";
				}

			};
		}

		@Bean
		TaskObservationConvention taskConvention() {
			return new DefaultTaskObservationConvention() {

				@Override
				public String getContextualName(TaskObservationContext context) {
					return "my task";
				}

			};
		}

	}

}
