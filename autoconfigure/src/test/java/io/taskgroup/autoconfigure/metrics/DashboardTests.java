package io.taskgroup.autoconfigure.metrics;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * The dashboard for Grafana, against a scrape of a real application.
 */
@Timeout(180)
class DashboardTests {

	private static final Path DOCS = Path.of(System.getProperty("basedir", ""), "..", "docs");

	private static final Pattern VARIABLE = Pattern.compile("\\$(\\w+)|\\$\\{(\\w+)}");

	private static final Pattern LEGEND = Pattern.compile("\\{\\{(\\w+)}}");

	private static final Pattern VALUES = Pattern.compile("label_values\\((.+), (\\w+)\\)");

	/** What Grafana itself has values for. */
	private static final Set<String> BUILT_IN = Set.of("__rate_interval", "__all");

	private static final int WIDTH = 24;

	private static String text;

	private static JsonNode dashboard;

	private static Scrape scrape;

	@BeforeAll
	static void read() throws Exception {
		text = Files.readString(DOCS.resolve("grafana-dashboard.json"));
		dashboard = JsonMapper.shared().readTree(text);
		try (MeasuredApplication application = MeasuredApplication.start(
				"--management.metrics.distribution.percentiles-histogram.taskgroup.groups=true",
				"--management.metrics.distribution.percentiles-histogram.taskgroup.tasks=true")) {
			scrape = Scrape.parse(application.scrape());
		}
	}

	@Test
	@DisplayName("each query asks for what a scrape has, and each legend for labels of the result")
	void queries() {
		PromQlCheck check = new PromQlCheck(scrape, variables());
		for (JsonNode panel : panels()) {
			for (JsonNode target : panel.get("targets").values()) {
				Set<String> labels = check.labelsOf(target.get("expr").asString());
				String legend = target.get("legendFormat").asString();
				assertThat(legend).as(panel.get("title").asString()).isNotBlank();
				assertThat(labels).as("labels of '%s', for the legend", panel.get("title").asString())
					.containsExactlyInAnyOrderElementsOf(all(LEGEND, legend));
			}
		}
	}

	@Test
	@DisplayName("each meter is shown")
	void meters() {
		Set<String> shown = new TreeSet<>();
		panels().forEach((panel) -> panel.get("targets")
			.values()
			.forEach((target) -> shown
				.addAll(all(Pattern.compile("\\b(taskgroup_\\w+)"), target.get("expr").asString()))));
		assertThat(shown).isEqualTo(scrape.metrics("taskgroup_"));
	}

	@Test
	@DisplayName("what takes a histogram says so, and nothing else takes one")
	void histograms() {
		PromQlCheck plain = new PromQlCheck(scrape.withoutBuckets(), variables());
		int histograms = 0;
		for (JsonNode panel : panels()) {
			String query = panel.get("targets").get(0).get("expr").asString();
			Matcher property = Pattern
				.compile("set (management\\.metrics\\.distribution\\.percentiles-histogram\\.\\S+)")
				.matcher(panel.get("description").asString());
			if (property.find()) {
				histograms++;
				assertThatIllegalArgumentException().isThrownBy(() -> plain.labelsOf(query))
					.withMessageContaining("_bucket");
				String meter = property.group(1).replaceFirst(".*histogram\\.", "").replace('.', '_');
				assertThat(query).contains(meter);
			}
			else {
				assertThatNoException().isThrownBy(() -> plain.labelsOf(query));
			}
		}
		assertThat(histograms).isEqualTo(3);
	}

	@Test
	@DisplayName("the variables that are used are those that are there")
	void variablesAreDefined() {
		Set<String> defined = new TreeSet<>();
		dashboard.at("/templating/list").values().forEach((variable) -> defined.add(variable.get("name").asString()));
		Set<String> used = new TreeSet<>(all(VARIABLE, text));
		used.removeAll(BUILT_IN);
		assertThat(used).isEqualTo(defined);
		assertThat(variables()).containsOnlyKeys("job", "instance", "group");
	}

