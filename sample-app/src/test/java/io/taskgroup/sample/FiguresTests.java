package io.taskgroup.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.TaskGroup;
import io.taskgroup.TaskGroupFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What Prometheus reads of the storefront, against what the clients were answered and
 * what the backends were asked. Books are told apart by how their backends behave.
 */
@StorefrontTest
@TestPropertySource(properties = { "taskgroup.groups.book-page.timeout=8s", "taskgroup.groups.delivery.timeout=10s",
		"storefront.mirror-stagger=3s", "storefront.offers-deadline=10s",
		"taskgroup.groups.supplier-northgate.concurrency.shared=20",
		"taskgroup.groups.supplier-northgate.rate-limit.permits=100000",
		"taskgroup.groups.supplier-riverside.concurrency.shared=500",
		"taskgroup.groups.supplier-market-hall.rate-limit.permits=100000" })
class FiguresTests {

	private static final int UNKNOWN_BOOK = 9999;

	private static final int NO_STOCK = 150;

	private static final int SLOW_PRICE = 151;

	private static final int HARBOUR_FAILS = 152;

	private static final int LIGHTHOUSE_HANGS = 153;

	private static final int NORTHGATE_IS_BUSY = 154;

	private static final int LEFT = 155;

	private static final int AMBER_FAILS = 156;

	private static final int ALL_MIRRORS_FAIL = 157;

	private static final int AMBER_HANGS = 158;

	private static final int ALL_MIRRORS_HANG = 159;

	private static final Pattern SAMPLE = Pattern.compile("(taskgroup\\w+)\\{(.*)} (\\S+)");

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	/** How many clients were answered with this, by path and status. */
	private final Map<String, Integer> answers = new ConcurrentHashMap<>();

	private final Map<String, Double> expected = new TreeMap<>();

	@LocalServerPort
	private int port;

	@Autowired
	private BackendFaults faults;

	@Autowired
	private TaskGroupFactory groups;

	@Test
	@Timeout(120)
	@DisplayName("after a load with failures, timeouts, queues and clients that leave, "
			+ "each figure is what the clients and the backends have counted")
	void figures() throws Exception {
		try (TaskGroupFactory clients = TaskGroupFactory.create()) {
			clients.named("clients").run(group -> {
				askWhatHangs(group);
				clients.named("load").maxConcurrency(16).forEach(load(), this::ask);
				failUnderWay(group);
				fillTheQueue(group);
			});
		}

		assertAnswers();
		assertBackends();
		expectPages();
		expectOffers();
		expectDeliveries();
		expectSupervisors();
		await().atMost(Duration.ofSeconds(20))
			.untilAsserted(() -> assertThat(scrape()).containsExactlyInAnyOrderEntriesOf(this.expected));
	}

	// The load

	/** Comes back when nothing but deadlines goes on with these. */
	private void askWhatHangs(TaskGroup clients) {
		this.faults.hang("/services/prices/" + SLOW_PRICE);
		this.faults.hang("/suppliers/lighthouse/offers/" + LIGHTHOUSE_HANGS);
		this.faults.hang("/mirrors/amber/deliveries/" + AMBER_HANGS);
		Stream.of("amber", "birch", "cedar")
			.forEach(mirror -> this.faults.hang("/mirrors/" + mirror + "/deliveries/" + ALL_MIRRORS_HANG));
		ask(clients, 10, SLOW_PRICE + "");
		ask(clients, 10, LIGHTHOUSE_HANGS + "/offers");
		ask(clients, 10, AMBER_HANGS + "/delivery");
		ask(clients, 5, ALL_MIRRORS_HANG + "/delivery");
		await().untilAsserted(() -> assertThat(scrape()).containsEntry("taskgroup_tasks_active{group=book-page}", 10.0)
			.containsEntry("taskgroup_tasks_active{group=supplier-northgate}", 0.0)
			.containsEntry("taskgroup_tasks_active{group=supplier-lighthouse}", 10.0)
			.containsEntry("taskgroup_tasks_active{group=offers}", 10.0)
			.containsEntry("taskgroup_tasks_active{group=delivery}", 15.0));
	}

