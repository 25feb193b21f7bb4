package io.taskgroup.autoconfigure.actuate;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.RateLimiter;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskHandle;
import io.taskgroup.TaskScope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.WebApplicationType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The endpoint over HTTP, with Spring MVC and with WebFlux.
 */
@Timeout(60)
class TaskGroupsEndpointTests {

	private static final String ENDPOINT = "/actuator/taskgroups";

	private static final Map<WebApplicationType, ActuatorServer> SERVERS = new EnumMap<>(WebApplicationType.class);

	@BeforeAll
	static void start() {
		for (WebApplicationType type : List.of(WebApplicationType.SERVLET, WebApplicationType.REACTIVE)) {
			SERVERS.put(type, ActuatorServer.start(type, ActuatorServer.EXPOSED, ActuatorServer.UNRESTRICTED,
					"--taskgroup.groups.configured.timeout=3s", "--taskgroup.groups.configured.concurrency.shared=8",
					"--taskgroup.groups.configured.concurrency.per-group=4",
					"--taskgroup.groups.configured.rate-limit.permits=100",
					"--taskgroup.groups.configured.queue.capacity=10",
					"--taskgroup.groups.configured.queue.when-full=reject",
					"--taskgroup.groups.adaptive.concurrency.shared=20",
					"--taskgroup.groups.adaptive.concurrency.adaptive=aimd",
					"--management.endpoint.taskgroups.max-tasks=500"));
		}
	}

