package io.taskgroup;

import java.util.concurrent.Callable;

/**
 * On which kinds of threads a test runs its host and its tasks.
 */
enum Rig {

	/** All threads are virtual. */
	VIRTUAL,

	/** The host is a platform thread, the tasks are virtual ones. */
	PLATFORM_HOST,

	/** All threads are platform threads. */
	PLATFORM;

	/** Returns a builder of factories with this rig's threads. */
	TaskGroupFactory.Builder builder() {
		return TaskGroupFactory.builder().threadFactory(taskThreads());
	}

	/** Returns what makes threads for this rig's tasks. */
	TrackedThreads taskThreads() {
		return (this == PLATFORM) ? TrackedThreads.platform() : TrackedThreads.virtual();
	}

	/** Returns a factory with this rig's threads. */
	TaskGroupFactory factory() {
		return builder().build();
	}

	/** Runs the body on a host of its own and waits for it. */
	void run(TaskAction body) throws Exception {
		start(body).get();
	}

	/** Runs the body on a host of its own and returns its value. */
	<T> T call(Callable<? extends T> body) throws Exception {
		return this.<T>startCall(body).get();
	}

	/** Starts a host that runs the body. */
	Host<Void> start(TaskAction body) {
		return startCall(() -> {
			body.run();
			return null;
		});
	}

	/** Starts a host that runs the body. */
	<T> Host<T> startCall(Callable<? extends T> body) {
		return Host.start((this == VIRTUAL) ? TrackedThreads.virtual() : TrackedThreads.platform(), body);
	}

}
