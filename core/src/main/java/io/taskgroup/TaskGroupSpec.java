package io.taskgroup;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How a task group is to behave. Immutable: each setter returns a new spec, so a spec can
 * be kept in a constant and used by many threads.
 *
 * <pre>{@code
 * List<Offer> offers = groups.named("offers").timeout(Duration.ofMillis(800)).call(group -> {
 *     ...
 * });
 * }</pre>
 */
public interface TaskGroupSpec {

	/**
	 * Has the whole group fail, with a {@link TaskGroupTimeoutException}, when the time
	 * has passed. For a supervisor: has it cancelled, and its {@code join()} throw.
	 * @param timeout the time, from the opening of the group; zero or less has passed
	 * already
	 * @return a new spec
	 */
	TaskGroupSpec timeout(Duration timeout);

	/**
	 * Has the whole group cancelled, quietly, when the time has passed. When both this
	 * and {@link #timeout} are set the nearer one counts.
	 * @param timeout the time, from the opening of the group; zero or less has passed
	 * already
	 * @return a new spec
	 */
	TaskGroupSpec moveOnAfter(Duration timeout);

	/**
	 * Sets who hears of the failures of a supervisor's tasks, instead of the default,
	 * which logs them at ERROR under {@code io.taskgroup}.
	 * @param handler the handler
	 * @return a new spec
	 * @see #openScope()
	 */
	TaskGroupSpec onError(TaskErrorHandler handler);

	/**
	 * Makes the group no child of the caller's current cancel scope. To the host this is
	 * like a shield while the body runs.
	 * @return a new spec
	 */
	TaskGroupSpec detached();

	/**
	 * Sets after which time a thread that has swallowed an interrupt of this library, and
	 * is still there, is interrupted again.
	 * @param interval the time, more than zero
	 * @return a new spec
	 */
	TaskGroupSpec reinterruptEvery(Duration interval);

	/**
	 * Sets after which time a task that outlives its cancellation is logged, once, with
	 * its stack.
	 * @param age the time, more than zero
	 * @return a new spec
	 */
	TaskGroupSpec warnAfter(Duration age);

	/**
	 * Runs the body in a new group, and comes back when every task of it has ended.
	 * @param body the body, run on the calling thread
	 * @return the group's cancel scope, which says whether it caught a cancellation
	 * @throws TaskGroupException if a task or the body failed
	 * @throws TaskGroupTimeoutException if the group's deadline passed
	 * @throws CancelledException if a scope around the group was cancelled
	 * @throws InterruptedException if the calling thread was interrupted from outside
	 * @throws TaskGroupClosedException if the factory was closed
	 */
	CancelScope run(GroupAction body) throws InterruptedException;

	/**
	 * Runs the body in a new group, and comes back with its value when every task of the
	 * group has ended.
	 * @param <R> the type of the value
	 * @param body the body, run on the calling thread
	 * @return what the body returned; may be {@code null}
	 * @throws TaskGroupException if a task or the body failed
	 * @throws TaskGroupTimeoutException if the group's deadline passed
	 * @throws TaskCancelledException if the group was cancelled by its own
	 * {@code cancel()} before the body came to its end
	 * @throws CancelledException if a scope around the group was cancelled
	 * @throws InterruptedException if the calling thread was interrupted from outside
	 * @throws TaskGroupClosedException if the factory was closed
	 */
	<R extends @Nullable Object> R call(GroupFunction<? extends R> body) throws InterruptedException;

	/**
	 * Opens a group for a try-with-resources block.
	 * @return the group, which belongs to the calling thread
	 * @throws TaskGroupClosedException if the factory was closed
	 * @see TaskGroup
	 */
	TaskGroup open();

	/**
	 * Opens a supervisor. It may be closed by any thread. When the scope in which it was
	 * opened ends, it is cancelled and waited for, unless it is {@link #detached()}; one
	 * that was opened outside of any scope lives until it, or the factory, is closed.
	 * @return the supervisor
	 * @throws TaskGroupClosedException if the factory was closed
	 * @see TaskScope
	 */
	TaskScope openScope();

}
