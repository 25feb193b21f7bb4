package io.taskgroup.autoconfigure.web.servlet;

import java.io.IOException;

import io.taskgroup.CancelScope;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Answers a request that was ended by its cancellation. A bean of this type takes the
 * place of the one that answers with a {@code ProblemDetail}.
 */
@FunctionalInterface
public interface CancelledRequestHandler {

	/**
	 * Called on the request's thread, outside of the request's scope, if the response has
	 * not been committed. It has been reset, but for headers that say nothing of the
	 * content.
	 * @param request the request
	 * @param response the response
	 * @param scope the request's scope, which says why it was cancelled
	 * @throws IOException if the answer cannot be written
	 * @throws ServletException if something else goes wrong
	 */
	void handle(HttpServletRequest request, HttpServletResponse response, CancelScope scope)
			throws IOException, ServletException;

}
