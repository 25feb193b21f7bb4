package io.taskgroup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

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

	/** Written by CAS only, but for the removal of what is gone (under this lock). */
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
		synchronized (this) {
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

	/** Releases all who wait now, those who came first before the others. */
	final void releaseAll() {
		if (this.head == null) {
			return;
		}
		Waiter waiter = reverse((Waiter) HEAD.getAndSet(this, null));
		while (waiter != null) {
			Waiter next = waiter.next;
			waiter.release();
			waiter = next;
		}
	}

	private static @Nullable Waiter reverse(@Nullable Waiter first) {
		Waiter reversed = null;
		Waiter waiter = first;
		while (waiter != null) {
			Waiter next = waiter.next;
			waiter.next = reversed;
			reversed = waiter;
			waiter = next;
		}
		return reversed;
	}

	/** One that waits. */
	abstract static class Waiter {

		private volatile @Nullable Waiter next;

		private volatile boolean gone;

		/** Called once, on the thread that made happen what was waited for. */
		abstract void release();

		/** Whether {@link #release()} was called. */
		abstract boolean isReleased();

	}

}
