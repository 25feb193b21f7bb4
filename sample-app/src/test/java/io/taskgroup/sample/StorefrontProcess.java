package io.taskgroup.sample;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The storefront as a process of its own.
 */
final class StorefrontProcess implements AutoCloseable {

	/** What a JVM that ends by SIGTERM says: 128 and the number of the signal. */
	static final int TERMINATED = 143;

	private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

	/** Properties that the tests can be run with, and so is the process. */
	private static final List<String> THREADS = List.of("spring.threads.virtual.enabled", "taskgroup.threads");

	private final Process process;

	private final Path output;

	private final int port;

	private StorefrontProcess(Process process, Path output) throws IOException {
		this.process = process;
		this.output = output;
		await().atMost(Duration.ofMinutes(1))
			.untilAsserted(() -> assertThat(output).content().contains("Started StorefrontApplication"));
		List<MatchResult> started = STARTED.matcher(Files.readString(output)).results().toList();
		// the first is the server of the simulated backends
		assertThat(started).hasSize(2);
		this.port = Integer.parseInt(started.getLast().group(1));
	}

	/** Comes back when it has started. Its output goes to a file in the directory. */
	static StorefrontProcess start(Path directory, List<String> arguments) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
						"-cp", mainClassPath(), StorefrontApplication.class.getName(), "--server.port=0",
						"--server.tomcat.threads.max=3000"));
		command.addAll(arguments);
		THREADS.stream()
			.filter(property -> System.getProperty(property) != null)
			.forEach(property -> command.add("--" + property + "=" + System.getProperty(property)));
		Path output = directory.resolve("output");
		Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
		try {
			return new StorefrontProcess(process, output);
		}
		catch (IOException | RuntimeException | Error ex) {
			process.destroyForcibly();
			throw ex;
		}
	}

	/** Leaves out the tests, which the application would search for components. */
	private static String mainClassPath() {
		return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter(entry -> !Path.of(entry).endsWith("test-classes"))
			.collect(Collectors.joining(File.pathSeparator));
	}

	int port() {
		return this.port;
	}

	long pid() {
		return this.process.pid();
	}

	List<String> output() throws IOException {
		return Files.readAllLines(this.output);
	}

	/** Sends SIGTERM. */
	void terminate() {
		this.process.destroy();
	}

	void assertEndsWithin(Duration time) {
		await().atMost(time).until(() -> !this.process.isAlive());
		assertThat(this.process.exitValue()).isEqualTo(TERMINATED);
	}

	/** Nothing went wrong, and nothing was used that had been closed. */
	void assertNoComplaints() throws IOException {
		assertThat(output()).noneMatch(line -> line.contains(" ERROR ") || line.contains("Exception"));
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
