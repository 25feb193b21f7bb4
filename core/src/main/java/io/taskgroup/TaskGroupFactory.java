package io.taskgroup;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * Makes task groups and supervisors. Thread-safe; an application needs one.
 *
 * <pre>{@code
 * try (TaskGroupFactory groups = TaskGroupFactory.create()) {
 *     groups.named("greeting").run(group -> {
 *         group.fork(() -> System.out.println("hello"));
 *         group.fork(() -> System.out.println("world"));
 *     });
 * }
 * }</pre>
 */
public interface TaskGroupFactory extends AutoCloseable {

	/**
	 * Begins a group, with the settings of that name as the base.
	 * @param name the name, for messages, metrics and settings: not blank, at most 200
	 * characters, no control characters
	 * @return the spec of the group
	 * @throws IllegalArgumentException if the name cannot be one
	 */
	TaskGroupSpec named(String name);

	/**
	 * Returns the limiters that all groups of a name share: the one of
	 * {@link TaskGroupSpec#sharedConcurrency}, if any, and then those of
	 * {@link TaskGroupSpec#sharedLimiter}. They are made when the first such group is
	 * opened; before that there are none.
	 * @param name the name
	 * @return the limiters, to look at them or to change them
	 * @throws IllegalArgumentException if the name cannot be one
	 */
	List<TaskLimiter> sharedLimiters(String name);

	/**
	 * Returns what is open now: the groups and supervisors of this factory as a tree,
	 * each below the task or group in which it was opened. Nobody is stopped for it, so
	 * it is what was seen while walking, not one instant.
	 * @return the roots of the tree
	 */
	List<TaskScopeSnapshot> snapshot();

	/**
	 * Returns what is open now, as {@link #snapshot()} does, but tells no more, or more,
	 * of it. However many tasks are open, each is looked at, to be counted; that takes
	 * some nanoseconds a task.
	 * @param options how much to tell
	 * @return the tree, and how much was left out
	 */
	TaskTreeSnapshot snapshot(SnapshotOptions options);

	/**
	 * Cancels what has a number and is open now: a group, a supervisor, a task, or a root
	 * scope in which one of these is open.
	 * @param id the number, as {@link #snapshot()} tells it
	 * @param kind who or what asks for it: one of those that
	 * {@link CancelScope#cancel(CancelKind, String)} takes
	 * @param reason why, in words, or {@code null}
	 * @return {@code false} if nothing is open that has the number
	 * @throws IllegalArgumentException if the kind is the library's to state
	 */
	boolean cancel(long id, CancelKind kind, @Nullable String reason);

	/**
	 * Waits until nothing is open. Nothing is cancelled, and new groups may be opened
	 * meanwhile.
	 * @param timeout how long to wait; zero or less only looks
	 * @return whether nothing is open
	 * @throws InterruptedException if the calling thread is interrupted, or its scope
	 * cancelled
	 */
	boolean awaitIdle(Duration timeout) throws InterruptedException;

	/**
	 * Takes new groups again after a {@link #close()}: for containers that stop and start
	 * what they contain.
	 */
	void reopen();

	/**
	 * Cancels every open group and scope, also those behind a shield, waits until all
	 * have ended, then refuses new ones. Waits also on an interrupted thread; the
	 * interrupt stays pending. Closing what is closed does nothing.
	 * @throws IllegalStateException if called from inside one of the factory's own groups
	 * or tasks
	 */
	@Override
	void close();

	/**
	 * Creates a factory with virtual threads, no limits and no listeners.
	 * @return a new factory
	 */
	static TaskGroupFactory create() {
		return builder().build();
	}

	/**
	 * Returns a builder.
	 * @return a new builder
	 */
	static Builder builder() {
		return new DefaultTaskGroupFactory.DefaultBuilder();
	}

	/**
	 * Builds a {@link TaskGroupFactory}. Not thread-safe.
	 */
	interface Builder {

		/**
		 * Sets where the tasks' threads come from. The default makes virtual threads that
		 * inherit no inheritable thread-locals: what a task sees of its caller's context
		 * is a matter of {@link #contextPropagation}, which also works for a task that
		 * had to wait for a permit.
		 * @param threadFactory the thread factory
		 * @return this builder
		 */
		Builder threadFactory(ThreadFactory threadFactory);

		/**
		 * Sets after which time a thread that has swallowed an interrupt of this library,
		 * and is still there, is interrupted again.
		 * @param interval the time, more than zero; the default is 5 s
		 * @return this builder
		 */
		Builder reinterruptEvery(Duration interval);

		/**
		 * Sets after which time a task that outlives its cancellation is logged, once,
		 * with its stack, by the logger {@code io.taskgroup}.
		 * @param age the time, more than zero; the default is 10 s
		 * @return this builder
		 */
		Builder warnAfter(Duration age);

		/**
		 * Sets what every group starts from.
		 * @param settings refines the empty spec
		 * @return this builder
		 */
		Builder defaults(UnaryOperator<TaskGroupSpec> settings);

		/**
		 * Sets what groups start from, on top of the defaults and below what
		 * {@link #settings(String, UnaryOperator)} sets for a name. It is asked each time
		 * a group is named, so these settings may change. Several are asked in the order
		 * in which they were added.
		 * @param settings the settings
		 * @return this builder
		 */
		Builder settings(TaskGroupSettings settings);

		/**
		 * Sets what groups of a name start from, on top of the defaults. Setting a name
		 * again refines what was there.
		 * @param name the name
		 * @param settings refines the spec of that name
		 * @return this builder
		 * @throws IllegalArgumentException if the name cannot be one
		 */
		Builder settings(String name, UnaryOperator<TaskGroupSpec> settings);

		/**
		 * Adds a way to carry context from the thread that forks to the task's thread.
		 * Several are applied in the order in which they were added, and taken back in
		 * the opposite order.
		 * @param contextPropagation what carries the context
		 * @return this builder
		 */
		Builder contextPropagation(ContextPropagation contextPropagation);

		/**
		 * Adds what accompanies each task, for tracing and the like. Several start in the
		 * order in which they were added, and end in the opposite order.
		 * @param instrumentation what accompanies the tasks
		 * @return this builder
		 */
		Builder instrumentation(TaskInstrumentation instrumentation);

		/**
		 * Adds a listener. Several are called in the order in which they were added.
		 * @param listener the listener
		 * @return this builder
		 */
		Builder listener(TaskGroupListener listener);

		/**
		 * Adds a classifier that recognises what a driver throws when it is interrupted.
		 * @param classifier the classifier
		 * @return this builder
		 */
		Builder interruptionClassifier(InterruptionClassifier classifier);

		/**
		 * Sets whether the factory keeps the times at which groups and tasks were opened
		 * and started, so that {@link TaskGroupFactory#snapshot()} can tell their ages,
		 * and counts the tasks that have ended. The default is to do so only when there
		 * is a listener; without either no clock is read.
		 * @param recordTimes whether to keep the times
		 * @return this builder
		 */
		Builder recordTimes(boolean recordTimes);

		/**
		 * Sets whether the thread of a task is named after the group and the task,
		 * {@code group/task}, as long as it runs the task, so that a thread dump reads.
		 * That of a task which was given no name is named after the group alone. The
		 * default is to do so.
		 * @param nameThreads whether to name threads
		 * @return this builder
		 */
		Builder nameThreads(boolean nameThreads);

		/**
		 * Builds the factory.
		 * @return a new factory
		 */
		TaskGroupFactory build();

	}

}
