package io.taskgroup.autoconfigure.web.servlet;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.converter.HttpMessageConverter;
import org.springframework.http.converter.HttpMessageConverters;
import org.springframework.http.server.ServletServerHttpResponse;

/**
 * Answers with a {@link ProblemDetail}, as JSON if there is a library for that.
 */
final class ProblemDetailHandler implements CancelledRequestHandler {

	/** What web servers note down when nobody is there to see it. */
	private static final int CLIENT_CLOSED_REQUEST = 499;

	private final HttpStatusCode status;

	/** Found when it is needed first. */
	private volatile @Nullable HttpMessageConverters converters;

	ProblemDetailHandler(HttpStatusCode status) {
		this.status = status;
	}

	@Override
	public void handle(HttpServletRequest request, HttpServletResponse response, CancelScope scope) throws IOException {
		CancelKind kind = scope.cancelKind().orElse(CancelKind.REQUEST);
		if (kind == CancelKind.DISCONNECT) {
			response.setStatus(CLIENT_CLOSED_REQUEST);
			return;
		}
		String text = scope.cancelReason()
			.map((reason) -> "The request was cancelled: " + reason + ".")
			.orElse("The request was cancelled.");
		ProblemDetail problem = ProblemDetail.forStatusAndDetail(this.status, text);
		problem.setInstance(path(request));
		write(problem, response);
	}

	private static @Nullable URI path(HttpServletRequest request) {
		try {
			return new URI(request.getRequestURI());
		}
		catch (URISyntaxException notOne) {
			return null;
		}
	}

	private void write(ProblemDetail problem, HttpServletResponse response) throws IOException {
		response.setStatus(problem.getStatus());
		for (HttpMessageConverter<?> converter : converters()) {
			if (converter.canWrite(ProblemDetail.class, MediaType.APPLICATION_PROBLEM_JSON)) {
				write(problem, converter, response);
				return;
			}
		}
		response.setContentType(MediaType.TEXT_PLAIN_VALUE);
		response.setCharacterEncoding(StandardCharsets.UTF_8);
		response.getWriter().println(problem.getDetail());
	}

	@SuppressWarnings("unchecked") // it has been asked
	private static void write(ProblemDetail problem, HttpMessageConverter<?> converter, HttpServletResponse response)
			throws IOException {
		try (ServletServerHttpResponse output = new ServletServerHttpResponse(response)) {
			((HttpMessageConverter<Object>) converter).write(problem, MediaType.APPLICATION_PROBLEM_JSON, output);
			output.getBody().flush();
		}
	}

	private HttpMessageConverters converters() {
		HttpMessageConverters known = this.converters;
		if (known == null) {
			known = HttpMessageConverters.forServer().registerDefaults().build();
			this.converters = known;
		}
		return known;
	}

}
