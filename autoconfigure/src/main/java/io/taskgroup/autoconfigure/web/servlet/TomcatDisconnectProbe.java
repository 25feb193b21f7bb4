package io.taskgroup.autoconfigure.web.servlet;

import java.util.concurrent.atomic.AtomicBoolean;

import jakarta.servlet.http.HttpServletRequest;
import org.apache.catalina.connector.Request;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;

/**
 * Notices that a client of Tomcat has gone.
 * <p>
 * Over HTTP/1.1 nobody reads from the connection while a request is served, so that the
 * thread that serves it can: without blocking, into Tomcat's own buffer, where a request
 * that the client has sent ahead waits until it is its turn. It looks only when the body
 * has been read to its end, since somebody else may be reading it, and when nothing is in
 * the buffer.
 * <p>
 * Over HTTP/2 Tomcat reads all the time, and {@link StreamResets} hears when the client
 * resets the stream or closes the connection.
 */
final class TomcatDisconnectProbe implements DisconnectProbe {

	private final boolean halfClosedHasGone;

	private final StreamResets resets;

	/**
	 * Creates a probe.
	 * @param halfClosedHasGone whether a client that will send nothing more has gone
	 * @param resets what hears of HTTP/2 streams
	 */
	TomcatDisconnectProbe(boolean halfClosedHasGone, StreamResets resets) {
		this.halfClosedHasGone = halfClosedHasGone;
		this.resets = resets;
	}

	@Override
	public @Nullable Watch watch(HttpServletRequest request, Runnable gone) {
		if (!(request.getAttribute(TomcatRequestValve.REQUEST) instanceof Request tomcatRequest)) {
			return null;
		}
		if (request.getProtocol().startsWith("HTTP/2")) {
			return this.resets.watch(request.getServletConnection().getConnectionId(), request.getProtocolRequestId(),
					gone);
		}
		return this.halfClosedHasGone ? new Http11Watch(tomcatRequest) : () -> false;
	}

	/**
	 * A look at a connection of HTTP/1.1.
	 *
	 * @param request Tomcat's request
	 */
	private record Http11Watch(Request request) implements Watch {

		/** What Tomcat says is available when there is only an end, or an error. */
		private static final int END = 1;

		@Override
		public boolean isGone() {
			if (this.request.isAsyncStarted() || !hasBodyBeenRead()) {
				return false;
			}
			// one byte of the next request looks the same at first: but that stays in the
			// buffer, and is not read again
			return available(false) == 0 && available(true) == END && available(true) == END && available(false) == 0;
		}

		private boolean hasBodyBeenRead() {
			AtomicBoolean read = new AtomicBoolean();
			this.request.getCoyoteRequest().action(ActionCode.REQUEST_BODY_FULLY_READ, read);
			return read.get();
		}

		private int available(boolean read) {
			this.request.getCoyoteRequest().action(ActionCode.AVAILABLE, read);
			return this.request.getCoyoteRequest().getAvailable();
		}

	}

}