	@Test
	@DisplayName("the variables have values that a scrape has")
	void variablesHaveValues() {
		PromQlCheck check = new PromQlCheck(scrape, variables());
		int queries = 0;
		for (JsonNode variable : dashboard.at("/templating/list").values()) {
			if (variable.get("type").asString().equals("query")) {
				String query = variable.at("/query/query").asString();
				assertThat(variable.get("definition").asString()).isEqualTo(query);
				Matcher values = VALUES.matcher(query);
				assertThat(values.matches()).as(query).isTrue();
				assertThat(check.labelsOf(values.group(1))).contains(values.group(2));
				queries++;
			}
		}
		assertThat(queries).isEqualTo(3);
	}

	@Test
	@DisplayName("each panel has an id of its own, a title, a description, a unit and a query")
	void panelsAreWhole() {
		Set<Integer> ids = new HashSet<>();
		Set<String> titles = new HashSet<>();
		for (JsonNode panel : dashboard.get("panels").values()) {
			assertThat(ids.add(panel.get("id").asInt())).as("id of %s", panel).isTrue();
			String title = panel.get("title").asString();
			assertThat(titles.add(title)).as(title).isTrue();
		}
		for (JsonNode panel : panels()) {
			assertThat(panel.get("title").asString()).isNotBlank();
			assertThat(panel.get("description").asString()).endsWith(".");
			assertThat(panel.at("/fieldConfig/defaults/unit").asString()).isIn("short", "ops", "s", "percentunit");
			assertThat(panel.get("targets").values()).as("%s", panel.get("title")).isNotEmpty();
		}
		assertThat(panels()).hasSizeGreaterThan(20);
	}

	@Test
	@DisplayName("everything is asked of the data source that is chosen")
	void dataSource() {
		dashboard.findParents("datasource").forEach((parent) -> {
			JsonNode source = parent.get("datasource");
			if (!source.get("type").asString().equals("grafana")) {
				assertThat(source.get("type").asString()).isEqualTo("prometheus");
				assertThat(source.get("uid").asString()).isEqualTo("${datasource}");
			}
		});
		panels().forEach((panel) -> {
			assertThat(panel.has("datasource")).isTrue();
			panel.get("targets").values().forEach((target) -> assertThat(target.has("datasource")).isTrue());
		});
	}

	@Test
	@DisplayName("no panel covers another")
	void layout() {
		Set<String> cells = new HashSet<>();
		for (JsonNode panel : dashboard.get("panels").values()) {
			JsonNode place = panel.get("gridPos");
			int left = place.get("x").asInt();
			int top = place.get("y").asInt();
			assertThat(left + place.get("w").asInt()).isLessThanOrEqualTo(WIDTH);
			for (int x = left; x < left + place.get("w").asInt(); x++) {
				for (int y = top; y < top + place.get("h").asInt(); y++) {
					assertThat(cells.add(x + "," + y)).as("%s", panel.get("title")).isTrue();
				}
			}
		}
	}

	/** All but the rows. */
	private static List<JsonNode> panels() {
		List<JsonNode> panels = new ArrayList<>();
		for (JsonNode panel : dashboard.get("panels").values()) {
			if (!panel.get("type").asString().equals("row")) {
				panels.add(panel);
			}
			else {
				assertThat(panel.get("panels").isEmpty()).as("a row that is open has its panels behind it").isTrue();
			}
		}
		return panels;
	}

	/** The variables, each with the label whose values it has. */
	private static Map<String, String> variables() {
		Map<String, String> variables = new LinkedHashMap<>();
		for (JsonNode variable : dashboard.at("/templating/list").values()) {
			Matcher values = VALUES.matcher(variable.at("/query/query").asString());
			if (values.matches()) {
				variables.put(variable.get("name").asString(), values.group(2));
			}
		}
		return variables;
	}

	private static Set<String> all(Pattern pattern, String text) {
		Set<String> found = new TreeSet<>();
		Matcher matcher = pattern.matcher(text);
		while (matcher.find()) {
			found.add((matcher.group(1) != null) ? matcher.group(1) : matcher.group(2));
		}
		return found;
	}

}
