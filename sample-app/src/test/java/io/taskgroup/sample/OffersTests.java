package io.taskgroup.sample;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.taskgroup.CancelKind;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.sample.OffersController.Offers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
	@DisplayName("a customer may be less patient than the shop")
	void patience() {
		this.faults.hang("/suppliers/harbour");

		assertThat(offers("/books/29/offers?patience=100ms").missing())
			.contains(new Missing("harbour", "timeout of 100 ms passed"));
	}

	@Test
	@DisplayName("suppliers get into trouble when they are asked to, for that request alone")
	void trouble() {
		assertThat(offers("/books/29/offers?patience=1s&slow=harbour&failing=riverside,old-town").missing())
			.containsExactly(new Missing("riverside", "riverside answered with 503 SERVICE_UNAVAILABLE"),
					new Missing("harbour", "timeout of 1000 ms passed"),
					new Missing("old-town", "old-town answered with 503 SERVICE_UNAVAILABLE"));

		assertThat(offers(29).missing()).isEmpty();
	}

	@Test
	@DisplayName("a patience that is no time is a bad request")
	void wrongPatience() {
		this.client.get().uri("/books/29/offers?patience=long").exchange().expectStatus().isBadRequest();

		assertThat(this.faults.requests("/suppliers")).isZero();
	}

	@Test
	@DisplayName("when somebody has ended the group, it is a 503 that says why")
	void ended() {
		this.faults.hang("/suppliers/harbour");
		CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> this.client.get()
			.uri("/books/29/offers")
			.exchange()
			.expectStatus()
			.isEqualTo(HttpStatus.SERVICE_UNAVAILABLE)
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo("cancelled: enough"));
		await().until(() -> this.faults.requests("/suppliers/harbour") == 1);

		assertThat(this.groups.cancel(OpenGroups.idOf(this.groups, "offers"), CancelKind.EXPLICIT, "enough")).isTrue();

		assertThat(answered).succeedsWithin(10, TimeUnit.SECONDS);
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
		return offers("/books/" + id + "/offers");
	}

	private Offers offers(String uri) {
		return this.client.get()
			.uri(uri)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(Offers.class)
			.returnResult()
			.getResponseBody();
	}

}
