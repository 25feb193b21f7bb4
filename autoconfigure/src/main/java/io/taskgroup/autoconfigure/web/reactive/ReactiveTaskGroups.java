package io.taskgroup.autoconfigure.web.reactive;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadFactory;

import io.taskgroup.CancelScope;
import io.taskgroup.CompletedTasks;
import io.taskgroup.GroupFunction;
import io.taskgroup.TaskFunction;
import io.taskgroup.TaskGroupSpec;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Mono;

/**
 * Task groups as publishers, for code that is written with Reactor.
 *
 * <pre>{@code
 * Mono<Page> page = reactive.mono(groups.named("page"), group -> {
 *     TaskHandle<Book> book = group.fork(() -> books.find(id));
 *     TaskHandle<Price> price = group.fork(() -> prices.of(id));
 *     return new Page(book.await(), price.await());
 * });
 * }</pre>
 *
 * Nothing happens before somebody subscribes, and each subscription is a group of its
 * own. Its body runs on a new thread, so it may block.
 *
 * <h2>Cancellation</h2> Cancelling the subscription cancels the group, with the kind
 * {@code REQUEST}, and does not wait for it. A group of a {@code detached()} spec is not
 * cancelled. If there is a {@link CancelScope} in the Reactor context, under the key
 * {@code CancelScope.class}, the group is inside it: a request of WebFlux has one. When
 * that scope is cancelled, or anything else that the group is inside, the subscriber gets
 * a {@link io.taskgroup.TaskCancelledException} with the kind and the reason. After a
 * cancellation of its own it gets nothing; what fails then all the same is dropped, as
 * Reactor does it: {@link reactor.core.publisher.Hooks#onErrorDropped}.
 *
 * <h2>Context</h2> Body and tasks see what the Reactor context has, as far as there are
 * accessors for it, if Micrometer context-propagation is on the class path.
 * <p>
 * Thread-safe.
 */
public final class ReactiveTaskGroups {

	private final ThreadFactory threadFactory;

	private final ReactorContext context;

	/**
	 * Creates the adapters, without any context but the {@link CancelScope}.
	 * @param threadFactory where the threads come from that the bodies run on
	 */
	public ReactiveTaskGroups(ThreadFactory threadFactory) {
		this(threadFactory, ReactorContext.NONE);
	}

	ReactiveTaskGroups(ThreadFactory threadFactory, ReactorContext context) {
		this.threadFactory = Objects.requireNonNull(threadFactory, "threadFactory");
		this.context = context;
	}

	/**
	 * Returns a publisher of what the body returns, as {@link TaskGroupSpec#call} does.
	 * @param <R> the type of the value
	 * @param spec the spec of the group
	 * @param body the body, run for each subscription
	 * @return a publisher that ends when every task of the group has ended: with the
	 * value, with nothing if that is {@code null}, or with what {@code call} throws
	 */
	public <R> Mono<R> mono(TaskGroupSpec spec, GroupFunction<? extends @Nullable R> body) {
		Objects.requireNonNull(spec, "spec");
		Objects.requireNonNull(body, "body");
		return Mono.create((sink) -> {
			MonoRun<R> run = new MonoRun<>(sink, this.context, spec, body);
			sink.onCancel(run::cancel);
			run.start(this.threadFactory);
		});
	}

	/**
	 * Returns a publisher of the tasks' results, in the order in which the tasks finish.
	 * The first failure is the publisher's, and cancels the rest.
	 * @param <T> the type of the results
	 * @param spec the spec of the group
	 * @param tasks the tasks
	 * @return a publisher of the results that are not {@code null}
	 * @see #flux(TaskGroupSpec, Iterable, TaskFunction)
	 */
	public <T> Flux<T> flux(TaskGroupSpec spec, Collection<? extends Callable<? extends @Nullable T>> tasks) {
		List<Callable<? extends @Nullable T>> copy = List.copyOf(tasks);
		return this.<Callable<? extends @Nullable T>, T>flux(spec, copy, Callable::call);
	}

	/**
	 * Returns a publisher of the results of a task for each item, in the order in which
	 * the tasks finish. The first failure is the publisher's, and cancels the rest.
	 * <p>
	 * As with {@link TaskGroupSpec#asCompleted(Iterable, TaskFunction)} tasks are started
	 * as far as the limits of the spec allow, and no more than twice as many as these let
	 * run are under way or wait to be given out. So with a limit a subscriber who
	 * requests nothing more holds up the tasks, and the items may be endless. Without a
	 * limit all tasks start at once. With {@link TaskGroupSpec#moveOnAfter} there is what
	 * finished in time.
	 * @param <T> the type of the items
	 * @param <R> the type of the results
	 * @param spec the spec of the group
	 * @param items the items, asked for an iterator for each subscription, on its thread
	 * @param function what a task does
	 * @return a publisher of the results that are not {@code null}, which ends when every
	 * task has ended
	 */
	public <T, R> Flux<R> flux(TaskGroupSpec spec, Iterable<? extends T> items,
			TaskFunction<? super T, ? extends @Nullable R> function) {
		Objects.requireNonNull(spec, "spec");
		Objects.requireNonNull(items, "items");
		Objects.requireNonNull(function, "function");
		return Flux.create((sink) -> {
			CountedItems<T> counted = new CountedItems<>(items);
			Callable<CompletedTasks<@Nullable R>> opening = () -> spec.<T, @Nullable R>asCompleted(counted, function);
			FluxRun<R> run = new FluxRun<>(sink, this.context, opening, counted);
			sink.onRequest(run::requested);
			sink.onCancel(run::cancel);
			run.start(this.threadFactory);
		}, FluxSink.OverflowStrategy.IGNORE); // there is never more than was requested
	}

}
