package io.taskgroup.autoconfigure.web.servlet;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Looks whether a request has left an interrupt on a thread, which the next one finds.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ThreadCheck implements Filter {

	private final AtomicInteger interrupted = new AtomicInteger();

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		if (Thread.interrupted()) {
			this.interrupted.incrementAndGet();
		}
		chain.doFilter(request, response);
		if (Thread.interrupted()) {
			this.interrupted.incrementAndGet();
		}
	}

	/** How many requests have found an interrupt, at their beginning or end. */
	int interrupted() {
		return this.interrupted.get();
	}

}
