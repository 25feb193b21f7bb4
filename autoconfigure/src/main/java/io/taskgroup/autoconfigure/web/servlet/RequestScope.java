package io.taskgroup.autoconfigure.web.servlet;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import io.taskgroup.RootScope;
import io.taskgroup.TaskScopeInfo;
import io.taskgroup.WaitProbe;
import io.taskgroup.autoconfigure.web.Causes;
import io.taskgroup.autoconfigure.web.servlet.DisconnectProbe.Watch;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The cancel scope of one request, from its first dispatch to its end. An attribute of
 * the request.
 */
final class RequestScope implements WaitProbe {

	private static final String NAME = RequestScope.class.getName();

	private static final Log logger = LogFactory.getLog(RequestScope.class);

	/** As the request is called in the log: it may be asked when the request is gone. */
	private final String request;

	private final RootScope root = CancelScope.createRoot();

	private final Duration interval;

	private @Nullable Watch watch;

	/** What the thread is in that handles a dispatch. Own thread. */
	private RootScope.@Nullable Entered entered;

	/** Whether an exception of this dispatch was brought about by the cancellation. */
	private boolean caught;

	/** With what a dispatch has failed, which is no failure of the connection. */
	private volatile @Nullable Throwable failure;

	/**
	 * Whether the server tells of the end. Threads that dispatch, one after the other.
	 */
	private boolean followed;

	/** Whether the time for asynchronous processing was over. Written by the server. */
	private volatile boolean timedOut;

	private final AtomicBoolean over = new AtomicBoolean();

	RequestScope(String request, Duration interval) {
		this.request = request;
		this.interval = interval;
	}

	static @Nullable RequestScope of(ServletRequest request) {
		return (request.getAttribute(NAME) instanceof RequestScope known) ? known : null;
	}

	void keepIn(ServletRequest request) {
		request.setAttribute(NAME, this);
	}

	void removeFrom(ServletRequest request) {
		request.removeAttribute(NAME);
	}

	String request() {
		return this.request;
	}

	RootScope root() {
		return this.root;
	}

	// The client

	void watch(@Nullable Watch watch) {
		this.watch = watch;
	}

	private boolean isClientGone() {
		return isCancelledAs(CancelKind.DISCONNECT);
	}

	private boolean isCancelledAs(CancelKind kind) {
		return this.root.cancelKind().filter(kind::equals).isPresent();
	}

	/** A dispatch has failed. */
	void failed(Throwable failure) {
		this.failure = failure;
	}

	/** The server says that an asynchronous request has failed. */
	void asyncFailed(@Nullable Throwable reason) {
		if (reason instanceof IOException && reason != this.failure) {
			clientGone();
		}
		else {
			this.root.cancel(CancelKind.REQUEST, "the asynchronous request failed");
		}
	}

	void clientGone() {
		this.root.cancel(CancelKind.DISCONNECT, "the client has gone");
	}

	@Override
	public Duration interval() {
		return this.interval;
	}

	@Override
	public void probe(CancelScope scope) {
		Watch watch = this.watch;
		if (watch != null && watch.isGone()) {
			clientGone();
		}
	}

	// A dispatch, on its thread

	/**
	 * Goes in. The connection is looked at by the thread that the server has given it.
	 */
	void enter() {
		this.caught = false;
		this.entered = (this.watch != null) ? this.root.enter(this) : this.root.enter();
	}

	/** Whether an exception was brought about by the cancellation of the request. */
	boolean catches(Throwable thrown) {
		boolean catches = this.entered != null && this.entered.catches(thrown);
		this.caught |= catches;
		return catches;
	}

	/**
	 * Whether the request's deadline has passed. Called when the server says that the
	 * time is over that it was given, with the deadline in mind.
	 */
	boolean endsWithDeadline() {
		boolean passed = isCancelledAs(CancelKind.TIMEOUT);
		this.caught |= passed;
		return passed;
	}

	/** The server says that the time for asynchronous processing is over. */
	void timedOut() {
		this.timedOut = true;
		this.root.cancel(CancelKind.REQUEST, "the asynchronous request timed out");
	}

	/**
	 * Whether an exception came of the interrupt by which Spring MVC ends what runs when
	 * the time is over. It interrupts before it says that the time is over, so that what
	 * runs may have failed before the scope was cancelled, or the timeout was told.
	 */
	boolean isOfTimeout(Throwable thrown) {
		boolean ofTimeout = this.timedOut && Causes.of(thrown)
			.anyMatch((cause) -> cause instanceof InterruptedException || cause instanceof ClosedByInterruptException);
		this.caught |= ofTimeout;
		return ofTimeout;
	}

	/** The server says so, whose clock may be a moment ahead. */
	void deadlinePassed() {
		if (!this.root.cancelCalled()) {
			this.root.timeout(Duration.ZERO);
		}
	}

	boolean isCaught() {
		return this.caught;
	}

	/**
	 * Whether the answer is cut off by the cancellation, so that its reader has to be
	 * told: it has begun, and must not look as if it were complete.
	 */
	boolean isCutOff(ServletResponse response) {
		return response.isCommitted() && !isClientGone();
	}

	/** Goes out, and closes what was left open. */
	void leave() {
		RootScope.Entered entered = Objects.requireNonNull(this.entered, "entered");
		this.entered = null;
		leave(entered);
	}

	/** Leaves the scope on a thread, and closes what was left open. */
	void leave(RootScope.Entered entered) {
		try {
			entered.close();
		}
		catch (IllegalStateException ex) {
			logger.warn("Request " + this.request + " has left a task group open", ex);
		}
	}

	// The end

	/** The server will tell when the request is complete. */
	void followed() {
		this.followed = true;
	}

	boolean isFollowed() {
		return this.followed;
	}

	/** The request is over. Any thread, more than once. */
	void end() {
		if (!this.over.compareAndSet(false, true)) {
			return;
		}
		endWatch();
		List<TaskScopeInfo> open = this.root.open();
		List<String> supervisors = supervisors(open);
		if (!supervisors.isEmpty() && !isClientGone()) {
			logger.warn("Request " + this.request + " is over and has left task scopes open, which are closed: "
					+ supervisors);
		}
		if (!open.isEmpty()) {
			this.root.cancel(CancelKind.REQUEST, "the request is over");
		}
		this.root.close();
	}

	private void endWatch() {
		Watch watch = this.watch;
		if (watch != null) {
			try {
				watch.end();
			}
			catch (RuntimeException ex) {
				logger.error("The watch over the client of request " + this.request + " cannot be ended", ex);
			}
		}
	}

	/** As {@link #end()}, but what does not end does not hold up the server's thread. */
	void endInBackground() {
		if (supervisors(this.root.open()).isEmpty()) {
			end();
		}
		else {
			Thread.ofVirtual().name("taskgroup-request-end").start(this::end);
		}
	}

	private static List<String> supervisors(List<TaskScopeInfo> open) {
		return open.stream().filter(TaskScopeInfo::supervisor).map(TaskScopeInfo::name).toList();
	}

}