	@AfterAll
	static void stop() {
		SERVERS.values().forEach(ActuatorServer::close);
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("it tells of groups in tasks, of their limits, counts and deadlines")
	void tree(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		TaskGroupFactory groups = server.groups();
		CountDownLatch inner = new CountDownLatch(1);
		OpenWork.during(groups.named("outer").timeout(Duration.ofMinutes(1)), (group) -> {
			group.fork("done", () -> 1).await();
			group.fork("nested",
					() -> groups.named("inner").maxConcurrency(1).limiter(ConcurrencyLimiter.of(7)).call((nested) -> {
						nested.fork("runs", () -> hang());
						nested.fork("waits", () -> 1);
						inner.countDown();
						return hang();
					}));
			inner.await();
		}, () -> {
			JsonNode answer = server.json(ENDPOINT);
			assertThat(Instant.parse(answer.get("time").asString())).isBetween(Instant.now().minusSeconds(60),
					Instant.now());
			assertThat(answer.get("leftOut")).isEqualTo(ActuatorServer.parse("{\"tasks\": 0, \"groups\": 0}"));
			JsonNode outer = scope(answer, "outer");
			assertThat(outer.get("kind").asString()).isEqualTo("group");
			assertThat(outer.get("state").asString()).isEqualTo("open");
			assertThat(outer.get("id").asLong()).isPositive();
			assertThat(outer.get("ageMillis").asLong()).isNotNegative();
			assertThat(outer.get("timeLeftMillis").asLong()).isBetween(1L, 60_000L);
			assertThat(Instant.parse(outer.get("deadline").asString())).isAfter(Instant.now());
			assertThat(outer.has("cancellation")).isFalse();
			assertThat(outer.get("counts")).isEqualTo(ActuatorServer.parse("""
					{"queued": 0, "running": 1, "success": 1, "error": 0, "cancelled": 0}
					"""));
			JsonNode nested = outer.get("tasks").get(0);
			assertThat(nested.get("name").asString()).isEqualTo("nested");
			assertThat(nested.get("state").asString()).isEqualTo("running");
			assertThat(nested.get("thread").asString()).isEqualTo("outer/nested");
			assertThat(nested.get("threadId").asLong()).isPositive();
			assertThat(nested.has("stack")).isFalse();
			assertInner(nested.get("children").get(0));
		});
	}

	private static void assertInner(JsonNode inner) {
		assertThat(inner.get("name").asString()).isEqualTo("inner");
		assertThat(inner.has("deadline")).isFalse();
		assertThat(inner.get("tasks")).extracting((task) -> task.get("state").asString())
			.containsExactly("running", "queued");
		JsonNode waits = inner.get("tasks").get(1);
		assertThat(waits.get("waitedMillis").asLong()).isBetween(waits.get("ageMillis").asLong(),
				waits.get("ageMillis").asLong() + 1);
		assertThat(waits.has("thread")).isFalse();
		assertThat(waits.has("threadId")).isFalse();
		assertThat(inner.get("limits"))
			.extracting((limit) -> limit.get("limit").asInt() + " " + limit.get("shared").asBoolean() + " "
					+ limit.get("inUse").asInt() + " " + limit.get("waiting").asInt())
			.containsExactlyInAnyOrder("1 false 1 1", "7 true 1 0");
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("it cancels a group and a task by number, with a reason; what is being cancelled says why")
	void cancel(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		CountDownLatch end = new CountDownLatch(1);
		OpenWork.during(server.groups().named("hangs"), (group) -> {
			group.fork("gives-up", () -> hang());
			group.fork("stubborn", () -> awaitStubbornly(end));
		}, () -> {
			JsonNode scope = scope(server.json(ENDPOINT), "hangs");
			long task = scope.get("tasks").get(0).get("id").asLong();
			assertThat(server.delete(ENDPOINT + "/" + task).statusCode()).isEqualTo(204);
			await().until(() -> scope(server.json(ENDPOINT), "hangs").get("tasks").size() == 1);
			assertThat(server.delete(ENDPOINT + "/" + task).statusCode()).isEqualTo(404);
			long id = scope.get("id").asLong();
			assertThat(server.delete(ENDPOINT + "/" + id).statusCode()).isEqualTo(204);
			JsonNode cancelling = scope(server.json(ENDPOINT), "hangs");
			assertThat(cancelling.get("state").asString()).isEqualTo("cancelling");
			assertThat(cancelling.get("cancellation").toString())
				.isEqualTo("{\"kind\":\"explicit\",\"reason\":\"cancelled by the actuator endpoint\"}");
			assertThat(cancelling.get("tasks").get(0).get("state").asString()).isEqualTo("cancelling");
			end.countDown();
			await().until(() -> server.delete(ENDPOINT + "/" + id).statusCode() == 404);
		});
		JsonNode totals = server.json(ENDPOINT + "/hangs");
		assertThat(totals.get("groups").get("cancelled").asInt()).isEqualTo(1);
		assertThat(totals.get("tasks").get("cancelled").asInt()).isPositive();
		assertThat(totals.get("cancellations").get("explicit").asInt()).isEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("it cancels a supervisor")
	void cancelSupervisor(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		try (TaskScope scope = server.groups().named("watch").openScope()) {
			TaskHandle<Integer> task = scope.fork("looks", TaskGroupsEndpointTests::hang);
			JsonNode open = scope(server.json(ENDPOINT), "watch");
			assertThat(open.get("kind").asString()).isEqualTo("supervisor");
			assertThat(server.delete(ENDPOINT + "/" + open.get("id").asLong()).statusCode()).isEqualTo(204);
			task.awaitDone();
			assertThat(task.outcome().toString()).contains("cancelled by the actuator endpoint");
		}
	}

	@ParameterizedTest
	@CsvSource({ "?stacks=x,stacks must be a whole number", "?stacks=-1,stacks must be from 0 to 50",
			"?stacks=51,stacks must be from 0 to 50", "?olderThan=soon,olderThan must be a duration",
			"?olderThan=-1s,olderThan must not be negative", "?olderThan=99999999999999999999d,olderThan must be",
			"?maxTasks=501,maxTasks must be from 0 to 500", "?maxTasks=,maxTasks must be a whole number",
			"?maxTasks=1&maxTasks=2,maxTasks must be a whole number" })
	@DisplayName("a parameter that cannot be is answered with 400 and a text")
	void badParameters(String query, String text) throws Exception {
		for (ActuatorServer server : SERVERS.values()) {
			HttpResponse<String> response = server.get(ENDPOINT + query);
			assertThat(response.statusCode()).isEqualTo(400);
			assertThat(ActuatorServer.parse(response.body()).get("error").asString()).contains(text);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("numbers that are none, or of nothing, are answered with 400 and 404")
	void badNumbers(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		assertThat(server.delete(ENDPOINT + "/x").statusCode()).isEqualTo(400);
		assertThat(server.delete(ENDPOINT + "/99999999999999999999").statusCode()).isEqualTo(400);
		assertThat(server.delete(ENDPOINT + "/999999999999").statusCode()).isEqualTo(404);
		assertThat(server.delete(ENDPOINT + "/-1").statusCode()).isEqualTo(404);
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("it tells the settings of a name, those of the properties and those made in Java")
	void settings(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		assertThat(server.json(ENDPOINT + "/configured").get("settings")).isEqualTo(ActuatorServer.parse("""
				{"timeout": "PT3S", "concurrency": {"perGroup": 4, "shared": 8},
				 "rateLimit": {"permits": 100, "period": "PT1S", "burst": 100},
				 "queue": {"capacity": 10, "whenFull": "reject"},
				 "cancellation": {"reinterruptEvery": "PT5S", "warnAfter": "PT10S"}}
				"""));
		server.groups().named("in-java").gather(List.of(() -> 1));
		JsonNode inJava = server.json(ENDPOINT + "/in-java");
		assertThat(inJava.get("settings").get("timeout").asString()).isEqualTo("PT7S");
		assertThat(inJava.get("tasks").get("success").asInt()).isEqualTo(1);
		assertThat(inJava.get("groups").get("success").asInt()).isEqualTo(1);
		assertThat(server.json(ENDPOINT + "/adaptive").get("settings").get("concurrency").get("adaptive").asString())
			.isEqualTo("aimd");
		assertThat(server.get(ENDPOINT + "/nobody").statusCode()).isEqualTo(404);
		assertThat(server.get(ENDPOINT + "/%01").statusCode()).isBetween(400, 404);
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("it tells what has a shared limiter, even if no group of it was opened here")
	void names(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		server.groups()
			.named("limited")
			.sharedConcurrency(3)
			.sharedLimiter((name) -> RateLimiter.of(1000, Duration.ofSeconds(1), 50))
			.gather(List.of(() -> 1));
		JsonNode name = name(server.json(ENDPOINT), "limited");
		assertThat(name.has("settings")).isFalse();
		assertThat(name.get("open").asInt()).isZero();
		assertThat(name.get("limits")).isEqualTo(ActuatorServer.parse("""
				[{"type": "concurrency", "shared": true, "limit": 3, "inUse": 0, "waiting": 0},
				 {"type": "rate", "shared": true, "waiting": 0, "permits": 1000, "period": "PT1S", "burst": 50}]
				"""));
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("it sets the shared limit of a name at once, and says why it cannot")
	void limit(WebApplicationType web) throws Exception {
		ActuatorServer server = SERVERS.get(web);
		server.groups().named("configured").gather(List.of(() -> 1));
		HttpResponse<String> set = server.post(ENDPOINT + "/configured", "{\"limit\": 3}");
		assertThat(set.statusCode()).isEqualTo(204);
		assertThat(set.body()).isEmpty();
		assertThat(server.json(ENDPOINT + "/configured").get("limits").get(0).get("limit").asInt()).isEqualTo(3);
		for (String body : List.of("{\"limit\": 0}", "{\"limit\": -1}", "{\"limit\": 2.5}", "{\"limit\": \"x\"}", "{}",
				"{\"limit\": 2147483648}", "{\"limit\": null}")) {
			HttpResponse<String> refused = server.post(ENDPOINT + "/configured", body);
			assertThat(refused.statusCode()).as(body).isEqualTo(400);
			assertThat(ActuatorServer.parse(refused.body()).get("error").asString()).as(body).startsWith("The limit");
		}
		// what a form of a page from elsewhere could send
		for (String type : List.of("text/plain", "application/x-www-form-urlencoded")) {
			HttpRequest.Builder form = HttpRequest.newBuilder(server.uri(ENDPOINT + "/configured?limit=1"))
				.header("Content-Type", type)
				.POST(HttpRequest.BodyPublishers.ofString("limit=1"));
			assertThat(ActuatorServer.send(form).statusCode()).as(type).isEqualTo(415);
		}
		assertThat(server.post(ENDPOINT + "/configured", "{\"limit\":").statusCode()).isEqualTo(400);
		assertThat(server.post(ENDPOINT + "/configured", "{\"limit\": {}}").statusCode()).isEqualTo(400);
		assertThat(server.json(ENDPOINT + "/configured").get("limits").get(0).get("limit").asInt()).isEqualTo(3);
		server.groups().named("free").gather(List.of(() -> 1));
		HttpResponse<String> free = server.post(ENDPOINT + "/free", "{\"limit\": 3}");
		assertThat(free.statusCode()).isEqualTo(400);
		assertThat(free.body()).contains("share no limit");
		assertThat(server.post(ENDPOINT + "/nobody", "{\"limit\": 3}").statusCode()).isEqualTo(404);
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("of an adaptive limit it sets the highest value")
	void adaptiveLimit(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		server.groups().named("adaptive").gather(List.of(() -> 1));
		ConcurrencyLimiter limiter = (ConcurrencyLimiter) server.groups().sharedLimiters("adaptive").getFirst();
		assertThat(limiter.maxLimit()).isEqualTo(20);
		assertThat(server.post(ENDPOINT + "/adaptive", "{\"limit\": 1000}").statusCode()).isEqualTo(204);
		assertThat(limiter.maxLimit()).isEqualTo(1000);
		assertThat(limiter.limit()).isLessThan(1000);
		JsonNode told = server.json(ENDPOINT + "/adaptive").get("limits").get(0);
		assertThat(told.get("maxLimit").asInt()).isEqualTo(1000);
		assertThat(told.get("limit").asInt()).isEqualTo(limiter.limit());
		assertThat(server.post(ENDPOINT + "/adaptive", "{\"limit\": 1}").statusCode()).isEqualTo(204);
		assertThat(limiter.limit()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("on request it tells what the threads of tasks do that run for long")
	void stacks(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		OpenWork.during(server.groups().named("long"), (group) -> {
			CountDownLatch running = new CountDownLatch(1);
			group.fork("sleeps", () -> {
				running.countDown();
				return hang();
			});
			running.await();
		}, () -> {
			JsonNode stack = await()
				.until(() -> scope(server.json(ENDPOINT + "?stacks=30&olderThan=0s"), "long").get("tasks")
					.get(0)
					.get("stack"), (told) -> told != null && told.toString().contains(".hang("));
			assertThat(stack).hasSizeLessThanOrEqualTo(30)
				.anyMatch((frame) -> frame.asString()
					.matches("io\\.taskgroup\\.autoconfigure\\.actuate\\.TaskGroupsEndpointTests\\.hang"
							+ "\\(TaskGroupsEndpointTests\\.java:\\d+\\)"));
			JsonNode two = scope(server.json(ENDPOINT + "?stacks=2&olderThan=0s"), "long").get("tasks").get(0);
			assertThat(two.get("stack")).hasSize(2);
			JsonNode young = scope(server.json(ENDPOINT + "?stacks=2&olderThan=1h"), "long").get("tasks").get(0);
			assertThat(young.has("stack")).isFalse();
		});
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("500 groups in each other are told of as far as JSON can be nested, and the rest is counted")
	void deep(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		CountDownLatch bottom = new CountDownLatch(1);
		OpenWork.during(server.groups().named("deep"), (group) -> {
			group.fork(() -> deeper(server.groups(), 499, bottom));
			bottom.await();
		}, () -> {
			for (String path : List.of(ENDPOINT, "/actuator/tasktree/data")) {
				JsonNode answer = server.json(path);
				assertThat(answer.get("leftOut").get("groups").asInt()).isEqualTo(400);
				int depth = 0;
				for (JsonNode scope = scope(answer, "deep"); scope != null; depth++) {
					JsonNode task = scope.get("tasks").get(0);
					scope = (task != null) ? task.get("children").get(0) : null;
				}
				assertThat(depth).isEqualTo(100);
			}
		});
	}

	private static int deeper(TaskGroupFactory groups, int levels, CountDownLatch bottom) throws InterruptedException {
		return groups.named("deep").call((group) -> {
			if (levels == 1) {
				bottom.countDown();
				return hang();
			}
			return group.fork(() -> deeper(groups, levels - 1, bottom)).await();
		});
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("10,000 tasks that come and go in nested groups: each answer is whole, and no larger than it may be")
	void many(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		TaskGroupFactory groups = server.groups();
		AtomicBoolean ends = new AtomicBoolean();
		CountDownLatch standing = new CountDownLatch(10_000);
		OpenWork.during(groups.named("crowd"), (group) -> {
			for (int i = 0; i < 100; i++) {
				boolean changes = i % 25 == 0;
				group.fork("part-" + i, () -> groups.named("part").call((part) -> {
					for (int j = 0; j < 99; j++) {
						part.fork(() -> {
							standing.countDown();
							return hang();
						});
					}
					standing.countDown();
					standing.await();
					while (changes && !ends.get()) {
						part.fork("brief", () -> 1).await();
					}
					return hang();
				}));
			}
			standing.await();
		}, () -> {
			for (String query : List.of("", "?maxTasks=120", "?maxTasks=0", "?stacks=5&olderThan=0s")) {
				for (int i = 0; i < 3; i++) {
					HttpResponse<String> response = server.get(ENDPOINT + query);
					assertThat(response.statusCode()).isEqualTo(200);
					assertThat(response.body()).hasSizeLessThan(1_000_000);
					assertWhole(ActuatorServer.parse(response.body()), query.startsWith("?maxTasks")
							? Integer.parseInt(query.substring("?maxTasks=".length())) : 500);
				}
			}
			long id = scope(server.json(ENDPOINT), "crowd").get("id").asLong();
			ends.set(true);
			assertThat(server.delete(ENDPOINT + "/" + id).statusCode()).isEqualTo(204);
		});
		assertThat(scopes(server.json(ENDPOINT))).extracting((scope) -> scope.get("name").asString())
			.doesNotContain("crowd", "part");
	}

	private static void assertWhole(JsonNode answer, int maxTasks) {
		List<JsonNode> scopes = scopes(answer);
		int told = 0;
		int counted = 0;
		int leftOut = 0;
		for (JsonNode scope : scopes) {
			told += scope.get("tasks").size();
			leftOut += scope.get("tasksLeftOut").asInt();
			counted += scope.get("counts").get("running").asInt() + scope.get("counts").get("queued").asInt();
		}
		assertThat(told).isLessThanOrEqualTo(maxTasks);
		assertThat(told + leftOut).isEqualTo(counted);
		// of groups too many there are neither tasks nor counts
		int groupsLeftOut = answer.get("leftOut").get("groups").asInt();
		assertThat(counted + 101 * groupsLeftOut).isBetween(9_900, 10_400);
		assertThat(answer.get("leftOut").get("tasks").asInt()).isBetween(10_000 - told - 300, 10_400 - told);
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("hostile names do no harm in the answers")
	void hostileNames(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		String script = "<script>alert('\"1\"')</script>";
		List<String> names = List.of(script, "two\nlines\r\n\t", "\u0000\u001b[31m\u007f\u0085", "x".repeat(10_000),
				"half \ud800 of one", "\udc00", "\u202etxt.exe", "e".repeat(199) + "\ud83d\ude00", "line\u2028end");
		CountDownLatch end = new CountDownLatch(1);
		OpenWork.during(server.groups().named(script + "\u202e\ud800"), (group) -> {
			List<TaskHandle<Integer>> ended = new ArrayList<>();
			for (String name : names) {
				ended.add(group.fork(name, () -> 1));
				group.fork(name, () -> hang());
			}
			for (TaskHandle<Integer> task : ended) {
				task.await();
			}
			group.fork("stays", () -> awaitStubbornly(end)).cancel("no\n<b>reason</b>\ud800");
		}, () -> {
			for (String path : List.of(ENDPOINT + "?stacks=5&olderThan=0s", "/actuator/tasktree/data")) {
				HttpResponse<String> response = server.get(path);
				assertThat(response.statusCode()).as(path).isEqualTo(200);
				assertThat(response.body()).doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]|x{202}|�");
				JsonNode scope = scope(ActuatorServer.parse(response.body()), script + "??");
				assertThat(scope.get("tasks")).hasSizeGreaterThanOrEqualTo(names.size())
					.extracting((task) -> task.get("name").asString())
					.contains(script, "two?lines???", "x".repeat(200) + "…", "half ? of one", "?txt.exe");
			}
			end.countDown();
		});
	}

	private static List<JsonNode> scopes(JsonNode answer) {
		List<JsonNode> scopes = new ArrayList<>();
		answer.get("open").forEach((scope) -> addWithChildren(scope, scopes));
		return scopes;
	}

	private static void addWithChildren(JsonNode scope, List<JsonNode> scopes) {
		scopes.add(scope);
		scope.get("children").forEach((child) -> addWithChildren(child, scopes));
		scope.get("tasks").forEach((task) -> task.get("children").forEach((child) -> addWithChildren(child, scopes)));
	}

	private static JsonNode scope(JsonNode answer, String name) {
		return scopes(answer).stream()
			.filter((scope) -> scope.get("name").asString().equals(name))
			.findFirst()
			.orElseThrow(() -> new AssertionError("no " + name + " in " + answer));
	}

	private static JsonNode name(JsonNode answer, String name) {
		for (JsonNode one : answer.get("names")) {
			if (one.get("name").asString().equals(name)) {
				return one;
			}
		}
		throw new AssertionError("no " + name + " in " + answer.get("names"));
	}

	private static int hang() throws InterruptedException {
		new CountDownLatch(1).await();
		return 0;
	}

	private static int awaitStubbornly(CountDownLatch release) {
		// so that a test fails, and does not hang
		long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
		while (release.getCount() > 0 && System.nanoTime() < end) {
			try {
				release.await(1, TimeUnit.SECONDS);
			}
			catch (InterruptedException ex) {
				// that is what is stubborn about it
			}
		}
		return 0;
	}

}
