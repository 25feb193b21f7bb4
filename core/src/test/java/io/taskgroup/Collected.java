package io.taskgroup;

import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Objects of which a test says that nothing holds them any more.
 */
final class Collected {

	private final Map<String, WeakReference<Object>> references = new LinkedHashMap<>();

	/** Remembers an object, weakly, and returns it. */
	<T> T track(String what, T object) {
		synchronized (this.references) {
			this.references.put(what, new WeakReference<>(object));
		}
		return object;
	}

	/** Returns whether an object was tracked under that name. */
	boolean isTracked(String what) {
		synchronized (this.references) {
			return this.references.containsKey(what);
		}
	}

	/** Collects garbage until nothing is left of what was tracked. */
	void awaitAll() {
		long start = System.nanoTime();
		while (!remaining().isEmpty()) {
			if (System.nanoTime() - start > Waits.BOUND.toNanos()) {
				assertThat(remaining()).as("what is still held").isEmpty();
			}
			System.gc();
		}
	}

	private Map<String, WeakReference<Object>> remaining() {
		synchronized (this.references) {
			Map<String, WeakReference<Object>> remaining = new LinkedHashMap<>(this.references);
			remaining.values().removeIf(reference -> reference.refersTo(null));
			return remaining;
		}
	}

}
