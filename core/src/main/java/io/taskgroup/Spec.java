package io.taskgroup;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * The settings of one group, and the door through which it is opened.
 *
 * @param factory the factory
 * @param name the name
 * @param timeouts after which time the group ends
 * @param limits what limits its tasks have
 * @param staggering after which time {@code any} starts its next task
 * @param errorHandler who hears of a supervisor's failures, or null for the default
 * @param isDetached whether it is no child of the caller's scope
 * @param settings what it hands down
 */
record Spec(DefaultTaskGroupFactory factory, String name, Timeouts timeouts, LimitPlan limits, Duration staggering,
		@Nullable TaskErrorHandler errorHandler, boolean isDetached, Settings settings) implements TaskGroupSpec {

	Spec(DefaultTaskGroupFactory factory, String name, Settings settings) {
		this(factory, name, new Timeouts(null, null), LimitPlan.NONE, Duration.ZERO, null, false, settings);
	}

	Spec named(String name) {
		return new Spec(this.factory, name, this.timeouts, this.limits, this.staggering, this.errorHandler,
				this.isDetached, this.settings);
	}

	@Override
	public TaskGroupSpec timeout(Duration timeout) {
		Objects.requireNonNull(timeout, "timeout");
		return with(new Timeouts(timeout, this.timeouts.moveOn()));
	}

	@Override
	public TaskGroupSpec moveOnAfter(Duration timeout) {
		Objects.requireNonNull(timeout, "timeout");
		return with(new Timeouts(this.timeouts.fail(), timeout));
	}

	private Spec with(Timeouts timeouts) {
		return new Spec(this.factory, this.name, timeouts, this.limits, this.staggering, this.errorHandler,
				this.isDetached, this.settings);
	}

	@Override
	public TaskGroupSpec maxConcurrency(int limit) {
		if (limit < 1) {
			throw new IllegalArgumentException(
					"maxConcurrency of group '" + this.name + "' must be at least 1, but is " + limit);
		}
		return with(this.limits.perGroup(limit));
	}

	@Override
	public TaskGroupSpec sharedConcurrency(int limit) {
		if (limit < 1) {
			throw new IllegalArgumentException(
					"sharedConcurrency of group '" + this.name + "' must be at least 1, but is " + limit);
		}
		return with(this.limits.shared(limit));
	}

	@Override
	public TaskGroupSpec sharedLimiter(Function<String, ? extends @Nullable TaskLimiter> limiterOfName) {
		return with(this.limits.and(Objects.requireNonNull(limiterOfName, "limiterOfName")));
	}

	@Override
	public TaskGroupSpec limiter(TaskLimiter limiter) {
		return with(this.limits.and(Objects.requireNonNull(limiter, "limiter")));
	}

	@Override
	public TaskGroupSpec queue(int capacity, WhenFull whenFull) {
		Objects.requireNonNull(whenFull, "whenFull");
		int least = (whenFull == WhenFull.WAIT) ? 1 : 0;
		if (capacity < least) {
			throw new IllegalArgumentException("the queue's capacity of group '" + this.name + "' must be at least "
					+ least + " with " + whenFull + ", but is " + capacity);
		}
		return with(this.limits.queueBound(new LimitPlan.QueueBound(capacity, whenFull == WhenFull.REJECT, false)));
	}

	/** For those who ask for input as they go: they wait when enough of it is queued. */
	Spec asItGoes() {
		return with(this.limits.asItGoes());
	}

	/** For those who see to it themselves that not too many tasks wait. */
	Spec unbounded() {
		return with(this.limits.queueBound(null));
	}

	private Spec with(LimitPlan limits) {
		return new Spec(this.factory, this.name, this.timeouts, limits, this.staggering, this.errorHandler,
				this.isDetached, this.settings);
	}

	@Override
	public TaskGroupSpec stagger(Duration delay) {
		if (delay.isNegative()) {
			throw new IllegalArgumentException(
					"the stagger of group '" + this.name + "' must not be negative, but is " + delay);
		}
		return new Spec(this.factory, this.name, this.timeouts, this.limits, delay, this.errorHandler, this.isDetached,
				this.settings);
	}

	@Override
	public TaskGroupSpec onError(TaskErrorHandler handler) {
		Objects.requireNonNull(handler, "handler");
		return new Spec(this.factory, this.name, this.timeouts, this.limits, this.staggering, handler, this.isDetached,
				this.settings);
	}

	@Override
	public TaskGroupSpec detached() {
		return new Spec(this.factory, this.name, this.timeouts, this.limits, this.staggering, this.errorHandler, true,
				this.settings);
	}

	@Override
	public TaskGroupSpec reinterruptEvery(Duration interval) {
		return with(this.settings.reinterruptEvery(interval));
	}

	@Override
	public TaskGroupSpec warnAfter(Duration age) {
		return with(this.settings.warnAfter(age));
	}

	private Spec with(Settings settings) {
		return new Spec(this.factory, this.name, this.timeouts, this.limits, this.staggering, this.errorHandler,
				this.isDetached, settings);
	}

	@Override
	public TaskGroupSpecInfo info() {
		Optional<LimitPlan.QueueBound> queue = Optional.ofNullable(this.limits.queueBound());
		Integer capacity = queue.map(LimitPlan.QueueBound::capacity).orElse(null);
		return new TaskGroupSpecInfo(Optional.ofNullable(this.timeouts.fail()),
				Optional.ofNullable(this.timeouts.moveOn()), orEmpty(this.limits.perGroup()),
				orEmpty(this.limits.shared()), this.limits.limiters(), orEmpty(capacity),
				queue.map((bound) -> bound.rejects() ? WhenFull.REJECT : WhenFull.WAIT),
				Duration.ofNanos(this.settings.reinterruptNanos()), Duration.ofNanos(this.settings.warnNanos()));
	}

	private static OptionalInt orEmpty(@Nullable Integer value) {
		return (value != null) ? OptionalInt.of(value) : OptionalInt.empty();
	}

	/** The nearer of the two deadlines. */
	@Nullable Duration nearestTimeout() {
		return failsOnTimeout() ? this.timeouts.fail() : this.timeouts.moveOn();
	}

	/** Whether the group fails when its deadline passes, rather than ending quietly. */
	boolean failsOnTimeout() {
		Duration fail = this.timeouts.fail();
		Duration moveOn = this.timeouts.moveOn();
		return moveOn == null || (fail != null && fail.compareTo(moveOn) <= 0);
	}

	@Override
	public CancelScope run(GroupAction body) throws InterruptedException {
		Objects.requireNonNull(body, "body");
		return HostedGroup.open(this, true, Collecting.FAIL_TOGETHER).run(body);
	}

	@Override
	public <R extends @Nullable Object> R call(GroupFunction<? extends R> body) throws InterruptedException {
		Objects.requireNonNull(body, "body");
		return HostedGroup.open(this, true, Collecting.FAIL_TOGETHER).call(body);
	}

	@Override
	public TaskGroup open() {
		return HostedGroup.open(this, false, Collecting.FAIL_TOGETHER);
	}

	@Override
	public TaskScope openScope() {
		return Supervisor.open(this);
	}

	// Combinators

	@Override
	public <T extends @Nullable Object> List<T> gather(Collection<? extends Callable<? extends T>> tasks)
			throws InterruptedException {
		return Combinators.gather(this, tasks);
	}

	@Override
	public <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object> R gather(
			Callable<? extends A> a, Callable<? extends B> b, BiFunction<? super A, ? super B, ? extends R> combine)
			throws InterruptedException {
		Objects.requireNonNull(a, "a");
		Objects.requireNonNull(b, "b");
		Objects.requireNonNull(combine, "combine");
		return Combinators.combined(this, (group) -> {
			TaskHandle<A> first = group.fork(a);
			TaskHandle<B> second = group.fork(b);
			return () -> combine.apply(first.await(), second.await());
		});
	}

	@Override
	public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object, R extends @Nullable Object> R gather(
			Callable<? extends A> a, Callable<? extends B> b, Callable<? extends C> c,
			Combiner3<? super A, ? super B, ? super C, ? extends R> combine) throws InterruptedException {
		Objects.requireNonNull(a, "a");
		Objects.requireNonNull(b, "b");
		Objects.requireNonNull(c, "c");
		Objects.requireNonNull(combine, "combine");
		return Combinators.combined(this, (group) -> {
			TaskHandle<A> first = group.fork(a);
			TaskHandle<B> second = group.fork(b);
			TaskHandle<C> third = group.fork(c);
			return () -> combine.apply(first.await(), second.await(), third.await());
		});
	}

	@Override
	public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object, D extends @Nullable Object, R extends @Nullable Object> R gather(
			Callable<? extends A> a, Callable<? extends B> b, Callable<? extends C> c, Callable<? extends D> d,
			Combiner4<? super A, ? super B, ? super C, ? super D, ? extends R> combine) throws InterruptedException {
		Objects.requireNonNull(a, "a");
		Objects.requireNonNull(b, "b");
		Objects.requireNonNull(c, "c");
		Objects.requireNonNull(d, "d");
		Objects.requireNonNull(combine, "combine");
		return Combinators.combined(this, (group) -> {
			TaskHandle<A> first = group.fork(a);
			TaskHandle<B> second = group.fork(b);
			TaskHandle<C> third = group.fork(c);
			TaskHandle<D> fourth = group.fork(d);
			return () -> combine.apply(first.await(), second.await(), third.await(), fourth.await());
		});
	}

	@Override
	public <A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object, D extends @Nullable Object, E extends @Nullable Object, R extends @Nullable Object> R gather(
			Callable<? extends A> a, Callable<? extends B> b, Callable<? extends C> c, Callable<? extends D> d,
			Callable<? extends E> e,
			Combiner5<? super A, ? super B, ? super C, ? super D, ? super E, ? extends R> combine)
			throws InterruptedException {
		Objects.requireNonNull(a, "a");
		Objects.requireNonNull(b, "b");
		Objects.requireNonNull(c, "c");
		Objects.requireNonNull(d, "d");
		Objects.requireNonNull(e, "e");
		Objects.requireNonNull(combine, "combine");
		return Combinators.combined(this, (group) -> {
			TaskHandle<A> first = group.fork(a);
			TaskHandle<B> second = group.fork(b);
			TaskHandle<C> third = group.fork(c);
			TaskHandle<D> fourth = group.fork(d);
			TaskHandle<E> fifth = group.fork(e);
			return () -> combine.apply(first.await(), second.await(), third.await(), fourth.await(), fifth.await());
		});
	}

	@Override
	public <T extends @Nullable Object> List<Outcome<T>> gatherOutcomes(
			Collection<? extends Callable<? extends T>> tasks) throws InterruptedException {
		return Combinators.gatherOutcomes(this, tasks);
	}

	@Override
	public <T extends @Nullable Object, R extends @Nullable Object> List<R> map(Iterable<? extends T> items,
			TaskFunction<? super T, ? extends R> function) throws InterruptedException {
		return Combinators.map(this, items, function);
	}

	@Override
	public <T extends @Nullable Object> void forEach(Iterable<? extends T> items, TaskConsumer<? super T> action)
			throws InterruptedException {
		Combinators.forEach(this, items, action);
	}

	@Override
	public <T extends @Nullable Object> T race(Collection<? extends Callable<? extends T>> tasks)
			throws InterruptedException {
		return Contest.race(this, tasks);
	}

	@Override
	public <T extends @Nullable Object> T any(Collection<? extends Callable<? extends T>> tasks)
			throws InterruptedException {
		return Contest.any(this, tasks);
	}

	@Override
	public <T extends @Nullable Object> CompletedTasks<T> asCompleted(
			Collection<? extends Callable<? extends T>> tasks) {
		return CompletionOrder.open(this, Combinators.checked(tasks), Callable::call, false);
	}

	@Override
	public <T extends @Nullable Object, R extends @Nullable Object> CompletedTasks<R> asCompleted(
			Iterable<? extends T> items, TaskFunction<? super T, ? extends R> function) {
		return CompletionOrder.open(this, items, function, true);
	}

	/**
	 * After which time a group ends.
	 *
	 * @param fail the time after which it fails, or null
	 * @param moveOn the time after which it is cancelled quietly, or null
	 */
	record Timeouts(@Nullable Duration fail, @Nullable Duration moveOn) {
	}

}
