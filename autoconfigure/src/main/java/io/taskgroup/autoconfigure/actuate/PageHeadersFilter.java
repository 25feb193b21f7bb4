package io.taskgroup.autoconfigure.actuate;

import java.io.IOException;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.PathContainer;

/**
 * Sets the headers of the page.
 */
final class PageHeadersFilter implements Filter {

	private final PagePath page;

	PageHeadersFilter(PagePath page) {
		this.page = page;
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		if (request instanceof HttpServletRequest http && response instanceof HttpServletResponse answer
				&& isForPage(http)) {
			PageHeaders.set(answer::setHeader);
		}
		chain.doFilter(request, response);
	}

	private boolean isForPage(HttpServletRequest request) {
		// behind the path of a servlet, if that has one
		return matches(request.getServletPath()) || matches(request.getPathInfo());
	}

	private boolean matches(@Nullable String path) {
		return path != null && this.page.matches(PathContainer.parsePath(path));
	}

}
