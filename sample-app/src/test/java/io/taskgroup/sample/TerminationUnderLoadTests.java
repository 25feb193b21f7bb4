package io.taskgroup.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.taskgroup.TaskGroup;
import io.taskgroup.TaskGroupFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What becomes of the requests of clients that go on and on, when the storefront, a
 * process of its own, gets SIGTERM. Its backends are those of another storefront, which
 * is not closed.
 */
@Timeout(150)
class TerminationUnderLoadTests {

	private static final int CLIENTS = 12;

	private static final int MANY = 100;

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	/** Of each client's requests the storefront logs the number when it accepts it. */
	private static final Pattern ACCEPTED = Pattern.compile("GET \"/books/.*\\?number=(\\d+)\"");

	private static final List<String> PAGES = List.of("", "/offers", "/delivery");

	private static @Nullable ConfigurableApplicationContext backends;

	private static BackendFaults faults;

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final AtomicInteger numbers = new AtomicInteger();

	/** By the number of the request. */
	private final Map<Integer, HttpResponse<String>> answers = new ConcurrentHashMap<>();

	@TempDir
	private Path directory;

	private @Nullable StorefrontProcess storefront;

	@BeforeAll
	static void startBackends() {
		backends = new SpringApplicationBuilder(StorefrontApplication.class, BackendFaults.class).profiles("calm")
			.run("--server.port=0", "--storefront.price-refresh=1h");
		faults = backends.getBean(BackendFaults.class);
	}

	@AfterAll
	static void closeBackends() {
		if (backends != null) {
			backends.close();
		}
	}

	@AfterEach
	void end() {
		faults.heal();
		if (this.storefront != null) {
			this.storefront.close();
		}
	}

	@Test
	@DisplayName("every request that was accepted gets its full answer, and then the process ends at once")
	void drain() throws Exception {
		start("--spring.lifecycle.timeout-per-shutdown-phase=60s");
		faults.hang("/services/stock");
		withClients(() -> {
			await().atMost(PATIENCE).until(() -> faults.requests("/services/stock") == CLIENTS);
			withClients(() -> {
				await().atMost(PATIENCE).until(() -> this.answers.size() > MANY);
				this.storefront.terminate();
				await().atMost(PATIENCE).until(() -> output("Commencing graceful shutdown"));
				faults.release("/services/stock");
			}, "/offers", "/delivery");
		}, "");

		this.storefront.assertEndsWithin(Duration.ofSeconds(10));
		this.storefront.assertNoComplaints();
		assertThat(this.answers.values()).extracting(HttpResponse::statusCode).containsOnly(200);
		assertThat(this.answers.keySet()).isEqualTo(accepted()).hasSizeGreaterThan(MANY + CLIENTS);
	}

	@Test
	@DisplayName("every request that was accepted gets an answer within the grace period, whatever the backends do")
	void gracePeriod() throws Exception {
		start("--spring.lifecycle.timeout-per-shutdown-phase=10s");

		terminateWhenAllHang(Duration.ofSeconds(10));
	}

	@Test
	@DisplayName("with taskgroup.shutdown.mode=cancel every request that was accepted gets an answer, at once, "
			+ "whatever the backends do")
	void cancel() throws Exception {
		start("--spring.lifecycle.timeout-per-shutdown-phase=60s", "--taskgroup.shutdown.mode=cancel");

		terminateWhenAllHang(Duration.ofSeconds(10));
	}

	private void terminateWhenAllHang(Duration time) throws Exception {
		withClients(() -> {
			await().atMost(PATIENCE).until(() -> this.answers.size() > MANY);
			Stream.of("/services/stock", "/suppliers/harbour", "/mirrors").forEach(faults::hang);
			await().atMost(PATIENCE).until(() -> accepted().size() == this.answers.size() + CLIENTS);

			this.storefront.terminate();
			this.storefront.assertEndsWithin(time);
		}, PAGES.toArray(String[]::new));

		this.storefront.assertNoComplaints();
		assertThat(this.answers.values()).extracting(HttpResponse::statusCode).containsOnly(200, 503);
		assertThat(this.answers.values()).filteredOn(answer -> answer.statusCode() == 503)
			.hasSizeGreaterThanOrEqualTo(CLIENTS)
			.allSatisfy(answer -> {
				assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
				assertThat(answer.body()).contains("the shop is closing");
			});
		assertThat(this.answers.keySet()).isEqualTo(accepted());
	}

	private void start(String... settings) throws IOException {
		this.storefront = StorefrontProcess.start(this.directory,
				Stream
					.concat(Stream.of(settings),
							Stream.of("--storefront.backends=" + backends.getBean(SimulatedBackends.class).url(),
									"--spring.http.clients.read-timeout=60s", "--storefront.offers-deadline=60s",
									"--storefront.mirror-stagger=60s", "--taskgroup.groups.book-page.timeout=60s",
									"--taskgroup.groups.delivery.timeout=60s",
									"--taskgroup.groups.supplier-northgate.rate-limit.permits=100000",
									"--taskgroup.groups.supplier-market-hall.rate-limit.permits=100000",
									"--logging.level.org.springframework.web.servlet.DispatcherServlet=debug"))
					.toList());
	}

	/** Does something while clients ask for these pages, and waits for their end. */
	private void withClients(Step step, String... pages) throws Exception {
		try (TaskGroupFactory clients = TaskGroupFactory.create(); TaskGroup group = clients.named("clients").open()) {
			for (int i = 0; i < CLIENTS; i++) {
				String page = pages[i % pages.length];
				group.fork(() -> askOnAndOn(page));
			}
			step.run();
			group.join();
		}
	}

	/** Until nobody answers any more. */
	private void askOnAndOn(String page) throws InterruptedException {
		try {
			while (true) {
				int number = this.numbers.incrementAndGet();
				URI uri = URI.create("http://localhost:" + this.storefront.port() + "/books/" + (1 + number % 190)
						+ page + "?number=" + number);
				HttpResponse<String> answer = this.client.send(HttpRequest.newBuilder(uri).build(),
						BodyHandlers.ofString());
				this.answers.put(number, answer);
			}
		}
		catch (IOException ex) {
			// The shop has closed. Whether it had accepted the request is in its log.
		}
	}

	private Set<Integer> accepted() throws IOException {
		return this.storefront.output()
			.stream()
			.flatMap(line -> ACCEPTED.matcher(line).results())
			.map((MatchResult result) -> Integer.valueOf(result.group(1)))
			.collect(Collectors.toSet());
	}

	private boolean output(String text) throws IOException {
		return this.storefront.output().stream().anyMatch(line -> line.contains(text));
	}

	/** Something to do. */
	private interface Step {

		void run() throws Exception;

	}

}
