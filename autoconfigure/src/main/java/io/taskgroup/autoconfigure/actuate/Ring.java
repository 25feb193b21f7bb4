package io.taskgroup.autoconfigure.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The last so many things of a kind. Thread-safe, and nobody waits.
 *
 * @param <T> the kind of things
 */
final class Ring<T> {

	private final AtomicReferenceArray<T> slots;

	private final AtomicLong next = new AtomicLong();

	Ring(int size) {
		this.slots = new AtomicReferenceArray<>(size);
	}

	/** Whether nothing is remembered, so that nothing needs to be made for it. */
	boolean isOff() {
		return this.slots.length() == 0;
	}

	void add(T thing) {
		if (!isOff()) {
			this.slots.set(slot(this.next.getAndIncrement()), thing);
		}
	}

	/**
	 * What there is now, the oldest first; those that come meanwhile may be anywhere.
	 */
	List<T> all() {
		List<T> all = new ArrayList<>();
		long begin = this.next.get();
		for (int i = 0; i < this.slots.length(); i++) {
			T thing = this.slots.get(slot(begin + i));
			if (thing != null) {
				all.add(thing);
			}
		}
		return all;
	}

	private int slot(long number) {
		return (int) (number % this.slots.length());
	}

}
