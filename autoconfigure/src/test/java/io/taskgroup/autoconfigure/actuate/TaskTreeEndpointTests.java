package io.taskgroup.autoconfigure.actuate;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.taskgroup.TaskGroupFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.WebApplicationType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * The page over HTTP, with Spring MVC and with WebFlux.
 */
@Timeout(60)
class TaskTreeEndpointTests {

	private static final String PAGE = "/actuator/tasktree";

	private static final Path FILES = Path.of("src", "main", "resources", PageFiles.FOLDER);

	private static final Map<WebApplicationType, ActuatorServer> SERVERS = new EnumMap<>(WebApplicationType.class);

	@BeforeAll
	static void start() {
		for (WebApplicationType type : List.of(WebApplicationType.SERVLET, WebApplicationType.REACTIVE)) {
			SERVERS.put(type,
					ActuatorServer.start(type, new Class<?>[] { Controller.class }, ActuatorServer.EXPOSED,
							"--management.endpoint.tasktree.recent-tasks=50",
							"--management.endpoint.tasktree.recent-groups=10"));
		}
	}

	@AfterAll
	static void stop() {
		SERVERS.values().forEach(ActuatorServer::close);
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("the page finds its files, with a slash behind its own path and without")
	void page(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		for (String path : List.of(PAGE, PAGE + "/")) {
			HttpResponse<String> page = server.get(path, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8");
			assertThat(page.statusCode()).isEqualTo(200);
			assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=UTF-8");
			assertThat(page.body()).startsWith("<!doctype html>").doesNotContain("{{");
			List<String> links = Pattern.compile("(?:src|href)=\"([^\"#][^\":]*)\"")
				.matcher(page.body())
				.results()
				.map((link) -> link.group(1))
				.toList();
			assertThat(links).isNotEmpty();
			for (String link : links) {
				URI uri = URI.create(path).resolve(link);
				assertThat(server.get(uri.getPath()).statusCode()).as(uri.toString()).isEqualTo(200);
			}
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("every file of the page is served as what it is, and those of the library that it asks for")
	void files(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		List<String> names;
		try (Stream<Path> files = Files.list(FILES)) {
			names = files.map((file) -> file.getFileName().toString())
				.filter((name) -> !name.equals("index.html"))
				.toList();
		}
		assertThat(names).isNotEmpty();
		for (String name : names) {
			HttpResponse<String> file = server.get(PAGE + "/" + name, "Accept", "*/*");
			assertThat(file.statusCode()).as(name).isEqualTo(200);
			assertThat(file.headers().firstValue("Content-Type")).as(name)
				.hasValue(name.endsWith(".css") ? "text/css;charset=UTF-8" : "text/javascript;charset=UTF-8");
			assertThat(file.body()).isEqualTo(Files.readString(FILES.resolve(name)));
			assertImports(server, URI.create(PAGE + "/" + name), file.body());
		}
	}

	/** Also what those import. */
	private static void assertImports(ActuatorServer server, URI from, String script) throws Exception {
		for (String name : Pattern.compile("from ?['\"]([^'\"]+)['\"]")
			.matcher(script)
			.results()
			.map((imported) -> imported.group(1))
			.toList()) {
			URI uri = from.resolve(name);
			HttpResponse<String> imported = server.get(uri.getPath());
			assertThat(imported.statusCode()).as(from + " imports " + name).isEqualTo(200);
			assertThat(imported.headers().firstValue("Content-Type")).hasValue("text/javascript;charset=UTF-8");
			if (uri.getPath().contains("lit-html")) {
				assertImports(server, uri, imported.body());
			}
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("nothing else is below the page, whatever the path looks like")
	void nothingElse(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		for (String path : List.of("/index.html", "/unknown.js", "/data/x", "/tasktree.js.map", "/TaskTree.js",
				"/lit-html/package.json", "/lit-html/polyfill-support.js", "/lit-html/directives/cache.js",
				"/lit-html/", "/lit-html", "/lit-html/node/lit-html.js", "/lit-html/development/lit-html.js",
				"/lit-html/../tasktree.js", "/..%2fTaskTree.class", "/%2e%2e/%2e%2e/health", "/..;/taskgroups",
				"/../page/tasktree.css/..", "/META-INF/MANIFEST.MF", "//tasktree.js%00.css", "/.js", "/a.js/b.js",
				"/file:/etc/passwd", "/%5c..%5ctasktree.js")) {
			HttpResponse<String> response = server.get(PAGE + path);
			assertThat(response.statusCode()).as(path).isIn(400, 404);
			assertThat(response.body()).doesNotContain("import ", "root:");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("the page and all below it have strict headers, and nothing else has them")
	void headers(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		for (String path : List.of("", "/", "/tasktree.js", "/lit-html/lit-html.js", "/data", "/data?stacks=x",
				"/unknown", "/a/b/c", "/%74asktree.js")) {
			HttpResponse<String> response = server.get(PAGE + path);
			assertThat(response.headers().allValues("Content-Security-Policy")).as(path)
				.singleElement()
				.asString()
				.contains("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
						"base-uri 'none'", "form-action 'none'", "frame-ancestors 'self'")
				.doesNotContain("unsafe");
			assertThat(response.headers().allValues("X-Content-Type-Options")).as(path).containsExactly("nosniff");
			assertThat(response.headers().allValues("Cache-Control")).as(path).containsExactly("no-store");
			assertThat(response.headers().allValues("Referrer-Policy")).as(path).containsExactly("no-referrer");
		}
		for (String path : List.of("/actuator", "/actuator/taskgroups", "/actuator/tasktrees", "/")) {
			assertThat(server.get(path).headers().firstValue("Content-Security-Policy")).as(path).isEmpty();
		}
		HttpResponse<String> encoded = server.get("/actuator/%74asktree");
		assertThat(encoded.headers().firstValue("Content-Security-Policy")).isPresent();
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("one can only look at the page")
	void onlyReads(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		for (String path : List.of(PAGE, PAGE + "/data", PAGE + "/1")) {
			assertThat(server.delete(path).statusCode()).isIn(404, 405);
			assertThat(server.post(path, "{}").statusCode()).isIn(404, 405);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("the data are those of the endpoint, and what may be done")
	void data(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		JsonNode data = server.json(PAGE + "/data");
		assertThat(data.propertyNames()).containsExactlyInAnyOrder("time", "leftOut", "open", "names", "access",
				"recent");
		assertThat(data.get("access").toString())
			.isEqualTo("{\"cancel\":false,\"limit\":false,\"path\":\"../taskgroups\"}");
		HttpResponse<String> bad = server.get(PAGE + "/data?stacks=99");
		assertThat(bad.statusCode()).isEqualTo(400);
		assertThat(bad.body()).contains("stacks must be from 0 to 50");
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("the data tell of what ended last, how, and why")
	void recent(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		TaskGroupFactory groups = server.groups();
		long before = System.currentTimeMillis();
		assertThatExceptionOfType(Exception.class).isThrownBy(() -> groups.named("ends-badly").run((group) -> {
			CountDownLatch running = new CountDownLatch(1);
			group.fork("victim", () -> {
				running.countDown();
				return hang();
			});
			group.fork("culprit", () -> {
				running.await();
				throw new IllegalStateException("password=secret");
			});
		}));
		JsonNode recent = server.json(PAGE + "/data").get("recent");
		JsonNode group = last(recent.get("groups"), "ends-badly");
		assertThat(group.get("kind").asString()).isEqualTo("group");
		assertThat(group.get("outcome").asString()).isEqualTo("error");
		assertThat(group.get("openedAt").asLong()).isBetween(before - 1000, System.currentTimeMillis());
		assertThat(group.get("openMillis").asDouble()).isPositive();
		assertThat(group.has("parentId")).isFalse();
		assertThat(group.get("cancellation").get("kind").asString()).isEqualTo("failure");
		JsonNode culprit = last(recent.get("tasks"), "culprit");
		assertThat(culprit.get("outcome").asString()).isEqualTo("error");
		assertThat(culprit.get("error").asString()).isEqualTo("IllegalStateException");
		assertThat(culprit.get("groupId").asLong()).isEqualTo(group.get("id").asLong());
		assertThat(culprit.get("ranMillis").asDouble()).isPositive();
		assertThat(culprit.get("waitedMillis").asDouble()).isNotNegative();
		JsonNode victim = last(recent.get("tasks"), "victim");
		assertThat(victim.get("outcome").asString()).isEqualTo("cancelled");
		assertThat(victim.get("cancellation").get("kind").asString()).isEqualTo("failure");
		assertThat(recent.toString()).doesNotContain("secret");
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("no more is remembered than the properties say")
	void bounds(WebApplicationType type) throws Exception {
		ActuatorServer server = SERVERS.get(type);
		for (int i = 0; i < 20; i++) {
			server.groups().named("many").forEach(List.of(1, 2, 3, 4, 5), (item) -> {
			});
		}
		JsonNode recent = server.json(PAGE + "/data").get("recent");
		assertThat(recent.get("groups")).hasSize(10);
		assertThat(recent.get("tasks")).hasSize(50);
	}

	@Test
	@DisplayName("a request is at the root by its method and route; nothing that it carries is told")
	void request() throws Exception {
		ActuatorServer server = SERVERS.get(WebApplicationType.SERVLET);
		Thread client = Thread.ofVirtual().start(() -> {
			try {
				server.get("/fan-out/secret-1?token=secret-2", "Authorization", "Bearer secret-3", "X-Key", "secret-4",
						"Cookie", "session=secret-5");
			}
			catch (Exception ex) {
				// the server has ended
			}
		});
		try {
			JsonNode root = await().until(() -> server.json(PAGE + "/data?stacks=50&olderThan=0s").get("open").get(0),
					(open) -> open != null && open.get("children").get(0).get("tasks").size() == 1);
			assertThat(root.get("kind").asString()).isEqualTo("root");
			assertThat(root.get("name").asString()).isEqualTo("GET /fan-out/{id}");
			JsonNode group = root.get("children").get(0);
			assertThat(group.get("name").asString()).isEqualTo("fan-out");
			assertThat(server.get(PAGE + "/data?stacks=50&olderThan=0s").body()).doesNotContain("secret");
			server.groups().cancel(group.get("id").asLong(), io.taskgroup.CancelKind.EXPLICIT, null);
			client.join();
			JsonNode data = server.json(PAGE + "/data");
			JsonNode ended = last(data.get("recent").get("groups"), "fan-out");
			assertThat(ended.get("rootId").asLong()).isEqualTo(root.get("id").asLong());
			assertThat(ended.get("parentId").asLong()).isEqualTo(root.get("id").asLong());
			assertThat(ended.get("rootName").asString()).isEqualTo("GET /fan-out/{id}");
			assertThat(data.toString()).doesNotContain("secret");
		}
		finally {
			client.join();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("with other paths and a port of its own the page finds its files, its data and the endpoint")
	void elsewhere(WebApplicationType type) throws Exception {
		try (ActuatorServer server = ActuatorServer.start(type, ActuatorServer.EXPOSED, ActuatorServer.UNRESTRICTED,
				"--management.server.port=0", "--management.server.base-path=/manage",
				"--management.endpoints.web.base-path=/ops",
				"--management.endpoints.web.path-mapping.tasktree=tasks/live",
				"--management.endpoints.web.path-mapping.taskgroups=groups")) {
			String page = "/manage/ops/tasks/live";
			for (String path : List.of(page, page + "/", page + "/data", page + "/tasktree.js", page + "/unknown")) {
				HttpResponse<String> response = ActuatorServer
					.send(HttpRequest.newBuilder(server.managementUri(path)).GET());
				assertThat(response.statusCode()).as(path).isEqualTo(path.endsWith("unknown") ? 404 : 200);
				assertThat(response.headers().firstValue("Content-Security-Policy")).as(path).isPresent();
				if (path.endsWith("live")) {
					assertThat(response.body()).contains("\"live/tasktree.js\"");
				}
				if (path.endsWith("data")) {
					assertThat(ActuatorServer.parse(response.body()).get("access").toString())
						.isEqualTo("{\"cancel\":true,\"limit\":true,\"path\":\"../../groups\"}");
				}
			}
			URI data = server.managementUri(page + "/data");
			assertThat(ActuatorServer.send(HttpRequest.newBuilder(data.resolve("../../groups")).GET()).statusCode())
				.isEqualTo(200);
			assertThat(server.get(page).statusCode()).isEqualTo(404);
			assertThat(server.get("/actuator/tasktree").statusCode()).isEqualTo(404);
		}
	}

	@Test
	@DisplayName("behind a servlet's and a context's own path the page works as well")
	void behindServletPath() throws Exception {
		try (ActuatorServer server = ActuatorServer.start(WebApplicationType.SERVLET, ActuatorServer.EXPOSED,
				"--server.servlet.context-path=/shop", "--spring.mvc.servlet.path=/web")) {
			for (String path : List.of("", "/", "/data", "/tasktree.css")) {
				HttpResponse<String> response = server.get("/shop/web/actuator/tasktree" + path);
				assertThat(response.statusCode()).as(path).isEqualTo(200);
				assertThat(response.headers().firstValue("Content-Security-Policy")).as(path).isPresent();
			}
		}
	}

	private static JsonNode last(JsonNode ended, String name) {
		JsonNode last = null;
		for (JsonNode one : ended) {
			last = one.get("name").asString().equals(name) ? one : last;
		}
		if (last == null) {
			throw new AssertionError("no " + name + " in " + ended);
		}
		return last;
	}

	private static int hang() throws InterruptedException {
		new CountDownLatch(1).await();
		return 0;
	}

	/** Works for requests. */
	@RestController
	static class Controller {

		private final TaskGroupFactory groups;

		Controller(TaskGroupFactory groups) {
			this.groups = groups;
		}

		@GetMapping("/fan-out/{id}")
		String fanOut(@PathVariable String id) throws InterruptedException {
			this.groups.named("fan-out").run((group) -> group.fork("supplier", () -> id + hang()));
			return "done";
		}

	}

}
