package io.taskgroup.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the documents and the code together. Every block of Java in a document names an
 * example with a comment, {@code <!-- example: name -->}, and is equal to what stands in
 * a test between {@code // docs: name} and {@code // docs: end}.
 */
class DocumentationTests {

	private static final Path ROOT = Path.of(System.getProperty("basedir", ""), "..").toAbsolutePath().normalize();

	private static final List<String> DOCUMENTS = List.of("README.md", "docs/semantics.md", "docs/configuration.md",
			"docs/metrics.md", "docs/observing.md", "docs/deadlines.md", "docs/requests.md", "docs/webflux.md",
			"docs/actuator.md", "docs/tour.md");

	private static final List<String> EXAMPLES = List.of("core/src/test/java/io/taskgroup/docs",
			"autoconfigure/src/test/java/io/taskgroup/autoconfigure/docs");

	private static final Pattern BEGIN = Pattern.compile("\\s*// docs: (?!end$)(\\S+)");

	private static final Pattern END = Pattern.compile("\\s*// docs: end");

	private static final Pattern REFERENCE = Pattern.compile("<!-- example: (\\S+) -->");

	private static final Pattern HEADING = Pattern.compile("#+ (.*)");

	private static final Pattern RULE_WITH_EXAMPLE = Pattern.compile("[78]\\.\\d+");

	private static final Pattern LINK = Pattern.compile("\\[[^\\]]+]\\(([^)\\s]+)\\)");

	private static final Pattern CITATION = Pattern.compile("@DisplayName\\(\"((?:[3-9]|10)\\.\\d+) ");

	@ParameterizedTest
	@ValueSource(
			strings = { "README.md", "docs/semantics.md", "docs/requests.md", "docs/webflux.md", "docs/actuator.md" })
	@DisplayName("docs: each block of Java is an example that is compiled and run")
	void blocksAreExamples(String document) {
		assertThat(blocks(document)).isNotEmpty();
		assertBlocksAreExamples(document);
	}

	@ParameterizedTest
	@ValueSource(strings = { "docs/configuration.md", "docs/metrics.md", "docs/observing.md", "docs/deadlines.md",
			"docs/tour.md" })
	@DisplayName("docs: if there is a block of Java, it is an example that is compiled and run")
	void anyBlocksAreExamples(String document) {
		assertBlocksAreExamples(document);
	}

	private static void assertBlocksAreExamples(String document) {
		Map<String, String> examples = examples();
		assertThat(blocks(document)).allSatisfy(block -> {
			assertThat(block.name()).as("the example of the block in line %d", block.line()).isNotNull();
			assertThat(examples).containsKey(block.name());
			assertThat(block.code()).as("the example %s", block.name()).isEqualTo(examples.get(block.name()));
		});
	}

	@Test
	@DisplayName("docs: each example is shown")
	void examplesAreShown() {
		Set<String> shown = new LinkedHashSet<>();
		DOCUMENTS.forEach(document -> blocks(document).forEach(block -> shown.add(block.name())));
		assertThat(shown).containsAll(examples().keySet());
	}

	@Test
	@DisplayName("docs: each rule of combinators and limits has an example")
	void rulesHaveExamples() {
		Map<String, Integer> rules = new LinkedHashMap<>();
		String rule = null;
		for (String line : read(ROOT.resolve("docs/semantics.md")).lines().toList()) {
			Matcher heading = HEADING.matcher(line);
			if (heading.matches()) {
				Matcher number = RULE_WITH_EXAMPLE.matcher(heading.group(1));
				rule = number.lookingAt() ? number.group() : null;
				if (rule != null) {
					rules.put(rule, 0);
				}
			}
			else if (rule != null && line.equals("```java")) {
				rules.merge(rule, 1, Integer::sum);
			}
		}
		assertThat(rules).containsOnlyKeys("7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "8.1", "8.2", "8.3", "8.4", "8.5");
		assertThat(rules).allSatisfy((number, examples) -> assertThat(examples).as(number).isPositive());
	}

	@ParameterizedTest
	@ValueSource(strings = { "gather(List", "gather(()", "gatherOutcomes(", "map(", "forEach(", "race(", "any(",
			"stagger(", "asCompleted(", "next()", "maxConcurrency(", "sharedConcurrency(", "ConcurrencyLimiter.of(",
			"AdaptiveConcurrency", "RateLimiter.of(", "WhenFull.WAIT", "TaskRejectedException", "TaskLimiter" })
	@DisplayName("docs: the README shows each combinator and each limit")
	void readmeShows(String call) {
		assertThat(blocks("README.md")).extracting(Block::code).anySatisfy(code -> assertThat(code).contains(call));
	}

	@Test
	@DisplayName("docs: each rule that a test cites can be looked up")
	void rulesAreThere() throws IOException {
		Set<String> cited = new TreeSet<>();
		for (Path module : modules()) {
			try (Stream<Path> files = Files.walk(module.resolve("src/test/java"))) {
				files.filter(file -> file.toString().endsWith("Tests.java")).forEach(file -> {
					Matcher citation = CITATION.matcher(read(file));
					while (citation.find()) {
						cited.add(citation.group(1));
					}
				});
			}
		}
		List<String> headings = headings(ROOT.resolve("docs/semantics.md"));
		assertThat(cited)
			.allSatisfy(rule -> assertThat(headings).anySatisfy(heading -> assertThat(heading).startsWith(rule + " ")));
	}

	@ParameterizedTest
	@ValueSource(strings = { "README.md", "docs/semantics.md", "docs/configuration.md", "docs/metrics.md",
			"docs/observing.md", "docs/actuator.md", "docs/deadlines.md", "docs/requests.md", "docs/webflux.md",
			"docs/tour.md", "docs/performance.md", "docs/reliability.md", "CHANGELOG.md", "CONTRIBUTING.md" })
	@DisplayName("docs: each link inside the repository leads somewhere")
	void linksLeadSomewhere(String document) {
		Path file = ROOT.resolve(document);
		Matcher link = LINK.matcher(read(file));
		while (link.find()) {
			String target = link.group(1);
			if (!target.startsWith("https:") && !target.startsWith("http:")) {
				String[] parts = target.split("#", 2);
				Path other = parts[0].isEmpty() ? file : file.resolveSibling(parts[0]);
				assertThat(other).as(target).exists();
				if (parts.length == 2) {
					assertThat(headings(other).stream().map(DocumentationTests::anchor)).as(target).contains(parts[1]);
				}
			}
		}
	}

	private static List<Path> modules() throws IOException {
		try (Stream<Path> files = Files.list(ROOT)) {
			return files.filter(file -> Files.isDirectory(file.resolve("src/test/java"))).toList();
		}
	}

	private static Map<String, String> examples() {
		Map<String, String> examples = new LinkedHashMap<>();
		for (String directory : EXAMPLES) {
			try (Stream<Path> files = Files.list(ROOT.resolve(directory))) {
				files.filter(file -> file.toString().endsWith(".java")).forEach(file -> collect(file, examples));
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
		assertThat(examples).isNotEmpty();
		return examples;
	}

	private static void collect(Path file, Map<String, String> examples) {
		String name = null;
		List<String> lines = new ArrayList<>();
		for (String line : read(file).lines().toList()) {
			Matcher begin = BEGIN.matcher(line);
			if (begin.matches()) {
				assertThat(name).as("the example that has not ended in %s", file).isNull();
				name = begin.group(1);
				lines.clear();
			}
			else if (END.matcher(line).matches()) {
				assertThat(name).as("the example that ends in %s", file).isNotNull();
				assertThat(examples.put(name, code(lines))).as("another example %s", name).isNull();
				name = null;
			}
			else {
				lines.add(line);
			}
		}
		assertThat(name).as("the example that has not ended in %s", file).isNull();
	}

	/** The lines as a document shows them. */
	private static String code(List<String> lines) {
		String text = String.join("\n", lines).replace("\t", "    ").stripIndent();
		return text.replaceAll("(?m)[ ]+$", "").strip();
	}

	private static List<Block> blocks(String document) {
		List<Block> blocks = new ArrayList<>();
		List<String> code = null;
		String before = "";
		String name = null;
		int number = 0;
		int start = 0;
		for (String line : read(ROOT.resolve(document)).lines().toList()) {
			number++;
			if (code != null && line.equals("```")) {
				blocks.add(new Block(name, start, String.join("\n", code)));
				code = null;
			}
			else if (code != null) {
				code.add(line);
			}
			else if (line.equals("```java")) {
				Matcher reference = REFERENCE.matcher(before);
				name = reference.matches() ? reference.group(1) : null;
				start = number;
				code = new ArrayList<>();
			}
			before = line;
		}
		assertThat(code).as("the block that has not ended").isNull();
		return blocks;
	}

	private static List<String> headings(Path document) {
		return read(document).lines()
			.map(HEADING::matcher)
			.filter(Matcher::matches)
			.map(heading -> heading.group(1))
			.toList();
	}

	/** The anchor that GitHub gives a heading. */
	private static String anchor(String heading) {
		return heading.toLowerCase(java.util.Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-');
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * A block of Java in a document.
	 *
	 * @param name the name of the example, or null if the block has none
	 * @param line the line in which it begins
	 * @param code what stands in it
	 */
	private record Block(@org.jspecify.annotations.Nullable String name, int line, String code) {
	}

}
