package io.taskgroup.sample;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the delivery, with mirrors that have more time for an answer than a test
 * takes.
 */
@StorefrontTest
class DeliveryTests {

	@Autowired
	private RestTestClient client;

	@Autowired
	private BackendFaults faults;

	@AfterEach
	void heal() {
		this.faults.heal();
	}

	@Test
	@DisplayName("the first mirror answers, and no other is asked")
	void first() {
		assertThat(delivery(29)).isEqualTo(SimulatedMirrors.deliveryOf("amber", 29));

		assertAsked(1, 0, 0);
	}

	@Test
	@DisplayName("after a mirror that fails the next one is asked at once, and no more than that")
	void failsOver() {
		this.faults.fail("/mirrors/amber");

		assertThat(delivery(29)).isEqualTo(SimulatedMirrors.deliveryOf("birch", 29));

		assertAsked(1, 1, 0);
	}

	@Test
	@DisplayName("the last mirror is as good as any")
	void last() {
		this.faults.fail("/mirrors/amber");
		this.faults.fail("/mirrors/birch");

		assertThat(delivery(29)).isEqualTo(SimulatedMirrors.deliveryOf("cedar", 29));

		assertAsked(1, 1, 1);
	}

	@Test
	@DisplayName("when all mirrors fail it is a 502, which says how each of them failed")
	void allFail() {
		this.faults.fail("/mirrors");

		problem(29, HttpStatus.BAD_GATEWAY, "no mirror has an answer: amber answered with 503 SERVICE_UNAVAILABLE, "
				+ "birch answered with 503 SERVICE_UNAVAILABLE, cedar answered with 503 SERVICE_UNAVAILABLE");

		assertAsked(1, 1, 1);
	}

	@Test
	@DisplayName("no mirror is asked about a book that does not exist")
	void unknownBook() {
		problem(9999, HttpStatus.NOT_FOUND, "there is no book 9999");

		assertAsked(0, 0, 0);
	}

	private Delivery delivery(int id) {
		return this.client.get()
			.uri("/books/{id}/delivery", id)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(Delivery.class)
			.returnResult()
			.getResponseBody();
	}

	private void problem(int id, HttpStatus status, String detail) {
		this.client.get()
			.uri("/books/{id}/delivery", id)
			.exchange()
			.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.detail")
			.isEqualTo(detail);
	}

	private void assertAsked(int amber, int birch, int cedar) {
		assertThat(this.faults.requests("/mirrors/amber")).isEqualTo(amber);
		assertThat(this.faults.requests("/mirrors/birch")).isEqualTo(birch);
		assertThat(this.faults.requests("/mirrors/cedar")).isEqualTo(cedar);
	}

}
