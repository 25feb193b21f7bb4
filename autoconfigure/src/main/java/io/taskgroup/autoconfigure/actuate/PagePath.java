package io.taskgroup.autoconfigure.actuate;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.http.server.PathContainer;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;

/**
 * Where the page is, and what is below it, in the application that serves the endpoints.
 */
final class PagePath {

	/** Found out with the first request, when all endpoints are known. */
	private final Supplier<@Nullable PathPattern> pattern;

	PagePath(Supplier<PathMappedEndpoints> endpoints) {
		this.pattern = SingletonSupplier.ofNullable(() -> pattern(endpoints.get()));
	}

	private static @Nullable PathPattern pattern(PathMappedEndpoints endpoints) {
		String path = endpoints.getPath(TaskTreeEndpoint.ID);
		return (path != null) ? PathPatternParser.defaultInstance.parse(path + "/**") : null;
	}

	/** Whether a path within the application is that of the page, or below. */
	boolean matches(PathContainer path) {
		PathPattern pattern = this.pattern.get();
		return pattern != null && pattern.matches(path);
	}

}
