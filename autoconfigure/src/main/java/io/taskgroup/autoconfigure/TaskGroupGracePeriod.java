package io.taskgroup.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskScopeSnapshot;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;

/**
 * Cancels what is open shortly before the time is over that the web server gives its
 * requests, so that those that take longer are still answered: when the time is over, the
 * server drops them.
 * <p>
 * From then on, it also cancels what these requests open anew. The factory refuses
 * nothing yet, because closing it would not spare what is shielded, such as cleaning up.
 */
final class TaskGroupGracePeriod implements SmartLifecycle {

	/** That of the web server's graceful shutdown, with which the time begins. */
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 1024;

	private static final Duration LONGEST_RESERVE = Duration.ofSeconds(5);

	private static final Log logger = LogFactory.getLog(TaskGroupGracePeriod.class);

	private final TaskGroupFactory factory;

	private final boolean drains;

	private final Duration time;

	private volatile boolean running;

	private volatile @Nullable Watch watch;

	/**
	 * Creates it.
	 * @param factory what is cancelled
	 * @param drains whether it is not cancelled before
	 * @param phaseTimeout the time that the web server gives its requests
	 */
	TaskGroupGracePeriod(TaskGroupFactory factory, boolean drains, Duration phaseTimeout) {
		this.factory = factory;
		this.drains = drains;
		this.time = phaseTimeout.minus(reserve(phaseTimeout));
	}

	/** The time at the end that is left for what has been cancelled. */
	static Duration reserve(Duration timeout) {
		Duration quarter = timeout.dividedBy(4);
		return (quarter.compareTo(LONGEST_RESERVE) < 0) ? quarter : LONGEST_RESERVE;
	}

	@Override
	public int getPhase() {
		// before the lifecycle on which this bean depends: one that is stopped together
		// with what it depends on ends the wait for that as well
		return this.drains ? PHASE : TaskGroupLifecycle.CANCEL_PHASE + 1;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public void start() {
		this.running = true;
	}

	/** Holds up nobody: the phase ends when the requests have. */
	@Override
	public void stop() {
		this.running = false;
		if (this.drains) {
			this.watch = new Watch();
		}
	}

	/**
	 * The requests have ended, or their time has. Nothing is cancelled after that.
	 * @throws InterruptedException if the thread is interrupted while it waits for a
	 * cancellation under way
	 */
	void end() throws InterruptedException {
		Watch watch = this.watch;
		if (watch != null) {
			watch.end();
		}
	}

	/** Of one shutdown. */
	private final class Watch {

		private final CountDownLatch over = new CountDownLatch(1);

		private final Thread thread = Thread.ofVirtual().name("taskgroup-grace-period").start(this::run);

		void end() throws InterruptedException {
			this.over.countDown();
			this.thread.join();
		}

		private void run() {
			try {
				Duration next = TaskGroupGracePeriod.this.time;
				while (!this.over.await(TimeUnit.NANOSECONDS.convert(next), TimeUnit.NANOSECONDS)) {
					cancelOpen();
					next = OpenGroups.LOOK_AGAIN;
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

	private void cancelOpen() {
		List<TaskScopeSnapshot> open = OpenGroups.of(this.factory)
			.stream()
			.filter((scope) -> !scope.cancelled())
			.toList();
		if (open.isEmpty()) {
			return;
		}
		logger.warn("Task groups that are cancelled because they have not ended " + this.time.toMillis()
				+ " ms after the shutdown began: " + OpenGroups.names(open, (scope) -> true));
		for (TaskScopeSnapshot scope : open) {
			OpenGroups.cancel(scope, this.factory);
		}
	}

}
