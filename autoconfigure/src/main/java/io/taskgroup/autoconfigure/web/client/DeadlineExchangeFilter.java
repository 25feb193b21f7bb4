package io.taskgroup.autoconfigure.web.client;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import io.taskgroup.TaskCancelledException;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;

/**
 * Ends the calls of a {@code WebClient} at the deadline in effect, and tells the server
 * what is left of it.
 * <p>
 * The deadline is looked for where the call is subscribed to: the nearer one of that of
 * the calling thread and that of the {@link CancelScope} in the Reactor context, under
 * the key {@code CancelScope.class}. The header gets the whole milliseconds that are
 * left; one that the caller has set is left alone. When the deadline passes, the call and
 * the reading of its answer end with a {@link TaskCancelledException}. If it has passed
 * already, or a cancellation is in effect, no server is asked. Thread-safe.
 */
public final class DeadlineExchangeFilter implements ExchangeFilterFunction {

	/**
	 * A thread that waits for the answer is interrupted at its own deadline, and has to
	 * hear of that first: what it threw before would be a failure.
	 */
	private static final Duration AFTER_INTERRUPT = Duration.ofMillis(100);

	private final String header;

	/**
	 * Creates a filter.
	 * @param header the name of the header
	 */
	public DeadlineExchangeFilter(String header) {
		this.header = Objects.requireNonNull(header, "header");
	}

	@Override
	public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
		return Mono.deferContextual((context) -> exchange(request, next, context));
	}

	private Mono<ClientResponse> exchange(ClientRequest request, ExchangeFunction next, ContextView context) {
		CancelScope scope = context.getOrDefault(CancelScope.class, null);
		if (scope != null && scope.cancelCalled()) {
			return Mono.error(() -> new TaskCancelledException(scope.cancelKind().orElse(CancelKind.EXPLICIT),
					scope.cancelReason().orElse(null)));
		}
		Optional<Duration> ofThread = CancelScope.currentTimeLeft();
		Optional<Duration> ofContext = (scope != null) ? scope.timeLeft() : Optional.empty();
		if (ofThread.isEmpty() && ofContext.isEmpty()) {
			return next.exchange(request);
		}
		Duration left = nearer(ofThread, ofContext);
		if (left.isZero()) {
			return Mono.error(DeadlineExchangeFilter::passed);
		}
		long end = System.nanoTime() + nearer(ofThread.map(AFTER_INTERRUPT::plus), ofContext).toNanos();
		return next.exchange(withHeader(request, left))
			.takeUntilOther(at(end))
			.map((response) -> response.mutate().body((body) -> body.takeUntilOther(at(end))).build());
	}

	private ClientRequest withHeader(ClientRequest request, Duration left) {
		return request.headers().containsHeader(this.header) ? request
				: ClientRequest.from(request).header(this.header, String.valueOf(left.toMillis())).build();
	}

	private static Duration nearer(Optional<Duration> one, Optional<Duration> other) {
		if (one.isEmpty() || other.isEmpty()) {
			return one.or(() -> other).orElseThrow();
		}
		return (one.get().compareTo(other.get()) < 0) ? one.get() : other.get();
	}

	/** Fails at the given time of {@link System#nanoTime()}. */
	private static Mono<Void> at(long end) {
		return Mono.defer(() -> Mono.delay(Duration.ofNanos(Math.max(0, end - System.nanoTime()))))
			.then(Mono.error(DeadlineExchangeFilter::passed));
	}

	private static TaskCancelledException passed() {
		return new TaskCancelledException(CancelKind.TIMEOUT, "the deadline has passed");
	}

}
