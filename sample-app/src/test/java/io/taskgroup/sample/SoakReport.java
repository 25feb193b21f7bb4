package io.taskgroup.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * What a soak has come to: a table of samples, and whether all is well and flat.
 * <p>
 * The first quarter of the samples is left out, in which caches fill and code is
 * compiled. Of the rest the first third is compared with the last one, by their medians,
 * so that a single sample decides nothing.
 */
final class SoakReport {

	private static final String BEGIN = "<!-- measured: Soak -->";

	private static final String END = "<!-- end of what was measured -->";

	/** What may be held more, by what is between requests: caches and connections. */
	private static final double MORE = 1.1;

	private static final long MORE_HEAP = 4_000_000;

	private static final long MORE_THREADS = 8;

	private static final long MORE_FILES = 20;

	/** How many samples it takes to compare any. */
	private static final int ENOUGH = 8;

	private final List<SoakSample> samples;

	private final List<String> differences;

	/**
	 * Makes a report.
	 * @param samples what was seen at rest
	 * @param differences how the storefront's counts differ from what was seen, in words
	 */
	SoakReport(List<SoakSample> samples, List<String> differences) {
		this.samples = List.copyOf(samples);
		this.differences = List.copyOf(differences);
	}

	/** What is not as it must be, in words; empty if all is well. */
	List<String> wrong() {
		List<String> wrong = new ArrayList<>(left());
		wrong.addAll(this.differences);
		wrong.addAll(grown());
		return wrong;
	}

	/** What was left at rest, in words. */
	private List<String> left() {
		return this.samples.stream()
			.filter(sample -> !sample.open().isEmpty() || sample.permits() != 0)
			.map(sample -> String.format(Locale.ROOT, "at minute %.1f %s and %d permits were left", sample.minute(),
					sample.open(), sample.permits()))
			.toList();
	}

	/** Whether there are so many samples that they can be compared. */
	boolean canTell() {
		return this.samples.size() >= ENOUGH;
	}

	/** What has grown, in words; empty if all is flat. */
	List<String> grown() {
		List<String> grown = new ArrayList<>();
		if (canTell()) {
			compare(grown, "heap", SoakSample::heap, MORE_HEAP);
			compare(grown, "platform threads", SoakSample::platformThreads, MORE_THREADS);
			compare(grown, "virtual threads", SoakSample::virtualThreads, MORE_THREADS);
			compare(grown, "open files", SoakSample::files, MORE_FILES);
		}
		return grown;
	}

	private void compare(List<String> grown, String what, ToLongFunction<SoakSample> figure, long more) {
		List<SoakSample> settled = this.samples.subList(this.samples.size() / 4, this.samples.size());
		int third = Math.max(1, settled.size() / 3);
		long first = median(settled.subList(0, third), figure);
		long last = median(settled.subList(settled.size() - third, settled.size()), figure);
		if (last > first * MORE + more) {
			grown.add(String.format(Locale.ROOT, "%s grew from %,d to %,d", what, first, last));
		}
	}

	private static long median(List<SoakSample> some, ToLongFunction<SoakSample> figure) {
		long[] sorted = some.stream().mapToLong(figure).sorted().toArray();
		return sorted[sorted.length / 2];
	}

	/** The report as text. */
	String text(Duration duration, String load) {
		List<String> lines = new ArrayList<>();
		lines.add("| minute | answers | heap, MB | platform threads | virtual threads | open files | open groups "
				+ "| permits in use |");
		lines.add("|---:|---:|---:|---:|---:|---:|---:|---:|");
		this.samples.forEach(sample -> lines.add(sample.text()));
		lines.add("");
		lines.add(load);
		lines.add("");
		lines.add(String.format(Locale.ROOT, "%s %d minutes under load, on %s, with %s on %d cores, %s %s.", verdict(),
				Math.round(duration.toSeconds() / 60.0), LocalDate.now(ZoneOffset.UTC),
				System.getProperty("java.vm.name") + " " + Runtime.version(),
				Runtime.getRuntime().availableProcessors(), System.getProperty("os.name"),
				System.getProperty("os.arch")));
		return String.join("\n", lines);
	}

	private String verdict() {
		if (!wrong().isEmpty()) {
			return "**Not as it must be:** " + String.join("; ", wrong()) + ".";
		}
		return canTell() ? "Flat." : "Too short to tell whether it is flat.";
	}

	/** Puts a text into the place that a document has for it. */
	static void write(Path source, Path target, String text) throws IOException {
		String document = Files.readString(source);
		int begin = document.indexOf(BEGIN);
		int end = document.indexOf(END, begin);
		if (begin < 0 || end < 0) {
			throw new IllegalArgumentException("the document has no place for what was measured: " + BEGIN);
		}
		Files.createDirectories(target.toAbsolutePath().getParent());
		Files.writeString(target,
				document.substring(0, begin) + BEGIN + "\n\n" + text + "\n\n" + document.substring(end));
	}

}
