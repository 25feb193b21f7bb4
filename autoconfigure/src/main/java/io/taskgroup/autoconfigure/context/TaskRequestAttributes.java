package io.taskgroup.autoconfigure.context;

import java.io.IOException;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * The attributes of a request, for the tasks that were forked in it. They work as long as
 * the request is handled, asynchronously too. Once it is over, they, the request and the
 * response throw an {@link IllegalStateException}: a server uses the same objects again,
 * for the next request.
 */
final class TaskRequestAttributes extends ServletRequestAttributes {

	private static final String NAME = TaskRequestAttributes.class.getName();

	private final ServletRequestAttributes original;

	private final Lent<HttpServletRequest> request;

	private final @Nullable Lent<HttpServletResponse> response;

	private TaskRequestAttributes(ServletRequestAttributes original, Lent<HttpServletRequest> request,
			@Nullable Lent<HttpServletResponse> response) {
		super(new LentRequest(request), (response != null) ? new LentResponse(response) : null);
		this.original = original;
		this.request = request;
		this.response = response;
	}

	/**
	 * Returns the attributes for tasks that are forked now: one object for all of a
	 * request.
	 */
	static TaskRequestAttributes of(ServletRequestAttributes original) {
		if (original instanceof TaskRequestAttributes itself) {
			return itself;
		}
		try {
			if (original.getAttribute(NAME, RequestAttributes.SCOPE_REQUEST) instanceof TaskRequestAttributes known
					&& known.original == original) {
				return known;
			}
			TaskRequestAttributes made = make(original);
			original.setAttribute(NAME, made, RequestAttributes.SCOPE_REQUEST);
			original.registerDestructionCallback(NAME, made::dispatched, RequestAttributes.SCOPE_REQUEST);
			return made;
		}
		catch (IllegalStateException ex) {
			// it is over already: whoever asks the attributes will hear it
			TaskRequestAttributes late = make(original);
			late.end();
			return late;
		}
	}

	private static TaskRequestAttributes make(ServletRequestAttributes original) {
		HttpServletResponse response = original.getResponse();
		return new TaskRequestAttributes(original, new Lent<>(HttpServletRequest.class, original.getRequest()),
				(response != null) ? new Lent<>(HttpServletResponse.class, response) : null);
	}

	/**
	 * Called when the first pass through the servlet has ended, on the thread of the
	 * request. Asynchronous handling may go on.
	 */
	private void dispatched() {
		HttpServletRequest request = this.original.getRequest();
		if (request.isAsyncStarted()) {
			try {
				request.getAsyncContext().addListener(new EndOfAsync());
				return;
			}
			catch (IllegalStateException ex) {
				// it has just ended
			}
		}
		end();
	}

	private void end() {
		try {
			requestCompleted();
		}
		finally {
			this.request.takeBack();
			if (this.response != null) {
				this.response.takeBack();
			}
		}
	}

	/** A request that may be taken back. */
	private static final class LentRequest extends HttpServletRequestWrapper {

		private final Lent<HttpServletRequest> lent;

		LentRequest(Lent<HttpServletRequest> lent) {
			super(lent.proxy());
			this.lent = lent;
		}

		/** For those who look for a certain kind of request inside. */
		@Override
		public ServletRequest getRequest() {
			return this.lent.get();
		}

	}

	/** A response that may be taken back. */
	private static final class LentResponse extends HttpServletResponseWrapper {

		private final Lent<HttpServletResponse> lent;

		LentResponse(Lent<HttpServletResponse> lent) {
			super(lent.proxy());
			this.lent = lent;
		}

		@Override
		public ServletResponse getResponse() {
			return this.lent.get();
		}

	}

	/** Waits for the end of asynchronous handling. */
	private final class EndOfAsync implements AsyncListener {

		@Override
		public void onComplete(AsyncEvent event) {
			end();
		}

		@Override
		public void onTimeout(AsyncEvent event) {
			// it is completed next
		}

		@Override
		public void onError(AsyncEvent event) {
			// it is completed next
		}

		@Override
		public void onStartAsync(AsyncEvent event) throws IOException {
			event.getAsyncContext().addListener(this);
		}

	}

}
