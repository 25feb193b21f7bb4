package io.taskgroup;

import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

/**
 * Tasks that are kept track of together but fail alone: a supervisor.
 * <p>
 * A scope from {@link TaskGroupSpec#openScope()} may live as long as the application. A
 * failing task cancels nothing: its failure goes to the {@linkplain TaskGroupSpec#onError
 * error handler} at once. The scope keeps no finished task, so its memory stays flat
 * however many tasks it has run. All methods may be called from any thread.
 * <p>
 * A {@link TaskGroup} is a task scope with another policy: its tasks fail together.
 */
public interface TaskScope extends AutoCloseable {

	/**
	 * Returns the name under which the scope was opened.
	 * @return the name
	 */
	String name();

	/**
	 * Starts a task on a thread of its own. Does not wait for it. In a scope that is
	 * cancelled but has not ended the task is started all the same, already cancelled: it
	 * runs up to its first blocking call, and so can clean up what it was handed.
	 * @param <T> the type of the result
	 * @param task the task
	 * @return the task's handle
	 * @throws TaskGroupClosedException if the scope has ended
	 */
	<T extends @Nullable Object> TaskHandle<T> fork(Callable<? extends T> task);

	/**
	 * Starts a named task on a thread of its own.
	 * @param <T> the type of the result
	 * @param name the name of the task, for messages, metrics and dumps
	 * @param task the task
	 * @return the task's handle
	 * @throws TaskGroupClosedException if the scope has ended
	 * @see #fork(Callable)
	 */
	<T extends @Nullable Object> TaskHandle<T> fork(String name, Callable<? extends T> task);

	/**
	 * Starts a task that gives no value on a thread of its own.
	 * @param action the task
	 * @return the task's handle
	 * @throws TaskGroupClosedException if the scope has ended
	 * @see #fork(Callable)
	 */
	TaskHandle<Void> fork(TaskAction action);

	/**
	 * Starts a named task that gives no value on a thread of its own.
	 * @param name the name of the task, for messages, metrics and dumps
	 * @param action the task
	 * @return the task's handle
	 * @throws TaskGroupClosedException if the scope has ended
	 * @see #fork(Callable)
	 */
	TaskHandle<Void> fork(String name, TaskAction action);

	/**
	 * Starts a task and waits until it says that it has started.
	 * <p>
	 * Up to then the task is the caller's alone: what it throws is thrown here, as it is,
	 * and neither fails the group nor goes to an error handler; a caller that is
	 * cancelled takes the task down with it. Afterwards it is a task like any other. This
	 * method throws only after an unstarted task has ended.
	 *
	 * <pre>{@code
	 * StartedTask<Integer, Void> server = scope.startAction(status -> {
	 *     try (var socket = new ServerSocket(0)) {
	 *         status.started(socket.getLocalPort());
	 *         serve(socket);
	 *     }
	 * });
	 * int port = server.startValue();
	 * }</pre>
	 * @param <S> the type of the start value
	 * @param <T> the type of the result
	 * @param <X> what the task throws
	 * @param task the task
	 * @return the task's handle, with the start value
	 * @throws X if the task threw it before it had started; unchecked exceptions and
	 * errors likewise
	 * @throws IllegalStateException if the task ended without having started
	 * @throws TaskCancelledException if the task was cancelled before it had started, and
	 * the caller was not
	 * @throws CancelledException if the caller's cancel scope is cancelled
	 * @throws InterruptedException if the calling thread is interrupted
	 * @throws TaskGroupClosedException if the scope has ended
	 */
	<S extends @Nullable Object, T extends @Nullable Object, X extends Exception> StartedTask<S, T> start(
			StartableTask<S, ? extends T, X> task) throws X, InterruptedException;

	/**
	 * Starts a named task and waits until it says that it has started.
	 * @param <S> the type of the start value
	 * @param <T> the type of the result
	 * @param <X> what the task throws
	 * @param name the name of the task, for messages, metrics and dumps
	 * @param task the task
	 * @return the task's handle, with the start value
	 * @throws X if the task threw it before it had started
	 * @throws InterruptedException if the calling thread is interrupted or cancelled
	 * @see #start(StartableTask)
	 */
	<S extends @Nullable Object, T extends @Nullable Object, X extends Exception> StartedTask<S, T> start(String name,
			StartableTask<S, ? extends T, X> task) throws X, InterruptedException;

	/**
	 * Starts a task that gives no result and waits until it says that it has started.
	 * @param <S> the type of the start value
	 * @param <X> what the task throws
	 * @param task the task
	 * @return the task's handle, with the start value
	 * @throws X if the task threw it before it had started
	 * @throws InterruptedException if the calling thread is interrupted or cancelled
	 * @see #start(StartableTask)
	 */
	<S extends @Nullable Object, X extends Exception> StartedTask<S, Void> startAction(StartableAction<S, X> task)
			throws X, InterruptedException;

	/**
	 * Starts a named task that gives no result and waits until it says that it has
	 * started.
	 * @param <S> the type of the start value
	 * @param <X> what the task throws
	 * @param name the name of the task, for messages, metrics and dumps
	 * @param task the task
	 * @return the task's handle, with the start value
	 * @throws X if the task threw it before it had started
	 * @throws InterruptedException if the calling thread is interrupted or cancelled
	 * @see #start(StartableTask)
	 */
	<S extends @Nullable Object, X extends Exception> StartedTask<S, Void> startAction(String name,
			StartableAction<S, X> task) throws X, InterruptedException;

	/**
	 * Cancels all tasks, and the body if there is one. Returns at once. May be called at
	 * any time, any number of times; after the end it does nothing.
	 */
	void cancel();

	/**
	 * Cancels all tasks, and the body if there is one, with a reason.
	 * @param reason why, in words; the first reason stays
	 * @see #cancel()
	 */
	void cancel(String reason);

	/**
	 * Returns the cancel scope of the tasks, and of the body if there is one.
	 * @return the cancel scope
	 */
	CancelScope cancelScope();

	/**
	 * Waits until no task is left. The scope goes on afterwards.
	 * @throws CancelledException if the cancel scope of the calling thread is cancelled;
	 * this scope and its tasks go on
	 * @throws InterruptedException if the calling thread is interrupted; this scope and
	 * its tasks go on
	 * @throws TaskGroupTimeoutException if the scope was given a
	 * {@linkplain TaskGroupSpec#timeout timeout}, and it passed
	 * @throws IllegalStateException if called from a task of this scope, or below one
	 */
	void join() throws InterruptedException;

	/**
	 * Cancels what is still running, waits until it has ended, and ends the scope. Waits
	 * also on a thread that is interrupted or cancelled; the interrupt stays pending.
	 * Closing what is closed does nothing.
	 * @throws IllegalStateException if called from a task of this scope, or below one
	 */
	@Override
	void close();

}
