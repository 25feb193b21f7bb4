package io.taskgroup.docs;

import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A remote service. What it answers to which id is up to the test.
 */
final class Remote {

	private final Map<Integer, Callable<String>> answers = new ConcurrentHashMap<>();

	private final AtomicInteger asked = new AtomicInteger();

	/** Has the service do that when it is asked for the id. */
	Remote on(int id, Callable<String> answer) {
		this.answers.put(id, answer);
		return this;
	}

	String title(int id) throws Exception {
		this.asked.incrementAndGet();
		return this.answers.getOrDefault(id, () -> "title of " + id).call();
	}

	String price(int id) throws Exception {
		return title(id);
	}

	String subtitle(int id) throws Exception {
		return title(id);
	}

	String author(int id) {
		return "author of " + id;
	}

	int copies(int id) {
		return id;
	}

	char shelf(int id) {
		return (id < 10) ? 'B' : 'A';
	}

	/** How often it was asked for what a test can decide. */
	int asked() {
		return this.asked.get();
	}

}
