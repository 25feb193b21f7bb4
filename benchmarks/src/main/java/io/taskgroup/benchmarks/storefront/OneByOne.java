package io.taskgroup.benchmarks.storefront;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Asks one supplier after the other. */
@RestController
class OneByOne {

	private final Suppliers suppliers = new Suppliers();

	@GetMapping("/page")
	Page page() throws InterruptedException {
		return new Page(this.suppliers.title(), this.suppliers.price(), this.suppliers.stock());
	}

}
