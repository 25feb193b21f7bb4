package io.taskgroup.sample;

import java.util.Iterator;
import java.util.List;

import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.RateLimiter;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupSpec;

import org.springframework.stereotype.Component;

/**
 * All suppliers, each with its limits.
 * <p>
 * A limiter belongs to a group, and no two suppliers have the same, so each question is a
 * group of its own with one task. The spec of a supplier's groups is made once, here:
 * that is how all requests share its limiters.
 */
@Component
class Suppliers implements Iterable<Supplier> {

	private final List<Supplier> suppliers;

	Suppliers(TaskGroupFactory groups, StorefrontProperties properties, Backends backends) {
		this.suppliers = properties.suppliers().entrySet().stream().map(entry -> {
			String name = entry.getKey();
			TaskGroupSpec spec = groups.named("supplier-" + name).moveOnAfter(properties.offersDeadline());
			return new Supplier(name, limited(spec, entry.getValue()), backends);
		}).toList();
	}

	private static TaskGroupSpec limited(TaskGroupSpec spec, SupplierProperties supplier) {
		TaskGroupSpec limited = spec;
		if (supplier.maxConcurrency() != null) {
			limited = limited.limiter(ConcurrencyLimiter.of(supplier.maxConcurrency()));
		}
		if (supplier.rate() != null) {
			limited = limited.limiter(RateLimiter.of(supplier.rate().permits(), supplier.rate().period()));
		}
		return limited;
	}

	@Override
	public Iterator<Supplier> iterator() {
		return this.suppliers.iterator();
	}

}
