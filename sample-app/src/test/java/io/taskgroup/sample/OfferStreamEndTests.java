package io.taskgroup.sample;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.sample.EventStream.Event;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of what becomes of a stream that is under way when the shop closes.
 */
class OfferStreamEndTests {

	private final ConfigurableApplicationContext context = new SpringApplicationBuilder(StorefrontApplication.class,
			BackendFaults.class)
		.profiles("calm")
		.properties("server.port=0")
		.run("--storefront.offers-deadline=5m", "--spring.http.clients.read-timeout=5m",
				"--spring.lifecycle.timeout-per-shutdown-phase=100ms");

	private final int port = this.context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);

	private final BackendFaults faults = this.context.getBean(BackendFaults.class);

	private final TaskGroupFactory groups = this.context.getBean(TaskGroupFactory.class);

	@AfterEach
	void close() {
		this.faults.heal();
		this.context.close();
	}

	@Test
	@DisplayName("a stream that takes longer than the grace period is cut off, and does not hold up the end")
	void gracePeriod() throws IOException {
		try (EventStream stream = openWithOneOffer()) {
			CompletableFuture<Void> closed = CompletableFuture.runAsync(this.context::close);

			assertThat(stream.isCutOff()).isTrue();
			assertThat(closed).succeedsWithin(25, TimeUnit.SECONDS);
			assertThat(this.groups.snapshot()).isEmpty();
		}
	}

	@Test
	@DisplayName("a stream that is cancelled ends, without being done")
	void cancelled() throws IOException {
		try (EventStream stream = openWithOneOffer()) {
			this.groups.close();

			assertThat(stream.isCutOff()).isTrue();
		}
	}

	@Test
	@DisplayName("a stream that is cancelled before its first event, and one that comes too late, is a 503")
	void nothingYet() {
		this.faults.hang("/suppliers");
		CompletableFuture<Void> answered = CompletableFuture.runAsync(this::assertClosing);
		await().until(() -> this.faults.requests("/suppliers") == 6);

		this.groups.close();

		assertThat(answered).succeedsWithin(30, TimeUnit.SECONDS);
		assertClosing();
	}

	private void assertClosing() {
		RestTestClient.bindToServer()
			.baseUrl("http://localhost:" + this.port)
			.build()
			.get()
			.uri("/books/29/offers/stream")
			.exchange()
			.expectStatus()
			.isEqualTo(HttpStatus.SERVICE_UNAVAILABLE)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo("the shop is closing");
	}

	private EventStream openWithOneOffer() throws IOException {
		for (String supplier : List.of("riverside", "market-hall", "harbour", "old-town", "lighthouse")) {
			this.faults.hang("/suppliers/" + supplier);
		}
		EventStream stream = EventStream.open(this.port, "/books/29/offers/stream");
		assertThat(stream.next()).isNotNull().extracting(Event::name).isEqualTo("offer");
		await().until(() -> this.faults.requests("/suppliers") == 6);
		return stream;
	}

}
