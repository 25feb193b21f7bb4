package io.taskgroup.sample;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplicationAotProcessor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The storefront, processed ahead of time. What the goals {@code process-aot} of Spring
 * Boot's plugins do is done here by hand, because that of the one for Maven compiles with
 * the Java that runs Maven, which may be too old.
 */
@Timeout(180)
class AheadOfTimeTests {

	private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

	@TempDir
	private static Path processed;

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@TempDir
	private Path directory;

	private @Nullable Process storefront;

	@BeforeAll
	static void process() throws Exception {
		Path log = processed.resolve("log");
		int exit = java(log, mainClassPath(), SpringApplicationAotProcessor.class.getName(),
				StorefrontApplication.class.getName(), sources().toString(), resources().toString(),
				classes().toString(), "io.taskgroup", "sample")
			.waitFor();
		assertThat(exit).as(() -> read(log)).isZero();
		compile();
	}

	@AfterEach
	void end() {
		if (this.storefront != null) {
			this.storefront.destroyForcibly();
		}
	}

	@Test
	@DisplayName("the storefront starts, answers and ends")
	void works() throws Exception {
		start("--storefront.offers-deadline=30s", "--taskgroup.groups.book-page.concurrency.shared=2",
				"--spring.lifecycle.timeout-per-shutdown-phase=60s");
		await().atMost(Duration.ofMinutes(1))
			.untilAsserted(() -> assertThat(read(output())).contains("Started StorefrontApplication"));
		assertThat(read(output())).contains("Starting AOT-processed StorefrontApplication");
		assertThat(get("/books/1")).contains("\"book\"", "\"price\"", "\"stock\"");
		assertThat(get("/books/1/offers")).contains("\"northgate\"");
		assertThat(get("/books/1/offers/stream")).contains("event:done");
		assertThat(get("/books/1/delivery")).contains("\"days\"");

		this.storefront.destroy();

		assertThat(this.storefront.waitFor(20, TimeUnit.SECONDS)).isTrue();
		assertThat(read(output())).doesNotContain("Task groups that");
	}

	@Test
	@DisplayName("a property of a group that cannot be is told as it is without processing")
	void wrongProperty() throws Exception {
		start("--taskgroup.groups.book-page.concurrency.shared=0");
		assertThat(this.storefront.waitFor(1, TimeUnit.MINUTES)).isTrue();
		assertThat(this.storefront.exitValue()).isEqualTo(1);
		assertThat(read(output())).contains("APPLICATION FAILED TO START",
				"taskgroup.groups.book-page.concurrency.shared", "It must be at least 1.");
	}

	@Test
	@DisplayName("a native image is told of what is written as JSON, and of the catalogue's file")
	void hints() {
		assertThat(read(resources().resolve("META-INF/native-image/io.taskgroup/sample/reachability-metadata.json")))
			.contains("\"" + BookController.BookPage.class.getName() + "\"",
					"\"" + OfferStreamController.Done.class.getName() + "\"", "\"books.json\"");
	}

	private void start(String... arguments) throws IOException {
		List<String> command = new ArrayList<>(List.of("-Dspring.aot.enabled=true", "-cp",
				String.join(File.pathSeparator, classes().toString(), resources().toString(), mainClassPath()),
				StorefrontApplication.class.getName(), "--server.port=0"));
		for (String backend : List.of("services.reviews", "mirrors.amber", "mirrors.birch", "suppliers.northgate")) {
			command.add("--storefront." + backend + ".error-rate=0");
		}
		command.addAll(List.of(arguments));
		this.storefront = launch(output(), command);
	}

	private String get(String path) throws Exception {
		Matcher started = STARTED.matcher(read(output()));
		assertThat(started.find()).isTrue();
		HttpResponse<String> response = this.client.send(
				HttpRequest.newBuilder(URI.create("http://localhost:" + started.group(1) + path)).build(),
				BodyHandlers.ofString());
		assertThat(response.statusCode()).as(path).isEqualTo(200);
		return response.body();
	}

	private Path output() {
		return this.directory.resolve("output");
	}

	private static void compile() throws IOException {
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		Files.createDirectories(classes());
		try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
				Stream<Path> sources = Files.walk(sources())) {
			boolean compiled = compiler.getTask(null, files, null,
					List.of("-cp", classes() + File.pathSeparator + mainClassPath(), "-d", classes().toString(),
							"-proc:none", "-nowarn"),
					null, files.getJavaFileObjectsFromPaths(
							sources.filter(source -> source.toString().endsWith(".java")).toList()))
				.call();
			assertThat(compiled).isTrue();
		}
	}

	private static Process java(Path log, String classPath, String... arguments) throws IOException {
		List<String> command = new ArrayList<>(List.of("-cp", classPath));
		command.addAll(List.of(arguments));
		return launch(log, command);
	}

	private static Process launch(Path log, List<String> arguments) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
		command.addAll(arguments);
		return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
	}

	/** Leaves out the tests, which the application would search for components. */
	private static String mainClassPath() {
		return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter(entry -> !Path.of(entry).endsWith("test-classes"))
			.collect(Collectors.joining(File.pathSeparator));
	}

	private static Path sources() {
		return processed.resolve("sources");
	}

	private static Path resources() {
		return processed.resolve("resources");
	}

	private static Path classes() {
		return processed.resolve("classes");
	}

	private static String read(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
