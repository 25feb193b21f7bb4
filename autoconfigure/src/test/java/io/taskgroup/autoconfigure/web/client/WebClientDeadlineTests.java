package io.taskgroup.autoconfigure.web.client;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import io.taskgroup.TaskCancelledException;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupTimeoutException;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The deadlines of {@code WebClient}.
 */
@Timeout(60)
class WebClientDeadlineTests {

	private static final Duration LONG = Duration.ofSeconds(50);

	private static final Duration SHORT = Duration.ofSeconds(1);

	private final HangingServer server = new HangingServer();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(TaskGroupAutoConfiguration.class,
				TaskGroupClientAutoConfiguration.class, HttpClientAutoConfiguration.class,
				ReactiveHttpClientAutoConfiguration.class, WebClientAutoConfiguration.class))
		.withPropertyValues("taskgroup.request.propagate-deadline=true",
				"taskgroup.request.deadline-header=" + HangingServer.HEADER,
				"spring.reactor.netty.shutdown-quiet-period=0s");

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	@DisplayName("5.5 the server hears what is left of the deadline of the thread that subscribes")
	void headerOfThread() {
		this.runner.run((context) -> {
			Mono<String> call = get(context, "/echo");
			String sent = CancelScope.failAfter(LONG, (scope) -> call.block());
			assertThat(Long.parseLong(sent)).isBetween(LONG.toMillis() - 20_000, LONG.toMillis());
			assertThat(call.block()).isEqualTo("none");
		});
	}

	@Test
	@DisplayName("5.5 the server hears what is left of the deadline in the Reactor context")
	void headerOfContext() {
		this.runner.run((context) -> {
			CancelScope scope = CancelScope.create();
			scope.timeout(LONG);
			String sent = get(context, "/echo").contextWrite((all) -> all.put(CancelScope.class, scope)).block();
			assertThat(Long.parseLong(sent)).isBetween(LONG.toMillis() - 20_000, LONG.toMillis());
		});
	}

	@Test
	@DisplayName("5.5 of two deadlines the nearer one counts")
	void nearer() {
		this.runner.run((context) -> {
			CancelScope far = CancelScope.create();
			far.timeout(Duration.ofHours(1));
			Mono<String> call = get(context, "/echo").contextWrite((all) -> all.put(CancelScope.class, far));
			String sent = CancelScope.failAfter(LONG, (scope) -> call.block());
			assertThat(Long.parseLong(sent)).isLessThanOrEqualTo(LONG.toMillis());
		});
	}

	@Test
	@DisplayName("a header that the caller has set is left alone")
	void ownHeader() {
		this.runner.run((context) -> {
			Mono<String> call = client(context).get()
				.uri(this.server.url("/echo"))
				.header(HangingServer.HEADER, "17")
				.retrieve()
				.bodyToMono(String.class);
			String sent = CancelScope.failAfter(LONG, (scope) -> call.block());
			assertThat(sent).isEqualTo("17");
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "/hang", "/begin" })
	@DisplayName("5.5 a server that hangs is given up at the deadline in the Reactor context")
	void givenUp(String path) {
		this.runner.run((context) -> {
			AtomicBoolean begun = new AtomicBoolean();
			Mono<String> call = client(context).get().uri(this.server.url(path)).exchangeToMono((response) -> {
				begun.set(true);
				return response.bodyToMono(String.class);
			});
			warmUp(context);
			CancelScope scope = CancelScope.create();
			scope.timeout(SHORT);
			StepVerifier.create(call.contextWrite((all) -> all.put(CancelScope.class, scope)))
				.expectErrorSatisfies((ex) -> {
					// WebClient wraps what comes while it reads the body
					Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
					assertThat(cause).isInstanceOf(TaskCancelledException.class);
					assertThat(((TaskCancelledException) cause).kind()).isEqualTo(CancelKind.TIMEOUT);
				})
				.verify(Duration.ofSeconds(20));
			assertThat(this.server.seen()).hasSize(2);
			assertThat(begun.get()).isEqualTo(path.equals("/begin"));
		});
	}

	/** What a client does once takes longer than the deadlines here. */
	private void warmUp(AssertableApplicationContext context) {
		assertThat(get(context, "/echo").block()).isEqualTo("none");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/hang", "/begin" })
	@DisplayName("5.5 a server that hangs is given up at the deadline of the thread that subscribes")
	void givenUpInGroup(String path) {
		this.runner.run((context) -> {
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			warmUp(context);
			assertThatExceptionOfType(TaskGroupTimeoutException.class)
				.isThrownBy(() -> groups.named("deadline").timeout(SHORT).call((group) -> get(context, path).block()))
				.satisfies((ex) -> assertThat(ex.exceptions()).hasSize(1));
		});
	}

	@Test
	@DisplayName("5.5 a call that nobody's thread waits for ends at the deadline of the thread that subscribed")
	void givenUpWithoutThread() {
		this.runner.run((context) -> {
			warmUp(context);
			Mono<String> call = get(context, "/hang").cache();
			CancelScope.failAfter(SHORT, (scope) -> call.onErrorComplete().subscribe());
			StepVerifier.create(call).expectError(TaskCancelledException.class).verify(Duration.ofSeconds(20));
		});
	}

	@Test
	@DisplayName("5.2 in a cancelled scope no server is asked")
	void cancelled() {
		this.runner.run((context) -> {
			CancelScope scope = CancelScope.create();
			scope.cancel(CancelKind.DISCONNECT, "the client has gone");
			StepVerifier.create(get(context, "/echo").contextWrite((all) -> all.put(CancelScope.class, scope)))
				.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(TaskCancelledException.class)
					.hasMessage("cancelled: the client has gone"))
				.verify(Duration.ofSeconds(20));
			assertThat(CancelScope.moveOnAfter(Duration.ZERO, (passed) -> get(context, "/echo").block()).cancelCaught())
				.isTrue();
			assertThat(this.server.seen()).isEmpty();
		});
	}

	private Mono<String> get(AssertableApplicationContext context, String path) {
		return client(context).get().uri(this.server.url(path)).retrieve().bodyToMono(String.class);
	}

	private static WebClient client(AssertableApplicationContext context) {
		return context.getBean(WebClient.Builder.class).build();
	}

}
