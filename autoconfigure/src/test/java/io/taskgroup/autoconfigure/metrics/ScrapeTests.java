package io.taskgroup.autoconfigure.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.taskgroup.TaskGroupFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a scrape of Prometheus shows of a real application: what was done there, and what
 * docs/metrics.md says.
 */
@Timeout(60)
class ScrapeTests {

	private static final Path DOCUMENT = Path.of(System.getProperty("basedir", ""), "..", "docs", "metrics.md");

	private static final Pattern SAMPLE = Pattern.compile("(taskgroup\\w+)\\{(.*)} (\\S+)");

	private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

	private static final Pattern TYPE = Pattern.compile("# TYPE (taskgroup\\w+) (\\w+)");

	private static final Pattern CODE = Pattern.compile("`([^`]+)`");

	private static MeasuredApplication application;

	private static TaskGroupFactory groups;

	@BeforeAll
	static void start() throws Exception {
		application = MeasuredApplication.start();
		groups = application.groups();
	}

	@AfterAll
	static void stop() {
		application.close();
	}

	@Test
	@DisplayName("each figure of a scrape agrees with what was done")
	void figures() throws Exception {
		CountDownLatch running = new CountDownLatch(2);
		CountDownLatch release = new CountDownLatch(1);
		groups.named("limited").sharedConcurrency(2).run((group) -> {
			for (int i = 0; i < 5; i++) {
				group.fork(() -> {
					running.countDown();
					release.await();
				});
			}
			running.await();
			Map<String, Double> during = samples(scrape());
			assertThat(during).containsEntry("taskgroup_groups_active{group=limited}", 1.0)
				.containsEntry("taskgroup_tasks_active{group=limited}", 2.0)
				.containsEntry("taskgroup_tasks_queued{group=limited}", 3.0)
				.containsEntry("taskgroup_concurrency_limit{group=limited}", 2.0)
				.containsEntry("taskgroup_concurrency_used{group=limited}", 2.0);
			release.countDown();
		});
		Map<String, Double> after = samples(scrape());
		assertThat(after).containsEntry("taskgroup_groups_active{group=limited}", 0.0)
			.containsEntry("taskgroup_tasks_active{group=limited}", 0.0)
			.containsEntry("taskgroup_tasks_queued{group=limited}", 0.0)
			.containsEntry("taskgroup_concurrency_used{group=limited}", 0.0)
			.containsEntry("taskgroup_tasks_wait_seconds_count{group=limited}", 3.0)
			.containsEntry("taskgroup_tasks_seconds_count{error=none,group=limited,outcome=success}", 5.0)
			.containsEntry("taskgroup_groups_seconds_count{group=limited,outcome=success}", 1.0);
		assertThat(after).containsEntry("taskgroup_groups_seconds_count{group=page,outcome=success}", 10.0)
			.containsEntry("taskgroup_groups_seconds_count{group=page,outcome=error}", 2.0)
			.containsEntry("taskgroup_groups_seconds_count{group=page,outcome=timeout}", 1.0)
			.containsEntry("taskgroup_groups_seconds_count{group=page,outcome=cancelled}", 6.0)
			.containsEntry("taskgroup_tasks_seconds_count{error=none,group=page,outcome=success}", 30.0)
			.containsEntry("taskgroup_tasks_seconds_count{error=IOException,group=page,outcome=error}", 2.0)
			.containsEntry("taskgroup_tasks_seconds_count{error=none,group=page,outcome=cancelled}", 7.0)
			.containsEntry("taskgroup_cancellations_total{group=page,reason=failure}", 2.0)
			.containsEntry("taskgroup_cancellations_total{group=page,reason=timeout}", 1.0)
			.containsEntry("taskgroup_cancellations_total{group=page,reason=explicit}", 1.0)
			.containsEntry("taskgroup_cancellations_total{group=page,reason=request}", 1.0)
			.containsEntry("taskgroup_cancellations_total{group=page,reason=disconnect}", 1.0)
			.containsEntry("taskgroup_cancellations_total{group=page,reason=shutdown}", 1.0)
			.containsEntry("taskgroup_cancellations_total{group=page,reason=parent}", 1.0)
			.containsEntry("taskgroup_cancellations_total{group=page,reason=interrupt}", 1.0);
	}

