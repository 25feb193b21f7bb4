package io.taskgroup.sample;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the storefront has counted, against what its customers have seen.
 */
final class SoakCounts {

	private static final String OK = "200";

	/** What may come of each thing that is asked. The first of them must come. */
	private static final Map<String, List<String>> STATUSES = Map.of("book", List.of(OK, "404", "502", "504"),
			"delivery", List.of(OK, "404", "502", "504"), "offers", List.of(OK, "404"), "endpoints", List.of(OK),
			"limits", List.of("204"));

	private static final List<String> OFFERS = List.of("/books/{id}/offers", "/books/{id}/offers/stream");

	private static final String LIMITS = "/actuator/taskgroups/{name}";

	/** The start page is a file, which is what the last one stands for. */
	private static final List<String> ENDPOINTS = List.of("/actuator/taskgroups", LIMITS, "/actuator/tasktree",
			"/actuator/tasktree/**", "/actuator/prometheus", "/suppliers", "/books", "/**");

	private final SoakWatch watch;

	private final SoakCustomers customers;

	SoakCounts(SoakWatch watch, SoakCustomers customers) {
		this.watch = watch;
		this.customers = customers;
	}

	/**
	 * What is not as it must be, in words. An answer is counted after it has been sent,
	 * so the last ones may take a moment.
	 */
	List<String> differences() {
		return SoakWatch.until(this::look, List::isEmpty);
	}

	private List<String> look() throws IOException, InterruptedException {
		List<String> differences = new ArrayList<>();
		STATUSES.forEach((what, statuses) -> compareStatuses(differences, what, statuses));
		compareAnswers(differences);
		compareOffers(differences);
		compareGroups(differences);
		return differences;
	}

	private void compareStatuses(List<String> differences, String what, List<String> expected) {
		Map<String, Long> seen = this.customers.answered(what);
		if (!expected.containsAll(seen.keySet()) || !seen.containsKey(expected.getFirst())) {
			differences.add(what + ": seen were " + seen + ", expected are " + expected);
		}
	}

	/** Nobody who asks for one of these leaves, so they are exact. */
	private void compareAnswers(List<String> differences) throws IOException, InterruptedException {
		SortedMap<String, Long> endpoints = counted(ENDPOINTS);
		endpoints.merge(OK, -this.watch.looks(), Long::sum);
		compare(differences, "endpoints", endpoints);
		compare(differences, "limits", this.watch.answered("POST", LIMITS));
		compare(differences, "book", counted(List.of("/books/{id}")));
		compare(differences, "delivery", counted(List.of("/books/{id}/delivery")));
	}

	private void compare(List<String> differences, String what, Map<String, Long> counted) {
		Map<String, Long> seen = this.customers.answered(what);
		if (!counted.equals(seen)) {
			differences.add(what + ": counted are " + counted + ", seen were " + seen);
		}
	}

	/**
	 * Those who leave ask for offers. Some are gone before the storefront has noticed.
	 */
	private void compareOffers(List<String> differences) throws IOException, InterruptedException {
		Map<String, Long> counted = counted(OFFERS);
		Map<String, Long> seen = this.customers.answered("offers");
		long left = this.customers.left();
		boolean all = seen.keySet().stream().allMatch(status -> of(counted, status) >= of(seen, status));
		if (!all || sum(counted) > sum(seen) + left || left == 0) {
			differences.add("offers: counted are " + counted + ", seen were " + seen + ", left have " + left);
		}
	}

	private void compareGroups(List<String> differences) throws IOException, InterruptedException {
		Map<String, Long> books = this.customers.answered("book");
		compareGroup(differences, "book-page", "success", of(books, OK));
		compareGroup(differences, "book-page", "timeout", of(books, "504"));
		compareGroup(differences, "book-page", "error", of(books, "404") + of(books, "502"));
		// An unknown book's delivery is refused before there is a group.
		Map<String, Long> deliveries = this.customers.answered("delivery");
		compareGroup(differences, "delivery", "success", of(deliveries, OK));
		compareGroup(differences, "delivery", "timeout", of(deliveries, "504"));
		compareGroup(differences, "delivery", "error", of(deliveries, "502"));
	}

	private void compareGroup(List<String> differences, String group, String outcome, long seen)
			throws IOException, InterruptedException {
		long ended = this.watch.ended(group, outcome);
		if (ended != seen) {
			differences.add("groups " + group + " that ended with " + outcome + ": counted are " + ended
					+ ", answers seen that tell of one were " + seen);
		}
	}

	private SortedMap<String, Long> counted(List<String> routes) throws IOException, InterruptedException {
		SortedMap<String, Long> counted = new TreeMap<>();
		for (String route : routes) {
			this.watch.answered("GET", route).forEach((status, count) -> counted.merge(status, count, Long::sum));
		}
		return counted;
	}

	private static long of(Map<String, Long> answers, String status) {
		return answers.getOrDefault(status, 0L);
	}

	private static long sum(Map<String, Long> answers) {
		return answers.values().stream().mapToLong(Long::longValue).sum();
	}

}
