package io.taskgroup.autoconfigure.web.servlet;

import java.util.List;

import io.taskgroup.autoconfigure.web.ContentHeaders;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.http.HttpHeaders;

/**
 * An answer that was begun, has not been committed, and will not be sent.
 */
final class UnfinishedAnswer {

	private UnfinishedAnswer() {
	}

	/**
	 * Takes it back: the status, the content, and what was said of the content.
	 */
	static void takeBack(HttpServletResponse response) {
		HttpHeaders headers = new HttpHeaders();
		for (String name : response.getHeaderNames()) {
			headers.put(name, List.copyOf(response.getHeaders(name)));
		}
		ContentHeaders.clear(headers);
		// resetBuffer() would not do: after a writer was asked for, no stream could be
		response.reset();
		headers.forEach((name, values) -> values.forEach((value) -> response.addHeader(name, value)));
	}

}
