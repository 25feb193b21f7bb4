package io.taskgroup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Those who wait for one thing to happen: threads, and callbacks. Adding is one CAS and
 * no lock; nothing is allocated before somebody waits.
 * <p>
 * Whoever waits adds itself first and looks second; whoever makes the thing happen does
 * so first and calls {@link #releaseAll} second. So one of the two sees the other.
 */
abstract class WaitStack {

	private static final VarHandle HEAD;

	static {
		try {
			HEAD = MethodHandles.lookup().findVarHandle(WaitStack.class, "head", Waiter.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	/** What removals hold; they are rare. */
	private static final Object[] REMOVAL = Stream.generate(Object::new).limit(64).toArray();

	/**
	 * Written by CAS only. Links further in are changed by removals, under their lock.
	 */
	private volatile @Nullable Waiter head;

	/** Whether what the waiter waits for has happened. */
	abstract boolean isReached(Waiter waiter);

	final void add(Waiter waiter) {
		Waiter first;
		do {
			first = this.head;
			waiter.next = first;
		}
		while (!HEAD.compareAndSet(this, first, waiter));
	}

	/**
	 * Takes out one that does not wait any more, so that waiting briefly for something
	 * that takes long, again and again, leaves nothing behind.
	 */
	final void remove(Waiter waiter) {
		waiter.gone = true;
		// not this: a handle is the user's, who may hold its monitor
		synchronized (REMOVAL[System.identityHashCode(this) % REMOVAL.length]) {
			Waiter first = this.head;
			while (first != null && first.gone) {
				HEAD.compareAndSet(this, first, first.next);
				first = this.head;
			}
			Waiter previous = first;
			while (previous != null) {
				Waiter next = previous.next;
				if (next != null && next.gone) {
					previous.next = next.next;
				}
				else {
					previous = next;
				}
			}
		}
	}

	final boolean hasWaiters() {
		return this.head != null;
	}

	/**
	 * Releases all who wait now, those who came first before the others. One who comes
	 * late may release those who wait for the next thing already: who is released and
	 * sees that nothing has happened must add itself again.
	 */
	final void releaseAll() {
		if (this.head == null) {
			return;
		}
		Waiter waiter = inOrder((Waiter) HEAD.getAndSet(this, null));
		while (waiter != null) {
			Waiter later = waiter.later;
			waiter.release();
			waiter = later;
		}
	}

	/**
	 * Links what was taken off the other way round; {@code next} is {@link #remove}'s.
	 */
	private static @Nullable Waiter inOrder(@Nullable Waiter last) {
		Waiter first = null;
		for (Waiter waiter = last; waiter != null; waiter = waiter.next) {
			waiter.later = first;
			first = waiter;
		}
		return first;
	}

	/** One that waits. */
	abstract static class Waiter {

		private volatile @Nullable Waiter next;

		/** Written and read by the one thread that releases. */
		private @Nullable Waiter later;

		private volatile boolean gone;

		/** Called once, on the thread that made happen what was waited for. */
		abstract void release();

		/** Whether {@link #release()} was called. */
		abstract boolean isReleased();

	}

}
