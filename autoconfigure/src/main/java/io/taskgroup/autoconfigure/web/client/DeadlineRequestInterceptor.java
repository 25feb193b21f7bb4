package io.taskgroup.autoconfigure.web.client;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

import io.taskgroup.CancelScope;
import io.taskgroup.CancelledException;
import io.taskgroup.TaskCancelledException;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Ends the calls of a {@code RestClient} or {@code RestTemplate} at the deadline in
 * effect on the calling thread, and tells the server what is left of it.
 * <ul>
 * <li>The header gets the whole milliseconds that are left. One that the caller has set
 * is left alone.
 * <li>When the deadline passes before the answer has begun, the thread is interrupted,
 * also in the body of a group from {@code open()}, and the call ends as far as the HTTP
 * client obeys interrupts.
 * <li>Where a cancellation is in effect, {@link TaskCancelledException} is thrown, and no
 * server is asked.
 * <li>A socket's timeout at the deadline counts as the cancellation that it is.
 * <li>With no deadline in effect nothing is changed.
 * </ul>
 * Let it be the last of the interceptors, so that what others do counts. Thread-safe.
 */
public final class DeadlineRequestInterceptor implements ClientHttpRequestInterceptor {

	private final String header;

	/**
	 * Creates an interceptor.
	 * @param header the name of the header
	 */
	public DeadlineRequestInterceptor(String header) {
		this.header = Objects.requireNonNull(header, "header");
	}

	/**
	 * Executes the request within the deadline.
	 * @throws IOException what the client throws
	 * @throws TaskCancelledException if a cancellation is in effect, before the call or
	 * because the deadline has passed meanwhile
	 */
	@Override
	public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
			throws IOException {
		throwIfCancelled();
		Optional<Duration> left = CancelScope.currentTimeLeft();
		if (left.isEmpty()) {
			return execution.execute(request, body);
		}
		if (!request.getHeaders().containsHeader(this.header)) {
			request.getHeaders().set(this.header, String.valueOf(left.get().toMillis()));
		}
		ClientHttpResponse response = within(left.get(), () -> execution.execute(request, body));
		return new DeadlineResponse(response);
	}

	/**
	 * Runs the call in a scope of its own: a thread in the body of a group from
	 * {@code open()} is not interrupted otherwise.
	 */
	private static ClientHttpResponse within(Duration left, Call call) throws IOException {
		Answer answer = new Answer();
		try {
			CancelScope.moveOnAfter(left, (scope) -> answer.response = call.execute());
		}
		catch (IOException ex) {
			if (isTimeout(ex)) {
				throwIfCancelled();
			}
			throw ex;
		}
		catch (CancelledException ex) {
			throw cancelled(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw asIOException("the thread was interrupted", ex);
		}
		if (answer.response == null) {
			throwIfCancelled();
			throw new SocketTimeoutException("the deadline that was in effect when the request was sent has passed");
		}
		return answer.response;
	}

	/** Whether it ended for the time it took. Any timeout that is later is not ours. */
	static boolean isTimeout(IOException ex) {
		return ex instanceof SocketTimeoutException || ex instanceof HttpTimeoutException;
	}

	static InterruptedIOException asIOException(String message, Exception cause) {
		InterruptedIOException exception = new InterruptedIOException(message);
		exception.initCause(cause);
		return exception;
	}

	private static void throwIfCancelled() {
		try {
			CancelScope.checkpoint();
		}
		catch (CancelledException ex) {
			throw cancelled(ex);
		}
	}

	private static TaskCancelledException cancelled(CancelledException ex) {
		return new TaskCancelledException(ex.kind(), ex.reason().orElse(null));
	}

	/** The rest of the interceptors, and the request. */
	private interface Call {

		ClientHttpResponse execute() throws IOException;

	}

	/** What the call gave; the thread's own. */
	private static final class Answer {

		private @Nullable ClientHttpResponse response;

	}

}
