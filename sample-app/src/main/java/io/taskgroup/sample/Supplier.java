package io.taskgroup.sample;

import java.time.Duration;
import java.util.List;

import io.taskgroup.Outcome;
import io.taskgroup.TaskGroupFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A supplier, as the storefront sees it.
 * <p>
 * Limits belong to groups of a name, and no two suppliers have the same, so each question
 * is a group of its own with one task.
 */
class Supplier {

	private static final Logger logger = LoggerFactory.getLogger(Supplier.class);

	private final String name;

	private final Duration deadline;

	private final TaskGroupFactory groups;

	private final Backends backends;

	Supplier(String name, Duration deadline, TaskGroupFactory groups, Backends backends) {
		this.name = name;
		this.deadline = deadline;
		this.groups = groups;
		this.backends = backends;
	}

	String name() {
		return this.name;
	}

	Answer ask(int bookId) throws InterruptedException {
		return ask(bookId, this.deadline, Trouble.NONE);
	}

	/**
	 * Waits until the supplier's limits allow it, and asks. The deadline cuts off both.
	 * @return the offer, or why there is none
	 */
	Answer ask(int bookId, Duration deadline, Trouble trouble) throws InterruptedException {
		List<Outcome<Offer>> outcomes = this.groups.named("supplier-" + this.name)
			.moveOnAfter(deadline)
			.gatherOutcomes(List.of(() -> this.backends.offer(this.name, bookId, trouble)));
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
