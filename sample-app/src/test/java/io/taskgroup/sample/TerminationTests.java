package io.taskgroup.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import io.taskgroup.sample.EventStream.Event;
import io.taskgroup.sample.OffersController.Offers;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What happens to the storefront, as a process of its own, on SIGTERM.
 */
@Timeout(150)
class TerminationTests {

	private static final List<String> SUPPLIERS = List.of("northgate", "riverside", "market-hall", "harbour",
			"old-town", "lighthouse");

	private static final int REQUESTS = 100;

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@TempDir
	private Path directory;

	private @Nullable StorefrontProcess storefront;

	@AfterEach
	void end() {
		if (this.storefront != null) {
			this.storefront.close();
		}
	}

	@Test
	@DisplayName("requests under way are answered in full, then the process ends, within the grace period")
	void answersFirst() throws Exception {
		Duration gracePeriod = Duration.ofSeconds(8);
		int port = start(gracePeriod, supplier -> "1500ms");
		List<CompletableFuture<HttpResponse<String>>> answers = askForOffers(port, REQUESTS,
				REQUESTS * SUPPLIERS.size());
		EventStream stream = askForStream(port);

		this.storefront.terminate();

		assertThat(stream.rest()).hasSize(SUPPLIERS.size() + 1)
			.extracting(Event::name)
			.startsWith("offer")
			.doesNotContain("missing")
			.endsWith("done");

		this.storefront.assertEndsWithin(gracePeriod);
		this.storefront.assertNoComplaints();
		assertThat(answers).allSatisfy(answer -> assertAllOffers(answer.get(1, TimeUnit.SECONDS)));
	}

	@Test
	@DisplayName("requests under way may ask backends that they have not asked yet")
	void asksOn() throws Exception {
		int port = start(Duration.ofSeconds(20), supplier -> supplier.equals("northgate") ? "3s" : "0s",
				supplier -> supplier.equals("northgate") ? "1" : "1000");
		List<CompletableFuture<HttpResponse<String>>> answers = askForOffers(port, 2, 2 * SUPPLIERS.size() - 1);

		this.storefront.terminate();

		for (CompletableFuture<HttpResponse<String>> answer : answers) {
			assertAllOffers(answer.get(20, TimeUnit.SECONDS));
		}
		this.storefront.assertEndsWithin(Duration.ofSeconds(10));
		this.storefront.assertNoComplaints();
		assertThat(String.join("\n", this.storefront.output())).containsSubsequence("Commencing graceful shutdown",
				"northgate is asked for book");
	}

	@Test
	@DisplayName("requests that would take longer do not hold up the end")
	void cancelsTheRest() throws Exception {
		Duration gracePeriod = Duration.ofSeconds(1);
		int port = start(gracePeriod, supplier -> supplier.equals("northgate") ? "0s" : "60s");
		askForOffers(port, REQUESTS, REQUESTS * SUPPLIERS.size());
		EventStream stream = askForStream(port);
		assertThat(stream.next()).isNotNull().extracting(Event::name).isEqualTo("offer");

		this.storefront.terminate();

		assertThat(stream.isCutOff()).isTrue();
		this.storefront.assertEndsWithin(Duration.ofSeconds(10));
	}

	/** Starts the storefront, whose suppliers have no limits to speak of. */
	private int start(Duration gracePeriod, UnaryOperator<String> latency) throws IOException {
		return start(gracePeriod, latency, supplier -> "1000");
	}

	/**
	 * Starts the storefront, whose suppliers take the given times, and are asked so many
	 * questions at once.
	 */
	private int start(Duration gracePeriod, UnaryOperator<String> latency, UnaryOperator<String> concurrency)
			throws IOException {
		List<String> settings = new ArrayList<>(
				List.of("--spring.lifecycle.timeout-per-shutdown-phase=" + gracePeriod.toMillis() + "ms",
						"--spring.http.clients.connect-timeout=60s", "--spring.http.clients.read-timeout=60s",
						"--storefront.offers-deadline=60s", "--logging.level.io.taskgroup.sample=debug"));
		SUPPLIERS.forEach(supplier -> {
			String behaviour = "--storefront.suppliers." + supplier;
			String limits = "--taskgroup.groups.supplier-" + supplier;
			settings.addAll(List.of(behaviour + ".latency=" + latency.apply(supplier), behaviour + ".jitter=0ms",
					behaviour + ".error-rate=0", limits + ".concurrency.shared=" + concurrency.apply(supplier),
					limits + ".rate-limit.permits=1000"));
		});
		this.storefront = StorefrontProcess.start(this.directory, settings);
		return this.storefront.port();
	}

	private int calls() throws IOException {
		return (int) this.storefront.output().stream().filter(line -> line.contains("is asked for book")).count();
	}

	/** Comes back when every supplier has been asked. */
	private EventStream askForStream(int port) throws IOException {
		int before = calls();
		EventStream stream = EventStream.open(port, "/books/1/offers/stream");
		await().atMost(Duration.ofSeconds(30)).until(() -> calls() >= before + SUPPLIERS.size());
		return stream;
	}

	/** Comes back when so many calls have reached the suppliers. */
	private List<CompletableFuture<HttpResponse<String>>> askForOffers(int port, int requests, int calls) {
		List<CompletableFuture<HttpResponse<String>>> answers = IntStream.rangeClosed(1, requests)
			.mapToObj(id -> HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/books/" + id + "/offers"))
				.build())
			.map(request -> this.client.sendAsync(request, BodyHandlers.ofString()))
			.toList();
		await().atMost(Duration.ofSeconds(30)).until(() -> calls() >= calls);
		return answers;
	}

	private static void assertAllOffers(HttpResponse<String> response) {
		assertThat(response.statusCode()).isEqualTo(200);
		Offers offers = new JsonMapper().readValue(response.body(), Offers.class);
		assertThat(offers.offers()).extracting(Offer::supplier).containsExactlyInAnyOrderElementsOf(SUPPLIERS);
	}

}
