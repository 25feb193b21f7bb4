package io.taskgroup.autoconfigure.metrics;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.taskgroup.CancelKind;
import io.taskgroup.TaskAction;
import io.taskgroup.TaskGroupException;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupTimeoutException;
import io.taskgroup.TaskScope;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A running application that Prometheus can read, in which everything has happened that
 * is measured.
 */
final class MeasuredApplication implements AutoCloseable {

	private final ServletWebServerApplicationContext context;

	private final TaskGroupFactory groups;

	private MeasuredApplication(ServletWebServerApplicationContext context) {
		this.context = context;
		this.groups = context.getBean(TaskGroupFactory.class);
	}

	/**
	 * Starts the application, and puts all of that behind it.
	 * @param arguments what it has for arguments besides
	 * @return the application
	 */
	static MeasuredApplication start(String... arguments) throws Exception {
		String[] all = Stream
			.concat(Stream.of("--server.port=0", "--spring.main.banner-mode=off",
					"--management.endpoints.web.exposure.include=prometheus"), Stream.of(arguments))
			.toArray(String[]::new);
		MeasuredApplication application = new MeasuredApplication(
				(ServletWebServerApplicationContext) new SpringApplication(Configured.class).run(all));
		try {
			application.endInEachWay();
			application.cancelForEachReason();
			application.haveTasksWait("limits");
			application.workInTheBackground("price-feed");
			return application;
		}
		catch (Exception | Error ex) {
			application.close();
			throw ex;
		}
	}

	TaskGroupFactory groups() {
		return this.groups;
	}

	String scrape() throws IOException, InterruptedException {
		try (HttpClient client = HttpClient.newHttpClient()) {
			URI address = URI
				.create("http://localhost:" + this.context.getWebServer().getPort() + "/actuator/prometheus");
			HttpResponse<String> response = client.send(HttpRequest.newBuilder(address).build(),
					HttpResponse.BodyHandlers.ofString());
			assertThat(response.statusCode()).isEqualTo(200);
			return response.body();
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

	private void endInEachWay() throws InterruptedException {
		for (int i = 0; i < 10; i++) {
			this.groups.named("page").gather(List.of(() -> 1, () -> 2, () -> 3));
		}
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(TaskGroupException.class)
				.isThrownBy(() -> this.groups.named("page").run((group) -> group.fork(() -> {
					throw new IOException("failure");
				})));
		}
		assertThatExceptionOfType(TaskGroupTimeoutException.class).isThrownBy(() -> this.groups.named("page")
			.timeout(Duration.ofMillis(10))
			.run((group) -> group.fork(new Sleeper())));
	}

	private void cancelForEachReason() throws InterruptedException {
		for (CancelKind kind : List.of(CancelKind.EXPLICIT, CancelKind.REQUEST, CancelKind.DISCONNECT,
				CancelKind.SHUTDOWN)) {
			Sleeper sleeper = new Sleeper();
			this.groups.named("page").run((group) -> {
				group.fork(sleeper);
				sleeper.running.await();
				group.cancelScope().cancel(kind, "enough");
			});
		}
		this.groups.named("outer").run((outer) -> {
			Sleeper sleeper = new Sleeper();
			outer.fork(() -> this.groups.named("page").run((group) -> group.fork(sleeper)));
			sleeper.running.await();
			outer.cancel();
		});
		Sleeper sleeper = new Sleeper();
		Thread host = Thread.ofVirtual().start(() -> {
			try {
				this.groups.named("page").run((group) -> group.fork(sleeper));
			}
			catch (InterruptedException ex) {
				// as it should be
			}
		});
		sleeper.running.await();
		host.interrupt();
		host.join();
	}

	private void haveTasksWait(String name) throws InterruptedException {
		CountDownLatch forked = new CountDownLatch(1);
		this.groups.named(name).sharedConcurrency(1).run((group) -> {
			group.fork(() -> forked.await());
			group.fork(() -> 1);
			forked.countDown();
		});
	}

	/** Closed with the application. */
	private void workInTheBackground(String name) throws InterruptedException {
		TaskScope scope = this.groups.named(name).openScope();
		Sleeper sleeper = new Sleeper();
		scope.fork(sleeper);
		sleeper.running.await();
	}

	/** A task that runs until it is cancelled. */
	private static final class Sleeper implements TaskAction {

		private final CountDownLatch running = new CountDownLatch(1);

		@Override
		public void run() throws InterruptedException {
			this.running.countDown();
			new CountDownLatch(1).await();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Configured {

	}

}
