package io.taskgroup.sample;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

import io.taskgroup.TaskGroupFactory;

/**
 * Customers and operators of the storefront, over real connections, and what they have
 * seen. Each asks one thing after the other until the time is over.
 */
final class SoakCustomers {

	private static final int BOOKS = 10;

	private static final int UNKNOWN_BOOK = 9999;

	/** The names whose limits are set again and again. */
	private static final List<String> LIMITED = List.of("supplier-northgate", "supplier-riverside");

	private static final List<String> ENDPOINTS = List.of("/actuator/taskgroups?stacks=5", "/actuator/tasktree/data",
			"/actuator/taskgroups/offers", "/actuator/tasktree", "/actuator/prometheus", "/suppliers", "/books", "/");

	/**
	 * Some with backends that are in trouble. Those who leave halfway ask for these, too.
	 */
	private static final List<String> OFFERS = List.of("/books/%d/offers", "/books/%d/offers?slow=northgate,harbour",
			"/books/%d/offers?failing=riverside,old-town", "/books/%d/offers?patience=1s&slow=northgate",
			"/books/%d/offers/stream");

	private static final List<String> DELIVERIES = List.of("/books/%d/delivery", "/books/%d/delivery?slow=amber",
			"/books/%d/delivery?failing=amber,birch&stagger=20ms", "/books/%d/delivery?failing=amber,birch,cedar");

	private static final String LEFT = "left";

	private final int port;

	private final int customers;

	/** How many answers of each kind there were, by what was asked and the status. */
	private final Map<String, Long> answers = new ConcurrentSkipListMap<>();

	SoakCustomers(int port, int customers) {
		this.port = port;
		this.customers = customers;
	}

	/**
	 * Has the first group of each name opened: before that, its limit is not there, and
	 * setting it is answered with 400.
	 */
	void open() throws IOException, InterruptedException {
		try (HttpClient client = client()) {
			count("offers", get(client, "/books/1/offers"));
		}
	}

	/** Comes back when all have had their last answer, or have left. */
	void visit(Duration time, long seed) throws InterruptedException {
		long until = System.nanoTime() + time.toNanos();
		try (TaskGroupFactory groups = TaskGroupFactory.create(); HttpClient client = client()) {
			groups.named("customers").run(group -> {
				for (int i = 0; i < this.customers; i++) {
					SplittableRandom random = new SplittableRandom(seed + i);
					group.fork("customer-" + i, () -> {
						while (System.nanoTime() < until) {
							wish(client, random);
						}
					});
				}
			});
		}
	}

	private static HttpClient client() {
		return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
	}

	private void wish(HttpClient client, SplittableRandom random) throws IOException, InterruptedException {
		int book = (random.nextInt(20) == 0) ? UNKNOWN_BOOK : 1 + random.nextInt(BOOKS);
		switch (random.nextInt(20)) {
			case 0, 1, 2, 3 -> leaveHalfway(path(OFFERS, book, random), random.nextInt(1, 300));
			case 4, 5, 6, 7 -> count("offers", get(client, path(OFFERS, book, random)));
			case 8, 9, 10 -> count("delivery", get(client, path(DELIVERIES, book, random)));
			case 11, 12 -> count("endpoints", get(client, ENDPOINTS.get(random.nextInt(ENDPOINTS.size()))));
			case 13 -> count("limits", setLimit(client, random));
			default -> count("book", get(client, "/books/" + book));
		}
	}

	private static String path(List<String> paths, int book, SplittableRandom random) {
		return String.format(Locale.ROOT, paths.get(random.nextInt(paths.size())), book);
	}

	private int get(HttpClient client, String path) throws IOException, InterruptedException {
		return send(client, HttpRequest.newBuilder(uri(path)).build());
	}

	private int setLimit(HttpClient client, SplittableRandom random) throws IOException, InterruptedException {
		String name = LIMITED.get(random.nextInt(LIMITED.size()));
		return send(client,
				HttpRequest.newBuilder(uri("/actuator/taskgroups/" + name))
					.header("Content-Type", "application/json")
					.POST(HttpRequest.BodyPublishers.ofString("{\"limit\": " + random.nextInt(1, 24) + "}"))
					.build());
	}

	private static int send(HttpClient client, HttpRequest request) throws IOException, InterruptedException {
		HttpResponse<Void> response = client.send(request, BodyHandlers.discarding());
		return response.statusCode();
	}

	private URI uri(String path) {
		return URI.create("http://localhost:" + this.port + path);
	}

	/** Sends the request, waits a little for an answer, and resets the connection. */
	private void leaveHalfway(String path, int millis) throws IOException {
		try (Socket socket = new Socket("localhost", this.port)) {
			socket.setSoLinger(true, 0);
			socket.setSoTimeout(millis);
			socket.getOutputStream()
				.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
			socket.getInputStream().read();
		}
		catch (SocketTimeoutException ex) {
			// It has waited long enough.
		}
		count(LEFT);
	}

	private void count(String what, int status) {
		count(what + " " + status);
	}

	private void count(String answer) {
		this.answers.merge(answer, 1L, Long::sum);
	}

	/** How many answers there were, those left out that nobody waited for. */
	long answered() {
		return this.answers.entrySet()
			.stream()
			.filter(entry -> !entry.getKey().equals(LEFT))
			.mapToLong(Map.Entry::getValue)
			.sum();
	}

	/** How many answers there were to what was asked, by status. */
	SortedMap<String, Long> answered(String what) {
		SortedMap<String, Long> answered = new TreeMap<>();
		this.answers.forEach((answer, count) -> {
			if (answer.startsWith(what + " ")) {
				answered.put(answer.substring(what.length() + 1), count);
			}
		});
		return answered;
	}

	/** How many have left before they had an answer, or at its beginning. */
	long left() {
		return this.answers.getOrDefault(LEFT, 0L);
	}

	Map<String, Long> answers() {
		return this.answers;
	}

}
