package io.taskgroup.autoconfigure.web.servlet;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.taskgroup.TaskGroupFactory;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * An application with a real Tomcat on a port of its own.
 */
final class TestServer implements AutoCloseable {

	private final ServletWebServerApplicationContext context;

	private final boolean secure;

	private TestServer(ServletWebServerApplicationContext context, boolean secure) {
		this.context = context;
		this.secure = secure;
	}

	static TestServer start(Class<?> controller, String... properties) {
		List<String> usual = List.of("server.port=0", "spring.main.banner-mode=off", "spring.jmx.enabled=false",
				"management.otlp.metrics.export.enabled=false", "taskgroup.request.disconnect-check-interval=20ms");
		ServletWebServerApplicationContext context = (ServletWebServerApplicationContext) new SpringApplicationBuilder(
				Application.class, controller)
			.properties(usual.toArray(String[]::new))
			// as arguments: before the properties that all tests may be run with
			.run(Stream.of(properties).map((property) -> "--" + property).toArray(String[]::new));
		return new TestServer(context, Stream.of(properties).anyMatch((property) -> property.startsWith("server.ssl")));
	}

	/** Two servers: one serves requests on virtual threads, one on platform threads. */
	static Map<Boolean, TestServer> onBothKindsOfThreads(Class<?> controller, String... properties) {
		Map<Boolean, TestServer> servers = new HashMap<>();
		for (boolean virtual : new boolean[] { true, false }) {
			List<String> all = new ArrayList<>(Arrays.asList(properties));
			all.add("spring.threads.virtual.enabled=" + virtual);
			servers.put(virtual, start(controller, all.toArray(String[]::new)));
		}
		return servers;
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	TaskGroupFactory groups() {
		return bean(TaskGroupFactory.class);
	}

	int port() {
		return this.context.getWebServer().getPort();
	}

	URI uri(String path) {
		return URI.create((this.secure ? "https" : "http") + "://localhost:" + port() + path);
	}

	Socket connect() throws IOException {
		Socket socket = new Socket("localhost", port());
		socket.setSoTimeout(15_000);
		socket.setTcpNoDelay(true);
		return socket;
	}

	/** How many cancellations were counted for a group, for a reason. */
	double cancellations(String group, String reason) {
		Counter counter = bean(MeterRegistry.class).find("taskgroup.cancellations")
			.tags("group", group, "reason", reason)
			.counter();
		return (counter != null) ? counter.count() : 0;
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
		SimpleMeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

	}

}
