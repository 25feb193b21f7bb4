package io.taskgroup.autoconfigure.web.servlet;

import java.io.IOException;

import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Keeps Tomcat's own request, which a servlet does not get to see, for
 * {@link TomcatDisconnectProbe}.
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
		getNext().invoke(request, response);
	}

}
