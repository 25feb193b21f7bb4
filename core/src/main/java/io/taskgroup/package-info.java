/**
 * Structured concurrency: task groups, supervisors, cancel scopes and task handles.
 * <p>
 * A <em>task group</em> is a block of code whose tasks live and die together: the block
 * does not end before all of them have ended, and the first failure cancels the rest.
 *
 * <pre>{@code
 * TaskGroupFactory groups = TaskGroupFactory.create();
 *
 * Page page = groups.named("page").call(group -> {
 *     TaskHandle<Book> book = group.fork("book", () -> catalogue.find(id));
 *     TaskHandle<Price> price = group.fork("price", () -> prices.of(id));
 *     return new Page(book.await(), price.await());
 * });
 * }</pre>
 *
 * The types to know, in the order in which one meets them:
 * <ul>
 * <li>{@link io.taskgroup.TaskGroupFactory} makes everything; in a Spring application it
 * is a bean;</li>
 * <li>{@link io.taskgroup.TaskGroupSpec} says how a group is to behave, then opens
 * it;</li>
 * <li>{@link io.taskgroup.TaskGroup} and {@link io.taskgroup.TaskScope} fork tasks, the
 * first fails as one, in the second each task fails alone;</li>
 * <li>{@link io.taskgroup.TaskHandle} is the caller's view of one task;</li>
 * <li>{@link io.taskgroup.CancelScope} is a region of code that can be cancelled, given a
 * deadline or shielded, with or without tasks in it.</li>
 * </ul>
 * The ideas come from Trio and AnyIO, carried over to the JVM: a task is a thread
 * (virtual by default), an {@code await} is a blocking call, and a cancellation reaches a
 * blocked thread as an interrupt.
 */
@NullMarked
package io.taskgroup;

import org.jspecify.annotations.NullMarked;
