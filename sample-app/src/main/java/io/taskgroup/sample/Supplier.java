package io.taskgroup.sample;

import java.util.List;

import io.taskgroup.Outcome;
import io.taskgroup.TaskGroupSpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A supplier, as the storefront sees it.
 */
class Supplier {

	private static final Logger logger = LoggerFactory.getLogger(Supplier.class);

	private final String name;

	private final TaskGroupSpec questions;

	private final Backends backends;

	/**
	 * Creates the supplier.
	 * @param name its name
	 * @param questions how a group that asks it is to behave
	 * @param backends the way to it
	 */
	Supplier(String name, TaskGroupSpec questions, Backends backends) {
		this.name = name;
		this.questions = questions;
		this.backends = backends;
	}

	/**
	 * Waits until the supplier's limits allow it, and asks. The deadline cuts off both.
	 * @return the offer, or why there is none
	 */
	Answer ask(int bookId) throws InterruptedException {
		List<Outcome<Offer>> outcomes = this.questions
			.gatherOutcomes(List.of(() -> this.backends.offer(this.name, bookId)));
		return switch (outcomes.getFirst()) {
			case Outcome.Success<Offer>(var offer) -> offer;
			case Outcome.Failure<Offer>(var exception) -> {
				logger.debug("{} makes no offer", this.name, exception);
				yield new Missing(this.name, exception.getMessage());
			}
			case Outcome.Cancelled<Offer>(var reason) -> new Missing(this.name, reason);
		};
	}

}
