package io.taskgroup;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread that looks at the clock: for deadlines, for threads that do not end, and
 * for nothing else. It ends by itself when there is nothing to wait for.
 */
final class Timer {

	private static final ScheduledThreadPoolExecutor EXECUTOR = executor();

	private Timer() {
	}

	static Future<?> schedule(Runnable action, long delayNanos) {
		return EXECUTOR.schedule(action, delayNanos, TimeUnit.NANOSECONDS);
	}

	private static ScheduledThreadPoolExecutor executor() {
		ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, Timer::thread);
		// what is over is forgotten at once, not when its time has come
		executor.setRemoveOnCancelPolicy(true);
		executor.setKeepAliveTime(1, TimeUnit.SECONDS);
		executor.allowCoreThreadTimeOut(true);
		return executor;
	}

	private static Thread thread(Runnable work) {
		Thread thread = Thread.ofPlatform()
			.name("taskgroup-timer")
			.daemon()
			.inheritInheritableThreadLocals(false)
			.unstarted(work);
		// a thread that is started by a request must not keep that application's classes
		thread.setContextClassLoader(null);
		return thread;
	}

}
