package io.taskgroup.autoconfigure.web;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * How much time requests have: the timeout of all of them, or what a request's own header
 * says, whichever is less. Thread-safe.
 */
public final class RequestDeadline {

	private final RequestProperties properties;

	/**
	 * Creates it.
	 * @param properties the timeout, and the name of the header
	 */
	public RequestDeadline(RequestProperties properties) {
		this.properties = Objects.requireNonNull(properties, "properties");
	}

	/**
	 * Returns how much time a request has, from its arrival.
	 * @param headers gives the first value of a header of the request, or null if it has
	 * no such header
	 * @return the time, zero if it is too late already, or null if there is no deadline
	 * @throws NumberFormatException if the header has no whole number: see
	 * {@link #expected()}
	 */
	public @Nullable Duration timeLeft(Function<String, @Nullable String> headers) {
		Duration timeout = this.properties.getTimeout();
		Duration sent = sent(headers);
		return (timeout == null || (sent != null && sent.compareTo(timeout) < 0)) ? sent : timeout;
	}

	private @Nullable Duration sent(Function<String, @Nullable String> headers) {
		String header = this.properties.getDeadlineHeader();
		String value = (header != null) ? headers.apply(header) : null;
		return (value != null) ? Duration.ofMillis(Math.max(0, Long.parseLong(value.strip()))) : null;
	}

	/**
	 * Returns what to tell a client whose header has no whole number.
	 * @return a sentence
	 */
	public String expected() {
		return "The header " + this.properties.getDeadlineHeader()
				+ " must have the milliseconds that are left, as a whole number";
	}

}
