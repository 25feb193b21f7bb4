package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * What a thread looked like before its first task, so that the next one finds it as new.
 * Thread-locals that a task has left behind cannot be taken away from it.
 */
final class ThreadLook {

	private final Thread thread;

	private final String name;

	private final @Nullable ClassLoader contextClassLoader;

	/** Takes the look of the current thread. */
	ThreadLook(Thread thread) {
		this.thread = thread;
		this.name = thread.getName();
		this.contextClassLoader = thread.getContextClassLoader();
	}

	/** Does with an exception what the thread would if it ended with it. */
	void uncaught(Throwable exception) {
		this.thread.getUncaughtExceptionHandler().uncaughtException(this.thread, exception);
	}

	/** Makes it look so again. On the same thread. */
	void restore() {
		Thread.interrupted();
		if (!this.name.equals(this.thread.getName())) {
			this.thread.setName(this.name);
		}
		if (this.thread.getContextClassLoader() != this.contextClassLoader) {
			this.thread.setContextClassLoader(this.contextClassLoader);
		}
	}

}
