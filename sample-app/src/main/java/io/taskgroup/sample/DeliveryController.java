package io.taskgroup.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

import io.taskgroup.TaskGroupException;
import io.taskgroup.TaskGroupFactory;

import org.springframework.format.annotation.DurationFormat;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * How long it takes until a book is with the customer. The service that knows this has
 * several mirrors.
 */
@RestController
class DeliveryController {

	private final TaskGroupFactory groups;

	private final StorefrontProperties properties;

	private final Catalogue catalogue;

	private final Backends backends;

	DeliveryController(TaskGroupFactory groups, StorefrontProperties properties, Catalogue catalogue,
			Backends backends) {
		this.groups = groups;
		this.properties = properties;
		this.catalogue = catalogue;
		this.backends = backends;
	}

	/**
	 * Asks the first mirror. As long as there is no answer, the others are asked as well,
	 * one after the other, and at once when all that have been asked have failed. The
	 * first answer counts, and cancels the other calls.
	 */
	@GetMapping("/books/{id}/delivery")
	Delivery delivery(@PathVariable int id,
			@RequestParam @DurationFormat(style = DurationFormat.Style.SIMPLE) Optional<Duration> stagger,
			@ModelAttribute Troubles troubles) throws InterruptedException {
		this.catalogue.book(id);
		try {
			return this.groups.named("delivery")
				.stagger(stagger.orElse(this.properties.mirrorStagger()))
				.any(questions(id, troubles));
		}
		catch (TaskGroupException ex) {
			List<String> failures = new ArrayList<>();
			ex.handle(BackendException.class, failure -> failures.add(failure.getMessage())).throwIfAny();
			throw new BackendException("no mirror has an answer: " + String.join(", ", failures), ex);
		}
	}

	private List<Callable<Delivery>> questions(int id, Troubles troubles) {
		List<Callable<Delivery>> questions = new ArrayList<>();
		for (String mirror : this.properties.mirrors().keySet()) {
			questions.add(() -> this.backends.delivery(mirror, id, troubles.of(mirror)));
		}
		return questions;
	}

}
