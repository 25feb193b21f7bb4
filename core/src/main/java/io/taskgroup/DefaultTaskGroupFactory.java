package io.taskgroup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * The factory: the settings, and what is open.
 * <p>
 * What is opened registers itself first and then looks whether the factory was closed;
 * {@link #close()} says first that it is closed and then goes through what is registered.
 * So nothing stays open behind its back.
 */
final class DefaultTaskGroupFactory implements TaskGroupFactory {

	private final ThreadFactory threadFactory;

	private final SpecsByName specs;

	private final @Nullable ContextPropagation context;

	private final List<TaskInstrumentation> instrumentations;

	private final Listeners listeners;

	private final boolean recordsTimes;

	private final boolean namesThreads;

	private final SharedLimiters sharedLimiters = new SharedLimiters();

	private final OpenScopes open = new OpenScopes();

	private volatile boolean closed;

	private DefaultTaskGroupFactory(DefaultBuilder builder) {
		this.threadFactory = builder.threadFactory;
		this.context = ContextChain.of(builder.contexts);
		this.instrumentations = List.copyOf(builder.instrumentations);
		this.listeners = new Listeners(builder.listeners);
		this.recordsTimes = builder.recordTimes || this.listeners.isPresent();
		this.namesThreads = builder.nameThreads;
		Settings settings = builder.settings.classifiers(builder.classifiers);
		Spec defaults = SpecsByName.refine(new Spec(this, "defaults", settings), builder.defaults);
		this.specs = new SpecsByName(defaults, builder.moving, builder.byName);
	}

	@Override
	public TaskGroupSpec named(String name) {
		Objects.requireNonNull(name, "name");
		return this.specs.of(name);
	}

	@Override
	public List<TaskLimiter> sharedLimiters(String name) {
		return this.sharedLimiters.made(Names.ofGroup(name));
	}

	@Override
	public List<TaskScopeSnapshot> snapshot() {
		return snapshot(SnapshotOptions.ALL).roots();
	}

	@Override
	public TaskTreeSnapshot snapshot(SnapshotOptions options) {
		return new SnapshotTree(this, Objects.requireNonNull(options, "options")).tree();
	}

	@Override
	public boolean cancel(long id, CancelKind kind, @Nullable String reason) {
		for (AbstractTaskScope scope : this.open.all) {
			if (scope.id() == id) {
				scope.scope().cancel(kind, reason);
				return true;
			}
			Optional<RootScope> root = scope.root().filter((around) -> around.id() == id);
			if (root.isPresent()) {
				root.get().cancel(kind, reason);
				return true;
			}
			for (Task<?> task : scope.members().live()) {
				if (task.id() == id) {
					boolean open = task.openHandle() != null;
					task.cancel(kind, reason);
					return open;
				}
			}
		}
		return false;
	}

	@Override
	public boolean awaitIdle(Duration timeout) throws InterruptedException {
		Strand strand = Strand.attach();
		return switch (strand.await(this.open, null, Durations.toNanos(timeout))) {
			case REACHED -> true;
			case TIMED_OUT -> false;
			case CANCELLED -> throw strand.tell(null);
			case INTERRUPTED -> throw new ForeignInterruptException();
		};
	}

	@Override
	public void reopen() {
		this.closed = false;
	}

	@Override
	public void close() {
		Scope here = Strand.currentScope();
		if (contains(here)) {
			throw new IllegalStateException(
					"close() of a TaskGroupFactory was called from inside one of its own groups or tasks, "
							+ "and would wait for itself");
		}
		this.closed = true;
		// from outside inwards: what is inside must not end as if nothing were the matter
		for (AbstractTaskScope scope : this.open.all) {
			if (!contains(scope.scope().parent())) {
				shutDown(scope);
			}
		}
		for (AbstractTaskScope scope : this.open.all) {
			shutDown(scope);
		}
		for (AbstractTaskScope scope : this.open.all) {
			scope.awaitShutdown();
		}
		Strand.attach().awaitAlways(this.open);
	}

	private static void shutDown(AbstractTaskScope scope) {
		scope.scope().cancelAs(CancelKind.SHUTDOWN, "the TaskGroupFactory was closed");
	}

	/** Whether a scope is in one of the factory's own groups or tasks. */
	private boolean contains(@Nullable Scope inner) {
		for (Scope scope = inner; scope != null; scope = scope.parent()) {
			if ((scope.owner() != null && scope.owner().factory() == this) || contains(scope.handledFor())) {
				return true;
			}
		}
		return false;
	}

	// For what is opened

	void opened(AbstractTaskScope scope) {
		this.open.add(scope);
		if (this.closed) {
			this.open.remove(scope);
			throw new TaskGroupClosedException(
					"group '" + scope.name() + "' cannot be opened: the TaskGroupFactory was closed");
		}
		scope.setEvent(FlightRecorder.groupOpened());
		if (this.listeners.isPresent()) {
			this.listeners.groupOpened(scope);
		}
	}

	void ended(AbstractTaskScope scope, GroupOutcome outcome, @Nullable Throwable exception) {
		try {
			if (this.listeners.isPresent()) {
				this.listeners.groupEnded(scope, outcome, exception, scope.ageNanos());
			}
			FlightRecorder.groupEnded(scope, outcome);
		}
		finally {
			this.open.remove(scope);
		}
	}

	/** Stops counting it among what is open. */
	void forget(AbstractTaskScope scope) {
		this.open.remove(scope);
	}

	Iterable<AbstractTaskScope> open() {
		return this.open.all;
	}

	SharedLimiters sharedLimiters() {
		return this.sharedLimiters;
	}

	ThreadFactory threadFactory() {
		return this.threadFactory;
	}

	Listeners listeners() {
		return this.listeners;
	}

	boolean recordsTimes() {
		return this.recordsTimes;
	}

	boolean namesThreads() {
		return this.namesThreads;
	}

	/** The time, if anybody wants to know. */
	long now() {
		return (this.recordsTimes || FlightRecorder.isOn()) ? System.nanoTime() : 0;
	}

	ContextPropagation.@Nullable Captured captureContext(TaskInfo task) {
		ContextPropagation.Captured captured = (this.context != null) ? this.context.capture() : null;
		return this.instrumentations.isEmpty() ? captured : Accompanied.of(captured, this.instrumentations, task);
	}

	/** What is open; whoever closes the factory waits for it to be nothing. */
	private static final class OpenScopes extends WaitStack {

		private final Set<AbstractTaskScope> all = ConcurrentHashMap.newKeySet();

		/** Exact, which the set's own size is not while it changes. */
		private final AtomicInteger count = new AtomicInteger();

		void add(AbstractTaskScope scope) {
			this.count.incrementAndGet();
			this.all.add(scope);
		}

		void remove(AbstractTaskScope scope) {
			if (this.all.remove(scope) && this.count.decrementAndGet() == 0) {
				releaseAll();
			}
		}

		@Override
		boolean isReached(Waiter waiter) {
			// one that is refused counts for a moment
			return waiter.isReleased() || this.count.get() == 0;
		}

	}

	/** The builder. */
	static final class DefaultBuilder implements Builder {

		private ThreadFactory threadFactory = Thread.ofVirtual().inheritInheritableThreadLocals(false).factory();

		private Settings settings = Settings.DEFAULT;

		private final List<UnaryOperator<TaskGroupSpec>> defaults = new ArrayList<>();

		private final List<TaskGroupSettings> moving = new ArrayList<>();

		private final Map<String, List<UnaryOperator<TaskGroupSpec>>> byName = new HashMap<>();

		private final List<ContextPropagation> contexts = new ArrayList<>();

		private final List<TaskInstrumentation> instrumentations = new ArrayList<>();

		private final List<TaskGroupListener> listeners = new ArrayList<>();

		private final List<InterruptionClassifier> classifiers = new ArrayList<>();

		private boolean recordTimes;

		private boolean nameThreads = true;

		@Override
		public Builder threadFactory(ThreadFactory threadFactory) {
			this.threadFactory = Objects.requireNonNull(threadFactory, "threadFactory");
			return this;
		}

		@Override
		public Builder reinterruptEvery(Duration interval) {
			this.settings = this.settings.reinterruptEvery(interval);
			return this;
		}

		@Override
		public Builder warnAfter(Duration age) {
			this.settings = this.settings.warnAfter(age);
			return this;
		}

		@Override
		public Builder defaults(UnaryOperator<TaskGroupSpec> settings) {
			this.defaults.add(Objects.requireNonNull(settings, "settings"));
			return this;
		}

		@Override
		public Builder settings(TaskGroupSettings settings) {
			this.moving.add(Objects.requireNonNull(settings, "settings"));
			return this;
		}

		@Override
		public Builder settings(String name, UnaryOperator<TaskGroupSpec> settings) {
			Objects.requireNonNull(settings, "settings");
			this.byName.computeIfAbsent(Names.ofGroup(name), (key) -> new ArrayList<>()).add(settings);
			return this;
		}

		@Override
		public Builder contextPropagation(ContextPropagation contextPropagation) {
			this.contexts.add(Objects.requireNonNull(contextPropagation, "contextPropagation"));
			return this;
		}

		@Override
		public Builder instrumentation(TaskInstrumentation instrumentation) {
			this.instrumentations.add(Objects.requireNonNull(instrumentation, "instrumentation"));
			return this;
		}

		@Override
		public Builder listener(TaskGroupListener listener) {
			this.listeners.add(Objects.requireNonNull(listener, "listener"));
			return this;
		}

		@Override
		public Builder interruptionClassifier(InterruptionClassifier classifier) {
			this.classifiers.add(Objects.requireNonNull(classifier, "classifier"));
			return this;
		}

		@Override
		public Builder recordTimes(boolean recordTimes) {
			this.recordTimes = recordTimes;
			return this;
		}

		@Override
		public Builder nameThreads(boolean nameThreads) {
			this.nameThreads = nameThreads;
			return this;
		}

		@Override
		public TaskGroupFactory build() {
			return new DefaultTaskGroupFactory(this);
		}

	}

}
