package io.taskgroup;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openjdk.jcstress.annotations.JCStressTest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs {@link MemoryOrdering} in a harness that has JVMs of its own. Its report is in
 * {@code target/memory-ordering}.
 */
@Tag("model")
class MemoryOrderingTests {

	private static final Pattern SUMMARY = Pattern
		.compile("Results: (\\d+) planned; (\\d+) passed, 0 failed, 0 soft errs, 0 hard errs");

	private static final Pattern TESTS = Pattern.compile("All remaining tests: (\\d+) matching test results");

	@Test
	@DisplayName("what one thread publishes, another one sees in full, and of two who look for each other one sees the other")
	void nothingForbiddenIsSeen() throws Exception {
		Path directory = Path.of("target", "memory-ordering").toAbsolutePath();
		Files.createDirectories(directory);
		Path log = directory.resolve("log.txt");
		Process harness = new ProcessBuilder(command()).directory(directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		try {
			boolean ended = harness.waitFor(4L * Interleavings.SCALE, TimeUnit.MINUTES);
			String said = Files.readString(log);
			assertThat(ended).as(said).isTrue();
			assertThat(harness.exitValue()).as(said).isZero();
			assertThat(last(SUMMARY, said)).as(said).satisfies((results) -> {
				assertThat(results).hasSize(2);
				assertThat(results.get(0)).isEqualTo(results.get(1));
			});
			assertThat(last(TESTS, said)).as(said).containsExactly(numberOfTests());
		}
		finally {
			harness.descendants().forEach(ProcessHandle::destroyForcibly);
			harness.destroyForcibly().waitFor();
		}
	}

	private static List<String> command() {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp", classPath(),
						"org.openjdk.jcstress.Main", "-v", "-r", "report", "-t",
						Pattern.quote(MemoryOrdering.class.getName())));
		if (Interleavings.SCALE < 10) {
			command.addAll(List.of("-sc", "false", "-af", "NONE", "-jvmArgs", "-XX:-TieredCompilation", "-iters",
					String.valueOf(3 * Interleavings.SCALE), "-time", "250"));
		}
		else {
			// all combinations of compilers
			command.addAll(List.of("-iters", String.valueOf(5 * Interleavings.SCALE), "-time", "250"));
		}
		return command;
	}

	/** The same, wherever the harness runs. */
	private static String classPath() {
		return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
			.map((entry) -> Path.of(entry).toAbsolutePath().toString())
			.reduce((one, other) -> one + File.pathSeparator + other)
			.orElseThrow();
	}

	private static String numberOfTests() {
		return String.valueOf(Stream.of(MemoryOrdering.class.getDeclaredClasses())
			.filter((type) -> type.isAnnotationPresent(JCStressTest.class))
			.count());
	}

	private static List<String> last(Pattern pattern, String text) {
		Matcher matcher = pattern.matcher(text);
		List<String> groups = List.of();
		while (matcher.find()) {
			groups = Stream.iterate(1, (i) -> i <= matcher.groupCount(), (i) -> i + 1).map(matcher::group).toList();
		}
		return groups;
	}

}
