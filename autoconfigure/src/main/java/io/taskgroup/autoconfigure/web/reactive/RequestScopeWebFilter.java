package io.taskgroup.autoconfigure.web.reactive;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import io.taskgroup.RootScope;
import io.taskgroup.TaskCancelledException;
import io.taskgroup.autoconfigure.web.Causes;
import io.taskgroup.autoconfigure.web.ContentHeaders;
import io.taskgroup.autoconfigure.web.RequestDeadline;
import io.taskgroup.autoconfigure.web.RequestProperties;
import reactor.core.publisher.Mono;

import org.springframework.core.Ordered;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.codec.ServerCodecConfigurer;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.result.view.ViewResolver;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebInputException;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Gives each request of WebFlux a {@link CancelScope}, in the Reactor context under the
 * key {@code CancelScope.class}, which ends with the request.
 * <p>
 * It is cancelled with the kind {@code DISCONNECT} when the exchange is cancelled: so
 * Netty tells that the client has gone. Of an exchange that was cancelled by an operator
 * of a filter further out the same is said, so there should be none.
 */
final class RequestScopeWebFilter implements WebFilter, Ordered {

	static final String ATTRIBUTE = CancelScope.class.getName();

	/** Outside of whatever does something for the request. */
	static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 10;

	/**
	 * How long what is inside may take to end by itself when the deadline has passed: as
	 * long as it may still write to the response, nobody else should.
	 */
	private static final Duration TO_END = Duration.ofMillis(100);

	private final RequestProperties properties;

	private final RequestDeadline deadline;

	private final ServerResponse.Context answers;

	RequestScopeWebFilter(RequestProperties properties, ServerCodecConfigurer codecs) {
		this.properties = properties;
		this.deadline = new RequestDeadline(properties);
		this.answers = new AnswerContext(codecs.getWriters());
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		return Mono.defer(() -> inScope(exchange, chain));
	}

	private Mono<Void> inScope(ServerWebExchange exchange, WebFilterChain chain) {
		Duration timeout;
		try {
			timeout = this.deadline.timeLeft(exchange.getRequest().getHeaders()::getFirst);
		}
		catch (NumberFormatException ex) {
			return Mono.error(new ServerWebInputException(this.deadline.expected()));
		}
		RootScope scope = CancelScope.createRoot();
		scope.name(() -> name(exchange));
		exchange.getAttributes().put(ATTRIBUTE, scope);
		Mono<Void> work;
		if (timeout == null) {
			work = chain.filter(exchange);
		}
		else {
			scope.timeout(timeout);
			work = timeout.isZero() ? Mono.error(() -> passed(scope))
					: chain.filter(exchange).takeUntilOther(end(scope));
		}
		work = work.onErrorResume((ex) -> isEnd(scope, exchange, ex), (ex) -> answer(exchange))
			.doOnTerminate(() -> scope.cancel(CancelKind.REQUEST, "the request is over"))
			.doFinally((signal) -> close(scope))
			.contextWrite((context) -> context.put(CancelScope.class, scope));
		if (this.properties.isCancelOnDisconnect()) {
			return work.doOnCancel(() -> scope.cancel(CancelKind.DISCONNECT, "the client has gone"));
		}
		// cancelling what caches does not cancel what it caches
		return work.cache();
	}

	/** The method, and the route as soon as it is known. */
	private static String name(ServerWebExchange exchange) {
		Object route = exchange.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
		return exchange.getRequest().getMethod() + ((route != null) ? " " + route : "");
	}

	/**
	 * Ends the scope. What is still open in it has been cancelled, and is waited for, but
	 * not by the server's thread.
	 */
	private static void close(RootScope scope) {
		if (scope.open().isEmpty()) {
			scope.close();
		}
		else {
			Thread.ofVirtual().name("taskgroup-request-end").start(scope::close);
		}
	}

	/** Fails when the scope's deadline has passed, which may be moved meanwhile. */
	private static Mono<Void> end(CancelScope scope) {
		return Mono.defer(() -> {
			Optional<Duration> left = scope.timeLeft();
			if (left.isEmpty()) {
				return Mono.never();
			}
			return left.get().isZero() ? Mono.delay(TO_END).then(Mono.error(() -> passed(scope)))
					: Mono.delay(left.get()).then(end(scope));
		});
	}

	/** The scope hears of its deadline before the cancellation of those inside does. */
	private static TaskCancelledException passed(CancelScope scope) {
		if (!scope.cancelCalled()) {
			scope.timeout(Duration.ZERO);
		}
		return new TaskCancelledException(CancelKind.TIMEOUT, scope.cancelReason().orElse(null));
	}

	/** Whether the request's deadline ended it, and somebody can still be told. */
	private static boolean isEnd(CancelScope scope, ServerWebExchange exchange, Throwable thrown) {
		return scope.cancelKind().filter((kind) -> kind == CancelKind.TIMEOUT).isPresent()
				&& !exchange.getResponse().isCommitted()
				&& Causes.of(thrown).anyMatch(TaskCancelledException.class::isInstance);
	}

	private Mono<Void> answer(ServerWebExchange exchange) {
		HttpStatusCode status = HttpStatusCode.valueOf(this.properties.getTimeoutStatus());
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, "The time for this request has passed.");
		problem.setInstance(URI.create(exchange.getRequest().getURI().getRawPath()));
		ServerHttpResponse response = exchange.getResponse();
		ContentHeaders.clear(response.getHeaders());
		// what was cancelled a moment ago may clear these headers, too
		response.beforeCommit(() -> Mono
			.fromRunnable(() -> response.getHeaders().setContentType(MediaType.APPLICATION_PROBLEM_JSON)));
		return ServerResponse.status(status)
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.bodyValue(problem)
			.flatMap((answer) -> answer.writeTo(exchange, this.answers));
	}

	/**
	 * How the answer is written.
	 *
	 * @param messageWriters the application's
	 */
	private record AnswerContext(List<HttpMessageWriter<?>> messageWriters) implements ServerResponse.Context {

		@Override
		public List<ViewResolver> viewResolvers() {
			return List.of();
		}

	}

}
