package io.taskgroup.autoconfigure.actuate;

import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The headers of the page and of everything below it: nothing comes from elsewhere, no
 * page from elsewhere has it in a frame, and nothing of it is kept.
 */
final class PageHeaders {

	private static final Map<String, String> HEADERS = Map.of("Content-Security-Policy",
			"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
					+ "base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
			"X-Content-Type-Options", "nosniff", "Cache-Control", "no-store", "Referrer-Policy", "no-referrer");

	private PageHeaders() {
	}

	/** Sets each on an answer. */
	static void set(BiConsumer<String, String> setter) {
		HEADERS.forEach(setter);
	}

}
