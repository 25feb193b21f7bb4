package io.taskgroup.benchmarks.run;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.taskgroup.benchmarks.report.Comparison;
import io.taskgroup.benchmarks.report.Layout;
import io.taskgroup.benchmarks.report.Metric;
import org.openjdk.jmh.annotations.Param;

/**
 * A benchmark, and how its figures are shown.
 *
 * @param benchmark its class
 * @param subject the name of the parameter whose values are compared: the first with all
 * others
 * @param methods what its methods differ in, if it has several
 * @param one what its figures are for: one task, for instance
 * @param metrics what is shown
 * @param comparison how it is compared
 * @param quickly the parameters of a quick run
 */
record Case(Class<?> benchmark, String subject, String methods, String one, List<Metric> metrics, Comparison comparison,
		Map<String, String> quickly) {

	/** The parameter that says how many operations an invocation is. */
	static final String OPERATIONS = "tasks";

	/** The name of the case, by which it is chosen and found in the document. */
	String name() {
		return this.benchmark.getSimpleName().replaceAll("Benchmark$", "");
	}

	/** All that are compared; just the name of the case if it has nothing to compare. */
	List<String> subjects() {
		return Arrays.stream(this.benchmark.getDeclaredFields())
			.filter(field -> field.getName().equals(this.subject))
			.findFirst()
			.map(field -> List.of(field.getAnnotation(Param.class).value()))
			.orElse(List.of(this.subject));
	}

	boolean comparesSeveral() {
		return subjects().size() > 1;
	}

	/**
	 * What its tables look like.
	 * @param measured who is measured
	 */
	Layout layout(List<String> measured) {
		return new Layout(this.one, this.metrics, this.comparison, measured);
	}

}
