package io.taskgroup.sample;

import java.time.Duration;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.sample.OffersController.Offers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the suppliers' offers.
 */
@StorefrontTest
class OffersTests {

	@Autowired
	private RestTestClient client;

	@Autowired
	private BackendFaults faults;

	@Autowired
	private StorefrontProperties properties;

	@Autowired
	private TaskGroupFactory groups;

	@AfterEach
	void heal() {
		this.faults.heal();
	}

	@Test
	@DisplayName("every supplier that answers is in the offers")
	void allAnswer() {
		Offers offers = offers(29);

		assertThat(offers.missing()).isEmpty();
		assertThat(offers.offers()).containsExactlyElementsOf(this.properties.suppliers()
			.keySet()
			.stream()
			.map(supplier -> SimulatedSuppliers.offerOf(supplier, 29))
			.toList());
	}

	@Test
	@DisplayName("those that fail or are too slow are named with the reason, and keep nobody from answering")
	void someAreMissing() {
		this.faults.fail("/suppliers/riverside");
		this.faults.hang("/suppliers/harbour");
		this.faults.hang("/suppliers/lighthouse");

		long start = System.nanoTime();
		Offers offers = offers(29);
		Duration took = Duration.ofNanos(System.nanoTime() - start);

		assertThat(offers.offers()).extracting(Offer::supplier).containsExactly("northgate", "market-hall", "old-town");
		assertThat(offers.missing()).containsExactly(
				new Missing("riverside", "riverside answered with 503 SERVICE_UNAVAILABLE"),
				new Missing("harbour", "timeout of 2000 ms passed"),
				new Missing("lighthouse", "timeout of 2000 ms passed"));
		assertThat(took).isBetween(this.properties.offersDeadline(), this.properties.offersDeadline().plusSeconds(3));
		assertThat(OpenGroups.ofRequests(this.groups)).isEmpty();
	}

	@Test
	@DisplayName("nobody is asked about a book that does not exist")
	void unknownBook() {
		this.client.get()
			.uri("/books/9999/offers")
			.exchange()
			.expectStatus()
			.isNotFound()
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo("there is no book 9999");

		assertThat(this.faults.requests("/suppliers")).isZero();
	}

	private Offers offers(int id) {
		return this.client.get()
			.uri("/books/{id}/offers", id)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(Offers.class)
			.returnResult()
			.getResponseBody();
	}

}
