package io.taskgroup.sample;

import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The shop's own services: what things cost, how many there are, what readers say. All
 * figures are made from the book's id.
 */
@RestController
@RequestMapping("/services")
class SimulatedServices {

	private final Catalogue catalogue;

	private final Map<String, Behaviour> behaviours;

	SimulatedServices(Catalogue catalogue, StorefrontProperties properties) {
		this.catalogue = catalogue;
		this.behaviours = properties.services();
	}

	@GetMapping("/prices")
	PriceList prices() throws InterruptedException {
		simulate("prices");
		return new PriceList(Instant.now(),
				this.catalogue.books().stream().collect(Collectors.toMap(Book::id, book -> priceOf(book.id()))));
	}

	@GetMapping("/prices/{id}")
	Price price(@PathVariable int id) throws InterruptedException {
		simulate("prices");
		return priceOf(id);
	}

	@GetMapping("/stock/{id}")
	Stock stock(@PathVariable int id) throws InterruptedException {
		simulate("stock");
		return stockOf(id);
	}

	@GetMapping("/reviews/{id}")
	Reviews reviews(@PathVariable int id) throws InterruptedException {
		simulate("reviews");
		return reviewsOf(id);
	}

	static Price priceOf(int id) {
		return Price.ofCents(499 + id * 137 % 1500);
	}

	static Stock stockOf(int id) {
		return new Stock(id * 7 % 12);
	}

	static Reviews reviewsOf(int id) {
		return new Reviews(id * 31 % 400, 3 + id % 20 / 10.0);
	}

	private void simulate(String service) throws InterruptedException {
		Behaviour.of(service, this.behaviours).simulate(Trouble.NONE);
	}

}
