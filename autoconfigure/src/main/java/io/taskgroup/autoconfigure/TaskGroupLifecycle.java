package io.taskgroup.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskScopeSnapshot;
import io.taskgroup.TaskSnapshot;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.SmartLifecycle;

/**
 * Ends what is open when the application ends: when drained, after the web server has let
 * its requests finish; when cancelled, before it waits for them. Either way while it can
 * still answer those that are cut off, and before the beans that tasks use are destroyed.
 * Everything has its time: a task that does not end keeps the application from ending no
 * longer than that.
 */
final class TaskGroupLifecycle implements SmartLifecycle, DisposableBean {

	/**
	 * Between the phases of the web server's graceful shutdown, which comes first, and of
	 * its end.
	 */
	static final int DRAIN_PHASE = SmartLifecycle.DEFAULT_PHASE - 1024 - 512;

	/** Before that of the web server's graceful shutdown. */
	static final int CANCEL_PHASE = SmartLifecycle.DEFAULT_PHASE - 512;

	private static final Log logger = LogFactory.getLog(TaskGroupLifecycle.class);

	private final TaskGroupFactory factory;

	private final boolean drains;

	private final Duration timeout;

	private final TaskGroupGracePeriod gracePeriod;

	private volatile boolean running;

	private volatile boolean closed;

	TaskGroupLifecycle(TaskGroupFactory factory, boolean drains, Duration timeout, Duration phaseTimeout) {
		this.factory = factory;
		this.drains = drains;
		this.timeout = timeout;
		this.gracePeriod = new TaskGroupGracePeriod(factory, drains, phaseTimeout);
	}

	/** What comes before this, while the web server lets its requests finish. */
	TaskGroupGracePeriod gracePeriod() {
		return this.gracePeriod;
	}

	@Override
	public int getPhase() {
		return this.drains ? DRAIN_PHASE : CANCEL_PHASE;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public void start() {
		if (this.closed) {
			this.closed = false;
			this.factory.reopen();
		}
		this.running = true;
	}

	@Override
	public void stop(Runnable callback) {
		this.running = false;
		// the phase has a time limit of its own, which stop() would not obey
		Thread.ofVirtual().name("taskgroup-shutdown").start(() -> {
			try {
				end(this.drains);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			finally {
				callback.run();
			}
		});
	}

	@Override
	public void stop() {
		stop(() -> {
		});
	}

	/** For a context that was never started. */
	@Override
	public void destroy() throws InterruptedException {
		if (!this.closed) {
			end(false);
		}
	}

	private void end(boolean drains) throws InterruptedException {
		long start = System.nanoTime();
		this.gracePeriod.end();
		if (drains) {
			drain(this.timeout.minus(TaskGroupGracePeriod.reserve(this.timeout)));
		}
		this.closed = true;
		// it waits as long as it takes
		Thread closing = Thread.ofVirtual().name("taskgroup-close").start(this.factory::close);
		Duration left = this.timeout.minusNanos(System.nanoTime() - start);
		// if nothing is open, it may not have begun, and must not close what is opened
		// again
		if (!closing.join(left) && !this.factory.awaitIdle(Duration.ZERO)) {
			logger.warn("Task groups that do not end although they are cancelled: "
					+ OpenGroups.names(OpenGroups.of(this.factory), (scope) -> true));
		}
	}

	private void drain(Duration time) throws InterruptedException {
		cancelSupervisors(OpenGroups.of(this.factory));
		if (!awaitDrained(time)) {
			logger.warn("Task groups that are cancelled because they have not ended within " + time.toMillis() + " ms: "
					+ OpenGroups.names(OpenGroups.of(this.factory), (scope) -> !scope.cancelled()));
		}
	}

	private boolean awaitDrained(Duration time) throws InterruptedException {
		long start = System.nanoTime();
		while (true) {
			Duration left = time.minusNanos(System.nanoTime() - start);
			if (this.factory.awaitIdle((left.compareTo(OpenGroups.LOOK_AGAIN) < 0) ? left : OpenGroups.LOOK_AGAIN)
					|| isDrained(OpenGroups.of(this.factory))) {
				return true;
			}
			if (!left.isPositive()) {
				return false;
			}
		}
	}

	/** A supervisor that nobody closes stays open, but there is no work left in it. */
	private static boolean isDrained(List<TaskScopeSnapshot> scopes) {
		return scopes.stream()
			.allMatch((scope) -> scope.supervisor() && scope.cancelled() && scope.tasks().isEmpty()
					&& isDrained(scope.children()));
	}

	/** They would not end by themselves. */
	private void cancelSupervisors(List<TaskScopeSnapshot> scopes) {
		for (TaskScopeSnapshot scope : scopes) {
			if (scope.supervisor()) {
				OpenGroups.cancel(scope, this.factory);
			}
			cancelSupervisors(scope.children());
			for (TaskSnapshot task : scope.tasks()) {
				cancelSupervisors(task.children());
			}
		}
	}

}
