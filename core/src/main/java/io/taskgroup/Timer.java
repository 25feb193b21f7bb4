package io.taskgroup;

import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread that looks at the clock: for deadlines, for threads that do not end, and
 * for nothing else. What is to be done then is done by workers. All of them end by
 * themselves when there is nothing to do.
 */
final class Timer {

	private static final String NAME = "taskgroup-timer";

	private static final ScheduledThreadPoolExecutor EXECUTOR = executor();

	/**
	 * A cancellation may run foreign code: a listener's, or that of a channel which
	 * closes because its thread is interrupted. It must not hold up other deadlines.
	 */
	private static final ThreadPoolExecutor WORKERS = new ThreadPoolExecutor(0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS,
			new SynchronousQueue<>(), Timer::thread);

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

	/** Has a worker run the action at once. */
	static void run(Runnable action) {
		try {
			WORKERS.execute(() -> runLogged(action));
		}
		catch (Throwable noThread) {
			runLogged(action);
		}
	}

	private static void runLogged(Runnable action) {
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
