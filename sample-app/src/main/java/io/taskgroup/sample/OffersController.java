package io.taskgroup.sample;

import java.util.ArrayList;
import java.util.List;

import io.taskgroup.Outcome;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskHandle;
import io.taskgroup.TaskScope;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/**
 * What the suppliers want for a book.
 */
@RestController
class OffersController {

	private static final Logger logger = LoggerFactory.getLogger(OffersController.class);

	private final TaskGroupFactory groups;

	private final StorefrontProperties properties;

	private final Catalogue catalogue;

	private final Backends backends;

	OffersController(TaskGroupFactory groups, StorefrontProperties properties, Catalogue catalogue, Backends backends) {
		this.groups = groups;
		this.properties = properties;
		this.catalogue = catalogue;
		this.backends = backends;
	}

	/**
	 * Asks all suppliers at once. They fail alone, so they are asked in a supervisor, and
	 * those that are too slow are cancelled by its deadline.
	 */
	@GetMapping("/books/{id}/offers")
	Offers offers(@PathVariable int id) throws InterruptedException {
		this.catalogue.book(id);
		List<TaskHandle<Offer>> answers = new ArrayList<>();
		try (TaskScope scope = this.groups.named("offers")
			.moveOnAfter(this.properties.offersDeadline())
			.onError((task, exception) -> logger.debug("{} makes no offer", task.name(), exception))
			.openScope()) {
			for (String supplier : this.properties.suppliers().keySet()) {
				answers.add(scope.fork(supplier, () -> this.backends.offer(supplier, id)));
			}
			scope.join();
		}
		return summaryOf(answers);
	}

	private Offers summaryOf(List<TaskHandle<Offer>> answers) {
		List<Offer> offers = new ArrayList<>();
		List<Missing> missing = new ArrayList<>();
		for (TaskHandle<Offer> answer : answers) {
			switch (answer.outcome()) {
				case Outcome.Success<Offer>(var offer) -> offers.add(offer);
				case Outcome.Failure<Offer>(var exception) ->
					missing.add(new Missing(answer.name(), exception.getMessage()));
				case Outcome.Cancelled<Offer>(var reason) -> missing.add(new Missing(answer.name(), reason));
			}
		}
		return new Offers(offers, missing);
	}

	record Offers(List<Offer> offers, List<Missing> missing) {
	}

	record Missing(String supplier, @Nullable String reason) {
	}

}
