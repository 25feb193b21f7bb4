package io.taskgroup;

import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread that looks at the clock: for deadlines, for threads that do not end, and
 * for nothing else. It ends by itself when there is nothing to wait for.
 */
final class Timer {

	private static final String NAME = "taskgroup-timer";

	private static final ScheduledThreadPoolExecutor EXECUTOR = executor();

	private Timer() {
	}

	/**
	 * Has the action run after the delay. Never throws: where not even a timer can be
	 * had, calls of the library still look at the clock themselves.
	 */
	static Future<?> schedule(Runnable action, long delayNanos) {
		try {
			return EXECUTOR.schedule(() -> run(action), delayNanos, TimeUnit.NANOSECONDS);
		}
		catch (Throwable ex) {
			Log.log(Level.ERROR, "the timer could not be set", ex);
			return CompletableFuture.completedFuture(null);
		}
	}

	/** Runs what may take its time: not on the one thread of the timer. */
	static void runElsewhereIfTimer(Runnable action) {
		if (!NAME.equals(Thread.currentThread().getName())) {
			action.run();
			return;
		}
		try {
			Thread.ofVirtual().name("taskgroup-listeners").inheritInheritableThreadLocals(false).start(action);
		}
		catch (Throwable noThread) {
			action.run();
		}
	}

	private static void run(Runnable action) {
		try {
			action.run();
		}
		catch (Throwable ex) {
			Log.log(Level.ERROR, "a timer's action failed", ex);
		}
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
		Thread thread = Thread.ofPlatform().name(NAME).daemon().inheritInheritableThreadLocals(false).unstarted(work);
		// a thread that is started by a request must not keep that application's classes
		thread.setContextClassLoader(null);
		return thread;
	}

}
