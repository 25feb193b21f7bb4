package io.taskgroup.autoconfigure.actuate;

import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.ReflectionException;

import io.taskgroup.TaskGroupListener;
import io.taskgroup.TaskHandle;
import io.taskgroup.TaskScope;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.WebApplicationType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Who may look, and who may do something, by Spring Boot's own rules and with Spring
 * Security.
 */
@Timeout(60)
class ActuatorAccessTests {

	private static final String SECURED = "--spring.autoconfigure.exclude=";

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("neither is exposed by default, and then nothing listens")
	void notExposed(WebApplicationType type) throws Exception {
		try (ActuatorServer server = ActuatorServer.start(type)) {
			assertThat(server.get("/actuator/health").statusCode()).isEqualTo(200);
			assertNothing(server);
		}
	}

	@Test
	@DisplayName("access of none takes away all of it, exposed or not")
	void none() throws Exception {
		try (ActuatorServer server = ActuatorServer.start(WebApplicationType.SERVLET, ActuatorServer.EXPOSED,
				"--management.endpoint.taskgroups.access=none", "--management.endpoint.tasktree.access=none")) {
			assertNothing(server);
		}
	}

	private static void assertNothing(ActuatorServer server) throws Exception {
		for (String path : List.of("/actuator/taskgroups", "/actuator/taskgroups/x", "/actuator/tasktree",
				"/actuator/tasktree/data")) {
			HttpResponse<String> response = server.get(path);
			assertThat(response.statusCode()).as(path).isEqualTo(404);
			assertThat(response.headers().firstValue("Content-Security-Policy")).as(path).isEmpty();
		}
		assertThat(server.context().getBeansOfType(TaskGroupListener.class).values())
			.noneMatch((listener) -> listener.getClass().getPackage().equals(TaskGroupsEndpoint.class.getPackage()));
		assertThat(server.context().getBeanNamesForType(TaskTree.class)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "SERVLET,--spring.application.name=plain", "REACTIVE,--spring.application.name=plain",
			"SERVLET,--management.endpoint.taskgroups.access=read-only",
			"SERVLET,--management.endpoints.access.max-permitted=read-only" })
	@DisplayName("exposed they can be read, and no more")
	void readOnly(WebApplicationType type, String argument) throws Exception {
		try (ActuatorServer server = ActuatorServer.start(type, ActuatorServer.EXPOSED, argument);
				TaskScope scope = server.groups().named("watch").sharedConcurrency(5).openScope()) {
			TaskHandle<Integer> task = scope.fork("looks", ActuatorAccessTests::hang);
			assertThat(server.json("/actuator/taskgroups").get("open")).hasSize(1);
			assertThat(server.json("/actuator/taskgroups/watch").get("open").asInt()).isEqualTo(1);
			assertThat(server.delete("/actuator/taskgroups/" + task.id()).statusCode()).isIn(404, 405);
			assertThat(server.post("/actuator/taskgroups/watch", "{\"limit\": 1}").statusCode()).isIn(404, 405);
			assertThat(task.isDone()).isFalse();
			assertThat(server.json("/actuator/taskgroups/watch").get("limits").get(0).get("limit").asInt())
				.isEqualTo(5);
			assertThat(server.json("/actuator/tasktree/data").get("access").toString())
				.isEqualTo("{\"cancel\":false,\"limit\":false,\"path\":\"../taskgroups\"}");
			task.cancel();
		}
	}

	@Test
	@DisplayName("unrestricted they can be written, which the page is told")
	void unrestricted() throws Exception {
		try (ActuatorServer server = ActuatorServer.start(WebApplicationType.SERVLET, ActuatorServer.EXPOSED,
				ActuatorServer.UNRESTRICTED)) {
			assertThat(server.json("/actuator/tasktree/data").get("access").toString())
				.isEqualTo("{\"cancel\":true,\"limit\":true,\"path\":\"../taskgroups\"}");
		}
	}

