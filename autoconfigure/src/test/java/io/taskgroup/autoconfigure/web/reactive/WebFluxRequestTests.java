package io.taskgroup.autoconfigure.web.reactive;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupListener;
import io.taskgroup.TaskScopeInfo;
import io.taskgroup.TaskScopeKind;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.http.codec.autoconfigure.CodecsAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.web.server.reactive.context.ReactiveWebServerApplicationContext;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.error.ErrorWebFluxAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Requests of WebFlux on a real Netty server, with clients that leave.
 */
@Timeout(60)
class WebFluxRequestTests {

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private @Nullable ReactiveWebServerApplicationContext context;

	private ReactiveWebServerApplicationContext start(String... arguments) {
		SpringApplication application = new SpringApplication(Application.class);
		List<String> all = new ArrayList<>(List.of(arguments));
		all.addAll(List.of("--server.port=0", "--spring.main.banner-mode=off",
				"--spring.main.web-application-type=reactive", "--taskgroup.request.deadline-header=X-Deadline"));
		this.context = (ReactiveWebServerApplicationContext) application.run(all.toArray(new String[0]));
		return this.context;
	}

	@AfterEach
	void stop() {
		if (this.context != null) {
			this.context.close();
		}
	}

	@ParameterizedTest
	@CsvSource({ "/mono/value,value", "/flux/value,ab" })
	@DisplayName("a request that comes to its end cancels nothing")
	void normalEnd(String path, String body) throws Exception {
		start();
		HttpResponse<String> response = get(path, null);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).isEqualTo(body);
		awaitIdle();
		assertThat(observer().kinds).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/mono/error", "/flux/error" })
	@DisplayName("a failure is an error of the server")
	void error(String path) throws Exception {
		start();
		assertThat(get(path, null).statusCode()).isEqualTo(500);
		awaitIdle();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/mono/block", "/flux/block", "/never", "/caught" })
	@DisplayName("5.5 a request whose deadline passes is answered with 503 and a problem")
	void deadlineOfHeader(String path) throws Exception {
		start();
		assertProblem(get(path, "300"), 503, path);
		awaitIdle();
		if (path.endsWith("block")) {
			await().untilAsserted(() -> assertThat(observer().kinds).isNotEmpty()
				.doesNotContain(CancelKind.DISCONNECT, CancelKind.REQUEST, CancelKind.EXPLICIT));
		}
	}

	@Test
	@DisplayName("5.5 the answer to a request whose deadline passes keeps the headers that say nothing of the content")
	void headersOfTheContentAreTakenBack() throws Exception {
		start();
		HttpResponse<String> response = get("/caught", "300");
		assertProblem(response, 503, "/caught");
		assertThat(response.headers().firstValue("X-Frame-Options")).contains("DENY");
		assertThat(response.headers().map()).doesNotContainKeys("Cache-Control", "ETag");
	}

	@Test
	@DisplayName("5.5 a request whose deadline passed before it arrived is not begun")
	void deadlinePassed() throws Exception {
		start();
		assertProblem(get("/mono/value", "0"), 503, "/mono/value");
		assertThat(observer().begun).isEmpty();
	}

	@Test
	@DisplayName("5.5 the deadline of the properties counts, unless the header's is nearer, and the status is a property")
	void deadlineOfProperty() throws Exception {
		start("--taskgroup.request.timeout=400ms", "--taskgroup.request.timeout-status=504");
		assertProblem(get("/mono/block", "60000"), 504, "/mono/block");
		assertThat(get("/left", "nonsense").statusCode()).isEqualTo(400);
		assertThat(Long.parseLong(get("/left", "100000").body())).isLessThanOrEqualTo(400);
		awaitIdle();
	}

	@Test
	@DisplayName("5.5 a deadline that is moved while the request runs counts as it is then")
	void movedDeadline() throws Exception {
		start();
		assertThat(get("/moved", "300").body()).isEqualTo("moved");
		awaitIdle();
	}

	private static void assertProblem(HttpResponse<String> response, int status, String path) {
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(response.headers().firstValue("Content-Type")).as(response.headers().map() + response.body())
			.contains("application/problem+json");
		assertThat(response.body()).contains("\"status\":" + status, "\"instance\":\"" + path + "\"",
				"The time for this request has passed.");
	}

	@Test
	@DisplayName("a controller gets the scope of its request, without a deadline if none is set")
	void argument() throws Exception {
		start();
		assertThat(get("/left", null).body()).isEqualTo("none");
		assertThat(get("/left", "5000").body()).matches("[0-9]{4}");
	}

	@Test
	@DisplayName("5.6 when the request is over what it left behind is cancelled, with that kind")
	void leftBehind() throws Exception {
		start();
		assertThat(get("/leave", null).body()).isEqualTo("left");
		awaitIdle();
		await().untilAsserted(() -> assertThat(observer().kinds).containsExactly(CancelKind.REQUEST));
	}

	@ParameterizedTest
	@CsvSource({ "/mono/block,false", "/mono/block,true", "/flux/block,false", "/flux/block,true" })
	@DisplayName("5.6 a client that leaves ends the tasks of its request, with the kind disconnect")
	void disconnect(String path, boolean reset) throws Exception {
		start();
		Socket socket = send(path);
		await().until(() -> observer().blocked.getCount() == 0);
		assertThat(this.context.getBean(TaskGroupFactory.class).snapshot()).singleElement()
			.satisfies((request) -> assertThat(request.kind()).isEqualTo(TaskScopeKind.ROOT))
			.satisfies((request) -> assertThat(request.name()).isEqualTo("GET " + path));
		leave(socket, reset);
		assertThat(observer().interrupted.await(20, TimeUnit.SECONDS)).isTrue();
		awaitIdle();
		await().untilAsserted(() -> assertThat(observer().kinds).isNotEmpty().containsOnly(CancelKind.DISCONNECT));
	}

	@Test
	@DisplayName("with cancel-on-disconnect=false the work of a client that leaves comes to its end")
	void disconnectIsNothing() throws Exception {
		start("--taskgroup.request.cancel-on-disconnect=false");
		Socket socket = send("/mono/slow");
		await().until(() -> observer().begun.contains("slow"));
		leave(socket, false);
		// another connection is served, so the server has had time to notice
		assertThat(get("/mono/value", null).body()).isEqualTo("value");
		observer().goOn.countDown();
		awaitIdle();
		assertThat(observer().begun).contains("slow done");
		assertThat(observer().kinds).isEmpty();
	}

	@Test
	@DisplayName("with taskgroup.request.enabled=false requests have no scope")
	void off() throws Exception {
		start("--taskgroup.request.enabled=false");
		assertThat(get("/mono/block-no-more", "0").body()).isEqualTo("none");
	}

	@Test
	@DisplayName("of 200 clients the groups of those that leave end, and no other")
	void manyClients() throws Exception {
		start();
		List<Socket> stay = new ArrayList<>();
		List<Socket> go = new ArrayList<>();
		for (int i = 0; i < 200; i++) {
			((i % 2 == 0) ? stay : go).add(send("/client/" + i));
		}
		await().atMost(Duration.ofSeconds(30)).until(() -> observer().running.size() == 200);
		for (int i = 0; i < go.size(); i++) {
			leave(go.get(i), i % 2 == 0);
		}
		await().atMost(Duration.ofSeconds(30)).until(() -> observer().running.size() == 100);
		assertThat(observer().running.keySet()).allMatch((number) -> number % 2 == 0);
		await().untilAsserted(() -> assertThat(observer().kinds).hasSize(100).containsOnly(CancelKind.DISCONNECT));
		observer().goOn.countDown();
		for (Socket socket : stay) {
			try (socket) {
				BufferedReader in = new BufferedReader(
						new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
				assertThat(in.readLine()).contains("200");
			}
		}
		awaitIdle();
		await().untilAsserted(() -> assertThat(observer().kinds).hasSize(100));
	}

	private Observer observer() {
		return this.context.getBean(Observer.class);
	}

	private void awaitIdle() throws InterruptedException {
		assertThat(this.context.getBean(TaskGroupFactory.class).awaitIdle(Duration.ofSeconds(20))).isTrue();
	}

	private HttpResponse<String> get(String path, @Nullable String deadline) throws Exception {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create("http://localhost:" + this.context.getWebServer().getPort() + path));
		if (deadline != null) {
			request.header("X-Deadline", deadline);
		}
		return this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	private Socket send(String path) throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.context.getWebServer().getPort());
		socket.getOutputStream()
			.write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
		return socket;
	}

