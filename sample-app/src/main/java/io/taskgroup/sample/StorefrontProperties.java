package io.taskgroup.sample;

import java.time.Duration;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The settings of the storefront. Those of its groups are under {@code taskgroup.groups}.
 *
 * @param backends the URL of the backends; without it they are the simulated ones
 * @param offersDeadline how long suppliers have to make an offer
 * @param mirrorStagger how long a mirror has before the next one is asked as well
 * @param priceRefresh the time between two refreshes of the price feed
 * @param services how the shop's own services behave, by name
 * @param mirrors how the mirrors of the delivery service behave, by name, in the order in
 * which they are asked
 * @param suppliers how the suppliers behave, by name
 */
@ConfigurationProperties("storefront")
record StorefrontProperties(@Nullable String backends, Duration offersDeadline, Duration mirrorStagger,
		Duration priceRefresh, Map<String, Behaviour> services, Map<String, Behaviour> mirrors,
		Map<String, Behaviour> suppliers) {
}
