package io.taskgroup.sample;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Stands in front of the simulated backends, and has the ones that a test names fail or
 * hang, or watches how they are called. Paths are matched by how they begin.
 */
class BackendFaults implements HandlerInterceptor, WebMvcConfigurer {

	private final Set<String> failing = ConcurrentHashMap.newKeySet();

	private final Map<String, CountDownLatch> hanging = new ConcurrentHashMap<>();

	private final Map<String, AtomicInteger> requests = new ConcurrentHashMap<>();

	private final Map<String, Calls> watched = new ConcurrentHashMap<>();

	private volatile boolean virtual;

	/** Whether the latest request of the storefront's came in on a virtual thread. */
	boolean isServedOnVirtualThreads() {
		return this.virtual;
	}

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

	/** Watches the calls from now on. */
	Calls watch(String path) {
		Calls calls = new Calls();
		this.watched.put(path, calls);
		return calls;
	}

	/** Ends all faults and watches, and forgets which requests there were. */
	void heal() {
		this.failing.clear();
		this.hanging.keySet().forEach(this::release);
		this.watched.clear();
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
	public void addInterceptors(InterceptorRegistry registry) {
		registry.addInterceptor(this);
	}

	@Override
	public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
			throws ServletException, IOException {
		if (request.getDispatcherType() != DispatcherType.REQUEST) {
			return true;
		}
		String path = request.getRequestURI();
		if (path.startsWith("/books")) {
			this.virtual = Thread.currentThread().isVirtual();
		}
		this.requests.computeIfAbsent(path, p -> new AtomicInteger()).incrementAndGet();
		List<Calls> calls = this.watched.entrySet()
			.stream()
			.filter(entry -> path.startsWith(entry.getKey()))
			.map(Map.Entry::getValue)
			.toList();
		calls.forEach(Calls::begin);
		try {
			hangIfTold(path);
		}
		finally {
			// Before the answer: with that the caller may ask anew.
			calls.forEach(Calls::end);
		}
		if (this.failing.stream().anyMatch(path::startsWith)) {
			response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
			return false;
		}
		return true;
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

	/** The calls of a backend, up to when they are answered. */
	static class Calls {

		private final Queue<Long> starts = new ConcurrentLinkedQueue<>();

		private final AtomicInteger running = new AtomicInteger();

		private final AtomicInteger most = new AtomicInteger();

		private void begin() {
			this.starts.add(System.nanoTime());
			this.most.accumulateAndGet(this.running.incrementAndGet(), Math::max);
		}

		private void end() {
			this.running.decrementAndGet();
		}

		/** How many there have been at the same time. */
		int most() {
			return this.most.get();
		}

		/** When they came in, by {@link System#nanoTime()}, the earliest first. */
		List<Long> starts() {
			return this.starts.stream().sorted().toList();
		}

	}

}
