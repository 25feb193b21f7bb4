package io.taskgroup;

import java.lang.System.Logger.Level;
import java.util.concurrent.ThreadFactory;

/**
 * Starts threads that come from somebody else's factory.
 */
final class Threads {

	private Threads() {
	}

	/**
	 * Starts a thread, or throws what goes wrong with that (3.9).
	 */
	static void start(ThreadFactory factory, Abortable runnable) {
		try {
			Thread thread = factory.newThread(runnable);
			if (thread == null) {
				throw new NullPointerException("the thread factory " + factory + " returned null");
			}
			thread.start();
		}
		catch (Throwable ex) {
			if (runnable.abort()) {
				throw Sneaky.<RuntimeException>rethrow(ex);
			}
			Log.log(Level.WARNING, "the thread factory " + factory + " failed after it had started a thread", ex);
		}
	}

	/** What a thread runs, unless it is aborted before that. */
	interface Abortable extends Runnable {

		/** Returns false if it has begun. Afterwards it never will. */
		boolean abort();

	}

}