	private List<String> load() {
		this.faults.hang("/services/prices/" + UNKNOWN_BOOK);
		this.faults.hang("/services/stock/" + UNKNOWN_BOOK);
		this.faults.hang("/services/reviews/" + UNKNOWN_BOOK);
		this.faults.fail("/suppliers/harbour/offers/" + HARBOUR_FAILS);
		this.faults.fail("/mirrors/amber/deliveries/" + AMBER_FAILS);
		Stream.of("amber", "birch", "cedar")
			.forEach(mirror -> this.faults.fail("/mirrors/" + mirror + "/deliveries/" + ALL_MIRRORS_FAIL));
		List<String> load = new ArrayList<>();
		IntStream.range(0, 200).forEach(i -> load.add("101"));
		IntStream.range(0, 100).forEach(i -> load.add("101/delivery"));
		IntStream.range(0, 60).forEach(i -> load.add(i * 3, "101/offers"));
		IntStream.range(0, 20).forEach(i -> load.add(i * 7, UNKNOWN_BOOK + ""));
		IntStream.range(0, 20).forEach(i -> load.add(i * 9, HARBOUR_FAILS + "/offers"));
		IntStream.range(0, 20).forEach(i -> load.add(i * 11, AMBER_FAILS + "/delivery"));
		IntStream.range(0, 10).forEach(i -> load.add(i * 13, ALL_MIRRORS_FAIL + "/delivery"));
		return load;
	}

	/** Fails a task of each page when the others are all under way. */
	private void failUnderWay(TaskGroup clients) {
		List<String> services = List.of("/services/prices/", "/services/stock/", "/services/reviews/");
		services.forEach(service -> this.faults.hang(service + NO_STOCK));
		this.faults.fail("/services/stock/" + NO_STOCK);
		ask(clients, 30, NO_STOCK + "");
		await().until(() -> services.stream().allMatch(service -> this.faults.requests(service + NO_STOCK) == 30));
		this.faults.release("/services/stock/" + NO_STOCK);
	}

	/** Has questions wait for a supplier's limit, and some of them given up. */
	private void fillTheQueue(TaskGroup clients) throws IOException {
		this.faults.hang("/suppliers/northgate/offers/" + NORTHGATE_IS_BUSY);
		ask(clients, 32, NORTHGATE_IS_BUSY + "/offers");
		await().untilAsserted(() -> assertThat(scrape()).containsEntry(northgate("tasks_active"), 20.0)
			.containsEntry(northgate("tasks_queued"), 12.0)
			.containsEntry(northgate("groups_active"), 32.0)
			.containsEntry(northgate("concurrency_used"), 20.0)
			.containsEntry(northgate("concurrency_limit"), 20.0));

		List<String> others = List.of("riverside", "market-hall", "harbour", "old-town", "lighthouse");
		others.forEach(supplier -> this.faults.hang("/suppliers/" + supplier + "/offers/" + LEFT));
		List<EventStream> streams = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			streams.add(EventStream.open(this.port, "/books/" + LEFT + "/offers/stream"));
		}
		await().until(() -> others.stream()
			.allMatch(supplier -> this.faults.requests("/suppliers/" + supplier + "/offers/" + LEFT) == 5));
		await().untilAsserted(() -> assertThat(scrape()).containsEntry(northgate("tasks_queued"), 17.0));

		((ConcurrencyLimiter) this.groups.sharedLimiters("supplier-northgate").getFirst()).limit(25);
		await().untilAsserted(() -> assertThat(scrape()).containsEntry(northgate("tasks_active"), 25.0)
			.containsEntry(northgate("tasks_queued"), 12.0)
			.containsEntry(northgate("concurrency_used"), 25.0)
			.containsEntry(northgate("concurrency_limit"), 25.0));

