package io.taskgroup.sample;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpStatus;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The trace of a book's page, taken with OpenTelemetry: the request, the group, its
 * tasks, their calls, and the requests that the backends get.
 */
@StorefrontTest
@Import(TraceTests.Exporter.class)
@TestPropertySource(properties = { "management.tracing.sampling.probability=1.0", "storefront.price-refresh=1h" })
class TraceTests {

	@Autowired
	private RestTestClient client;

	@Autowired
	private BackendFaults faults;

	@Autowired
	private InMemorySpanExporter exporter;

	@BeforeEach
	void forgetTheStart() {
		this.exporter.reset();
	}

	@AfterEach
	void heal() {
		this.faults.heal();
	}

	@Test
	@DisplayName("request, group, tasks and the HTTP calls inside them, each below what it is a part of")
	void page() {
		ask(HttpStatus.OK);

		List<SpanData> spans = trace(12);
		SpanData request = root(spans);
		SpanData group = only(spans, request, "group book-page");
		assertThat(spans).filteredOn(span -> span.getName().equals("task book-page"))
			.extracting(TraceTests::task)
			.containsExactlyInAnyOrder("details", "price", "stock", "reviews");
		for (String task : List.of("price", "stock", "reviews")) {
			String service = task.equals("price") ? "prices" : task;
			SpanData call = call(spans, task(spans, group, task));
			assertThat(attribute(call, "uri")).isEqualTo("/services/" + service + "/{id}");
			SpanData answer = only(spans, call, "http get /services/" + service + "/{id}");
			assertThat(answer.getKind()).isEqualTo(SpanKind.SERVER);
			assertThat(children(spans, answer)).isEmpty();
		}
		assertThat(children(spans, task(spans, group, "details"))).isEmpty();
		assertThat(spans)
			.allSatisfy(span -> assertThat(span.getStatus().getStatusCode()).isNotEqualTo(StatusCode.ERROR));
		assertThat(spans).filteredOn(span -> attribute(span, "group") != null)
			.hasSize(5)
			.allSatisfy(span -> assertThat(attribute(span, "outcome")).isEqualTo("success"));
	}

	@Test
	@DisplayName("a task whose backend answers with an error has failed, and so has its group; "
			+ "the tasks that this cancels are no errors, and their calls are in the trace")
	void failure() {
		List<String> services = List.of("/services/prices/29", "/services/stock/29", "/services/reviews/29");
		services.forEach(this.faults::hang);
		this.faults.fail("/services/stock/29");
		CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> ask(HttpStatus.BAD_GATEWAY));
		await().until(() -> services.stream().allMatch(service -> this.faults.requests(service) == 1));

		this.faults.release("/services/stock/29");

		assertThat(answered).succeedsWithin(10, TimeUnit.SECONDS);
		this.faults.heal();
		List<SpanData> spans = trace(12);
		SpanData group = only(spans, root(spans), "group book-page");
		assertThat(attribute(group, "outcome")).isEqualTo("error");
		assertThat(group.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);

		SpanData stock = task(spans, group, "stock");
		assertThat(attribute(stock, "outcome")).isEqualTo("error");
		assertThat(stock.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
		assertThat(stock.getStatus().getDescription()).isEqualTo("stock answered with 503 SERVICE_UNAVAILABLE");
		assertThat(attribute(call(spans, stock), "status")).isEqualTo("503");

		SpanData price = task(spans, group, "price");
		assertThat(attribute(price, "outcome")).isEqualTo("cancelled");
		assertThat(price.getStatus().getStatusCode()).isNotEqualTo(StatusCode.ERROR);
		assertThat(attribute(call(spans, price), "uri")).isEqualTo("/services/prices/{id}");
		assertThat(attribute(call(spans, price), "status")).isEqualTo("CLIENT_ERROR");

		// the page does without reviews, so their task has come to its end
		SpanData reviews = task(spans, group, "reviews");
		assertThat(attribute(reviews, "outcome")).isEqualTo("success");
		assertThat(attribute(call(spans, reviews), "status")).isEqualTo("CLIENT_ERROR");
		assertThat(attribute(task(spans, group, "details"), "outcome")).isEqualTo("success");
	}

	private void ask(HttpStatus status) {
		this.client.get().uri("/books/29").exchange().expectStatus().isEqualTo(status);
	}

	/** Waits for all spans: those of the backends may end after the answer. */
	private List<SpanData> trace(int size) {
		await().untilAsserted(() -> assertThat(spans()).hasSize(size));
		return spans();
	}

	/** Those of the page's trace: the price feed has its own. */
	private List<SpanData> spans() {
		List<SpanData> all = this.exporter.getFinishedSpanItems();
		return all.stream().filter(span -> span.getTraceId().equals(root(all).getTraceId())).toList();
	}

	private static SpanData root(List<SpanData> spans) {
		List<SpanData> roots = spans.stream()
			.filter(span -> span.getName().equals("http get /books/{id}"))
			.filter(span -> !span.getParentSpanContext().isValid())
			.toList();
		assertThat(roots).hasSize(1);
		return roots.getFirst();
	}

	private static List<SpanData> children(List<SpanData> spans, SpanData parent) {
		return spans.stream().filter(span -> span.getParentSpanId().equals(parent.getSpanId())).toList();
	}

	private static SpanData only(List<SpanData> spans, SpanData parent, String name) {
		List<SpanData> children = children(spans, parent);
		assertThat(children).extracting(SpanData::getName).containsExactly(name);
		return children.getFirst();
	}

	private static SpanData task(List<SpanData> spans, SpanData group, String task) {
		List<SpanData> found = children(spans, group).stream().filter(span -> task.equals(task(span))).toList();
		assertThat(found).as(task).hasSize(1);
		return found.getFirst();
	}

	private static SpanData call(List<SpanData> spans, SpanData task) {
		SpanData call = only(spans, task, "http get");
		assertThat(call.getKind()).isEqualTo(SpanKind.CLIENT);
		return call;
	}

	private static @Nullable String task(SpanData span) {
		return attribute(span, "task");
	}

	private static @Nullable String attribute(SpanData span, String name) {
		return span.getAttributes().get(AttributeKey.stringKey(name));
	}

	@TestConfiguration(proxyBeanMethods = false)
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

}
