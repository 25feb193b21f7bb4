package io.taskgroup.autoconfigure.web;

import org.springframework.http.HttpHeaders;

/**
 * What the headers of an answer say of its content, also for how long to keep it.
 */
public final class ContentHeaders {

	private ContentHeaders() {
	}

	/**
	 * Takes them out of the headers of an answer whose content will not be sent. Others,
	 * which filters have set as a rule, are for whatever is answered.
	 * @param headers the headers of the answer
	 */
	public static void clear(HttpHeaders headers) {
		headers.clearContentHeaders();
		headers.remove(HttpHeaders.CACHE_CONTROL);
		headers.remove(HttpHeaders.ETAG);
		headers.remove(HttpHeaders.EXPIRES);
		headers.remove(HttpHeaders.LAST_MODIFIED);
	}

}