		this.faults.release("/suppliers/old-town/offers/" + LEFT);
		for (EventStream stream : streams) {
			assertThat(stream.next()).isNotNull();
			stream.leave();
		}
		// that is something to send, which fails
		this.faults.release("/suppliers/riverside/offers/" + LEFT);
		await().untilAsserted(() -> assertThat(scrape()).containsEntry(northgate("tasks_queued"), 7.0));
		this.faults.release("/suppliers/northgate/offers/" + NORTHGATE_IS_BUSY);
	}

	private static String northgate(String figure) {
		return "taskgroup_" + figure + "{group=supplier-northgate}";
	}

	private void ask(TaskGroup clients, int times, String page) {
		for (int i = 0; i < times; i++) {
			clients.fork(() -> ask(page));
		}
	}

	private void ask(String page) throws IOException, InterruptedException {
		HttpResponse<String> answer = get("/books/" + page);
		this.answers.merge(page + " " + answer.statusCode(), 1, Integer::sum);
	}

	private HttpResponse<String> get(String path) throws IOException, InterruptedException {
		URI uri = URI.create("http://localhost:" + this.port + path);
		return this.client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
	}

	// What was done

	private void assertAnswers() {
		assertThat(this.answers).isEqualTo(Map.ofEntries(Map.entry("101 200", 200), Map.entry("9999 404", 20),
				Map.entry("150 502", 30), Map.entry("151 504", 10), Map.entry("101/offers 200", 60),
				Map.entry("152/offers 200", 20), Map.entry("153/offers 200", 10), Map.entry("154/offers 200", 32),
				Map.entry("101/delivery 200", 100), Map.entry("156/delivery 200", 20),
				Map.entry("157/delivery 502", 10), Map.entry("158/delivery 200", 10),
				Map.entry("159/delivery 504", 5)));
	}

	private void assertBackends() {
		assertThat(this.faults.requests("/services/prices/1")).isEqualTo(200 + 30 + 10);
		assertThat(this.faults.requests("/services/stock/1")).isEqualTo(200 + 30 + 10);
		assertThat(this.faults.requests("/services/reviews/1")).isEqualTo(200 + 30 + 10);
		// of the streams that were left, the question was still waiting
		assertThat(this.faults.requests("/suppliers/northgate")).isEqualTo(60 + 20 + 10 + 32);
		for (String supplier : List.of("riverside", "market-hall", "harbour", "old-town", "lighthouse")) {
			assertThat(this.faults.requests("/suppliers/" + supplier)).isEqualTo(60 + 20 + 10 + 32 + 5);
		}
		assertThat(this.faults.requests("/mirrors/amber")).isEqualTo(100 + 20 + 10 + 10 + 5);
		assertThat(this.faults.requests("/mirrors/birch")).isEqualTo(20 + 10 + 10 + 5);
		assertThat(this.faults.requests("/mirrors/cedar")).isEqualTo(10 + 5);
	}

	// What is to be seen of it

	/** A page does without reviews, also when their task is cancelled. */
	private void expectPages() {
		expectGroups("book-page", "success", 200);
		expectGroups("book-page", "error", 30 + 20);
		expectGroups("book-page", "timeout", 10);
		expectTasks("book-page", "success", "none", 4 * 200 + 2 * 30 + 1 * 20 + 3 * 10);
		expectTasks("book-page", "error", "BackendException", 30);
		expectTasks("book-page", "error", "UnknownBookException", 20);
		expectTasks("book-page", "cancelled", "none", 1 * 30 + 2 * 20 + 1 * 10);
		expectCancellations("book-page", "failure", 30 + 20);
		expectCancellations("book-page", "timeout", 10);
		expectActive("book-page", 0, 0);
	}

	private void expectOffers() {
		expectGroups("offers", "success", 60 + 20 + 10 + 32);
		expectGroups("offers", "cancelled", 5);
		expectTasks("offers", "success", "none", 6 * (60 + 20 + 10 + 32) + 2 * 5);
		expectTasks("offers", "cancelled", "none", 4 * 5);
		expectCancellations("offers", "explicit", 5);
		expectActive("offers", 0, 0);
		expectSupplier("northgate", 60 + 20 + 10 + 32, 5);
		expectSupplier("riverside", 60 + 20 + 10 + 32 + 5, 0);
		expectSupplier("market-hall", 60 + 20 + 10 + 32, 5);
		expectSupplier("old-town", 60 + 20 + 10 + 32 + 5, 0);
		expectSupplier("harbour", 60 + 20 + 10 + 32, 5);
		expectTasks("supplier-harbour", "success", "none", 60 + 10 + 32);
		expectTasks("supplier-harbour", "error", "BackendException", 20);
		expectSupplier("lighthouse", 60 + 20 + 32, 5);
		expectGroups("supplier-lighthouse", "cancelled", 10 + 5);
		expectTasks("supplier-lighthouse", "cancelled", "none", 10 + 5);
		expectCancellations("supplier-lighthouse", "timeout", 10);
		expect("taskgroup_tasks_wait_seconds_count{group=supplier-northgate}", 12);
		expect(northgate("concurrency_limit"), 25);
		expect(northgate("concurrency_used"), 0);
		expect("taskgroup_concurrency_limit{group=supplier-riverside}", 500);
		expect("taskgroup_concurrency_used{group=supplier-riverside}", 0);
	}

	private void expectSupplier(String supplier, int asked, int left) {
		String group = "supplier-" + supplier;
		expectGroups(group, "success", asked);
		expectGroups(group, "cancelled", left);
		expectTasks(group, "success", "none", asked);
		expectTasks(group, "cancelled", "none", left);
		expectCancellations(group, "parent", left);
		expectActive(group, 0, 0);
	}

	private void expectDeliveries() {
		expectGroups("delivery", "success", 100 + 20 + 10);
		expectGroups("delivery", "error", 10);
		expectGroups("delivery", "timeout", 5);
		expectTasks("delivery", "success", "none", 100 + 20 + 10);
		expectTasks("delivery", "error", "BackendException", 20 + 3 * 10);
		expectTasks("delivery", "cancelled", "none", 10 + 3 * 5);
		// the first answer cancels the other questions
		expectCancellations("delivery", "explicit", 100 + 20 + 10);
		expectCancellations("delivery", "timeout", 5);
		expectActive("delivery", 0, 0);
	}

	private void expectSupervisors() {
		expectTasks("offer-streams", "success", "none", 5);
		expectActive("offer-streams", 1, 0);
		expectActive("price-feed", 1, 1);
	}

	private void expectGroups(String group, String outcome, int count) {
		expectSome("taskgroup_groups_seconds_count{group=" + group + ",outcome=" + outcome + "}", count);
	}

	private void expectTasks(String group, String outcome, String error, int count) {
		expectSome("taskgroup_tasks_seconds_count{error=" + error + ",group=" + group + ",outcome=" + outcome + "}",
				count);
	}

	private void expectCancellations(String group, String reason, int count) {
		expectSome("taskgroup_cancellations_total{group=" + group + ",reason=" + reason + "}", count);
	}

	private void expectActive(String group, int groups, int tasks) {
		expect("taskgroup_groups_active{group=" + group + "}", groups);
		expect("taskgroup_tasks_active{group=" + group + "}", tasks);
		expect("taskgroup_tasks_queued{group=" + group + "}", 0);
	}

	/** What has never happened has no meter. */
	private void expectSome(String sample, int value) {
		if (value > 0) {
			expect(sample, value);
		}
	}

	private void expect(String sample, int value) {
		this.expected.put(sample, (double) value);
	}

	/** All samples of groups and tasks but for times. */
	private Map<String, Double> scrape() throws IOException, InterruptedException {
		HttpResponse<String> scrape = get("/actuator/prometheus");
		assertThat(scrape.statusCode()).isEqualTo(200);
		Map<String, Double> samples = new TreeMap<>();
		Matcher sample = SAMPLE.matcher(scrape.body());
		while (sample.find()) {
			if (!sample.group(1).endsWith("_sum") && !sample.group(1).endsWith("_max")) {
				samples.put(sample.group(1) + "{" + sample.group(2).replace("\"", "") + "}",
						Double.valueOf(sample.group(3)));
			}
		}
		return samples;
	}

}
