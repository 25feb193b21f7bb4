package io.taskgroup.benchmarks.storefront;

import io.taskgroup.TaskGroupFactory;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Asks the suppliers side by side, in a group. */
@RestController
class Starter {

	private final Suppliers suppliers = new Suppliers();

	private final TaskGroupFactory groups;

	Starter(TaskGroupFactory groups) {
		this.groups = groups;
	}

	@GetMapping("/page")
	Page page() throws InterruptedException {
		return this.groups.named("page")
			.gather(this.suppliers::title, this.suppliers::price, this.suppliers::stock, Page::new);
	}

}
