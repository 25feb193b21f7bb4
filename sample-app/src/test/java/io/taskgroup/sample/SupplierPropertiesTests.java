package io.taskgroup.sample;

import java.time.Duration;

import io.taskgroup.sample.SupplierProperties.Rate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the settings of a supplier.
 */
class SupplierPropertiesTests {

	private final ApplicationContextRunner context = new ApplicationContextRunner()
		.withUserConfiguration(Configuration.class);

	@Test
	@DisplayName("a supplier has no limits unless they are set")
	void noLimits() {
		this.context.withPropertyValues("storefront.suppliers.northgate.latency=20ms")
			.run(started -> assertThat(started.getBean(StorefrontProperties.class).suppliers()).containsEntry(
					"northgate", new SupplierProperties(Duration.ofMillis(20), Duration.ZERO, 0, null, null)));
	}

	@Test
	@DisplayName("limits are set by supplier")
	void limits() {
		this.context
			.withPropertyValues("storefront.suppliers.northgate.max-concurrency=8",
					"storefront.suppliers.northgate.rate.permits=50", "storefront.suppliers.northgate.rate.period=2s")
			.run(started -> assertThat(started.getBean(StorefrontProperties.class).suppliers()).containsEntry(
					"northgate",
					new SupplierProperties(Duration.ZERO, Duration.ZERO, 0, 8, new Rate(50, Duration.ofSeconds(2)))));
	}

	@ParameterizedTest
	@CsvSource({ "max-concurrency, 0, max-concurrency must be 1 or more", "rate.permits, 0, permits must be 1 or more",
			"rate.period, 0s, period must be more than zero" })
	@DisplayName("a limit that allows nothing is an error at the start, which says where it is")
	void wrong(String setting, String value, String message) {
		this.context
			.withPropertyValues("storefront.suppliers.northgate.rate.permits=50",
					"storefront.suppliers.northgate." + setting + "=" + value)
			.run(started -> assertThat(started).hasFailed()
				.getFailure()
				.hasRootCauseMessage(message)
				.hasStackTraceContaining("storefront.suppliers.northgate"));
	}

	@EnableConfigurationProperties(StorefrontProperties.class)
	static class Configuration {

	}

}
