package io.taskgroup;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * A thread factory that knows the threads it made. {@link NoLeaks} fails a test after
 * which one of them is still alive.
 */
final class TrackedThreads implements ThreadFactory {

	private static final Set<Thread> ALL = newSet();

	private final Set<Thread> made = newSet();

	private final AtomicInteger count = new AtomicInteger();

	private final ThreadFactory delegate;

	private TrackedThreads(ThreadFactory delegate) {
		this.delegate = delegate;
	}

	static TrackedThreads virtual() {
		return new TrackedThreads(Thread.ofVirtual().name("tracked-virtual-", 0).factory());
	}

	static TrackedThreads platform() {
		return new TrackedThreads(Thread.ofPlatform().daemon().name("tracked-platform-", 0).factory());
	}

	@Override
	public Thread newThread(Runnable task) {
		Thread thread = this.delegate.newThread(task);
		this.count.incrementAndGet();
		this.made.add(thread);
		ALL.add(thread);
		return thread;
	}

	/** Returns how many threads this factory has made. */
	int made() {
		return this.count.get();
	}

	/** Returns the threads of this factory that have been started and have not ended. */
	Set<Thread> alive() {
		return alive(this.made);
	}

	/** Returns the threads of all factories that have been started and have not ended. */
	static Set<Thread> allAlive() {
		return alive(ALL);
	}

	private static Set<Thread> alive(Set<Thread> threads) {
		synchronized (threads) {
			return threads.stream().filter(Thread::isAlive).collect(Collectors.toSet());
		}
	}

	private static Set<Thread> newSet() {
		return Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
	}

}
