package io.taskgroup.autoconfigure.web;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * How task groups are tied to the requests that they are opened in.
 */
@ConfigurationProperties("taskgroup.request")
public class RequestProperties implements InitializingBean {

	/**
	 * Whether each request has a cancel scope, which is cancelled when the request is
	 * over.
	 */
	private boolean enabled = true;

	/**
	 * Time after which a request is cancelled. None by default.
	 */
	private @Nullable Duration timeout;

	/**
	 * Name of the header in which a request says how many milliseconds are left for it.
	 * None by default.
	 */
	private @Nullable String deadlineHeader;

	/**
	 * Whether HTTP clients send on what is left of the current deadline, in the deadline
	 * header, and end their calls when it has passed.
	 */
	private boolean propagateDeadline;

	/**
	 * Whether a request is cancelled when its client has gone.
	 */
	private boolean cancelOnDisconnect = true;

	/**
	 * Whether a client that has closed its sending side of the connection has gone. One
	 * that has closed both looks the same over HTTP/1.1.
	 */
	private boolean cancelOnHalfClose = true;

	/**
	 * How often a thread that serves a request looks whether the client has gone, while
	 * it waits for tasks.
	 */
	private Duration disconnectCheckInterval = Duration.ofMillis(250);

	/**
	 * Status of the answer to a request whose deadline has passed.
	 */
	private int timeoutStatus = 503;

	/**
	 * Called when the properties have been bound.
	 * @throws InvalidConfigurationPropertyValueException if a value cannot be
	 */
	@Override
	public void afterPropertiesSet() {
		check("timeout", this.timeout, this.timeout == null || isPositive(this.timeout),
				"It must be more than zero. Leave it out for none.");
		check("deadline-header", this.deadlineHeader, this.deadlineHeader == null || isToken(this.deadlineHeader),
				"It must be the name of an HTTP header, such as 'X-Deadline'.");
		check("propagate-deadline", true, !this.propagateDeadline || this.deadlineHeader != null,
				"It needs the name of the header, 'taskgroup.request.deadline-header'.");
		check("disconnect-check-interval", this.disconnectCheckInterval, isPositive(this.disconnectCheckInterval),
				"It must be more than zero. Set 'taskgroup.request.cancel-on-disconnect' to false to never look.");
		check("timeout-status", this.timeoutStatus, this.timeoutStatus >= 400 && this.timeoutStatus <= 599,
				"It must be a status of an error, from 400 to 599.");
	}

	private static void check(String key, @Nullable Object value, boolean right, String allowed) {
		if (!right) {
			throw new InvalidConfigurationPropertyValueException("taskgroup.request." + key, value, allowed);
		}
	}

	private static boolean isPositive(Duration duration) {
		return !duration.isNegative() && !duration.isZero();
	}

	/** A token of RFC 9110. */
	private static boolean isToken(String name) {
		return name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
	}

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public @Nullable Duration getTimeout() {
		return this.timeout;
	}

	public void setTimeout(@Nullable Duration timeout) {
		this.timeout = timeout;
	}

	public @Nullable String getDeadlineHeader() {
		return this.deadlineHeader;
	}

	public void setDeadlineHeader(@Nullable String deadlineHeader) {
		this.deadlineHeader = deadlineHeader;
	}

	public boolean isPropagateDeadline() {
		return this.propagateDeadline;
	}

	public void setPropagateDeadline(boolean propagateDeadline) {
		this.propagateDeadline = propagateDeadline;
	}

	public boolean isCancelOnDisconnect() {
		return this.cancelOnDisconnect;
	}

	public void setCancelOnDisconnect(boolean cancelOnDisconnect) {
		this.cancelOnDisconnect = cancelOnDisconnect;
	}

	public boolean isCancelOnHalfClose() {
		return this.cancelOnHalfClose;
	}

	public void setCancelOnHalfClose(boolean cancelOnHalfClose) {
		this.cancelOnHalfClose = cancelOnHalfClose;
	}

	public Duration getDisconnectCheckInterval() {
		return this.disconnectCheckInterval;
	}

	public void setDisconnectCheckInterval(Duration disconnectCheckInterval) {
		this.disconnectCheckInterval = disconnectCheckInterval;
	}

	public int getTimeoutStatus() {
		return this.timeoutStatus;
	}

	public void setTimeoutStatus(int timeoutStatus) {
		this.timeoutStatus = timeoutStatus;
	}

}
