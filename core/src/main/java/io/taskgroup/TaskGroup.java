package io.taskgroup;

/**
 * Tasks that live and die together: the first failure of a task, or of the body, cancels
 * all the others.
 * <p>
 * A group is opened by {@link TaskGroupSpec#run}, {@link TaskGroupSpec#call} or
 * {@link TaskGroupSpec#open()}. It belongs to the thread that opened it, its
 * <em>host</em>: only the host may call {@link #join()} and {@link #close()}; every
 * thread that was given the group may fork into it, cancel it, and look at it.
 * <p>
 * The group's {@link #cancelScope() cancel scope} is that of the body and of all tasks.
 *
 * <h2>With try-with-resources</h2>
 *
 * <pre>{@code
 * try (TaskGroup group = groups.named("page").open()) {
 *     TaskHandle<Book> book = group.fork(() -> catalogue.find(id));
 *     TaskHandle<Price> price = group.fork(() -> prices.of(id));
 *     group.join();
 *     return new Page(book.resultNow(), price.resultNow());
 * }
 * }</pre>
 *
 * A block cannot swallow what its body throws, so here the body is cancelled inside calls
 * of this library only, and {@code join()} reports. A body that throws before it has
 * joined leaves its tasks to {@code close()}, which cancels them, waits, and says so with
 * an {@link IllegalStateException} (or with the tasks' own failures), which the block
 * adds to the body's exception as a suppressed one. The lambda forms have none of this to
 * think of.
 */
public interface TaskGroup extends TaskScope {

	/**
	 * Waits until all tasks have ended, and reports.
	 * <p>
	 * On a group from {@link TaskGroupSpec#open()} this ends the group; calling it again
	 * returns or throws what the first call did. In the body of {@code run} and
	 * {@code call} the group goes on afterwards.
	 * @throws TaskGroupException if a task failed
	 * @throws TaskGroupTimeoutException if the group's deadline passed
	 * @throws CancelledException if a scope around the group was cancelled; the tasks
	 * have been cancelled with it, and have ended
	 * @throws InterruptedException if the host was interrupted; the group has been
	 * cancelled, and its tasks have ended
	 * @throws WrongThreadException if the calling thread is not the host
	 * @throws IllegalStateException if a group that was opened inside this one, by the
	 * same thread, is still open; it has been closed, and the failure is counted as this
	 * group's
	 */
	@Override
	void join() throws InterruptedException;

	/**
	 * Ends a group from {@link TaskGroupSpec#open()}. Does nothing after {@link #join()};
	 * without it, cancels the tasks and waits until all have ended.
	 * @throws TaskGroupException if a task failed, or failed while it was being cancelled
	 * @throws IllegalStateException if tasks were forked and neither {@code join()} nor
	 * {@code cancel()} was called; or if a group that was opened inside this one, by the
	 * same thread, is still open; or in the body of {@code run} and {@code call}, which
	 * close the group themselves
	 * @throws WrongThreadException if the calling thread is not the host
	 */
	@Override
	void close();

}
