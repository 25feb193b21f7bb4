package io.taskgroup.sample;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.sample.BookController.BookPage;
import io.taskgroup.sample.EventStream.Event;
import io.taskgroup.sample.OfferStreamController.Done;
import io.taskgroup.sample.OffersController.Offers;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

/**
 * The storefront with more to do than it likes.
 */
@StorefrontTest
@TestPropertySource(properties = { "taskgroup.groups.book-page.timeout=20s", "storefront.offers-deadline=500ms",
		"taskgroup.groups.delivery.timeout=20s", "storefront.mirror-stagger=20ms",
		"storefront.mirrors.amber.latency=50ms", "storefront.mirrors.birch.error-rate=0.5",
		"storefront.services.prices.latency=20ms", "storefront.services.stock.jitter=100ms",
		"storefront.services.stock.error-rate=0.4", "storefront.services.reviews.latency=80ms",
		"storefront.services.reviews.error-rate=0.3", "storefront.suppliers.riverside.error-rate=0.3",
		"storefront.suppliers.market-hall.error-rate=1", "storefront.suppliers.harbour.jitter=1s",
		"storefront.suppliers.old-town.latency=200ms", "storefront.suppliers.lighthouse.latency=5s" })
class LoadTests {

	private static final int REQUESTS = 300;

	private static final int UNKNOWN_BOOK = 9999;

	private static final List<String> PAGES = List.of("", "/offers", "/offers/stream", "/delivery");

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final Collection<Integer> statuses = new ConcurrentLinkedQueue<>();

	@TempDir
	private Path directory;

	@LocalServerPort
	private int port;

	@Autowired
	private JsonMapper jsonMapper;

	@Autowired
	private StorefrontProperties properties;

	@Autowired
	private Catalogue catalogue;

	@Autowired
	private TaskGroupFactory groups;

	@Test
	@Timeout(120)
	@DisplayName("300 requests at once, a third of the clients gone halfway, suppliers failing: "
			+ "every answer is right and no task is left")
	void underLoad() throws InterruptedException {
		CountDownLatch go = new CountDownLatch(1);
		try (TaskGroupFactory clients = TaskGroupFactory.create()) {
			clients.named("clients").run(group -> {
				for (int i = 0; i < REQUESTS; i++) {
					int number = i;
					group.fork("client-" + number, () -> {
						go.await();
						visit(number);
					});
				}
				go.countDown();
			});
		}

		assertThat(this.statuses).hasSize(REQUESTS * 2 / 3).contains(200, 404, 502).containsOnly(200, 404, 502);
		await().untilAsserted(() -> assertThat(OpenGroups.ofRequests(this.groups)).isEmpty());
		// The feed is there to show that this dump has virtual threads in it.
		await().untilAsserted(() -> assertThat(threadDump()).contains("PriceFeed")
			.doesNotContain("BookController", "OffersController", "OfferStreamController", "DeliveryController"));
	}

