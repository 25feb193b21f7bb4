package io.taskgroup.sample;

import java.time.Duration;
import java.util.Map;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The settings of the storefront.
 *
 * @param pageTimeout after which time a book's page is given up
 * @param offersDeadline how long suppliers have to make an offer
 * @param priceRefresh the time between two refreshes of the price feed
 * @param services how the shop's own services behave, by name
 * @param suppliers how the suppliers behave, by name
 */
@ConfigurationProperties("storefront")
record StorefrontProperties(Duration pageTimeout, Duration offersDeadline, Duration priceRefresh,
		Map<String, Behaviour> services, Map<String, Behaviour> suppliers) {
}
