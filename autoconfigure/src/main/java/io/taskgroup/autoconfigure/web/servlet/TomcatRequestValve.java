package io.taskgroup.autoconfigure.web.servlet;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;

/**
 * Keeps Tomcat's own request, which a servlet does not get to see, for
 * {@link TomcatDisconnectProbe}, and ends the scope of a request whose end Tomcat does
 * not tell.
 */
final class TomcatRequestValve extends ValveBase {

	/** The attribute that has Tomcat's request. */
	static final String REQUEST = TomcatRequestValve.class.getName() + ".request";

	TomcatRequestValve() {
		super(true);
	}

	@Override
	public void invoke(Request request, Response response) throws IOException, ServletException {
		request.setAttribute(REQUEST, request);
		try {
			getNext().invoke(request, response);
		}
		finally {
			if (request.isAsync() && isBroken(request)) {
				end(RequestScope.of(request.getRequest()));
			}
		}
	}

	private static void end(@Nullable RequestScope scope) {
		if (scope != null) {
			scope.clientGone();
			scope.endInBackground();
		}
	}

	/**
	 * Whether a thread of Tomcat's own could not read or write. It closes the connection
	 * then, and tells no listener of an asynchronous request that it is complete.
	 */
	private static boolean isBroken(Request request) {
		AtomicBoolean ioAllowed = new AtomicBoolean(true);
		request.getCoyoteRequest().action(ActionCode.IS_IO_ALLOWED, ioAllowed);
		return !ioAllowed.get();
	}

}
