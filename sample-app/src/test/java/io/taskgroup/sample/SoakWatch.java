package io.taskgroup.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.awaitility.core.ConditionTimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Looks at the storefront from outside: by its endpoints, and by the tools of the JDK.
 * What an endpoint does not tell is no figure, so then it fails.
 */
final class SoakWatch implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final String TASK_GROUPS = "/actuator/taskgroups";

	/** What is open while the storefront lives. */
	private static final List<String> ALWAYS_OPEN = List.of("price-feed", "offer-streams");

	private final HttpClient client = HttpClient.newHttpClient();

	private final StorefrontProcess storefront;

	private final Path directory;

	private final JsonMapper jsonMapper = new JsonMapper();

	private final long begin = System.nanoTime();

	private final AtomicLong looks = new AtomicLong();

	SoakWatch(StorefrontProcess storefront, Path directory) {
		this.storefront = storefront;
		this.directory = directory;
	}

	/** Waits for rest, has the heap cleaned up, and looks at what is left. */
	SoakSample sample(long answers) throws IOException, InterruptedException {
		Requests requests = until(this::requests, Requests::atRest);
		jcmd("GC.run");
		return new SoakSample((System.nanoTime() - this.begin) / 60e9, answers,
				measured("jvm.memory.used?tag=area:heap", "VALUE"), measured("jvm.threads.live", "VALUE"),
				virtualThreads(), measured("process.files.open", "VALUE"), requests.left(), requests.permits());
	}

	/** How the groups of a name have ended, by outcome. */
	long ended(String name, String outcome) throws IOException, InterruptedException {
		return get(TASK_GROUPS + "/" + name).required("groups").required(outcome).longValue();
	}

	/** How many answers the server has counted, by status; none if nobody has asked. */
	SortedMap<String, Long> answered(String method, String route) throws IOException, InterruptedException {
		SortedMap<String, Long> answered = new TreeMap<>();
		String requests = "http.server.requests?tag=method:" + method;
		if (tags(requests, "uri").contains(route)) {
			requests += "&tag=uri:" + route.replace("{", "%7B").replace("}", "%7D");
			for (String status : tags(requests, "status")) {
				answered.put(status, measured(requests + "&tag=status:" + status, "COUNT"));
			}
		}
		return answered;
	}

	/** How often it has asked for groups itself. */
	long looks() {
		return this.looks.get();
	}

	/**
	 * Looks until it is as it must be, or patience is over.
	 * @return what it has seen last
	 */
	static <T> T until(Callable<T> look, Predicate<T> good) {
		AtomicReference<T> last = new AtomicReference<>();
		try {
			await().atMost(PATIENCE).until(() -> {
				last.set(look.call());
				return good.test(last.get());
			});
		}
		catch (ConditionTimeoutException ex) {
			// Whoever asked tells what is wrong.
		}
		return last.get();
	}

	private Requests requests() throws IOException, InterruptedException {
		JsonNode tree = get(TASK_GROUPS);
		// The tree has only those with a group. One of all is the very one that asks.
		long active = measured("http.server.requests.active", "ACTIVE_TASKS");
		return new Requests(open(tree), active - 1, permits(tree));
	}

	/** Names of what is open, but for what always is. */
	private static List<String> open(JsonNode tree) {
		List<String> open = new ArrayList<>();
		List<String> streams = new ArrayList<>();
		for (JsonNode scope : tree.required("open")) {
			String name = scope.required("name").stringValue();
			open.add(name);
			if (name.equals("offer-streams")) {
				scope.required("tasks")
					.forEach(task -> streams.add("the stream of " + task.required("name").stringValue()));
			}
		}
		// An endpoint that does not tell of these may not tell of others either.
		ALWAYS_OPEN.forEach(name -> assertThat(open.remove(name)).as("%s is in %s", name, tree).isTrue());
		open.addAll(streams);
		JsonNode leftOut = tree.required("leftOut");
		long hidden = leftOut.required("tasks").longValue() + leftOut.required("groups").longValue();
		if (hidden != 0) {
			open.add(hidden + " left out");
		}
		return open;
	}

	private static long permits(JsonNode tree) {
		long permits = 0;
		for (JsonNode name : tree.required("names")) {
			for (JsonNode limit : name.required("limits")) {
				permits += limit.required("waiting").intValue();
				// A rate limiter's permits are used up at once.
				if (!limit.required("type").stringValue().equals("rate")) {
					permits += limit.required("inUse").intValue();
				}
			}
		}
		return permits;
	}

	private List<String> tags(String metric, String tag) throws IOException, InterruptedException {
		return metric(metric).required("availableTags")
			.valueStream()
			.filter(available -> available.required("tag").stringValue().equals(tag))
			.flatMap(available -> available.required("values").valueStream())
			.map(JsonNode::stringValue)
			.toList();
	}

	private long measured(String metric, String statistic) throws IOException, InterruptedException {
		return metric(metric).required("measurements")
			.valueStream()
			.filter(measurement -> measurement.required("statistic").stringValue().equals(statistic))
			.mapToLong(measurement -> (long) measurement.required("value").doubleValue())
			.findFirst()
			.orElseThrow();
	}

	private JsonNode metric(String metric) throws IOException, InterruptedException {
		return get("/actuator/metrics/" + metric);
	}

	private JsonNode get(String path) throws IOException, InterruptedException {
		if (path.startsWith(TASK_GROUPS)) {
			this.looks.incrementAndGet();
		}
		URI uri = URI.create("http://localhost:" + this.storefront.port() + path);
		HttpResponse<String> response = this.client.send(HttpRequest.newBuilder(uri).timeout(PATIENCE).build(),
				BodyHandlers.ofString());
		assertThat(response.statusCode()).as("the status of %s", path).isEqualTo(200);
		return this.jsonMapper.readTree(response.body());
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

	@Override
	public void close() {
		this.client.close();
	}

	/**
	 * What there is of requests.
	 *
	 * @param open the names of what is open
	 * @param active how many are being served
	 * @param permits how many permits are in use, or are waited for
	 */
	private record Requests(List<String> open, long active, long permits) {

		boolean atRest() {
			return left().isEmpty() && this.permits == 0;
		}

		List<String> left() {
			List<String> left = new ArrayList<>(this.open);
			if (this.active != 0) {
				left.add(this.active + " requests");
			}
			return left;
		}

	}

}