	@Test
	@DisplayName("docs/metrics.md lists the meters that a scrape shows, with their types and tags")
	void metersAreDocumented() throws Exception {
		String scrape = scrape();
		Map<String, String> documented = new TreeMap<>();
		Map<String, Set<String>> documentedTags = new TreeMap<>();
		rows("| Meter |").forEach((cells) -> {
			String name = code(cells[3]).get(0);
			assertThat(name).startsWith(code(cells[0]).get(0).replace('.', '_'));
			documented.put(name, cells[1].replace("timer", "summary"));
			documentedTags.put(name, new TreeSet<>(code(cells[2])));
		});
		Map<String, String> shown = new TreeMap<>();
		Matcher type = TYPE.matcher(scrape);
		while (type.find()) {
			// the maximum of a timer
			if (!type.group(1).endsWith("_max")) {
				shown.put(type.group(1), type.group(2));
			}
		}
		assertThat(documented).isEqualTo(shown);
		Map<String, Set<String>> shownTags = new TreeMap<>();
		Matcher sample = SAMPLE.matcher(scrape);
		while (sample.find()) {
			String name = sample.group(1).replaceFirst("_(count|sum|max)$", "");
			shownTags.computeIfAbsent(name, (key) -> new TreeSet<>()).addAll(labels(sample.group(2)).keySet());
		}
		assertThat(documentedTags).isEqualTo(shownTags);
	}

	@Test
	@DisplayName("docs/metrics.md lists the values that tags have")
	void valuesAreDocumented() throws Exception {
		String scrape = scrape();
		Map<String, Set<String>> documented = rows("| Tag |").stream()
			.collect(Collectors.toMap((cells) -> cells[0], (cells) -> new TreeSet<>(code(cells[1]))));
		assertThat(documented.get("`outcome` of a group")).isEqualTo(values(scrape, "taskgroup_groups", "outcome"));
		assertThat(documented.get("`outcome` of a task")).isEqualTo(values(scrape, "taskgroup_tasks", "outcome"));
		assertThat(documented.get("`reason`")).isEqualTo(values(scrape, "taskgroup_cancellations", "reason"));
		assertThat(values(scrape, "taskgroup_tasks", "error")).containsAll(documented.get("`error`"));
	}

	private static Set<String> values(String scrape, String name, String tag) {
		Set<String> values = new TreeSet<>();
		Matcher sample = SAMPLE.matcher(scrape);
		while (sample.find()) {
			String value = labels(sample.group(2)).get(tag);
			if (sample.group(1).startsWith(name) && value != null) {
				values.add(value);
			}
		}
		return values;
	}

	private static String scrape() throws IOException, InterruptedException {
		return application.scrape();
	}

	/** The samples, each with its labels in order. */
	private static Map<String, Double> samples(String scrape) {
		Map<String, Double> samples = new TreeMap<>();
		Matcher sample = SAMPLE.matcher(scrape);
		while (sample.find()) {
			String labels = labels(sample.group(2)).entrySet()
				.stream()
				.map(Map.Entry::toString)
				.collect(Collectors.joining(",", "{", "}"));
			samples.put(sample.group(1) + labels, Double.valueOf(sample.group(3)));
		}
		return samples;
	}

	private static Map<String, String> labels(String text) {
		Map<String, String> labels = new TreeMap<>();
		Matcher label = LABEL.matcher(text);
		while (label.find()) {
			labels.put(label.group(1), label.group(2));
		}
		return labels;
	}

	/** The cells of the rows of the table that begins like this. */
	private static List<String[]> rows(String beginning) throws IOException {
		List<String[]> rows = Files.readAllLines(DOCUMENT)
			.stream()
			.dropWhile((line) -> !line.startsWith(beginning))
			.takeWhile((line) -> line.startsWith("|"))
			.skip(2)
			.map((line) -> Arrays.stream(line.substring(1).split("\\|")).map(String::trim).toArray(String[]::new))
			.toList();
		assertThat(rows).isNotEmpty();
		return rows;
	}

	private static List<String> code(String cell) {
		return CODE.matcher(cell).results().map((result) -> result.group(1)).toList();
	}

}
