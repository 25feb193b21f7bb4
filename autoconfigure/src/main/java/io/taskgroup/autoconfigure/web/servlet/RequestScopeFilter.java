package io.taskgroup.autoconfigure.web.servlet;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.taskgroup.CancelScope;
import io.taskgroup.autoconfigure.web.RequestDeadline;
import io.taskgroup.autoconfigure.web.RequestProperties;
import io.taskgroup.autoconfigure.web.servlet.DisconnectProbe.Watch;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Gives each request a cancel scope, in which each of its dispatches is handled.
 * <p>
 * A request is over when a dispatch has ended that has not made it asynchronous, or when
 * its asynchronous processing is complete. An error page is a request of its own, so that
 * it is not cancelled with what it tells of.
 */
final class RequestScopeFilter extends OncePerRequestFilter {

	private final RequestProperties properties;

	private final RequestDeadline deadline;

	private final List<DisconnectProbe> probes;

	private final CancelledRequestHandler cancelledHandler;

	RequestScopeFilter(RequestProperties properties, List<DisconnectProbe> probes,
			CancelledRequestHandler cancelledHandler) {
		this.properties = properties;
		this.deadline = new RequestDeadline(properties);
		this.probes = probes;
		this.cancelledHandler = cancelledHandler;
	}

	@Override
	protected boolean shouldNotFilterAsyncDispatch() {
		return false;
	}

	@Override
	protected boolean shouldNotFilterErrorDispatch() {
		return false;
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		RequestScope known = isAsyncDispatch(request) ? RequestScope.of(request) : null;
		if (known != null) {
			dispatch(known, request, response, chain);
			return;
		}
		Duration timeLeft = null;
		if (request.getDispatcherType() == DispatcherType.REQUEST) {
			try {
				timeLeft = this.deadline.timeLeft(request::getHeader);
			}
			catch (NumberFormatException ex) {
				response.sendError(HttpServletResponse.SC_BAD_REQUEST, this.deadline.expected());
				return;
			}
		}
		dispatch(begin(request, timeLeft), request, response, chain);
	}

	private RequestScope begin(HttpServletRequest request, @Nullable Duration timeLeft) {
		RequestScope scope = new RequestScope(request.getMethod() + " " + request.getRequestURI(),
				this.properties.getDisconnectCheckInterval());
		// the route is not known yet, and the path is nobody else's business
		String method = request.getMethod();
		scope.root().name(() -> method);
		scope.keepIn(request);
		if (this.properties.isCancelOnDisconnect()) {
			scope.watch(watch(request, scope));
		}
		if (timeLeft != null) {
			scope.root().timeout(timeLeft);
		}
		return scope;
	}

	private @Nullable Watch watch(HttpServletRequest request, RequestScope scope) {
		for (DisconnectProbe probe : this.probes) {
			try {
				Watch watch = probe.watch(request, scope::clientGone);
				if (watch != null) {
					return watch;
				}
			}
			catch (RuntimeException ex) {
				logger.error("The client of request " + scope.request() + " cannot be watched", ex);
			}
		}
		return null;
	}

	private void dispatch(RequestScope scope, HttpServletRequest request, HttpServletResponse response,
			FilterChain chain) throws ServletException, IOException {
		try {
			if (request.getDispatcherType() == DispatcherType.REQUEST && scope.root().cancelCalled()) {
				// too late already
				answer(scope, request, response);
				return;
			}
			handle(scope, request, response, chain);
			if (scope.isCaught() && !request.isAsyncStarted()) {
				answer(scope, request, response);
			}
		}
		finally {
			if (request.isAsyncStarted()) {
				follow(scope, request.getAsyncContext());
			}
			else if (!scope.isFollowed()) {
				scope.end();
				scope.removeFrom(request);
			}
			// an asynchronous request is over when it is complete: who has heard of that
			// before may have closed what is open
		}
	}

	private static void handle(RequestScope scope, HttpServletRequest request, HttpServletResponse response,
			FilterChain chain) throws ServletException, IOException {
		scope.enter();
		try {
			if (request.getDispatcherType() == DispatcherType.ASYNC && scope.root().cancelCalled()) {
				// what is left to do is to tell
				tell(request, response, chain);
			}
			else {
				chain.doFilter(request, response);
			}
		}
		catch (Throwable thrown) {
			if (!scope.catches(thrown) || scope.isCutOff(response)) {
				scope.failed(thrown);
				throw thrown;
			}
		}
		finally {
			scope.leave();
		}
	}

	private static void tell(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		try {
			CancelScope.<Exception>runShielded((shield) -> chain.doFilter(request, response));
		}
		catch (ServletException | IOException | RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			if (ex instanceof InterruptedException) {
				Thread.currentThread().interrupt();
			}
			throw new ServletException(ex);
		}
	}

	private void answer(RequestScope scope, HttpServletRequest request, HttpServletResponse response)
			throws ServletException, IOException {
		if (!response.isCommitted()) {
			UnfinishedAnswer.takeBack(response);
			this.cancelledHandler.handle(request, response, scope.root());
		}
	}

	// Asynchronous requests

	/** Has the request's end told, and its deadline known to the server. */
	private static void follow(RequestScope scope, AsyncContext context) {
		Optional<Duration> left = scope.root().timeLeft();
		boolean deadline = false;
		if (left.isPresent()) {
			// rounded up: the deadline itself comes first
			long millis = left.get().toMillis() + 1;
			deadline = context.getTimeout() <= 0 || millis < context.getTimeout();
			if (deadline) {
				context.setTimeout(millis);
			}
		}
		context.addListener(new End(scope, deadline));
		scope.followed();
	}

	/**
	 * Hears of the end of an asynchronous request, on threads of the server.
	 *
	 * @param scope the request's scope
	 * @param deadline whether the time that the server has given is up to the deadline
	 */
	private record End(RequestScope scope, boolean deadline) implements AsyncListener {

		@Override
		public void onTimeout(AsyncEvent event) {
			if (this.deadline) {
				this.scope.deadlinePassed();
			}
			else {
				this.scope.timedOut();
			}
		}

		@Override
		public void onError(AsyncEvent event) {
			this.scope.asyncFailed(event.getThrowable());
		}

		@Override
		public void onComplete(AsyncEvent event) {
			this.scope.endInBackground();
		}

		@Override
		public void onStartAsync(AsyncEvent event) {
			// a further start: the dispatch that does it follows that, too
		}

	}

}
