package io.taskgroup.sample;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.taskgroup.CancelScope;
import io.taskgroup.CancelledException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/**
 * The suppliers: each offers every book, at a price made from the book's id and the
 * supplier's name. They count what they do, and how much of it is in vain, because the
 * caller has gone before it is done.
 */
@RestController
class SimulatedSuppliers {

	private static final Logger logger = LoggerFactory.getLogger(SimulatedSuppliers.class);

	private final Map<String, Behaviour> behaviours;

	private final MeterRegistry meters;

	SimulatedSuppliers(StorefrontProperties properties, MeterRegistry meters) {
		this.behaviours = properties.suppliers();
		this.meters = meters;
	}

	@GetMapping("/suppliers/{supplier}/offers/{id}")
	Offer offer(@PathVariable String supplier, @PathVariable int id,
			@RequestHeader(name = Trouble.HEADER, defaultValue = "NONE") Trouble trouble) throws InterruptedException {
		logger.debug("{} is asked for book {}", supplier, id);
		Behaviour behaviour = Behaviour.of(supplier, this.behaviours);
		try {
			behaviour.simulate(trouble);
			// A supplier that does not wait in the library has to ask.
			CancelScope.checkpoint();
		}
		catch (CancelledException ex) {
			counter(supplier, "vain").increment();
			throw ex;
		}
		counter(supplier, "answered").increment();
		return offerOf(supplier, id);
	}

	private Counter counter(String supplier, String outcome) {
		return this.meters.counter("storefront.supplier.calls", "supplier", supplier, "outcome", outcome);
	}

	/** How many calls were answered, and how many ended when nobody waited any more. */
	@GetMapping("/suppliers")
	Map<String, Calls> calls() {
		return this.behaviours.keySet()
			.stream()
			.collect(Collectors.toMap(Function.identity(),
					supplier -> new Calls(counted(supplier, "answered"), counted(supplier, "vain")),
					(one, other) -> one, TreeMap::new));
	}

	private long counted(String supplier, String outcome) {
		return (long) counter(supplier, outcome).count();
	}

	static Offer offerOf(String supplier, int id) {
		int mark = Math.floorMod(supplier.hashCode() + id, 400);
		return new Offer(supplier, Price.ofCents(399 + id * 137 % 1500 + mark), 1 + mark % 9);
	}

	/**
	 * How many calls of a supplier have ended.
	 *
	 * @param answered those whose caller was there for the answer
	 * @param inVain those whose caller had gone when they ended
	 */
	record Calls(long answered, long inVain) {
	}

}
