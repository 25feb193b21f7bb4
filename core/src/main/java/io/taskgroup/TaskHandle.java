package io.taskgroup;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * The caller's view of one task: wait for it, ask how it ended, cancel it alone.
 * <p>
 * All methods may be called from any thread. A handle can be kept for as long as one
 * likes: once the task is done it holds the id, the name and the outcome, and nothing
 * else.
 *
 * @param <T> the type of the task's result
 */
public interface TaskHandle<T extends @Nullable Object> {

	/**
	 * Returns the number of the task, unique in this JVM.
	 * @return the id
	 */
	long id();

	/**
	 * Returns the name of the task: the one given to {@code fork}, or one made from the
	 * id.
	 * @return the name
	 */
	String name();

	/**
	 * Returns the state that the task is in now.
	 * @return the state
	 */
	TaskState state();

	/**
	 * Returns whether the task has ended, in whichever way.
	 * @return whether the state is a final one
	 */
	boolean isDone();

	/**
	 * Waits until the task is done and returns its result. A task that is done answers
	 * even on a thread that is cancelled.
	 * @return what the task returned; may be {@code null}
	 * @throws TaskFailedException if the task failed; the cause is what it threw
	 * @throws TaskCancelledException if the task was cancelled
	 * @throws CancelledException if the task is not done and the cancel scope of the
	 * calling thread is cancelled
	 * @throws InterruptedException if the calling thread is interrupted while it waits
	 * @throws IllegalStateException if the calling thread runs this very task
	 */
	T await() throws InterruptedException;

	/**
	 * Waits for a limited time until the task is done and returns its result.
	 * @param timeout how long to wait; zero or less only looks
	 * @return what the task returned; may be {@code null}
	 * @throws TimeoutException if the task is not done after that time; the task goes on
	 * @throws TaskFailedException if the task failed; the cause is what it threw
	 * @throws TaskCancelledException if the task was cancelled
	 * @throws CancelledException if the task is not done and the cancel scope of the
	 * calling thread is cancelled
	 * @throws InterruptedException if the calling thread is interrupted while it waits
	 * @throws IllegalStateException if the calling thread runs this very task
	 */
	T await(Duration timeout) throws InterruptedException, TimeoutException;

	/**
	 * Waits until the task is done, in whichever way; never throws the task's failure.
	 * @throws CancelledException if the task is not done and the cancel scope of the
	 * calling thread is cancelled
	 * @throws InterruptedException if the calling thread is interrupted while it waits
	 * @throws IllegalStateException if the calling thread runs this very task
	 */
	void awaitDone() throws InterruptedException;

	/**
	 * Returns how the task ended.
	 * @return the outcome
	 * @throws IllegalStateException if the task is not done
	 */
	Outcome<T> outcome();

	/**
	 * Returns the result of a task that is known to have succeeded.
	 * @return what the task returned; may be {@code null}
	 * @throws IllegalStateException if the task is not done, failed or was cancelled
	 */
	T resultNow();

	/**
	 * Returns the exception of a task that is known to have failed.
	 * @return what the task threw
	 * @throws IllegalStateException if the task is not done, succeeded or was cancelled
	 */
	Throwable exceptionNow();

	/**
	 * Cancels this task and nothing else. A task that waits for a permit never runs; one
	 * that runs is interrupted. Returns at once.
	 * @return {@code false} if the task was done already
	 */
	boolean cancel();

	/**
	 * Cancels this task and nothing else, with a reason.
	 * @param reason why, in words
	 * @return {@code false} if the task was done already
	 * @see #cancel()
	 */
	boolean cancel(String reason);

	/**
	 * Returns a new stage that completes as the task does: with its result, with the
	 * exception it threw, or with a {@link TaskCancelledException}. What depends on the
	 * stage runs on a thread of its own, never on the task's, and cannot hold up the
	 * group. Completing or cancelling the stage does nothing to the task.
	 * @return a stage of its own for each call
	 */
	CompletionStage<T> toCompletionStage();

}
