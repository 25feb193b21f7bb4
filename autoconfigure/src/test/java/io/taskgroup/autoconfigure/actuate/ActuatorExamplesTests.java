package io.taskgroup.autoconfigure.actuate;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.WebApplicationType;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The documented way to secure the endpoint and the page.
 */
@Timeout(60)
class ActuatorExamplesTests {

	@Test
	@DisplayName("docs: who has the role may look, and do what the page does with the token from its cookie")
	void security() throws Exception {
		Class<?> security = Class.forName("io.taskgroup.autoconfigure.docs.ActuatorSecurity");
		try (ActuatorServer server = ActuatorServer.start(WebApplicationType.SERVLET, new Class<?>[] { security },
				ActuatorServer.EXPOSED, ActuatorServer.UNRESTRICTED, "--spring.autoconfigure.exclude=",
				"--spring.security.user.name=ops", "--spring.security.user.password=geheim",
				"--spring.security.user.roles=OPS")) {
			assertThat(server.get("/actuator/tasktree").statusCode()).isEqualTo(401);
			HttpResponse<String> data = server.get("/actuator/tasktree/data", "Authorization", basic());
			assertThat(data.statusCode()).isEqualTo(200);
			List<String> cookies = data.headers().allValues("Set-Cookie");
			String token = cookies.stream()
				.filter((cookie) -> cookie.startsWith("XSRF-TOKEN="))
				.findFirst()
				.orElseThrow(() -> new AssertionError(cookies.toString()))
				.replaceFirst("XSRF-TOKEN=([^;]*).*", "$1");
			assertThat(cookies.toString()).doesNotContainIgnoringCase("HttpOnly");
			assertThat(cancel(server).statusCode()).isEqualTo(403);
			assertThat(cancel(server, "Cookie", "XSRF-TOKEN=" + token, "X-XSRF-TOKEN", token).statusCode())
				.isEqualTo(404);
		}
	}

	private static HttpResponse<String> cancel(ActuatorServer server, String... headers) throws Exception {
		HttpRequest.Builder request = HttpRequest.newBuilder(server.uri("/actuator/taskgroups/999999999"))
			.header("Authorization", basic());
		for (int i = 0; i < headers.length; i += 2) {
			request.header(headers[i], headers[i + 1]);
		}
		return ActuatorServer.send(request.DELETE());
	}

	private static String basic() {
		return "Basic " + Base64.getEncoder().encodeToString("ops:geheim".getBytes(StandardCharsets.UTF_8));
	}

}
