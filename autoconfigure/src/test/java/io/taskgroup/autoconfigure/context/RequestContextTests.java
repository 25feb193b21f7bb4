package io.taskgroup.autoconfigure.context;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskScope;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.HttpEncodingAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The attributes of a request in its tasks, in a real server that uses its request
 * objects again.
 */
@Timeout(60)
class RequestContextTests {

	private static ServletWebServerApplicationContext context;

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	@BeforeAll
	static void start() {
		SpringApplication application = new SpringApplication(Application.class);
		context = (ServletWebServerApplicationContext) application.run("--server.port=0",
				"--spring.main.banner-mode=off", "--server.tomcat.threads.max=1",
				"--server.tomcat.threads.min-spare=1");
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@Test
	@DisplayName("9.2 a task reads the attributes, parameters and headers of the request that waits for it")
	void whileTheRequestRuns() throws Exception {
		assertThat(get("/wait?name=one", "ja")).isEqualTo("one one one ja");
	}

	@Test
	@DisplayName("9.2 so it does when the request is handled asynchronously")
	void whileAnAsynchronousRequestRuns() throws Exception {
		assertThat(get("/async?name=one", "ja")).isEqualTo("one one one ja");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/outlive", "/outlive-async" })
	@DisplayName("9.2 a task that outlives the request gets a clear error, never what belongs to another request")
	void afterTheRequest(String path) throws Exception {
		Controller controller = context.getBean(Controller.class);
		get(path + "?name=one", "ja");
		// the server has one thread, so it uses the same objects again
		assertThat(get("/read?name=two", "ko")).isEqualTo("two");
		controller.readers.forEach((what, reader) -> {
			assertThat(reader).as(what).failsWithin(20, TimeUnit.SECONDS);
			assertThat(causeOf(reader)).as(what)
				.isInstanceOf(IllegalStateException.class)
				.message()
				.containsAnyOf("the request in which this task was forked is over", "request is not active anymore");
		});
		assertThat(controller.readers).hasSize(4);
		assertThat(controller.locale).succeedsWithin(20, TimeUnit.SECONDS).isEqualTo("ja");
	}

	private static Throwable causeOf(CompletableFuture<?> future) {
		try {
			future.join();
			throw new AssertionError("it succeeded");
		}
		catch (CompletionException ex) {
			return ex.getCause();
		}
	}

	private String get(String path, String language) throws IOException, InterruptedException {
		int port = context.getWebServer().getPort();
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
			.header("Accept-Language", language)
			.build();
		HttpResponse<String> response = this.client.send(request, HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return response.body();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ TaskGroupAutoConfiguration.class, TaskGroupContextAutoConfiguration.class,
			TomcatServletWebServerAutoConfiguration.class, DispatcherServletAutoConfiguration.class,
			WebMvcAutoConfiguration.class, HttpEncodingAutoConfiguration.class })
	static class Application {

		/** By default Tomcat guards its requests a little, other servers do not. */
		@Bean
		WebServerFactoryCustomizer<TomcatServletWebServerFactory> withoutGuard() {
			return (tomcat) -> tomcat
				.addConnectorCustomizers((connector) -> connector.setProperty("discardFacades", "false"));
		}

		@Bean
		Controller controller(TaskGroupFactory groups) {
			return new Controller(groups);
		}

	}

	@RestController
	static class Controller {

		private final Map<String, CompletableFuture<String>> readers = new ConcurrentHashMap<>();

		private CompletableFuture<String> locale = new CompletableFuture<>();

		private CountDownLatch over = new CountDownLatch(1);

		private final TaskGroupFactory groups;

		private final TaskScope supervisor;

		Controller(TaskGroupFactory groups) {
			this.groups = groups;
			this.supervisor = groups.named("supervisor").detached().openScope();
		}

		@GetMapping("/wait")
		String await(HttpServletRequest request) throws InterruptedException {
			request.setAttribute("attribute", request.getParameter("name"));
			return this.groups.named("wait").call((group) -> group.fork(() -> description()).await());
		}

		@GetMapping("/async")
		CompletableFuture<String> async(HttpServletRequest request) {
			request.setAttribute("attribute", request.getParameter("name"));
			RequestAttributes attributes = RequestContextHolder.currentRequestAttributes();
			CountDownLatch left = new CountDownLatch(1);
			attributes.registerDestructionCallback("left", left::countDown, RequestAttributes.SCOPE_REQUEST);
			return this.supervisor.fork(() -> {
				// the first pass through the servlet is over
				left.await();
				return description();
			}).toCompletionStage().toCompletableFuture();
		}

		private static String description() {
			ServletRequestAttributes attributes = (ServletRequestAttributes) RequestContextHolder
				.currentRequestAttributes();
			return attributes.getAttribute("attribute", RequestAttributes.SCOPE_REQUEST) + " "
					+ attributes.getRequest().getAttribute("attribute") + " "
					+ attributes.getRequest().getParameter("name") + " " + LocaleContextHolder.getLocale();
		}

		@GetMapping("/outlive")
		String outlive(HttpServletRequest request) {
			request.setAttribute("attribute", request.getParameter("name"));
			this.readers.clear();
			this.over = new CountDownLatch(1);
			fork("attribute",
					() -> String.valueOf(attributes().getAttribute("attribute", RequestAttributes.SCOPE_REQUEST)));
			fork("parameter", () -> attributes().getRequest().getParameter("name"));
			fork("header", () -> attributes().getRequest().getHeader("Accept-Language"));
			fork("response", () -> String.valueOf(attributes().getResponse().getStatus()));
			CountDownLatch over = this.over;
			this.locale = this.supervisor.fork(() -> {
				over.await();
				return LocaleContextHolder.getLocale().toString();
			}).toCompletionStage().toCompletableFuture();
			return "forked";
		}

		@GetMapping("/outlive-async")
		CompletableFuture<String> outliveAsync(HttpServletRequest request) {
			outlive(request);
			CompletableFuture<String> result = new CompletableFuture<>();
			this.supervisor.fork(() -> result.complete("forked"));
			return result;
		}

		private void fork(String name, java.util.concurrent.Callable<String> reader) {
			CountDownLatch over = this.over;
			this.readers.put(name, this.supervisor.fork(() -> {
				over.await();
				return reader.call();
			}).toCompletionStage().toCompletableFuture());
		}

		private static ServletRequestAttributes attributes() {
			return (ServletRequestAttributes) RequestContextHolder.currentRequestAttributes();
		}

		/** Has the tasks of the request before read while this one runs. */
		@GetMapping("/read")
		String read(@RequestParam String name) {
			this.over.countDown();
			this.readers.values().forEach((reader) -> {
				CompletableFuture<?> done = reader.handle((value, exception) -> value);
				done.join();
			});
			return name;
		}

	}

}