	private static void leave(Socket socket, boolean reset) throws IOException {
		if (reset) {
			socket.setSoLinger(true, 0);
		}
		socket.close();
	}

	/** What happens in the server. */
	static class Observer implements TaskGroupListener {

		private final List<CancelKind> kinds = new CopyOnWriteArrayList<>();

		private final List<String> begun = new CopyOnWriteArrayList<>();

		private final CountDownLatch blocked = new CountDownLatch(2);

		private final CountDownLatch interrupted = new CountDownLatch(2);

		private final CountDownLatch goOn = new CountDownLatch(1);

		private final Map<Integer, Boolean> running = new ConcurrentHashMap<>();

		@Override
		public void groupCancelled(TaskScopeInfo scope, CancelKind kind, @Nullable String reason) {
			this.kinds.add(kind);
		}

		private String block() throws InterruptedException {
			this.blocked.countDown();
			try {
				new CountDownLatch(1).await();
				throw new AssertionError();
			}
			finally {
				this.interrupted.countDown();
			}
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ TaskGroupAutoConfiguration.class, TaskGroupReactiveAutoConfiguration.class,
			NettyReactiveWebServerAutoConfiguration.class, HttpHandlerAutoConfiguration.class,
			WebFluxAutoConfiguration.class, ErrorWebFluxAutoConfiguration.class, CodecsAutoConfiguration.class,
			JacksonAutoConfiguration.class })
	static class Application {

