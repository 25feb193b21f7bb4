package io.taskgroup.benchmarks.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the tables look like.
 */
class SectionTests {

	private final List<Measurement> measurements = new ArrayList<>();

	@Test
	@DisplayName("a row of figures for each setting, and a row of ratios below")
	void ratios() {
		add(3, "TaskGroups", 600, 80);
		add(3, "Jox", 1200, 100);
		add(1000, "TaskGroups", 12_000, 300);
		add(1000, "Jox", 24_000, 150);
		assertThat(text(Comparison.RATIO, "TaskGroups", "Jox")).isEqualTo("""
				**Time per task**

				| tasks |  | Task Group | Jox |
				|---|---|---:|---:|
				| 3 | ns | 600 ± 60 | 1,200 ± 120 |
				|  | ours / theirs |  | 0.50 ± 0.07 |
				| 1,000 | µs | 12.0 ± 1.2 | 24.0 ± 2.4 |
				|  | ours / theirs |  | 0.50 ± 0.07 |

				**Bytes allocated per task**

				| tasks |  | Task Group | Jox |
				|---|---|---:|---:|
				| 3 | B | 80.0 | 100 |
				|  | ours / theirs |  | 0.80 |
				| 1,000 | B | 300 | 150 |
				|  | ours / theirs |  | 2.00 |

				a note""");
	}

	@Test
	@DisplayName("what is added to the first is shown in the unit of the row")
	void added() {
		add(3, "nothing", 20_000, 80);
		add(3, "metrics", 21_000, 80);
		assertThat(text(Comparison.ADDED, "nothing", "metrics")).contains(
				"| 3 | µs | 20.0 ± 2.0 | 21.0 ± 2.1 |\n" + "|  | added µs |  | 1.00 ± 2.90 |",
				"|  | added B |  | 0.00 |");
	}

	@Test
	@DisplayName("what did not work is marked, and the first is compared with the others or nobody is")
	void missing() {
		add(3, "TaskGroups", 600, 80);
		add(3, "Futures", 1200, 100);
		add(10, "Futures", 1200, 100);
		assertThat(text(Comparison.RATIO, "TaskGroups", "Jox", "Futures")).contains(
				"| 3 | ns | 600 ± 60 | - | 1,200 ± 120 |\n|  | ours / theirs |  | - | 0.50 ± 0.07 |",
				"| 10 | ns | - | - | 1,200 ± 120 |\n|  | ours / theirs |  | - | - |");
	}

	@Test
	@DisplayName("who is alone is compared with nobody")
	void alone() {
		add(3, "TaskGroups", 600, 80);
		assertThat(text(Comparison.RATIO, "TaskGroups")).contains("| 3 | ns | 600 ± 60 |").doesNotContain("theirs");
	}

	@Test
	@DisplayName("when nothing has worked, there are the notes")
	void nothing() {
		assertThat(text(Comparison.RATIO, "TaskGroups")).endsWith("a note");
	}

	private void add(int tasks, String subject, double time, double bytes) {
		Map<Metric, Figure> figures = new LinkedHashMap<>();
		figures.put(Metric.TIME, new Figure(time, time / 10));
		figures.put(Metric.BYTES, new Figure(bytes, Double.NaN));
		this.measurements.add(new Measurement(Map.of("tasks", Integer.toString(tasks)), subject, figures));
	}

	private String text(Comparison comparison, String... subjects) {
		Layout layout = new Layout("task", List.of(Metric.TIME, Metric.BYTES), comparison, List.of(subjects));
		return new Section(layout, this.measurements).text(List.of("a note"));
	}

}
