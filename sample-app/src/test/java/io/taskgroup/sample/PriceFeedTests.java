package io.taskgroup.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskScopeSnapshot;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests of the price feed, from the start of the application to its end.
 */
class PriceFeedTests {

	private final SpringApplicationBuilder application = new SpringApplicationBuilder(StorefrontApplication.class,
			BackendFaults.class)
		.profiles("calm")
		.properties("server.port=0");

	@Test
	@DisplayName("the first prices are there when the application has started, and newer ones follow")
	void starts() {
		try (ConfigurableApplicationContext context = this.application.run()) {
			PriceFeed feed = context.getBean(PriceFeed.class);
			PriceList first = feed.latest();

			assertThat(first.prices()).hasSameSizeAs(context.getBean(Catalogue.class).books());
			await().until(() -> feed.latest().asOf().isAfter(first.asOf()));
		}
	}

	@Test
	@DisplayName("an application that gets no first prices does not start, and says why")
	void startFails() {
		assertThatExceptionOfType(RuntimeException.class)
			.isThrownBy(() -> this.application.run("--storefront.services.prices.error-rate=1"))
			.havingCause()
			.isInstanceOf(BackendException.class)
			.withMessage("prices answered with 503 SERVICE_UNAVAILABLE");
	}

	@Test
	@DisplayName("an application that is stopped and started again has new prices")
	void startsAgain() {
		try (ConfigurableApplicationContext context = this.application.run()) {
			PriceFeed feed = context.getBean(PriceFeed.class);
			context.stop();
			Instant before = feed.latest().asOf();

			context.start();

			assertThat(feed.latest().asOf()).isAfter(before);
		}
	}

	@Test
	@DisplayName("it survives refreshes that fail")
	void survives() {
		try (ConfigurableApplicationContext context = this.application.run()) {
			PriceFeed feed = context.getBean(PriceFeed.class);
			BackendFaults faults = context.getBean(BackendFaults.class);

			faults.fail("/services/prices");
			int before = faults.requests("/services/prices");
			await().until(() -> faults.requests("/services/prices") > before + 3);
			Instant duringTheFailure = feed.latest().asOf();
			faults.heal();

			await().until(() -> feed.latest().asOf().isAfter(duringTheFailure));
		}
	}

	@Test
	@DisplayName("it ends with the application, within a second, also out of a call that hangs")
	void ends() {
		ConfigurableApplicationContext context = this.application.run();
		TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
		BackendFaults faults = context.getBean(BackendFaults.class);
		faults.hang("/services/prices");
		int before = faults.requests("/services/prices");
		await().until(() -> faults.requests("/services/prices") > before);

		CompletableFuture<Void> closed = CompletableFuture.runAsync(context::close);

		await().atMost(Duration.ofSeconds(1))
			.untilAsserted(() -> assertThat(groups.snapshot()).extracting(TaskScopeSnapshot::name)
				.doesNotContain("price-feed"));
		faults.heal();
		assertThat(closed).succeedsWithin(5, TimeUnit.SECONDS);
	}

}
