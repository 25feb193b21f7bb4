package io.taskgroup.autoconfigure.web.reactive;

import java.util.Iterator;

/**
 * Items of which is known how many were taken, and whether there are more. Belongs to one
 * thread.
 *
 * @param <T> the type of the items
 */
final class CountedItems<T> implements Iterable<T> {

	private final Iterable<? extends T> items;

	private long taken;

	private boolean exhausted;

	CountedItems(Iterable<? extends T> items) {
		this.items = items;
	}

	/** Whether this was all: so many were taken, and there are no more. */
	boolean isAll(long count) {
		return this.exhausted && this.taken == count;
	}

	@Override
	public Iterator<T> iterator() {
		Iterator<? extends T> iterator = this.items.iterator();
		return new Iterator<>() {

			@Override
			public boolean hasNext() {
				boolean more = iterator.hasNext();
				CountedItems.this.exhausted = !more;
				return more;
			}

			@Override
			public T next() {
				T next = iterator.next();
				CountedItems.this.taken++;
				return next;
			}

		};
	}

}
