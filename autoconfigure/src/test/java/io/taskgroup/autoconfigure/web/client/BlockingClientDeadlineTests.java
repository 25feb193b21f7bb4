package io.taskgroup.autoconfigure.web.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import io.taskgroup.TaskCancelledException;
import io.taskgroup.TaskGroup;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupTimeoutException;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The deadlines of {@code RestClient} and {@code RestTemplate}, with each of Spring's
 * request factories.
 */
@Timeout(60)
class BlockingClientDeadlineTests {

	private static final Duration LONG = Duration.ofSeconds(50);

	private static final Duration SHORT = Duration.ofSeconds(1);

	private final HangingServer server = new HangingServer();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(TaskGroupAutoConfiguration.class, TaskGroupClientAutoConfiguration.class,
						HttpClientAutoConfiguration.class, ImperativeHttpClientAutoConfiguration.class,
						RestClientAutoConfiguration.class, RestTemplateAutoConfiguration.class))
		.withPropertyValues("taskgroup.request.propagate-deadline=true",
				"taskgroup.request.deadline-header=" + HangingServer.HEADER);

	@AfterEach
	void stop() {
		this.server.close();
	}

	static Stream<Arguments> matrix() {
		Stream<Arguments> both = Stream.of("jdk", "http-components", "jetty")
			.flatMap((factory) -> Stream.of("/hang", "/begin")
				.flatMap((path) -> Stream.of(true, false).map((virtual) -> Arguments.of(factory, path, virtual))));
		Stream<Arguments> some = Stream.of(Arguments.of("reactor", "/hang", true),
				Arguments.of("reactor", "/hang", false), Arguments.of("simple", "/hang", true),
				Arguments.of("simple", "/begin", true));
		return Stream.concat(both, some);
	}

	@ParameterizedTest
	@MethodSource("matrix")
	@DisplayName("5.5 a server that hangs is given up at the deadline")
	void givenUp(String factory, String path, boolean virtual) {
		this.runner.withPropertyValues("spring.http.clients.imperative.factory=" + factory).run((context) -> {
			RestClient client = context.getBean(RestClient.Builder.class).build();
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			// what a client does once takes longer than the deadline
			client.get().uri(this.server.url("/echo")).retrieve().toBodilessEntity();
			assertThatExceptionOfType(TaskGroupTimeoutException.class)
				.isThrownBy(() -> on(virtual,
						() -> groups.named("deadline")
							.timeout(SHORT)
							.call((group) -> client.get().uri(this.server.url(path)).retrieve().body(String.class))))
				.satisfies((ex) -> assertThat(ex.exceptions()).hasSize(1));
			assertThat(this.server.seen()).hasSize(2);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "jdk", "http-components", "jetty", "reactor", "simple" })
	@DisplayName("5.5 the server hears what is left of the deadline, in whole milliseconds")
	void header(String factory) {
		this.runner.withPropertyValues("spring.http.clients.imperative.factory=" + factory)
			.run((context) -> clients(context).forEach((call) -> {
				long before = System.nanoTime();
				String sent = failAfter(LONG, () -> call.apply(new HttpHeaders()));
				long took = Duration.ofNanos(System.nanoTime() - before).toMillis() + 1;
				assertThat(Long.parseLong(sent)).isBetween(LONG.toMillis() - took, LONG.toMillis());
			}));
	}

	@Test
	@DisplayName("with no deadline in effect there is no header")
	void noDeadline() {
		this.runner.run((context) -> clients(context)
			.forEach((call) -> assertThat(call.apply(new HttpHeaders())).isEqualTo("none")));
	}

	@Test
	@DisplayName("a header that the caller has set is left alone")
	void ownHeader() {
		HttpHeaders own = new HttpHeaders();
		own.set(HangingServer.HEADER, "17");
		this.runner.run((context) -> clients(context)
			.forEach((call) -> assertThat(failAfter(LONG, () -> call.apply(own))).isEqualTo("17")));
	}

	@Test
	@DisplayName("5.2 in a cancelled scope no server is asked")
	void cancelled() {
		this.runner.run((context) -> clients(context).forEach((call) -> {
			CancelScope scope = CancelScope.create();
			scope.cancel(CancelKind.DISCONNECT, "the client has gone");
			assertThatExceptionOfType(TaskCancelledException.class).isThrownBy(() -> inside(scope, call))
				.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(CancelKind.DISCONNECT))
				.satisfies((ex) -> assertThat(ex.reason()).contains("the client has gone"));
			assertThat(this.server.seen()).isEmpty();
		}));
	}

	/** What comes out of the call, before the scope catches it. */
	private static void inside(CancelScope scope, Function<HttpHeaders, String> call) throws Exception {
		RuntimeException[] thrown = new RuntimeException[1];
		scope.enter((entered) -> {
			try {
				assertThat(call.apply(new HttpHeaders())).as("the answer of a server that is not to be asked").isNull();
			}
			catch (RuntimeException ex) {
				thrown[0] = ex;
			}
		});
		throw thrown[0];
	}

	@Test
	@DisplayName("5.5 a call of which the deadline has passed asks no server")
	void passed() {
		this.runner.run((context) -> clients(context).forEach((call) -> {
			assertThatExceptionOfType(java.util.concurrent.TimeoutException.class)
				.isThrownBy(() -> CancelScope.failAfter(Duration.ZERO, (scope) -> call.apply(new HttpHeaders())));
			assertThat(this.server.seen()).isEmpty();
		}));
	}

	@Test
	@DisplayName("3.10 a call in the body of a group from open() ends at the group's deadline, too")
	void openGroup() {
		this.runner.withPropertyValues("spring.http.clients.imperative.factory=jdk").run((context) -> {
			RestClient client = context.getBean(RestClient.Builder.class).build();
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			try (TaskGroup group = groups.named("deadline").timeout(SHORT).open()) {
				assertThatExceptionOfType(TaskCancelledException.class)
					.isThrownBy(() -> client.get().uri(this.server.url("/hang")).retrieve().body(String.class))
					.satisfies((ex) -> assertThat(ex.kind()).isEqualTo(CancelKind.TIMEOUT));
				assertThatExceptionOfType(TaskGroupTimeoutException.class).isThrownBy(group::join);
			}
		});
	}

	@Test
	@DisplayName("4.3 a timeout of the client's own, before the deadline, is a failure")
	void ownTimeout() {
		this.runner
			.withPropertyValues("spring.http.clients.imperative.factory=http-components",
					"spring.http.clients.read-timeout=200ms")
			.run((context) -> {
				RestClient client = context.getBean(RestClient.Builder.class).build();
				assertThatExceptionOfType(ResourceAccessException.class)
					.isThrownBy(() -> failAfter(LONG,
							() -> client.get().uri(this.server.url("/hang")).retrieve().body(String.class)))
					.withCauseInstanceOf(SocketTimeoutException.class);
			});
	}

	@Test
	@DisplayName("5.2 an answer is not read on in a cancelled scope, also by a client that ignores interrupts")
	void cancelledWhileReading() {
		this.runner.withPropertyValues("spring.http.clients.imperative.factory=simple").run((context) -> {
			RestClient client = context.getBean(RestClient.Builder.class).build();
			Throwable[] thrown = new Throwable[1];
			assertThatExceptionOfType(TaskCancelledException.class).isThrownBy(() -> CancelScope.failAfter(LONG,
					(scope) -> client.get().uri(this.server.url("/echo")).exchange((request, response) -> {
						scope.cancel("enough");
						try {
							return response.getBody().readAllBytes();
						}
						catch (IOException ex) {
							thrown[0] = ex;
							throw ex;
						}
					})))
				.withMessage("cancelled: enough");
			assertThat(thrown[0]).isInstanceOf(InterruptedIOException.class);
		});
	}

	@Test
	@DisplayName("a call that follows in the same client has its own deadline, or none")
	void connectionsForgetTheDeadline() {
		this.runner.withPropertyValues("spring.http.clients.imperative.factory=http-components").run((context) -> {
			RestClient client = context.getBean(RestClient.Builder.class).build();
			failAfter(Duration.ofMillis(500),
					() -> client.get().uri(this.server.url("/echo")).retrieve().body(String.class));
			CompletableFuture<String> second = CompletableFuture
				.supplyAsync(() -> client.get().uri(this.server.url("/slow")).retrieve().body(String.class));
			assertThat(this.server.slowBegun()).isTrue();
			// the first call's time passes while the second one waits
			assertThatExceptionOfType(java.util.concurrent.TimeoutException.class)
				.isThrownBy(() -> second.get(800, TimeUnit.MILLISECONDS));
			this.server.releaseSlow();
			assertThat(second.get(20, TimeUnit.SECONDS)).isEqualTo("none");
		});
	}

	@Test
	@DisplayName("a context that the calls of Apache's client share has no timeout of a call that is over")
	void sharedContext() {
		HttpClientContext shared = HttpClientContext.create();
		this.runner.withPropertyValues("spring.http.clients.imperative.factory=http-components")
			.withBean("shared", ClientHttpRequestFactoryBuilderCustomizer.class,
					() -> (ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder>) (
							builder) -> builder
								.withCustomizer((factory) -> factory.setHttpContextFactory((method, uri) -> shared)))
			.run((context) -> {
				RestClient client = context.getBean(RestClient.Builder.class).build();
				failAfter(LONG, () -> client.get().uri(this.server.url("/echo")).retrieve().body(String.class));
				assertThat(shared.getRequestConfigOrDefault().getResponseTimeout()).isNull();
			});
	}

	private List<Function<HttpHeaders, String>> clients(ApplicationContext context) {
		RestClient client = context.getBean(RestClient.Builder.class).build();
		var template = context.getBean(RestTemplateBuilder.class).build();
		String url = this.server.url("/echo");
		return List.of(
				(headers) -> client.get().uri(url).headers((all) -> all.addAll(headers)).retrieve().body(String.class),
				(headers) -> template.exchange(url, HttpMethod.GET, new HttpEntity<>(headers), String.class).getBody());
	}

	private static <T> T failAfter(Duration timeout, Callable<T> call) {
		try {
			return CancelScope.failAfter(timeout, (scope) -> call.call());
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	private static <T> T on(boolean virtual, Callable<T> call) throws Throwable {
		CompletableFuture<T> result = new CompletableFuture<>();
		Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
		builder.start(() -> {
			try {
				result.complete(call.call());
			}
			catch (Throwable ex) {
				result.completeExceptionally(ex);
			}
		});
		try {
			return result.get(10, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw ex.getCause();
		}
	}

}
