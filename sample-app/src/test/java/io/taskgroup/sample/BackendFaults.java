package io.taskgroup.sample;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Stands in front of the simulated backends, and has the ones that a test names fail or
 * hang. Paths are matched by how they begin.
 */
class BackendFaults extends OncePerRequestFilter {

	private final Set<String> failing = ConcurrentHashMap.newKeySet();

	private final Map<String, CountDownLatch> hanging = new ConcurrentHashMap<>();

	private final Map<String, AtomicInteger> requests = new ConcurrentHashMap<>();

	void fail(String path) {
		this.failing.add(path);
	}

	/** Keeps back the answers, those of failing backends too, until {@link #release}. */
	void hang(String path) {
		this.hanging.put(path, new CountDownLatch(1));
	}

	void release(String path) {
		this.hanging.remove(path).countDown();
	}

	/** Ends all faults, and forgets which requests there were. */
	void heal() {
		this.failing.clear();
		this.hanging.keySet().forEach(this::release);
		this.requests.clear();
	}

	int requests(String path) {
		return this.requests.entrySet()
			.stream()
			.filter(entry -> entry.getKey().startsWith(path))
			.mapToInt(entry -> entry.getValue().get())
			.sum();
	}

	@Override
	protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws ServletException, IOException {
		String path = request.getRequestURI();
		this.requests.computeIfAbsent(path, p -> new AtomicInteger()).incrementAndGet();
		hangIfTold(path);
		if (this.failing.stream().anyMatch(path::startsWith)) {
			response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
			return;
		}
		chain.doFilter(request, response);
	}

	private void hangIfTold(String path) throws ServletException {
		for (Map.Entry<String, CountDownLatch> entry : this.hanging.entrySet()) {
			if (path.startsWith(entry.getKey())) {
				try {
					entry.getValue().await(30, TimeUnit.SECONDS);
				}
				catch (InterruptedException ex) {
					throw new ServletException(ex);
				}
			}
		}
	}

}
