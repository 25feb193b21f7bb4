package io.taskgroup.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import java.util.stream.Stream;

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
			+ "nothing is left open, what is counted is what was seen, and of enough samples nothing grows")
	void soak() throws IOException, InterruptedException {
		List<SoakSample> samples = new ArrayList<>();
		try (StorefrontProcess storefront = StorefrontProcess.start(this.directory, List.of());
				SoakWatch watch = new SoakWatch(storefront, this.directory)) {
			SoakCustomers customers = new SoakCustomers(storefront.port(), CUSTOMERS);
			customers.open();
			for (int burst = 0; burst < BURSTS; burst++) {
				customers.visit(BURST, burst * 1000L);
				samples.add(watch.sample(customers.answered()));
			}
			SoakReport report = new SoakReport(samples, new SoakCounts(watch, customers).differences());
			write(report.text(BURST.multipliedBy(BURSTS), String.format(Locale.ROOT,
					"%d customers, one request after the other. Answers: %s.", CUSTOMERS, customers.answers())));
			assertThat(report.wrong()).isEmpty();
		}
	}

	private static void write(String text) throws IOException {
		System.out.println(text);
		Path target = (MINUTES != null) ? DOCUMENT : Path.of("target/soak/reliability.md");
		SoakReport.write(DOCUMENT, target, text);
	}

	@Test
	@DisplayName("what grows from the first settled samples to the last ones is wrong, whatever it is")
	void growing() {
		SoakReport report = report(LongStream.range(0, 20)
			.mapToObj(i -> new SoakSample(1, 1, 50_000_000 + i * 2_000_000, 30 + 2 * i, 10 + 2 * i, 50 + 3 * i,
					List.of(), 0)));
		assertThat(report.wrong()).containsExactly("heap grew from 64,000,000 to 84,000,000",
				"platform threads grew from 44 to 64", "virtual threads grew from 24 to 44",
				"open files grew from 71 to 101");
		assertThat(text(report)).contains("Not as it must be:** heap grew from", "open files grew from")
			.doesNotContain("Flat");
	}

	@Test
	@DisplayName("what only grows at the beginning is flat, and so is what goes up and down")
	void flat() {
		SoakReport beginning = report(heaps(LongStream.range(0, 20).map(i -> 20_000_000 + Math.min(i, 5) * 8_000_000)));
		SoakReport upAndDown = report(heaps(LongStream.range(0, 20).map(i -> 60_000_000 + (i % 3) * 9_000_000)));
		assertThat(List.of(beginning, upAndDown)).allSatisfy(report -> {
			assertThat(report.wrong()).isEmpty();
			assertThat(text(report)).contains("Flat.");
		});
	}

	@Test
	@DisplayName("of a few samples nothing can be told")
	void tooShort() {
		SoakReport report = report(heaps(LongStream.of(1_000_000, 90_000_000, 900_000_000)));
		assertThat(report.wrong()).isEmpty();
		assertThat(text(report)).contains("Too short to tell").doesNotContain("Flat");
	}

	@Test
	@DisplayName("what is left at rest is wrong, and so are counts that differ, of a few samples, too")
	void left() {
		SoakReport report = new SoakReport(List.of(new SoakSample(1, 1, 1, 30, 10, 50, List.of("offers"), 0),
				new SoakSample(2, 1, 1, 30, 10, 50, List.of(), 3), new SoakSample(3, 1, 1, 30, 10, 50, List.of(), 0)),
				List.of("one was not counted"));
		assertThat(report.wrong()).containsExactly("at minute 1.0 [offers] and 0 permits were left",
				"at minute 2.0 [] and 3 permits were left", "one was not counted");
		assertThat(text(report)).contains("Not as it must be:** at minute 1.0", "one was not counted.");
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

	private static SoakReport report(Stream<SoakSample> samples) {
		return new SoakReport(samples.toList(), List.of());
	}

	private static Stream<SoakSample> heaps(LongStream heaps) {
		return heaps.mapToObj(heap -> new SoakSample(1, 1, heap, 30, 10, 50, List.of(), 0));
	}

	private static String text(SoakReport report) {
		return report.text(Duration.ofSeconds(12), "load");
	}

}
