package io.taskgroup.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Looks at the storefront from outside: by its endpoints, and by the tools of the JDK.
 */
final class SoakWatch {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final StorefrontProcess storefront;

	private final Path directory;

	private final JsonMapper jsonMapper = new JsonMapper();

	private final long begin = System.nanoTime();

	SoakWatch(StorefrontProcess storefront, Path directory) {
		this.storefront = storefront;
		this.directory = directory;
	}

	/** Waits until no request is open and no permit in use. */
	void awaitRest() {
		await().atMost(PATIENCE).untilAsserted(() -> {
			JsonNode tree = taskGroups();
			assertThat(openGroups(tree)).as("open groups").isEmpty();
			assertThat(permits(tree)).as("permits in use").isZero();
		});
	}

	/** Has the heap cleaned up, and looks at what is left. */
	SoakSample sample(long answers) throws IOException, InterruptedException {
		jcmd("GC.run");
		JsonNode tree = taskGroups();
		return new SoakSample((System.nanoTime() - this.begin) / 60e9, answers, metric("jvm.memory.used?tag=area:heap"),
				metric("jvm.threads.live"), virtualThreads(), metric("process.files.open"), openGroups(tree).size(),
				permits(tree));
	}

	/** How the groups of a name have ended, by outcome. */
	long ended(String name, String outcome) throws IOException, InterruptedException {
		return get("/actuator/taskgroups/" + name).path("groups").path(outcome).asLong();
	}

	/** How many answers of a status the server has counted. */
	long answered(String route, int status) throws IOException, InterruptedException {
		return metric("http.server.requests?tag=uri:" + route.replace("{", "%7B").replace("}", "%7D") + "&tag=status:"
				+ status);
	}

	private JsonNode taskGroups() throws IOException, InterruptedException {
		return get("/actuator/taskgroups");
	}

	/** Names of what is open, but for what lives as long as the storefront. */
	private static List<String> openGroups(JsonNode tree) {
		List<String> open = new ArrayList<>();
		for (JsonNode scope : tree.path("open")) {
			switch (scope.path("name").asString()) {
				case "price-feed" -> {
				}
				case "offer-streams" ->
					scope.path("tasks").forEach(task -> open.add("the stream of " + task.path("name").asString()));
				case "GET /actuator/taskgroups" -> {
					// that is this request itself
				}
				default -> open.add(scope.path("name").asString());
			}
		}
		return open;
	}

	private static long permits(JsonNode tree) {
		long permits = 0;
		for (JsonNode name : tree.path("names")) {
			for (JsonNode limit : name.path("limits")) {
				permits += limit.path("inUse").asLong() + limit.path("waiting").asLong();
			}
		}
		return permits;
	}

	private long metric(String name) throws IOException, InterruptedException {
		return get("/actuator/metrics/" + name).path("measurements").path(0).path("value").asLong();
	}

	/** What is not there is nothing. */
	private JsonNode get(String path) throws IOException, InterruptedException {
		try (HttpClient client = HttpClient.newHttpClient()) {
			URI uri = URI.create("http://localhost:" + this.storefront.port() + path);
			return this.jsonMapper
				.readTree(client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body());
		}
	}

	/** There is no figure for them; a dump has them all. */
	private long virtualThreads() throws IOException, InterruptedException {
		Path dump = this.directory.resolve("threads-" + System.nanoTime() + ".json");
		jcmd("Thread.dump_to_file", "-format=plain", dump.toString());
		try (Stream<String> lines = Files.lines(dump)) {
			return lines.filter(line -> line.startsWith("#") && line.contains(" virtual")).count();
		}
		finally {
			Files.delete(dump);
		}
	}

	private void jcmd(String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
						Long.toString(this.storefront.pid())));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(this.directory.resolve("jcmd").toFile())
			.start();
		assertThat(process.waitFor()).as("jcmd %s", String.join(" ", arguments)).isZero();
	}

}
