package io.taskgroup.sample;

import java.util.Iterator;
import java.util.List;

import io.taskgroup.TaskGroupFactory;

import org.springframework.stereotype.Component;

/**
 * All suppliers. How much each may be asked, by all requests together, is set for the
 * groups that ask it, under {@code taskgroup.groups}.
 */
@Component
class Suppliers implements Iterable<Supplier> {

	private final List<Supplier> suppliers;

	Suppliers(TaskGroupFactory groups, StorefrontProperties properties, Backends backends) {
		this.suppliers = properties.suppliers()
			.keySet()
			.stream()
			.map(name -> new Supplier(name, properties.offersDeadline(), groups, backends))
			.toList();
	}

	@Override
	public Iterator<Supplier> iterator() {
		return this.suppliers.iterator();
	}

}
