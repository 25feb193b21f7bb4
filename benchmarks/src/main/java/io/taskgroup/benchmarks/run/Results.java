package io.taskgroup.benchmarks.run;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.taskgroup.benchmarks.report.Figure;
import io.taskgroup.benchmarks.report.Measurement;
import io.taskgroup.benchmarks.report.Metric;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.util.ListStatistics;
import org.openjdk.jmh.util.Statistics;

/** What JMH says of a case, as measurements. */
final class Results {

	private static final String ALLOCATED = "gc.alloc.rate.norm";

	private final Case measured;

	Results(Case measured) {
		this.measured = measured;
	}

	List<Measurement> measurements(Collection<RunResult> results) {
		List<Measurement> measurements = new ArrayList<>();
		for (RunResult result : results) {
			BenchmarkParams params = result.getParams();
			measurements.add(new Measurement(setting(params), subject(params), figures(result)));
		}
		return measurements;
	}

	private Map<String, String> setting(BenchmarkParams params) {
		Map<String, String> setting = new LinkedHashMap<>();
		if (!this.measured.methods().isEmpty()) {
			String benchmark = params.getBenchmark();
			setting.put(this.measured.methods(), benchmark.substring(benchmark.lastIndexOf('.') + 1));
		}
		for (String name : params.getParamsKeys()) {
			if (!name.equals(this.measured.subject())) {
				setting.put(name, params.getParam(name));
			}
		}
		return setting;
	}

	private String subject(BenchmarkParams params) {
		String subject = params.getParam(this.measured.subject());
		return (subject != null) ? subject : this.measured.subject();
	}

	/** Figures for one operation, whatever JMH takes for one. */
	private static Map<Metric, Figure> figures(RunResult result) {
		BenchmarkParams params = result.getParams();
		String number = params.getParam(Case.OPERATIONS);
		double operations = (number != null) ? Double.parseDouble(number) : 1;
		Map<Metric, Figure> figures = new EnumMap<>(Metric.class);
		Result<?> time = result.getPrimaryResult();
		figures.put(Metric.TIME, figure(time).dividedBy(operations));
		if (params.getMode() == Mode.SampleTime) {
			addSamples(figures, time.getStatistics(), means(result), params.getThreads());
		}
		result.getSecondaryResults().forEach((label, other) -> {
			if (label.endsWith(ALLOCATED)) {
				figures.put(Metric.BYTES, figure(other).dividedBy(operations));
			}
			else if (label.endsWith(HeapAfterCollection.LABEL)) {
				figures.put(Metric.HEAP, new Figure(other.getScore(), Double.NaN));
			}
		});
		return figures;
	}

	/**
	 * The means of all iterations, since requests of the same one depend on each other.
	 */
	private static Statistics means(RunResult result) {
		ListStatistics means = new ListStatistics();
		for (BenchmarkResult jvm : result.getBenchmarkResults()) {
			for (IterationResult iteration : jvm.getIterationResults()) {
				means.addValue(iteration.getPrimaryResult().getStatistics().getMean());
			}
		}
		return means;
	}

	/** Each thread begins anew when it has ended, so the mean says how many there are. */
	private static void addSamples(Map<Metric, Figure> figures, Statistics samples, Statistics means, int threads) {
		double second = 1e9;
		Figure one = new Figure(threads * second, 0);
		Figure mean = new Figure(samples.getMean(), means.getMeanErrorAt(0.999));
		figures.put(Metric.THROUGHPUT, one.over(mean));
		figures.put(Metric.MEDIAN, new Figure(samples.getPercentile(50), Double.NaN));
		figures.put(Metric.LONGEST, new Figure(samples.getMax(), Double.NaN));
		figures.put(Metric.P99, new Figure(samples.getPercentile(99), Double.NaN));
	}

	private static Figure figure(Result<?> result) {
		return new Figure(result.getScore(), result.getScoreError());
	}

}
