package io.taskgroup.benchmarks;

import java.util.Objects;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Configuration;

/**
 * An application that answers requests, on virtual threads.
 */
public final class HttpServer implements AutoCloseable {

	private final ServletWebServerApplicationContext context;

	/**
	 * Starts the application, at any free port.
	 * @param controller what it serves
	 * @param properties its properties, besides those that all have
	 */
	public HttpServer(Class<?> controller, String... properties) {
		this.context = (ServletWebServerApplicationContext) new SpringApplicationBuilder(Application.class, controller)
			.properties("server.port=0", "spring.main.banner-mode=off", "logging.level.root=warn",
					"spring.threads.virtual.enabled=true", "server.tomcat.max-keep-alive-requests=-1",
					"server.tomcat.accept-count=1000")
			.properties(properties)
			.run();
	}

	/**
	 * Tells where it is.
	 * @return the port
	 */
	public int port() {
		return Objects.requireNonNull(this.context.getWebServer()).getPort();
	}

	@Override
	public void close() {
		this.context.close();
	}

	/** What all have. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
