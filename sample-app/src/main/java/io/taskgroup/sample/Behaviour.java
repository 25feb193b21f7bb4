package io.taskgroup.sample;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

import io.taskgroup.CancelScope;

import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * How a simulated backend behaves.
 *
 * @param latency how long an answer takes at least
 * @param jitter how much longer it takes at most
 * @param errorRate how many of its answers are errors, from 0 to 1
 */
record Behaviour(@DefaultValue("0ms") Duration latency, @DefaultValue("0ms") Duration jitter,
		@DefaultValue("0") double errorRate) {

	/** How much longer an answer takes if the backend is in that trouble. */
	private static final Duration SLOW = Duration.ofSeconds(10);

	static Behaviour of(String backend, Map<String, Behaviour> behaviours) {
		Behaviour behaviour = behaviours.get(backend);
		if (behaviour == null) {
			throw new ResponseStatusException(HttpStatus.NOT_FOUND);
		}
		return behaviour;
	}

	void simulate(Trouble trouble) throws InterruptedException {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		Thread.sleep(this.latency.toMillis() + random.nextLong(this.jitter.toMillis() + 1));
		if (trouble == Trouble.SLOW) {
			dawdle();
		}
		if (trouble == Trouble.FAILING || random.nextDouble() < this.errorRate) {
			throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE);
		}
	}

	/** Looks now and then whether anybody still waits for the answer. */
	private static void dawdle() throws InterruptedException {
		long start = System.nanoTime();
		while (System.nanoTime() - start < SLOW.toNanos()) {
			Thread.sleep(20);
			CancelScope.checkpoint();
		}
	}

}
