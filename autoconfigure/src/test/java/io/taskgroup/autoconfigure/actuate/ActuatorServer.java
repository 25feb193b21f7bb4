package io.taskgroup.autoconfigure.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.autoconfigure.TaskGroupFactoryBuilderCustomizer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * An application with the Actuator and a real server, on ports of its own.
 */
final class ActuatorServer implements AutoCloseable {

	static final String EXPOSED = "--management.endpoints.web.exposure.include=taskgroups,tasktree";

	static final String UNRESTRICTED = "--management.endpoint.taskgroups.access=unrestricted";

	private static final JsonMapper JSON = JsonMapper.builder().build();

	private final ConfigurableApplicationContext context;

	private ActuatorServer(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static ActuatorServer start(WebApplicationType type, String... arguments) {
		return start(type, new Class<?>[0], arguments);
	}

	static ActuatorServer start(WebApplicationType type, Class<?>[] beans, String... arguments) {
		List<Class<?>> sources = new ArrayList<>(List.of(Application.class));
		sources.addAll(Arrays.asList(beans));
		SpringApplication application = new SpringApplication(sources.toArray(Class<?>[]::new));
		application.setWebApplicationType(type);
		List<String> all = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off",
				"--management.otlp.metrics.export.enabled=false"));
		all.addAll(Arrays.asList(arguments));
		return new ActuatorServer(application.run(all.toArray(String[]::new)));
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	TaskGroupFactory groups() {
		return bean(TaskGroupFactory.class);
	}

	URI uri(String path) {
		return uri("local.server.port", path);
	}

	URI managementUri(String path) {
		return uri("local.management.port", path);
	}

	private URI uri(String port, String path) {
		Environment environment = this.context.getEnvironment();
		return URI.create("http://localhost:" + environment.getRequiredProperty(port) + path);
	}

	HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
		return send(request(path, headers).GET());
	}

	HttpResponse<String> delete(String path) throws IOException, InterruptedException {
		return send(request(path).DELETE());
	}

	HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
		return send(request(path, "Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
	}

	private HttpRequest.Builder request(String path, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
		return (headers.length > 0) ? request.headers(headers) : request;
	}

	/**
	 * On a connection of its own: on one that is kept, this client and Netty lose an
	 * answer now and then after one that was written by another thread, of any endpoint.
	 */
	static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
		try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
			return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
		}
	}

	JsonNode json(String path) throws IOException, InterruptedException {
		HttpResponse<String> response = get(path);
		if (response.statusCode() != 200) {
			throw new AssertionError(path + " answers " + response.statusCode() + ": " + response.body());
		}
		return parse(response.body());
	}

	static JsonNode parse(String body) {
		return JSON.readTree(body);
	}

	@Override
	public void close() {
		this.context.close();
	}

	/** The application. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		TaskGroupFactoryBuilderCustomizer inJava() {
			return (builder) -> builder.settings("in-java", (spec) -> spec.timeout(Duration.ofSeconds(7)));
		}

		/**
		 * Netty's threads are its own, so that one application does not end another's.
		 */
		@Bean
		ReactorResourceFactory reactorResources() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			resources.setShutdownQuietPeriod(Duration.ZERO);
			return resources;
		}

	}

}
