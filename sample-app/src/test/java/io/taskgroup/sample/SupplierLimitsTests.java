package io.taskgroup.sample;

import java.time.Duration;
import java.util.List;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.sample.BackendFaults.Calls;
import io.taskgroup.sample.OffersController.Offers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of what the suppliers are spared. The deadline never passes here.
 */
@StorefrontTest
@TestPropertySource(properties = { "storefront.offers-deadline=5m", "spring.http.clients.read-timeout=5m",
		"taskgroup.groups.supplier-northgate.concurrency.shared=3",
		"taskgroup.groups.supplier-northgate.rate-limit.permits=1000",
		"taskgroup.groups.supplier-riverside.concurrency.shared=1000",
		"taskgroup.groups.supplier-riverside.rate-limit.permits=5",
		"taskgroup.groups.supplier-riverside.rate-limit.period=500ms" })
class SupplierLimitsTests {

	private static final int REQUESTS = 12;

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
	@DisplayName("all requests together ask a supplier no more questions at once than it allows, and all are answered")
	void concurrency() throws InterruptedException {
		Calls calls = this.faults.watch("/suppliers/northgate");
		this.faults.hang("/suppliers/northgate");

		askForOffers(() -> {
			await().until(() -> calls.starts().size() >= 3
					&& OpenGroups.waiting(this.groups, "supplier-northgate") >= REQUESTS - 3);
			this.faults.release("/suppliers/northgate");
		});

		assertThat(calls.starts()).hasSize(REQUESTS);
		assertThat(calls.most()).isEqualTo(3);
	}

	@Test
	@DisplayName("a supplier that has no free place holds up no other")
	void others() throws InterruptedException {
		this.faults.hang("/suppliers/northgate");

		askForOffers(() -> {
			await().until(() -> this.faults.requests("/suppliers/harbour") == REQUESTS);
			this.faults.release("/suppliers/northgate");
		});
	}

	@Test
	@DisplayName("all requests together ask a supplier no more questions in a span of time than it allows")
	void rate() throws InterruptedException {
		Calls calls = this.faults.watch("/suppliers/riverside");
		long begin = System.nanoTime();

		askForOffers(() -> {
		});

		List<Long> starts = calls.starts();
		assertThat(starts).hasSize(REQUESTS);
		for (int i = 0; i < starts.size(); i++) {
			// A call may come in late, but never before its permit.
			Duration since = Duration.ofNanos(starts.get(i) - begin);
			assertThat(since).as("start of call %d", i + 1)
				.isGreaterThanOrEqualTo(Duration.ofMillis(100L * (i + 1 - 5)));
		}
	}

	/** Asks many times at once, does something meanwhile, and waits for the answers. */
	private void askForOffers(Runnable meanwhile) throws InterruptedException {
		try (TaskGroupFactory clients = TaskGroupFactory.create()) {
			clients.named("clients").run(group -> {
				for (int i = 0; i < REQUESTS; i++) {
					group.fork(this::assertComplete);
				}
				meanwhile.run();
			});
		}
	}

	private void assertComplete() {
		Offers offers = this.client.get()
			.uri("/books/29/offers")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(Offers.class)
			.returnResult()
			.getResponseBody();
		assertThat(offers.missing()).isEmpty();
		assertThat(offers.offers()).hasSize(6);
	}

}
