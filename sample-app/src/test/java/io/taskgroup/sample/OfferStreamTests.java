package io.taskgroup.sample;

import java.io.IOException;
import java.util.List;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.sample.EventStream.Event;
import io.taskgroup.sample.OfferStreamController.Done;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of the stream of the suppliers' offers. Its deadline never passes here.
 */
@StorefrontTest
@TestPropertySource(properties = { "storefront.offers-deadline=5m", "spring.http.clients.read-timeout=5m" })
class OfferStreamTests {

	private static final List<String> SUPPLIERS = List.of("old-town", "northgate", "lighthouse", "riverside", "harbour",
			"market-hall");

	@Autowired
	private RestTestClient client;

	@LocalServerPort
	private int port;

	@Autowired
	private BackendFaults faults;

	@Autowired
	private JsonMapper jsonMapper;

	@Autowired
	private TaskGroupFactory groups;

	@AfterEach
	void heal() {
		this.faults.heal();
		await().untilAsserted(() -> assertThat(OpenGroups.ofRequests(this.groups)).isEmpty());
	}

	@Test
	@DisplayName("offers come one by one, in the order in which the suppliers answer, then the stream is done")
	void inOrder() throws IOException {
		hangAll();

		try (EventStream stream = open()) {
			for (String supplier : SUPPLIERS) {
				release(supplier);

				assertThat(stream.next()).isEqualTo(event("offer", SimulatedSuppliers.offerOf(supplier, 29)));
			}
			assertThat(stream.rest()).containsExactly(event("done", new Done(6, 0)));
		}
	}

	@Test
	@DisplayName("a supplier that fails is told as missing, with the reason, when it does")
	void missing() throws IOException {
		hangAll();
		this.faults.fail("/suppliers/harbour");

		try (EventStream stream = open()) {
			release("harbour");

			assertThat(stream.next())
				.isEqualTo(event("missing", new Missing("harbour", "harbour answered with 503 SERVICE_UNAVAILABLE")));
			this.faults.heal();
			List<Event> rest = stream.rest();
			assertThat(rest).hasSize(6).last().isEqualTo(event("done", new Done(5, 1)));
		}
	}

	@Test
	@DisplayName("when the client has gone, the suppliers that have not answered are cancelled")
	void clientLeaves() throws IOException {
		hangAll();
		EventStream stream = open();
		await().until(() -> this.faults.requests("/suppliers") == SUPPLIERS.size());
		release("old-town");
		assertThat(stream.next()).isNotNull();
		assertThat(OpenGroups.ofRequests(this.groups)).containsExactly("the stream of book-29");

		stream.leave();
		// Each of them is something to send; the first that fails is enough.
		release("northgate");
		release("lighthouse");
		release("riverside");

		await().untilAsserted(() -> assertThat(OpenGroups.ofRequests(this.groups)).isEmpty());
	}

	@Test
	@DisplayName("a book that does not exist is a 404, also for clients that accept events only, and nobody is asked")
	void unknownBook() {
		this.client.get()
			.uri("/books/9999/offers/stream")
			.accept(MediaType.TEXT_EVENT_STREAM)
			.exchange()
			.expectStatus()
			.isNotFound()
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo("there is no book 9999");

		assertThat(this.faults.requests("/suppliers")).isZero();
	}

	private EventStream open() throws IOException {
		return EventStream.open(this.port, "/books/29/offers/stream");
	}

	private Event event(String name, Object data) {
		return new Event(name, this.jsonMapper.writeValueAsString(data));
	}

	private void hangAll() {
		SUPPLIERS.forEach(supplier -> this.faults.hang("/suppliers/" + supplier));
	}

	private void release(String supplier) {
		this.faults.release("/suppliers/" + supplier);
	}

}