	@Test
	@DisplayName("each has its own switch: the page without the endpoint shows all and does nothing, and the other way round")
	void apart() throws Exception {
		try (ActuatorServer server = ActuatorServer.start(WebApplicationType.SERVLET,
				"--management.endpoints.web.exposure.include=tasktree", ActuatorServer.UNRESTRICTED)) {
			server.groups().named("seen").gather(List.of(() -> 1));
			assertThat(server.get("/actuator/taskgroups").statusCode()).isEqualTo(404);
			assertThat(server.json("/actuator/tasktree/data").get("access").toString())
				.isEqualTo("{\"cancel\":false,\"limit\":false}");
			assertThat(server.json("/actuator/tasktree/data").get("names").get(0).get("name").asString())
				.isEqualTo("seen");
		}
		try (ActuatorServer server = ActuatorServer.start(WebApplicationType.SERVLET,
				"--management.endpoints.web.exposure.include=taskgroups")) {
			assertThat(server.get("/actuator/taskgroups").statusCode()).isEqualTo(200);
			assertThat(server.get("/actuator/tasktree").statusCode()).isEqualTo(404);
			assertThat(server.context().getBeanNamesForType(RecentWork.class)).isEmpty();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	@DisplayName("with Spring Security nobody gets anything who has not signed in")
	void secured(WebApplicationType type) throws Exception {
		try (ActuatorServer server = ActuatorServer.start(type, ActuatorServer.EXPOSED, ActuatorServer.UNRESTRICTED,
				SECURED, "--spring.security.user.name=ops", "--spring.security.user.password=geheim")) {
			for (String path : List.of("/actuator/taskgroups", "/actuator/taskgroups/x", "/actuator/tasktree",
					"/actuator/tasktree/", "/actuator/tasktree/data", "/actuator/tasktree/tasktree.js")) {
				HttpResponse<String> stranger = server.get(path, "Accept", "application/json");
				assertThat(stranger.statusCode()).as(path).isEqualTo(401);
				assertThat(stranger.body()).doesNotContain("open", "import", "doctype");
				HttpResponse<String> operator = server.get(path, "Authorization", basic());
				assertThat(operator.statusCode()).as(path).isEqualTo(path.endsWith("/x") ? 404 : 200);
				if (path.contains("tasktree")) {
					for (HttpResponse<String> response : List.of(stranger, operator)) {
						assertThat(response.headers().allValues("Content-Security-Policy")).as(path).hasSize(1);
						assertThat(response.headers().allValues("Cache-Control")).as(path)
							.singleElement()
							.asString()
							.contains("no-store");
					}
				}
			}
			assertThat(server.delete("/actuator/taskgroups/1").statusCode()).isIn(401, 403);
			// without the token that Spring Security asks for
			HttpResponse<String> forged = ActuatorServer
				.send(HttpRequest.newBuilder(server.uri("/actuator/taskgroups/1"))
					.header("Authorization", basic())
					.DELETE());
			assertThat(forged.statusCode()).isIn(401, 403);
		}
	}

	private static String basic() {
		return "Basic " + Base64.getEncoder().encodeToString("ops:geheim".getBytes(StandardCharsets.UTF_8));
	}

	@Test
	@DisplayName("over JMX it reads, cancels and sets limits, if it is exposed there and unrestricted")
	void jmx() throws Exception {
		MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
		try (ActuatorServer server = ActuatorServer.start(WebApplicationType.NONE, "--spring.jmx.enabled=true",
				"--management.endpoints.jmx.exposure.include=taskgroups", ActuatorServer.UNRESTRICTED);
				TaskScope scope = server.groups().named("watch").sharedConcurrency(5).openScope()) {
			TaskHandle<Integer> task = scope.fork("looks", ActuatorAccessTests::hang);
			ObjectName name = beans.queryNames(new ObjectName("org.springframework.boot:type=Endpoint,*"), null)
				.stream()
				.filter((one) -> one.getKeyProperty("name").equals("Taskgroups"))
				.findFirst()
				.orElseThrow();
			await().untilAsserted(() -> {
				Map<?, ?> answer = (Map<?, ?>) beans.invoke(name, "taskGroups", new Object[] { "50", "0s", "10" },
						new String[] { "java.lang.Integer", "java.lang.String", "java.lang.Integer" });
				assertThat(answer.get("open").toString()).contains("name=watch", "name=looks", ".hang(");
			});
			Map<?, ?> answer = (Map<?, ?>) beans.invoke(name, "taskGroups", new Object[] { null, null, null },
					new String[3]);
			assertThat(answer.get("leftOut")).isEqualTo(Map.of("tasks", 0, "groups", 0));
			Map<?, ?> limited = (Map<?, ?>) beans.invoke(name, "limit", new Object[] { "watch", 7 }, new String[2]);
			assertThat(limited.get("limits").toString()).contains("limit=7");
			assertThat(beans.invoke(name, "limit", new Object[] { "nobody", 7 }, new String[2])).isNull();
			Map<?, ?> watch = (Map<?, ?>) beans.invoke(name, "taskGroup", new Object[] { "watch" }, new String[1]);
			assertThat(watch.get("limits").toString()).contains("limit=7");
			assertThat(beans.invoke(name, "taskGroup", new Object[] { "nobody" }, new String[1])).isNull();
			assertThatExceptionOfType(ReflectionException.class)
				.isThrownBy(() -> beans.invoke(name, "limit", new Object[] { "watch", 0 }, new String[2]))
				.withMessageContaining("at least 1");
			assertThatExceptionOfType(ReflectionException.class)
				.isThrownBy(() -> beans.invoke(name, "taskGroups", new Object[] { 51, null, null }, new String[3]))
				.withMessageContaining("from 0 to 50");
			assertThat(beans.invoke(name, "cancel", new Object[] { task.id() }, new String[1]))
				.isEqualTo(Map.of("cancelled", task.id()));
			task.awaitDone();
			assertThat(beans.invoke(name, "cancel", new Object[] { task.id() }, new String[1])).isNull();
		}
	}

	private static int hang() throws InterruptedException {
		new CountDownLatch(1).await();
		return 0;
	}

}
