package io.taskgroup.benchmarks.run;

import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import io.taskgroup.benchmarks.report.Machine;
import io.taskgroup.benchmarks.report.Metric;
import io.taskgroup.benchmarks.report.Section;
import io.taskgroup.benchmarks.report.Titles;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs one case. */
final class CaseRun {

	private static final TimeValue SHORT = TimeValue.milliseconds(200);

	private final Case measured;

	private final Settings settings;

	/** Who is measured. */
	private final List<String> subjects;

	CaseRun(Case measured, Settings settings, List<String> subjects) {
		this.measured = measured;
		this.settings = settings;
		this.subjects = subjects;
	}

	/**
	 * Runs it.
	 * @param directory where JMH is to leave its results
	 * @return what goes into the document; nothing if nothing has worked
	 */
	Optional<String> run(Path directory) throws RunnerException {
		Collection<RunResult> results = new Runner(options(directory)).run();
		if (results.isEmpty()) {
			return Optional.empty();
		}
		Section section = new Section(this.measured.layout(this.subjects),
				new Results(this.measured).measurements(results));
		return Optional.of(section.text(notes(results.iterator().next().getParams())));
	}

	/** The heap is the same for all, and so is the flag that some of them need. */
	private Options options(Path directory) {
		ChainedOptionsBuilder options = new OptionsBuilder()
			.include(Pattern.quote(this.measured.benchmark().getName() + "."))
			.jvmArgs("--enable-preview", "-Xms1g", "-Xmx1g")
			.timeUnit(TimeUnit.NANOSECONDS)
			.addProfiler(GCProfiler.class)
			.shouldFailOnError(false)
			.resultFormat(ResultFormatType.JSON)
			.result(directory.resolve(this.measured.name() + ".json").toString());
		if (this.measured.metrics().contains(Metric.HEAP)) {
			options.addProfiler(HeapAfterCollection.class);
		}
		if (this.measured.comparesSeveral()) {
			options.param(this.measured.subject(), this.subjects.toArray(String[]::new));
		}
		if (this.settings.quick()) {
			options.forks(1).warmupIterations(1).warmupTime(SHORT).measurementIterations(1).measurementTime(SHORT);
			this.measured.quickly().forEach(options::param);
		}
		if (this.settings.forks() != null) {
			options.forks(this.settings.forks());
		}
		if (this.settings.iterations() != null) {
			options.measurementIterations(this.settings.iterations());
		}
		return options.build();
	}

	private List<String> notes(BenchmarkParams params) {
		List<String> notes = new ArrayList<>();
		List<String> skipped = new ArrayList<>(this.measured.subjects());
		skipped.removeAll(this.subjects);
		if (!skipped.isEmpty()) {
			notes.add("Not measured, because this needs JDK " + PreviewPeers.RELEASE + ": "
					+ String.join(", ", skipped.stream().map(Titles::of).toList()) + ".");
		}
		notes.add("Measured on " + LocalDate.now(ZoneOffset.UTC) + ": " + effort(params) + ". "
				+ Machine.current().text() + ".");
		if (this.settings.quick()) {
			notes.add("This was a quick run. Its figures mean nothing.");
		}
		return notes;
	}

	private static String effort(BenchmarkParams params) {
		String effort = "JVMs: " + params.getForks() + ", iterations in each: " + params.getMeasurement().getCount();
		if (params.getMode() == Mode.SingleShotTime) {
			return effort;
		}
		return effort + " of " + params.getMeasurement().getTime() + " after " + params.getWarmup().getCount() + " of "
				+ params.getWarmup().getTime();
	}

}
