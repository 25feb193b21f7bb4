package io.taskgroup;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;

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
	 * Limits how many tasks of this group run at once; the others wait, without a thread,
	 * and start in the order in which they were forked.
	 * @param limit how many, at least 1
	 * @return a new spec
	 * @throws IllegalArgumentException if the limit is less than 1
	 */
	TaskGroupSpec maxConcurrency(int limit);

	/**
	 * Limits how many tasks of all groups of this name, opened by this factory, run at
	 * once. The limit is made when the first of them is opened, and kept as long as the
	 * factory; {@link TaskGroupFactory#sharedLimiters} has it, to be changed.
	 * @param limit how many, at least 1; the same for all groups of the name, whose
	 * opening else throws an {@link IllegalStateException}
	 * @return a new spec
	 * @throws IllegalArgumentException if the limit is less than 1
	 */
	TaskGroupSpec sharedConcurrency(int limit);

	/**
	 * Adds a limiter that all groups of this name, opened by this factory, share. This is
	 * for defaults: each name has a limiter of its own. For one name, or for several that
	 * share one, use {@link #limiter}.
	 * @param limiterOfName makes the limiter of the name that it is given, when the first
	 * group is opened; if it returns null there is none, and it is asked again for the
	 * next group
	 * @return a new spec
	 */
	TaskGroupSpec sharedLimiter(Function<String, ? extends @Nullable TaskLimiter> limiterOfName);

	/**
	 * Adds a limiter: each task needs a permit of it, besides those of all other
	 * limiters, before it starts. Whoever else uses the same object shares it. The same
	 * one added twice counts once.
	 * @param limiter the limiter
	 * @return a new spec
	 */
	TaskGroupSpec limiter(TaskLimiter limiter);

	/**
	 * Limits how many tasks of this group may wait for permits. The default is no limit.
	 * @param capacity how many: at least 1, or 0 if one too many is rejected
	 * @param whenFull what becomes of one too many
	 * @return a new spec
	 * @throws IllegalArgumentException if the capacity is less than that
	 */
	TaskGroupSpec queue(int capacity, WhenFull whenFull);

	/**
	 * Has {@link #any} start one task after the other: the next after this delay, or at
	 * once when none is left running. The default is no delay: all start at once.
	 * @param delay the delay, not negative
	 * @return a new spec
	 * @throws IllegalArgumentException if the delay is negative
	 */
	TaskGroupSpec stagger(Duration delay);

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
	 * Returns what was set, to be shown.
	 * @return the settings
	 */
	TaskGroupSpecInfo info();

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

	/**
	 * Runs all tasks and returns their results, in the order of the tasks. The first
	 * failure cancels the rest.
	 * @param <T> the type of the results
	 * @param tasks the tasks
	 * @return the results, unmodifiable; an element may be {@code null}
	 * @throws TaskGroupException if a task failed
	 * @throws TaskGroupTimeoutException if the group's deadline passed
	 * @throws TaskCancelledException if the group was cancelled by itself, as by
	 * {@link #moveOnAfter}, and not all have come to their end
	 * @throws CancelledException if a scope around the group was cancelled
	 * @throws InterruptedException if the calling thread was interrupted from outside
	 * @throws TaskGroupClosedException if the factory was closed
	 */
	<T extends @Nullable Object> List<T> gather(Collection<? extends Callable<? extends T>> tasks)
			throws InterruptedException;

	/**
	 * Runs two tasks and makes one value of their results. The first failure cancels the
	 * rest.
	 *
	 * <pre>{@code
	 * Page page = groups.named("page").gather(() -> book(id), () -> price(id), Page::new);
	 * }</pre>
	 * @param <A> the type of the first result
	 * @param <B> the type of the second result
	 * @param <R> the type of the value
	 * @param a the first task
	 * @param b the second task
	 * @param combine makes the value, on the calling thread, after the group has ended
	 * @return the value; may be {@code null}
	 * @throws InterruptedException if the calling thread is interrupted or cancelled
	 * @see #gather(Collection)
	 */
	<A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object> R gather(
			Callable<? extends A> a, Callable<? extends B> b, BiFunction<? super A, ? super B, ? extends R> combine)
			throws InterruptedException;

	/**
	 * Runs three tasks and makes one value of their results. The first failure cancels
	 * the rest.
	 * @param <A> the type of the first result
	 * @param <B> the type of the second result
	 * @param <C> the type of the third result
	 * @param <R> the type of the value
	 * @param a the first task
	 * @param b the second task
	 * @param c the third task
	 * @param combine makes the value, on the calling thread, after the group has ended
	 * @return the value; may be {@code null}
	 * @throws InterruptedException if the calling thread is interrupted or cancelled
	 * @see #gather(Collection)
	 */
	<A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object, R extends @Nullable Object> R gather(
			Callable<? extends A> a, Callable<? extends B> b, Callable<? extends C> c,
			Combiner3<? super A, ? super B, ? super C, ? extends R> combine) throws InterruptedException;

	/**
	 * Runs four tasks and makes one value of their results. The first failure cancels the
	 * rest.
	 * @param <A> the type of the first result
	 * @param <B> the type of the second result
	 * @param <C> the type of the third result
	 * @param <D> the type of the fourth result
	 * @param <R> the type of the value
	 * @param a the first task
	 * @param b the second task
	 * @param c the third task
	 * @param d the fourth task
	 * @param combine makes the value, on the calling thread, after the group has ended
	 * @return the value; may be {@code null}
	 * @throws InterruptedException if the calling thread is interrupted or cancelled
	 * @see #gather(Collection)
	 */
	<A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object, D extends @Nullable Object, R extends @Nullable Object> R gather(
			Callable<? extends A> a, Callable<? extends B> b, Callable<? extends C> c, Callable<? extends D> d,
			Combiner4<? super A, ? super B, ? super C, ? super D, ? extends R> combine) throws InterruptedException;

	/**
	 * Runs five tasks and makes one value of their results. The first failure cancels the
	 * rest.
	 * @param <A> the type of the first result
	 * @param <B> the type of the second result
	 * @param <C> the type of the third result
	 * @param <D> the type of the fourth result
	 * @param <E> the type of the fifth result
	 * @param <R> the type of the value
	 * @param a the first task
	 * @param b the second task
	 * @param c the third task
	 * @param d the fourth task
	 * @param e the fifth task
	 * @param combine makes the value, on the calling thread, after the group has ended
	 * @return the value; may be {@code null}
	 * @throws InterruptedException if the calling thread is interrupted or cancelled
	 * @see #gather(Collection)
	 */
	<A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object, D extends @Nullable Object, E extends @Nullable Object, R extends @Nullable Object> R gather(
			Callable<? extends A> a, Callable<? extends B> b, Callable<? extends C> c, Callable<? extends D> d,
			Callable<? extends E> e,
			Combiner5<? super A, ? super B, ? super C, ? super D, ? super E, ? extends R> combine)
			throws InterruptedException;

	/**
	 * Runs every task to its end and returns one outcome for each, in the order of the
	 * tasks. A failure cancels nothing. With {@link #moveOnAfter} those that were cut off
	 * are {@link Outcome.Cancelled}.
	 * @param <T> the type of the results
	 * @param tasks the tasks
	 * @return the outcomes, unmodifiable
	 * @throws TaskGroupTimeoutException if the group's deadline passed
	 * @throws CancelledException if a scope around the group was cancelled
	 * @throws InterruptedException if the calling thread was interrupted from outside
	 * @throws TaskGroupClosedException if the factory was closed
	 */
	<T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(Collection<? extends Callable<? extends T>> tasks)
			throws InterruptedException;

	/**
	 * Runs the function for each item, as a task of its own, and returns the results in
	 * the order of the items. The first failure cancels the rest. The items are asked for
	 * as the tasks go, on the calling thread: with a limit of n no more than a small
	 * multiple of n are held.
	 * @param <T> the type of the items
	 * @param <R> the type of the results
	 * @param items the items; for a stream, {@code stream::iterator}
	 * @param function what a task does with its item
	 * @return the results, unmodifiable; an element may be {@code null}
	 * @throws TaskGroupException if a task failed, or the items' iterator
	 * @throws InterruptedException if the calling thread is interrupted or cancelled
	 * @see #gather(Collection)
	 */
	<T extends @Nullable Object, R extends @Nullable Object> List<R> map(Iterable<? extends T> items,
			TaskFunction<? super T, ? extends R> function) throws InterruptedException;

	/**
	 * Runs the action for each item, as a task of its own. The first failure cancels the
	 * rest. The items are asked for as the tasks go, on the calling thread, so with a
	 * limit they may be endless. With {@link #moveOnAfter} it ends quietly when the time
	 * has passed.
	 * @param <T> the type of the items
	 * @param items the items; for a stream, {@code stream::iterator}
	 * @param action what a task does with its item
	 * @throws TaskGroupException if a task failed, or the items' iterator
	 * @throws InterruptedException if the calling thread is interrupted or cancelled
	 */
	<T extends @Nullable Object> void forEach(Iterable<? extends T> items, TaskConsumer<? super T> action)
			throws InterruptedException;

	/**
	 * Runs all tasks; the first one to finish decides, with its result or its failure.
	 * The others are cancelled and waited for.
	 * @param <T> the type of the result
	 * @param tasks the tasks, at least one
	 * @return the result of the first one to finish; may be {@code null}
	 * @throws TaskGroupException if that one failed
	 * @throws IllegalArgumentException if there is no task
	 * @throws InterruptedException if the calling thread is interrupted or cancelled
	 * @see #gather(Collection)
	 */
	<T extends @Nullable Object> T race(Collection<? extends Callable<? extends T>> tasks) throws InterruptedException;

	/**
	 * Runs all tasks; the first one to succeed wins. The others are cancelled and waited
	 * for. With {@link #stagger} they start one after the other: happy eyeballs (RFC
	 * 8305), hedged requests.
	 * @param <T> the type of the result
	 * @param tasks the tasks, at least one
	 * @return the result of the first one to succeed; may be {@code null}
	 * @throws TaskGroupException if all failed, with all failures
	 * @throws IllegalArgumentException if there is no task
	 * @throws InterruptedException if the calling thread is interrupted or cancelled
	 * @see #gather(Collection)
	 */
	<T extends @Nullable Object> T any(Collection<? extends Callable<? extends T>> tasks) throws InterruptedException;

	/**
	 * Runs all tasks and hands them out in the order in which they finish.
	 * @param <T> the type of the results
	 * @param tasks the tasks
	 * @return the tasks as they finish; to be closed
	 * @throws TaskGroupClosedException if the factory was closed
	 */
	<T extends @Nullable Object> CompletedTasks<T> asCompleted(Collection<? extends Callable<? extends T>> tasks);

	/**
	 * Runs the function for each item, as a task of its own, and hands the tasks out in
	 * the order in which they finish. The items are asked for now, and in {@code next()}:
	 * with a limit they may be endless.
	 * @param <T> the type of the items
	 * @param <R> the type of the results
	 * @param items the items; for a stream, {@code stream::iterator}
	 * @param function what a task does with its item
	 * @return the tasks as they finish; to be closed
	 * @throws TaskGroupException if the items' iterator failed
	 * @throws TaskGroupClosedException if the factory was closed
	 */
	<T extends @Nullable Object, R extends @Nullable Object> CompletedTasks<R> asCompleted(Iterable<? extends T> items,
			TaskFunction<? super T, ? extends R> function);

	/**
	 * What becomes of a task that is forked when the queue is full.
	 */
	enum WhenFull {

		/**
		 * {@code fork} waits until there is room: backpressure. In a thread that is
		 * cancelled or interrupted meanwhile it throws {@link TaskCancelledException};
		 * the interrupt stays pending.
		 */
		WAIT,

		/** {@code fork} throws {@link TaskRejectedException}. */
		REJECT

	}

}
