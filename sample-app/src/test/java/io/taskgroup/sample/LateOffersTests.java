package io.taskgroup.sample;

import java.io.IOException;

import io.taskgroup.sample.EventStream.Event;
import io.taskgroup.sample.OfferStreamController.Done;
import io.taskgroup.sample.OffersController.Offers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of a supplier that is asked once, and then not again before any deadline.
 */
@StorefrontTest
@TestPropertySource(properties = { "taskgroup.groups.supplier-harbour.rate-limit.permits=1",
		"taskgroup.groups.supplier-harbour.rate-limit.period=1h" })
class LateOffersTests {

	private static final Missing LATE = new Missing("harbour", "timeout of 2000 ms passed");

	@Autowired
	private RestTestClient client;

	@LocalServerPort
	private int port;

	@Autowired
	private BackendFaults faults;

	@Autowired
	private JsonMapper jsonMapper;

	@Test
	@Timeout(60)
	@DisplayName("a supplier that is not asked before the deadline is missing like one that is too slow")
	void late() throws IOException {
		assertThat(offers().missing()).isEmpty();

		assertThat(offers().missing()).containsExactly(LATE);

		try (EventStream stream = EventStream.open(this.port, "/books/29/offers/stream")) {
			assertThat(stream.rest()).hasSize(7)
				.endsWith(event("missing", LATE), event("done", new Done(5, 1)))
				.filteredOn(Event::name, "offer")
				.hasSize(5);
		}
		assertThat(this.faults.requests("/suppliers/harbour")).isOne();
	}

	private Offers offers() {
		return this.client.get()
			.uri("/books/29/offers")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(Offers.class)
			.returnResult()
			.getResponseBody();
	}

	private Event event(String name, Object data) {
		return new Event(name, this.jsonMapper.writeValueAsString(data));
	}

}
