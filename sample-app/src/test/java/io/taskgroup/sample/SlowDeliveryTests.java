package io.taskgroup.sample;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.taskgroup.TaskGroupFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpStatus;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of the delivery, with mirrors that soon get company.
 */
@StorefrontTest
@TestPropertySource(properties = "storefront.mirror-stagger=20ms")
class SlowDeliveryTests {

	@Autowired
	private RestTestClient client;

	@Autowired
	private BackendFaults faults;

	@Autowired
	private TaskGroupFactory groups;

	@AfterEach
	void heal() {
		this.faults.heal();
	}

	@Test
	@DisplayName("while a mirror does not answer the next one is asked; the first answer counts and cancels the others")
	void slow() {
		this.faults.hang("/mirrors/amber");
		this.faults.hang("/mirrors/birch");

		assertThat(delivery()).isEqualTo(SimulatedMirrors.deliveryOf("cedar", 29));

		assertThat(this.faults.requests("/mirrors/amber")).isOne();
		assertThat(this.faults.requests("/mirrors/birch")).isOne();
		assertThat(OpenGroups.ofRequests(this.groups)).isEmpty();
	}

	@Test
	@DisplayName("mirrors get into trouble when they are asked to, and get company when the customer wants it")
	void trouble() {
		assertThat(this.client.get()
			.uri("/books/29/delivery?stagger=50ms&slow=amber&failing=birch")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(Delivery.class)
			.returnResult()
			.getResponseBody()).isEqualTo(SimulatedMirrors.deliveryOf("cedar", 29));
	}

	@Test
	@DisplayName("a mirror that has company can still be the first to answer")
	void lateWinner() {
		for (String mirror : List.of("amber", "birch", "cedar")) {
			this.faults.hang("/mirrors/" + mirror);
		}
		CompletableFuture<Delivery> delivery = CompletableFuture.supplyAsync(this::delivery);
		await().until(() -> this.faults.requests("/mirrors") == 3);

		this.faults.release("/mirrors/amber");

		assertThat(delivery).succeedsWithin(10, TimeUnit.SECONDS).isEqualTo(SimulatedMirrors.deliveryOf("amber", 29));
	}

	@Test
	@DisplayName("when no mirror answers in time it is a 504")
	void timeout() {
		this.faults.hang("/mirrors");

		this.client.get()
			.uri("/books/29/delivery")
			.exchange()
			.expectStatus()
			.isEqualTo(HttpStatus.GATEWAY_TIMEOUT)
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo("the backends took too long");

		assertThat(OpenGroups.ofRequests(this.groups)).isEmpty();
	}

	private Delivery delivery() {
		return this.client.get()
			.uri("/books/29/delivery")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(Delivery.class)
			.returnResult()
			.getResponseBody();
	}

}
