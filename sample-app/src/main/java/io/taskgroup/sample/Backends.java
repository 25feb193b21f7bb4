package io.taskgroup.sample;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;

/**
 * The storefront's view of its backends: blocking calls over HTTP. A task that is
 * cancelled is interrupted out of them.
 */
@Component
class Backends {

	private final RestClient restClient;

	Backends(@Lazy RestClient restClient) {
		this.restClient = restClient;
	}

	PriceList prices() {
		return get("prices", Trouble.NONE, PriceList.class, "/services/prices");
	}

	Price price(int bookId) {
		return get("prices", Trouble.NONE, Price.class, "/services/prices/{id}", bookId);
	}

	Stock stock(int bookId) {
		return get("stock", Trouble.NONE, Stock.class, "/services/stock/{id}", bookId);
	}

	Reviews reviews(int bookId) {
		return get("reviews", Trouble.NONE, Reviews.class, "/services/reviews/{id}", bookId);
	}

	Offer offer(String supplier, int bookId, Trouble trouble) {
		return get(supplier, trouble, Offer.class, "/suppliers/{supplier}/offers/{id}", supplier, bookId);
	}

	Delivery delivery(String mirror, int bookId, Trouble trouble) {
		return get(mirror, trouble, Delivery.class, "/mirrors/{mirror}/deliveries/{id}", mirror, bookId);
	}

	private <T> T get(String backend, Trouble trouble, Class<T> type, String uri, Object... variables) {
		try {
			return this.restClient.get()
				.uri(uri, variables)
				.header(Trouble.HEADER, trouble.name())
				.retrieve()
				.requiredBody(type);
		}
		catch (RestClientResponseException ex) {
			throw new BackendException(backend + " answered with " + ex.getStatusCode(), ex);
		}
		catch (RestClientException ex) {
			throw new BackendException(backend + " gave no answer that is of use", ex);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class RestClientConfiguration {

		/**
		 * Lazy, because the port of the simulated backends is known when their web server
		 * has started.
		 */
		@Bean
		@Lazy
		RestClient restClient(RestClient.Builder builder, StorefrontProperties properties,
				SimulatedBackends simulated) {
			String url = (properties.backends() != null) ? properties.backends() : simulated.url();
			return builder.baseUrl(url).build();
		}

	}

}
