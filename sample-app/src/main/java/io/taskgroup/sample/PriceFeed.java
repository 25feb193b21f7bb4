package io.taskgroup.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import io.taskgroup.CancelScope;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskScope;
import io.taskgroup.TaskStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Keeps the prices of all books fresh, for as long as the application runs.
 * <p>
 * A {@link SmartLifecycle} of the default, last phase starts after the web servers and
 * stops before them: the prices come over HTTP, here even from this very process.
 */
@Component
class PriceFeed implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(PriceFeed.class);

	private final TaskGroupFactory groups;

	private final Duration interval;

	private final Backends backends;

	private volatile PriceList latest = new PriceList(Instant.EPOCH, Map.of());

	private volatile @Nullable TaskScope scope;

	PriceFeed(TaskGroupFactory groups, StorefrontProperties properties, Backends backends) {
		this.groups = groups;
		this.interval = properties.priceRefresh();
		this.backends = backends;
	}

	PriceList latest() {
		return this.latest;
	}

	/**
	 * Comes back when the first prices are there. Without them the application does not
	 * start: what the task throws up to then is thrown here.
	 */
	@Override
	public void start() {
		TaskScope scope = this.groups.named("price-feed").openScope();
		this.scope = scope;
		try {
			int books = scope.startAction("refresh", this::refreshForEver).startValue();
			logger.info("The price feed has started with the prices of {} books", books);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("interrupted before the price feed had started", ex);
		}
	}

	private void refreshForEver(TaskStatus<Integer> status) throws InterruptedException {
		this.latest = this.backends.prices();
		status.started(this.latest.prices().size());
		while (true) {
			Thread.sleep(this.interval);
			try {
				this.latest = this.backends.prices();
			}
			catch (RuntimeException ex) {
				// A call that was cancelled fails as well: then this ends the task.
				CancelScope.checkpoint();
				logger.warn("The prices stay as they were at {}: {}", this.latest.asOf(), ex.toString());
			}
		}
	}

	/** Interrupts the task, wherever it is, and waits for its end. */
	@Override
	public void stop() {
		TaskScope scope = this.scope;
		if (scope != null) {
			scope.close();
			this.scope = null;
		}
	}

	@Override
	public boolean isRunning() {
		return this.scope != null;
	}

}
