package io.taskgroup.autoconfigure.docs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.taskgroup.autoconfigure.TaskGroupProperties;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whether docs/configuration.md lists exactly the properties that the metadata describe.
 */
class ConfigurationDocumentationTests {

	private static final Path PAGE = Path.of("..", "docs", "configuration.md");

	@Test
	void listsEveryPropertyAndNoOther() throws IOException {
		String page = Files.readString(PAGE);
		Set<String> documented = rows(page).map(ConfigurationDocumentationTests::property)
			.collect(Collectors.toCollection(TreeSet::new));
		Set<String> described = new TreeSet<>();
		Matcher names = Pattern.compile("\"name\": \"((?:taskgroup|management)\\.[^\"]+)\",\\s+\"type\": \"([^\"]+)\"")
			.matcher(metadata());
		while (names.find()) {
			if (!names.group(2).startsWith("io.taskgroup.autoconfigure.GroupProperties$")
					|| names.group(1).endsWith(".adaptive")) {
				described.add(names.group(1));
			}
		}
		described.remove("taskgroup.groups");
		described.removeIf(ConfigurationDocumentationTests::isOfEveryEndpoint);
		described.removeIf(name -> described.stream().anyMatch(other -> other.startsWith(name + ".")));
		assertThat(documented).isEqualTo(described);
	}

	@Test
	void defaultsAreThoseOfTheMetadata() throws IOException {
		String metadata = metadata();
		Matcher rows = Pattern.compile("^\\| `([^`]+)` \\| `([^`]+)` \\|", Pattern.MULTILINE)
			.matcher(Files.readString(PAGE));
		int count = 0;
		while (rows.find()) {
			if (rows.group(2).startsWith("spring.")) {
				continue;
			}
			String name = property(rows.group(1));
			Matcher value = Pattern
				.compile("\"name\": \"" + Pattern.quote(name) + "\",[^}]*\"defaultValue\": \"?([^\",\\s}]+)")
				.matcher(metadata);
			assertThat(value.find()).as(name).isTrue();
			assertThat(value.group(1)).as(name).isEqualTo(rows.group(2));
			count++;
		}
		assertThat(count).isGreaterThan(8);
	}

	private static String property(String row) {
		return row.matches("(taskgroup|management)\\..*") ? row : "taskgroup.defaults." + row;
	}

	/** What Spring Boot has for each endpoint. */
	private static boolean isOfEveryEndpoint(String name) {
		return name.matches("management\\.endpoint\\.[a-z]+\\.(access|enabled|cache\\.time-to-live)");
	}

	private static Stream<String> rows(String page) {
		return Pattern.compile("^\\| `([^`]+)` \\|", Pattern.MULTILINE)
			.matcher(page)
			.results()
			.map(row -> row.group(1));
	}

	private static String metadata() throws IOException {
		try (var in = TaskGroupProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

}