		/** Netty's threads, which are not waited for at the end. */
		@Bean
		ReactorResourceFactory reactorResourceFactory() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			resources.setShutdownQuietPeriod(Duration.ZERO);
			return resources;
		}

		@Bean
		Observer observer() {
			return new Observer();
		}

		@Bean
		Controller controller(TaskGroupFactory groups, ReactiveTaskGroups reactive, Observer observer) {
			return new Controller(groups, reactive, observer);
		}

	}

	@RestController
	static class Controller {

		private final TaskGroupFactory groups;

		private final ReactiveTaskGroups reactive;

		private final Observer observer;

		Controller(TaskGroupFactory groups, ReactiveTaskGroups reactive, Observer observer) {
			this.groups = groups;
			this.reactive = reactive;
			this.observer = observer;
		}

		@GetMapping("/mono/value")
		Mono<String> value() {
			this.observer.begun.add("value");
			return this.reactive.mono(this.groups.named("value"), (group) -> group.fork(() -> "value").await());
		}

		@GetMapping(path = "/flux/value", produces = MediaType.TEXT_PLAIN_VALUE)
		Flux<String> values() {
			return this.reactive.flux(this.groups.named("value").maxConcurrency(1), List.of("a", "b"), (item) -> item);
		}

		@GetMapping("/mono/error")
		Mono<String> error() {
			return this.reactive.mono(this.groups.named("error"), (group) -> {
				throw new IllegalStateException("no");
			});
		}

		@GetMapping(path = "/flux/error", produces = MediaType.TEXT_PLAIN_VALUE)
		Flux<String> errors() {
			return this.reactive.flux(this.groups.named("error"), List.<Callable<String>>of(() -> {
				throw new IllegalStateException("no");
			}));
		}

		@GetMapping("/mono/block")
		Mono<String> block() {
			return this.reactive.mono(this.groups.named("block"), (group) -> {
				group.fork(() -> this.observer.block());
				return this.observer.block();
			});
		}

		@GetMapping(path = "/flux/block", produces = MediaType.TEXT_PLAIN_VALUE)
		Flux<String> blocks() {
			Callable<String> task = () -> this.observer.block();
			return this.reactive.flux(this.groups.named("block"), List.of(task, task));
		}

		@GetMapping("/never")
		Mono<String> never() {
			return Mono.never();
		}

		/** The scope ends the work before the request ends. */
		@GetMapping("/caught")
		Mono<String> caught(ServerHttpResponse response) {
			response.getHeaders().setCacheControl("max-age=3600");
			response.getHeaders().setETag("\"1\"");
			response.getHeaders().set("X-Frame-Options", "DENY");
			return this.reactive.<String>mono(this.groups.named("caught"), (group) -> this.observer.block())
				.onErrorMap((ex) -> new IllegalStateException("wrapped", ex));
		}

		@GetMapping("/mono/slow")
		Mono<String> slow() {
			return this.reactive.mono(this.groups.named("slow"), (group) -> {
				this.observer.begun.add("slow");
				this.observer.goOn.await();
				this.observer.begun.add("slow done");
				return "slow";
			});
		}

		@GetMapping("/left")
		String left(CancelScope scope) {
			return scope.timeLeft().map((left) -> String.valueOf(left.toMillis())).orElse("none");
		}

		@GetMapping("/mono/block-no-more")
		Mono<String> scope() {
			return Mono.deferContextual((context) -> Mono.just(context.hasKey(CancelScope.class) ? "a scope" : "none"));
		}

		@GetMapping("/moved")
		Mono<String> moved(CancelScope scope) {
			scope.timeout(Duration.ofSeconds(50));
			return Mono.delay(Duration.ofMillis(600)).thenReturn("moved");
		}

		@GetMapping("/leave")
		Mono<String> leave() {
			return Mono.deferContextual((context) -> {
				CountDownLatch running = new CountDownLatch(1);
				this.reactive.mono(this.groups.named("leave"), (group) -> {
					running.countDown();
					return this.observer.block();
				}).contextWrite(context).onErrorComplete().subscribe();
				return Mono.fromCallable(() -> {
					running.await();
					return "left";
				}).subscribeOn(reactor.core.scheduler.Schedulers.boundedElastic());
			});
		}

		@GetMapping("/client/{number}")
		Mono<String> client(@PathVariable int number) {
			return this.reactive.mono(this.groups.named("client"), (group) -> group.fork(() -> {
				this.observer.running.put(number, true);
				try {
					this.observer.goOn.await();
					return "stayed";
				}
				finally {
					this.observer.running.remove(number);
				}
			}).await());
		}

	}

}
