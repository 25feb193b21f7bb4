package io.taskgroup.sample;

import java.time.Duration;
import java.util.Map;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The settings of the storefront.
 *
 * @param pageTimeout after which time a book's page is given up
 * @param offersDeadline how long suppliers have to make an offer
 * @param deliveryTimeout after which time the question for the delivery is given up
 * @param mirrorStagger how long a mirror has before the next one is asked as well
 * @param priceRefresh the time between two refreshes of the price feed
 * @param services how the shop's own services behave, by name
 * @param mirrors how the mirrors of the delivery service behave, by name, in the order in
 * which they are asked
 * @param suppliers how the suppliers behave, and how much they may be asked, by name
 */
@ConfigurationProperties("storefront")
record StorefrontProperties(Duration pageTimeout, Duration offersDeadline, Duration deliveryTimeout,
		Duration mirrorStagger, Duration priceRefresh, Map<String, Behaviour> services, Map<String, Behaviour> mirrors,
		Map<String, SupplierProperties> suppliers) {
}
