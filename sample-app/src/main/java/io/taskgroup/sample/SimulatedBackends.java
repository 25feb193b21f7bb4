package io.taskgroup.sample;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.tomcat.ConfigurableTomcatWebServerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.filter.ServerHttpObservationFilter;
import org.springframework.web.servlet.DispatcherServlet;

/**
 * The web server of the simulated backends. They stand in for services elsewhere, so it
 * starts before the storefront's own and stops after it: when the storefront shuts down,
 * requests under way can still ask them.
 */
@Component
class SimulatedBackends implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(SimulatedBackends.class);

	private final WebApplicationContext context;

	private final List<FilterRegistrationBean<?>> filters;

	private final List<WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory>> customizers;

	/** Any that is free, and from then on the same. */
	private volatile int port;

	private volatile @Nullable WebServer server;

	SimulatedBackends(WebApplicationContext context, FilterRegistrationBean<ServerHttpObservationFilter> observation,
			@Qualifier("taskGroupRequestScopeFilter") ObjectProvider<FilterRegistrationBean<?>> requestScopes,
			ObjectProvider<WebServerFactoryCustomizer<ConfigurableTomcatWebServerFactory>> customizers) {
		this.context = context;
		this.filters = Stream.concat(Stream.of(observation), requestScopes.stream()).toList();
		this.customizers = customizers.orderedStream().toList();
	}

	/** Where they are, once the server has started. */
	String url() {
		return "http://localhost:" + this.port;
	}

	@Override
	public int getPhase() {
		return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1;
	}

	/** As it is with every web server. */
	@Override
	public boolean isPauseable() {
		return false;
	}

	@Override
	public void start() {
		TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(this.port);
		factory.setAddress(InetAddress.getLoopbackAddress());
		// Tomcat is set up as the storefront's own, under server.tomcat and otherwise.
		this.customizers.forEach(customizer -> customizer.customize(factory));
		DispatcherServlet servlet = new DispatcherServlet();
		// handed over like this, the servlet does not close it at its own end
		servlet.setApplicationContext(this.context);
		List<ServletContextInitializer> initializers = new ArrayList<>(this.filters);
		initializers.add(new ServletRegistrationBean<>(servlet));
		WebServer server = factory.getWebServer(initializers.toArray(ServletContextInitializer[]::new));
		server.start();
		this.server = server;
		this.port = server.getPort();
		logger.info("The simulated backends are at {}", url());
	}

	@Override
	public void stop() {
		WebServer server = this.server;
		if (server != null) {
			server.stop();
			server.destroy();
			this.server = null;
		}
	}

	@Override
	public boolean isRunning() {
		return this.server != null;
	}

}
