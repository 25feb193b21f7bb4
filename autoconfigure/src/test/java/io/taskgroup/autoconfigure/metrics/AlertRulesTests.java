package io.taskgroup.autoconfigure.metrics;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The alert rules, against a scrape of a real application and the document that explains
 * them.
 */
@Timeout(180)
class AlertRulesTests {

	private static final Path DOCS = Path.of(System.getProperty("basedir", ""), "..", "docs");

	private static final Pattern TEMPLATE = Pattern
		.compile("\\{\\{ (?:\\$labels\\.(\\w+)|\\$value \\| humanizePercentage|printf \"%\\.\\df\" \\$value) }}");

	private static final Pattern DURATION = Pattern.compile("\\d+[smh]");

	private static List<Map<?, ?>> rules;

	private static Scrape scrape;

	@BeforeAll
	static void read() throws Exception {
		rules = rules();
		try (MeasuredApplication application = MeasuredApplication.start()) {
			scrape = Scrape.parse(application.scrape());
		}
	}

	@Test
	@DisplayName("each rule asks for what a scrape has, and its texts for labels of the result")
	void queries() {
		PromQlCheck check = new PromQlCheck(scrape, Map.of());
		for (Map<?, ?> rule : rules) {
			Set<String> labels = check.labelsOf((String) rule.get("expr"));
			assertThat(labels).contains("job", "group");
			assertThat(labels).as("labels of %s, for its texts", rule.get("alert"))
				.containsAll(labelsIn(texts(rule).get("summary")))
				.containsAll(labelsIn(texts(rule).get("description")));
		}
	}

	@Test
	@DisplayName("each rule has a name, a time, a severity, and says what it means and what to do")
	void rulesAreWhole() {
		assertThat(rules).extracting((rule) -> (String) rule.get("alert"))
			.containsExactly("TaskGroupQueueGrowing", "TaskGroupLimitSaturated", "TaskGroupTasksStuck",
					"TaskGroupDisconnectsRising");
		for (Map<?, ?> rule : rules) {
			assertThat(rule.keySet().toArray()).containsExactlyInAnyOrder("alert", "expr", "for", "labels",
					"annotations");
			assertThat((String) rule.get("for")).matches(DURATION);
			assertThat(rule.get("labels")).isEqualTo(Map.of("severity", "warning"));
			assertThat(texts(rule)).containsOnlyKeys("summary", "description");
			assertThat(texts(rule).get("description")).contains("$value").endsWith(".");
		}
	}

	@Test
	@DisplayName("docs/observing.md explains each rule, and names numbers that are there")
	void rulesAreExplained() throws Exception {
		List<String> lines = Files.readAllLines(DOCS.resolve("observing.md"));
		for (Map<?, ?> rule : rules) {
			assertThat(lines).contains("### " + rule.get("alert"));
		}
		List<String[]> rows = lines.stream()
			.filter((line) -> line.startsWith("| `TaskGroup"))
			.map((line) -> line.split("\\|"))
			.toList();
		assertThat(rows).hasSizeGreaterThan(4);
		for (String[] cells : rows) {
			Map<?, ?> rule = rules.stream()
				.filter((one) -> cells[1].trim().equals("`" + one.get("alert") + "`"))
				.findFirst()
				.orElseThrow();
			Matcher code = Pattern.compile("`([^`]+)`").matcher(cells[2]);
			while (code.find()) {
				assertThat((String) rule.get("expr"))
					.containsPattern("(?<![\\w.])" + Pattern.quote(code.group(1)) + "(?![\\w.])");
			}
		}
	}

	private static Set<String> labelsIn(String text) {
		Set<String> labels = new TreeSet<>();
		Matcher template = TEMPLATE.matcher(text);
		while (template.find()) {
			if (template.group(1) != null) {
				labels.add(template.group(1));
			}
		}
		assertThat(template.replaceAll("")).as("what is left of a text without its templates").doesNotContain("{", "$");
		return labels;
	}

	private static Map<String, String> texts(Map<?, ?> rule) {
		Map<String, String> texts = new LinkedHashMap<>();
		((Map<?, ?>) rule.get("annotations")).forEach((name, text) -> texts.put((String) name, (String) text));
		return texts;
	}

	private static List<Map<?, ?>> rules() throws Exception {
		Map<?, ?> file = new Yaml(new SafeConstructor(new LoaderOptions()))
			.load(Files.readString(DOCS.resolve("alerts.yml")));
		assertThat(file.keySet().toArray()).containsExactly("groups");
		List<Map<?, ?>> rules = new ArrayList<>();
		for (Object group : (List<?>) file.get("groups")) {
			assertThat(((Map<?, ?>) group).keySet().toArray()).containsExactly("name", "rules");
			((List<?>) ((Map<?, ?>) group).get("rules")).forEach((rule) -> rules.add((Map<?, ?>) rule));
		}
		return rules;
	}

}
