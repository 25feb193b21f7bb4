package io.taskgroup.benchmarks.run;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.taskgroup.benchmarks.report.Document;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs the benchmarks, and writes what they have measured into a document. It is run in
 * the directory of its module.
 */
public final class Benchmarks {

	private static final Path DOCUMENT = Path.of("../docs/performance.md");

	private static final Path TARGET = Path.of("target/benchmarks");

	private static final String CLASS_PATH = "java.class.path";

	private final Settings settings;

	private final PreviewPeers previews = new PreviewPeers(Path.of("src/preview/java"));

	private final Document document;

	private Benchmarks(Settings settings) {
		this.settings = settings;
		// the figures of a quick run are not for readers
		this.document = new Document(DOCUMENT, settings.quick() ? TARGET.resolve("performance.md") : DOCUMENT);
	}

	/**
	 * Runs them.
	 * @param arguments none: system properties say what is to be run
	 * @throws IOException if the document cannot be written
	 * @throws RunnerException if a benchmark cannot be run at all
	 */
	public static void main(String[] arguments) throws IOException, RunnerException {
		new Benchmarks(Settings.of(System.getProperties())).run();
	}

	private void run() throws IOException, RunnerException {
		Files.createDirectories(TARGET);
		this.document.open();
		preparePreviews();
		List<String> failed = new ArrayList<>();
		for (Case next : Cases.ALL) {
			if (this.settings.selected().test(next.name()) && !run(next)) {
				failed.add(next.name());
			}
		}
		if (!failed.isEmpty()) {
			throw new IllegalStateException("nothing could be measured of " + String.join(", ", failed));
		}
	}

	/**
	 * Runs a case. What it has measured is written at once, so that it stays if the run
	 * is broken off; what was measured before stays if nothing works.
	 */
	private boolean run(Case measured) throws IOException, RunnerException {
		Optional<String> text = new CaseRun(measured, this.settings, subjects(measured)).run(TARGET);
		if (text.isEmpty()) {
			return false;
		}
		this.document.write(measured.name(), text.get());
		System.out.println("\n" + text.get() + "\n\n" + measured.name() + " is written to " + this.document.target());
		return true;
	}

	/** The forks have the class path of this JVM, as its property says. */
	private void preparePreviews() throws IOException {
		if (!PreviewPeers.supported()) {
			System.out.println("Some peers are left out: they need JDK " + PreviewPeers.RELEASE + ", and this is "
					+ Runtime.version());
			return;
		}
		String classPath = System.getProperty(CLASS_PATH);
		Path classes = TARGET.resolve("classes");
		this.previews.compile(classes, classPath);
		System.setProperty(CLASS_PATH, classPath + File.pathSeparator + classes);
	}

	private List<String> subjects(Case measured) {
		return measured.subjects()
			.stream()
			.filter(subject -> PreviewPeers.supported() || !this.previews.contain(measured.benchmark(), subject))
			.toList();
	}

}