	private void visit(int number) throws IOException, InterruptedException {
		int book = (number % 7 == 0) ? UNKNOWN_BOOK : 1 + number % this.catalogue.books().size();
		String page = PAGES.get(number % PAGES.size());
		String path = "/books/" + book + page;
		if (number % 3 == 0) {
			leaveHalfway(path);
			return;
		}
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + this.port + path))
			.timeout(Duration.ofSeconds(30))
			.build();
		HttpResponse<String> response = this.client.send(request, BodyHandlers.ofString());
		this.statuses.add(response.statusCode());
		if (book == UNKNOWN_BOOK) {
			assertProblem(response, 404, "there is no book " + book);
		}
		else {
			switch (page) {
				case "/offers" -> assertOffers(response, book);
				case "/offers/stream" -> assertStream(response, book);
				case "/delivery" -> assertDelivery(response, book);
				default -> assertPage(response, book);
			}
		}
	}

	/** Sends the request, waits a little for an answer, and resets the connection. */
	private void leaveHalfway(String path) throws IOException {
		try (Socket socket = new Socket("localhost", this.port)) {
			socket.setSoLinger(true, 0);
			socket.setSoTimeout(ThreadLocalRandom.current().nextInt(1, 300));
			socket.getOutputStream()
				.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
			socket.getInputStream().read();
		}
		catch (SocketTimeoutException ex) {
			// It has waited long enough.
		}
	}

	private String threadDump() throws IOException {
		Path dump = this.directory.resolve("dump-" + System.nanoTime());
		ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
			.dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
		return Files.readString(dump);
	}

	private void assertOffers(HttpResponse<String> response, int book) {
		assertThat(response.statusCode()).isEqualTo(200);
		assertOffers(this.jsonMapper.readValue(response.body(), Offers.class), book);
	}

	private void assertOffers(Offers answer, int book) {
		assertThat(answer.offers())
			.allSatisfy(offer -> assertThat(offer).isEqualTo(SimulatedSuppliers.offerOf(offer.supplier(), book)));
		assertThat(answer.missing())
			.allSatisfy(missing -> assertThat(missing.reason()).isIn(reasons(missing.supplier())));
		assertThat(answer.missing()).extracting(Missing::supplier).contains("market-hall", "lighthouse");
		assertThat(Stream.concat(answer.offers().stream().map(Offer::supplier),
				answer.missing().stream().map(Missing::supplier)))
			.containsExactlyInAnyOrderElementsOf(this.properties.suppliers().keySet());
	}

	private void assertStream(HttpResponse<String> response, int book) throws IOException {
		assertThat(response.statusCode()).isEqualTo(200);
		List<Offer> offers = new ArrayList<>();
		List<Missing> missing = new ArrayList<>();
		List<Event> events = EventStream.parse(response.body());
		for (Event event : events.subList(0, events.size() - 1)) {
			switch (event.name()) {
				case "offer" -> offers.add(this.jsonMapper.readValue(event.data(), Offer.class));
				case "missing" -> missing.add(this.jsonMapper.readValue(event.data(), Missing.class));
				default -> fail("unexpected: %s", event);
			}
		}
		assertOffers(new Offers(offers, missing), book);
		assertThat(events.getLast().name()).isEqualTo("done");
		assertThat(this.jsonMapper.readValue(events.getLast().data(), Done.class))
			.isEqualTo(new Done(offers.size(), missing.size()));
	}

	private void assertDelivery(HttpResponse<String> response, int book) {
		assertThat(response.statusCode()).isEqualTo(200);
		Delivery delivery = this.jsonMapper.readValue(response.body(), Delivery.class);
		assertThat(delivery).isEqualTo(SimulatedMirrors.deliveryOf(delivery.mirror(), book));
		assertThat(this.properties.mirrors()).containsKey(delivery.mirror());
	}

	private List<String> reasons(String supplier) {
		return List.of(supplier + " answered with 503 SERVICE_UNAVAILABLE", "timeout of 500 ms passed",
				supplier + " gave no answer that is of use");
	}

	private void assertPage(HttpResponse<String> response, int book) {
		if (response.statusCode() == 200) {
			BookPage page = this.jsonMapper.readValue(response.body(), BookPage.class);
			assertThat(page.book()).isEqualTo(this.catalogue.book(book));
			assertThat(page.price()).isEqualTo(SimulatedServices.priceOf(book));
			assertThat(page.stock()).isEqualTo(SimulatedServices.stockOf(book));
			assertThat(page.reviews()).isIn(null, SimulatedServices.reviewsOf(book));
		}
		else {
			List<String> details = new ArrayList<>(reasons("prices"));
			details.addAll(reasons("stock"));
			assertProblem(response, 502, details.toArray(String[]::new));
		}
	}

	private void assertProblem(HttpResponse<String> response, int status, String... details) {
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		JsonNode problem = this.jsonMapper.readTree(response.body());
		assertThat(problem.path("status").asInt()).isEqualTo(status);
		assertThat(problem.path("detail").asString()).isIn((Object[]) details);
	}

}
