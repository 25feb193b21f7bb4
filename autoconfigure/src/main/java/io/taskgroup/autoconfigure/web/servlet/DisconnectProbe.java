package io.taskgroup.autoconfigure.web.servlet;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

/**
 * Knows how to notice that the client of a request has gone, in one web server. A bean of
 * this type is asked for each request; the first in their order that knows the request's
 * server is used.
 */
public interface DisconnectProbe {

	/**
	 * Begins to watch the client of a request. Called on the request's thread.
	 * @param request the request
	 * @param gone to be called, on any thread, when the client has gone, by a probe that
	 * is told of that; may be called more than once and after the end
	 * @return how to look, or null if this probe cannot watch the client of this request
	 */
	@Nullable Watch watch(HttpServletRequest request, Runnable gone);

	/**
	 * The watch over one client.
	 */
	interface Watch {

		/**
		 * Returns whether the client has gone. Called on the thread that serves the
		 * request, while it waits. It must not block, and must leave what the client has
		 * sent to those who read it.
		 * @return {@code true} if the client has gone for certain
		 */
		boolean isGone();

		/**
		 * Called when the request is over.
		 */
		default void end() {
		}

	}

}
