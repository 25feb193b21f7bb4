package io.taskgroup.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The storefront, a process of its own, under load for as long as one likes: with
 * {@code -Dsoak.minutes} what is measured goes to {@code docs/reliability.md}; without it
 * this is a test of some seconds that nothing is left open, and that the storefront has
 * counted what its customers have seen.
 */
class SoakTests {

	private static final Path DOCUMENT = Path.of("../docs/reliability.md");

	private static final Integer MINUTES = Integer.getInteger("soak.minutes");

	private static final int CUSTOMERS = Integer.getInteger("soak.customers", 32);

	/** Load comes in bursts; in between the storefront rests, and is looked at. */
	private static final int BURSTS = (MINUTES != null) ? Math.max(8, 2 * MINUTES) : 2;

	private static final Duration BURST = (MINUTES != null) ? Duration.ofMinutes(MINUTES).dividedBy(BURSTS)
			: Duration.ofSeconds(4);

	@TempDir
	private Path directory;

	@Test
	@DisplayName("under load, with clients that leave, suppliers in trouble and limits that change, "
			+ "nothing is left open and nothing grows")
	void soak() throws IOException, InterruptedException {
		List<SoakSample> samples = new ArrayList<>();
		try (StorefrontProcess storefront = StorefrontProcess.start(this.directory, List.of())) {
			SoakCustomers customers = new SoakCustomers(storefront.port(), CUSTOMERS);
			SoakWatch watch = new SoakWatch(storefront, this.directory);
			customers.open();
			for (int burst = 0; burst < BURSTS; burst++) {
				customers.visit(BURST, burst * 1000L);
				watch.awaitRest();
				samples.add(watch.sample(customers.answered()));
			}
			write(new SoakReport(samples).text(BURST.multipliedBy(BURSTS), String.format(Locale.ROOT,
					"%d customers, one request after the other. Answers: %s.", CUSTOMERS, customers.answers())));
			checkCounts(customers, watch);
		}
		assertThat(samples).allSatisfy(sample -> {
			assertThat(sample.groups()).isZero();
			assertThat(sample.permits()).isZero();
		});
		assertThat(new SoakReport(samples).grown()).isEmpty();
	}

	/** Nobody who asks for a book's page or a delivery leaves, so these are exact. */
	private void checkCounts(SoakCustomers customers, SoakWatch watch) throws IOException, InterruptedException {
		for (int status : List.of(200, 404, 502, 503, 504)) {
			assertThat(watch.answered("/books/{id}", status)).as("pages with status %d", status)
				.isEqualTo(customers.answered("book", status));
			assertThat(watch.answered("/books/{id}/delivery", status)).as("deliveries with status %d", status)
				.isEqualTo(customers.answered("delivery", status));
		}
		assertThat(watch.ended("book-page", "success")).isEqualTo(customers.answered("book", 200));
		assertThat(watch.ended("book-page", "timeout")).isEqualTo(customers.answered("book", 504));
		assertThat(watch.ended("book-page", "error"))
			.isEqualTo(customers.answered("book", 404) + customers.answered("book", 502));
		assertThat(watch.ended("delivery", "success")).isEqualTo(customers.answered("delivery", 200));
		assertThat(watch.ended("delivery", "timeout")).isEqualTo(customers.answered("delivery", 504));
		assertThat(watch.ended("delivery", "error")).isEqualTo(customers.answered("delivery", 502));
		assertThat(customers.answered("limits", 204)).isPositive();
		assertThat(customers.answered("book", 200)).isPositive();
		assertThat(customers.answered("offers", 200)).isPositive();
		assertThat(customers.answers()).containsKey("left")
			.doesNotContainKeys("book 500", "offers 500", "delivery 500", "limits 400");
	}

	private static void write(String text) throws IOException {
		System.out.println(text);
		Path target = (MINUTES != null) ? DOCUMENT : Path.of("target/soak/reliability.md");
		SoakReport.write(DOCUMENT, target, text);
	}

	@Test
	@DisplayName("what grows from the first settled samples to the last ones is not flat")
	void growing() {
		assertThat(report(LongStream.range(0, 20).map(i -> 50_000_000 + i * 2_000_000)).grown())
			.containsExactly("heap from 64,000,000 to 84,000,000");
	}

	@Test
	@DisplayName("what only grows at the beginning is flat, and so is what goes up and down")
	void flat() {
		assertThat(report(LongStream.range(0, 20).map(i -> (i < 5) ? 20_000_000 + i * 8_000_000 : 60_000_000)).grown())
			.isEmpty();
		assertThat(report(LongStream.range(0, 20).map(i -> 60_000_000 + (i % 3) * 9_000_000)).grown()).isEmpty();
	}

	@Test
	@DisplayName("of a few samples nothing can be told")
	void tooShort() {
		SoakReport report = report(LongStream.of(1_000_000, 90_000_000, 900_000_000));
		assertThat(report.grown()).isEmpty();
		assertThat(report.text(Duration.ofSeconds(12), "load")).contains("Too short to tell");
	}

	@Test
	@DisplayName("the table takes its place in the document, and everything else stays")
	void place() throws IOException {
		Path source = Files.writeString(this.directory.resolve("source.md"),
				"before\n<!-- measured: Soak -->\n\nold\n\n<!-- end of what was measured -->\nafter\n");
		Path target = this.directory.resolve("new/target.md");
		SoakReport.write(source, target, "| new |");
		assertThat(target).content()
			.isEqualTo("before\n<!-- measured: Soak -->\n\n| new |\n\n<!-- end of what was measured -->\nafter\n");
	}

	private static SoakReport report(LongStream heaps) {
		return new SoakReport(heaps.mapToObj(heap -> new SoakSample(1, 1, heap, 30, 10, 50, 0, 0)).toList());
	}

}
