package io.taskgroup;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

/**
 * The results of tasks in the order in which they were forked. Each task writes a place
 * of its own; so nothing of the task itself is kept. Whoever reads must have waited for
 * all of them.
 *
 * @param <R> the type of the results
 */
final class Results<R extends @Nullable Object> {

	private static final int CHUNK = 256;

	private final List<@Nullable Object[]> chunks = new ArrayList<>();

	/** How many places the last chunk has given out. */
	private int used = CHUNK;

	/** Returns a task that computes the next result. On the thread that forks. */
	<T extends @Nullable Object> Callable<Void> setter(TaskFunction<? super T, ? extends R> function, T item) {
		if (this.used == CHUNK) {
			this.chunks.add(new @Nullable Object[CHUNK]);
			this.used = 0;
		}
		return new Setter<>(function, item, this.chunks.getLast(), this.used++);
	}

	/** The results, or null if a task has none. */
	@SuppressWarnings({ "unchecked", "NullAway" }) // a null is a task's own result
	@Nullable List<R> toList() {
		List<R> results = new ArrayList<>(this.chunks.size() * CHUNK);
		for (@Nullable
		Object[] chunk : this.chunks) {
			int count = (chunk == this.chunks.getLast()) ? this.used : CHUNK;
			for (int i = 0; i < count; i++) {
				Object encoded = chunk[i];
				if (encoded == null) {
					return null;
				}
				results.add((R) Handle.decode(encoded));
			}
		}
		return Collections.unmodifiableList(results);
	}

	/** Writes a result to its place. */
	private static final class Setter<T extends @Nullable Object, R extends @Nullable Object>
			implements Callable<Void> {

		private final TaskFunction<? super T, ? extends R> function;

		private final T item;

		private final @Nullable Object[] chunk;

		private final int index;

		Setter(TaskFunction<? super T, ? extends R> function, T item, @Nullable Object[] chunk, int index) {
			this.function = function;
			this.item = item;
			this.chunk = chunk;
			this.index = index;
		}

		@Override
		@SuppressWarnings("NullAway") // Void has no other value
		public Void call() throws Exception {
			this.chunk[this.index] = Handle.encode(this.function.apply(this.item));
			return null;
		}

	}

}
