package io.taskgroup.sample;

import java.util.Map;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * The suppliers: each offers every book, at a price made from the book's id and the
 * supplier's name.
 */
@RestController
class SimulatedSuppliers {

	private static final Logger logger = LoggerFactory.getLogger(SimulatedSuppliers.class);

	private final Map<String, Behaviour> behaviours;

	SimulatedSuppliers(StorefrontProperties properties) {
		this.behaviours = properties.suppliers();
	}

	@GetMapping("/suppliers/{supplier}/offers/{id}")
	Offer offer(@PathVariable String supplier, @PathVariable int id) throws InterruptedException {
		logger.debug("{} is asked for book {}", supplier, id);
		Behaviour.of(supplier, this.behaviours).simulate();
		return offerOf(supplier, id);
	}

	static Offer offerOf(String supplier, int id) {
		int mark = Math.floorMod(supplier.hashCode() + id, 400);
		return new Offer(supplier, Price.ofCents(399 + id * 137 % 1500 + mark), 1 + mark % 9);
	}

}
