package io.taskgroup.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.taskgroup.TaskGroupFactory;

import org.springframework.format.annotation.DurationFormat;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * What the suppliers want for a book.
 */
@RestController
class OffersController {

	private final TaskGroupFactory groups;

	private final StorefrontProperties properties;

	private final Catalogue catalogue;

	private final Suppliers suppliers;

	OffersController(TaskGroupFactory groups, StorefrontProperties properties, Catalogue catalogue,
			Suppliers suppliers) {
		this.groups = groups;
		this.properties = properties;
		this.catalogue = catalogue;
		this.suppliers = suppliers;
	}

	/**
	 * Asks all suppliers side by side. To have no offer is an answer too, so none of them
	 * fails the group, and none takes longer than the deadline. A customer may be more or
	 * less patient than that.
	 */
	@GetMapping("/books/{id}/offers")
	Offers offers(@PathVariable int id,
			@RequestParam @DurationFormat(style = DurationFormat.Style.SIMPLE) Optional<Duration> patience,
			@ModelAttribute Troubles troubles) throws InterruptedException {
		this.catalogue.book(id);
		Duration deadline = patience.orElse(this.properties.offersDeadline());
		List<Answer> answers = this.groups.named("offers")
			.map(this.suppliers, supplier -> supplier.ask(id, deadline, troubles.of(supplier.name())));
		List<Offer> offers = new ArrayList<>();
		List<Missing> missing = new ArrayList<>();
		for (Answer answer : answers) {
			switch (answer) {
				case Offer offer -> offers.add(offer);
				case Missing none -> missing.add(none);
			}
		}
		return new Offers(offers, missing);
	}

	record Offers(List<Offer> offers, List<Missing> missing) {
	}

}
