package io.taskgroup.benchmarks.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.taskgroup.benchmarks.report.Titles;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.runner.RunnerException;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is run.
 */
class CasesTests {

	private static final Path MODULE = Path.of(System.getProperty("basedir", ""));

	private static final Pattern PLACE = Pattern.compile("<!-- measured: (\\w+) -->");

	@TempDir
	private Path directory;

	@Test
	@DisplayName("each case has a place in the document, and each place a case")
	void places() throws IOException {
		String document = Files.readString(MODULE.resolve("../docs/performance.md"));
		List<String> places = PLACE.matcher(document).results().map(MatchResult::group).toList();
		assertThat(places).containsExactlyElementsOf(
				Cases.ALL.stream().map(each -> "<!-- measured: " + each.name() + " -->").toList());
	}

	@Test
	@DisplayName("each benchmark is a case")
	void benchmarks() throws IOException {
		try (Stream<Path> files = Files.walk(MODULE.resolve("src/main/java"))) {
			assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith("Benchmark.java")))
				.containsExactlyInAnyOrderElementsOf(
						Cases.ALL.stream().map(each -> each.name() + "Benchmark.java").toList());
		}
	}

	@Test
	@DisplayName("what is compared with others has a title")
	void titles() {
		assertThat(Cases.ALL).filteredOn(each -> each.subject().equals("peer"))
			.allSatisfy(each -> assertThat(Titles.of(each.subjects().getFirst())).startsWith("Task Group"));
	}

	@Test
	@Timeout(60)
	@DisplayName("a case can be run, and shows what was measured")
	void run() throws RunnerException {
		Case oneFails = named("OneFails");
		Settings settings = new Settings(name -> true, true, 0, 1);
		String text = new CaseRun(oneFails, settings, List.of("TaskGroups")).run(this.directory).orElseThrow();
		assertThat(text).contains("**Time per task**", "**Bytes allocated per task**")
			.containsPattern("\\|  \\| Task Group \\|\n.*\n\\| (ns|µs|ms) \\| [\\d.,]+ \\|")
			.containsPattern("\\| (B|kB) \\| [\\d.,]+ \\|")
			.contains("Not measured, because this needs JDK 25: `StructuredTaskScope`, Jox.", "Measured on ",
					"This was a quick run.");
		assertThat(this.directory.resolve("OneFails.json")).isNotEmptyFile();
	}

	@Test
	@DisplayName("without settings, everything is run as it says itself")
	void everything() {
		Settings settings = Settings.of(new Properties());
		assertThat(Cases.ALL).allMatch(each -> settings.selected().test(each.name()));
		assertThat(settings.quick()).isFalse();
		assertThat(settings.forks()).isNull();
		assertThat(settings.iterations()).isNull();
	}

	@Test
	@DisplayName("settings choose cases and how long they are run")
	void some() {
		Properties properties = new Properties();
		properties.setProperty("benchmarks", "Fan|Map");
		properties.setProperty("benchmarks.quick", "");
		properties.setProperty("benchmarks.forks", "5");
		properties.setProperty("benchmarks.iterations", "");
		Settings settings = Settings.of(properties);
		assertThat(Cases.ALL.stream().map(Case::name).filter(settings.selected())).containsExactly("FanOut", "Map");
		assertThat(settings.quick()).isTrue();
		assertThat(settings.forks()).isEqualTo(5);
		assertThat(settings.iterations()).isNull();
	}

	private static Case named(String name) {
		return Cases.ALL.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
	}

}
