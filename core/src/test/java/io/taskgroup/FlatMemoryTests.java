package io.taskgroup;

import java.util.Iterator;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Inputs without an end, in memory that does not grow.
 */
@Timeout(120)
class FlatMemoryTests {

	private static final long ITEMS = 2_000_000;

	/** Two bytes for each item would be more than that. */
	private static final long MAY_DIFFER = 3_000_000;

	private static final int LIMIT = 8;

	/** Not of a rig, which keeps count of threads. */
	private final TaskGroupFactory groups = TaskGroupFactory.create();

	private final TaskGroupSpec spec = this.groups.named("endless").maxConcurrency(LIMIT);

	private final AtomicLong done = new AtomicLong();

	@Test
	@DisplayName("7.3 forEach over an endless input needs no more memory after millions of items")
	void forEach() throws Exception {
		Measured items = new Measured();
		CancelScope enough = CancelScope.create();
		items.atEnd = enough::cancel;
		onVirtualThread(() -> enough.enter((scope) -> this.spec.forEach(items, (item) -> this.done.incrementAndGet())));
		assertThat(enough.cancelCaught()).isTrue();
		items.assertFlat();
		assertThat(this.done.get()).isBetween(ITEMS - 4 * LIMIT, ITEMS + 4 * LIMIT);
	}

	@Test
	@DisplayName("7.3 asCompleted over an endless input needs no more memory after millions; left early, nothing runs on")
	void asCompleted() throws Exception {
		Measured items = new Measured();
		AtomicBoolean over = new AtomicBoolean();
		items.atEnd = () -> over.set(true);
		AtomicLong running = new AtomicLong();
		onVirtualThread(() -> {
			try (CompletedTasks<Long> tasks = this.spec.asCompleted(items, (item) -> {
				running.incrementAndGet();
				running.decrementAndGet();
				return item;
			})) {
				while (!over.get()) {
					assertState(tasks.next().orElseThrow());
					this.done.incrementAndGet();
				}
			}
			assertThat(running).hasValue(0);
		});
		assertThat(this.groups.snapshot()).isEmpty();
		assertThat(items.asked).isBetween(ITEMS, ITEMS + 4 * LIMIT);
		items.assertFlat();
		assertThat(this.done.get()).isGreaterThan(ITEMS - 4 * LIMIT);
	}

	/** Unlike a host of a rig, it may take its time. */
	private static void onVirtualThread(TaskAction body) throws Exception {
		FutureTask<Void> host = new FutureTask<>(() -> {
			body.run();
			return null;
		});
		Thread.ofVirtual().start(host);
		host.get();
	}

	private static void assertState(TaskHandle<Long> task) {
		// a million assertions take longer than what they assert
		if (task.state() != TaskState.SUCCESS) {
			assertThat(task.state()).isEqualTo(TaskState.SUCCESS);
		}
	}

	/**
	 * An input without an end, which looks at the memory at a tenth of the way and at its
	 * end.
	 */
	private static final class Measured implements Iterable<Long> {

		private Runnable atEnd;

		/** On the caller's thread only. */
		private long asked;

		private long before;

		private long after;

		@Override
		public Iterator<Long> iterator() {
			return new Iterator<>() {

				@Override
				public boolean hasNext() {
					return true;
				}

				@Override
				public Long next() {
					return Measured.this.next();
				}

			};
		}

		private long next() {
			this.asked++;
			if (this.asked == ITEMS / 10) {
				this.before = Memory.used();
			}
			if (this.asked == ITEMS) {
				this.after = Memory.used();
				this.atEnd.run();
			}
			return this.asked;
		}

		void assertFlat() {
			assertThat(this.before).isPositive();
			assertThat(this.after - this.before).as("bytes more").isLessThan(MAY_DIFFER);
		}

	}

}
