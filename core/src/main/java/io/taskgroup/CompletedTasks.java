package io.taskgroup;

import java.util.Iterator;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * Tasks in the order in which they finish. A failed one does not cancel the others: the
 * caller decides, by asking the handle for its result, or not.
 *
 * <pre>{@code
 * try (CompletedTasks<Offer> offers = groups.named("offers").asCompleted(suppliers, Supplier::offer)) {
 *     for (TaskHandle<Offer> offer : offers) {
 *         if (offer.state() == TaskState.SUCCESS) {
 *             show(offer.resultNow());
 *         }
 *     }
 * }
 * }</pre>
 *
 * Belongs to the thread that opened it, which is the only one that may call it, but for
 * {@link #cancel()}.
 *
 * @param <T> the type of the results
 */
public interface CompletedTasks<T extends @Nullable Object> extends Iterable<TaskHandle<T>>, AutoCloseable {

	/**
	 * Waits for the next task to finish. Starts further tasks, if there is more input and
	 * the limit allows.
	 * @return the task, done; empty when all have been given out
	 * @throws TaskGroupTimeoutException if the group's deadline passed
	 * @throws CancelledException if a scope around the group is cancelled
	 * @throws InterruptedException if the calling thread is interrupted
	 * @throws WrongThreadException if the calling thread has not opened it
	 */
	Optional<TaskHandle<T>> next() throws InterruptedException;

	/**
	 * Returns an iterator over the tasks, which waits as {@link #next()} does. Where that
	 * would throw {@link CancelledException} or {@link InterruptedException}, the
	 * iterator throws {@link TaskCancelledException}; an interrupt from outside stays
	 * pending.
	 * @return an iterator over what has not been given out yet
	 */
	@Override
	Iterator<TaskHandle<T>> iterator();

	/**
	 * Cancels the tasks that are not done, and starts no more. They are given out all the
	 * same.
	 */
	void cancel();

	/**
	 * Cancels what is not done, waits until all have ended, and ends the group. Throws no
	 * task's failure.
	 * @throws WrongThreadException if the calling thread has not opened it
	 */
	@Override
	void close();

}
