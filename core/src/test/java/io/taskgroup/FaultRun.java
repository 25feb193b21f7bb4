package io.taskgroup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.taskgroup.FaultPlan.Settings;
import io.taskgroup.FaultPlan.Step;

/**
 * Runs one plan, and checks what is left of it: nothing.
 */
final class FaultRun {

	/** No plan takes a second; what takes so long hangs. */
	static final Duration BOUND = Duration.ofSeconds(60);

	private final FaultPlan plan;

	private final FaultBooks books = new FaultBooks();

	private final ThreadLocal<Integer> context = new ThreadLocal<>();

	private final CancelScope root = CancelScope.create();

	private final FaultListener listener = new FaultListener(this.books);

	private final FaultInstrumentation instrumentation = new FaultInstrumentation(this.books);

	private final FaultThreads threads;

	private final FaultThreads hostThreads;

	private final TaskGroupFactory factory;

	private final List<ConcurrencyLimiter> limiters = new ArrayList<>();

	/** What each limit was set to last. Guarded by the limiter. */
	private final int[] lastLimits;

	private final List<FaultGauge> gauges = new ArrayList<>();

	private final List<FaultRate> rates = new ArrayList<>();

	private final List<FaultLimiter> foreign = new ArrayList<>();

	private volatile boolean closing;

	private final Object hostLock = new Object();

	private volatile Thread host;

	/** Guarded by the lock. */
	private boolean hostEnded;

	/** Whether anybody has interrupted the host. Guarded by the lock. */
	private boolean hostInterrupted;

	/** Whether the host was interrupted when it had ended. Guarded by the lock. */
	private boolean pending;

	private FaultRun(FaultPlan plan) throws InterruptedException {
		this.plan = plan;
		this.threads = new FaultThreads(plan.rig() != Rig.PLATFORM, plan.failingThread(), this);
		this.hostThreads = new FaultThreads(plan.rig() == Rig.VIRTUAL, 0, this);
		TaskGroupFactory.Builder builder = TaskGroupFactory.builder()
			.threadFactory(this.threads)
			.contextPropagation(this::capture);
		if (plan.listening()) {
			builder.listener(new FaultDeafListener()).listener(this.listener);
		}
		if (plan.instrumented()) {
			builder.instrumentation(this.instrumentation);
		}
		if (plan.reinterruptMicros() > 0) {
			builder.reinterruptEvery(Duration.ofNanos(1_000L * plan.reinterruptMicros()));
		}
		this.factory = builder.build();
		this.lastLimits = new int[plan.limits().size()];
		for (int limit : plan.limits()) {
			int at = this.limiters.size();
			this.lastLimits[at] = limit;
			this.limiters.add(isByName(at) ? sharedByName(at, limit) : ConcurrencyLimiter.of(limit));
			this.gauges.add(new FaultGauge("limiter " + this.gauges.size(), limit, this.books));
		}
		plan.rates().forEach((permits) -> this.rates.add(new FaultRate(permits, this.books)));
		plan.foreign()
			.forEach((permits) -> this.foreign.add(new FaultLimiter(permits, plan.seed(), plan.calm(), this.books)));
	}

	private boolean isByName(int limiter) {
		return limiter >= this.plan.limits().size() - this.plan.byName();
	}

	private TaskGroupSpec byName(int limiter, int limit) {
		return this.factory.named("shared-" + limiter).sharedConcurrency(limit);
	}

	/** The limiter is made when the first group of the name is opened. */
	private ConcurrencyLimiter sharedByName(int limiter, int limit) throws InterruptedException {
		byName(limiter, limit).run((group) -> {
		});
		return (ConcurrencyLimiter) this.factory.sharedLimiters("shared-" + limiter).getFirst();
	}

	/**
	 * Runs the plan and returns what was noted; throws what was wrong.
	 */
	static FaultBooks of(FaultPlan plan) throws InterruptedException {
		FaultRun run = new FaultRun(plan);
		run.run();
		if (!run.books.wrong().isEmpty()) {
			throw new AssertionError(String.join("\n", run.books.wrong()) + "\n" + plan.text());
		}
		return run.books;
	}

	private void run() throws InterruptedException {
		this.host = this.hostThreads.thread(this::host);
		List<Thread> outside = this.plan.outside()
			.stream()
			.map((steps) -> this.hostThreads.thread(() -> outside(steps)))
			.toList();
		this.host.start();
		outside.forEach(Thread::start);
		long until = System.nanoTime() + BOUND.toNanos();
		if (!this.hostThreads.awaitEnd(until) || !this.threads.awaitEnd(until)) {
			throw new AssertionError("3.1 3.2 5.1 something hangs\n" + String.join("\n", this.books.wrong()) + "\n"
					+ this.hostThreads.dump() + this.threads.dump() + "\n" + this.plan.text());
		}
		checkNothingIsLeft();
		new FaultChecks(this).check();
		if (this.plan.listening()) {
			this.listener.check();
		}
		if (this.plan.instrumented()) {
			this.instrumentation.check();
		}
	}

	private void host() {
		FaultActor actor = new FaultActor(this, null, List.of(), null, null);
		perform(actor, this.plan.host());
		Integer left = this.context.get();
		this.books.check(Objects.equals(left, actor.expectedContext()), "9.1", "the host was left with the context %s",
				left);
		synchronized (this.hostLock) {
			this.hostEnded = true;
			this.pending = Thread.interrupted();
		}
	}

	private void outside(List<Step> steps) {
		perform(new FaultActor(this, null, List.of(), null, null), steps);
		this.books.check(!Thread.interrupted(), "3.12", "a thread was interrupted that is in no group");
	}

	private static void perform(FaultActor actor, List<Step> steps) {
		for (Step step : steps) {
			try {
				actor.perform(List.of(step));
			}
			catch (Throwable ex) {
				actor.survived(ex);
			}
		}
	}

	private void checkNothingIsLeft() throws InterruptedException {
		for (int i = 0; i < this.limiters.size(); i++) {
			ConcurrencyLimiter limiter = this.limiters.get(i);
			this.books.check(limiter.inUse() == 0 && limiter.waiting() == 0, "8.1",
					"limiter %d has %d permits in use, and %d wait", i, limiter.inUse(), limiter.waiting());
			this.books.check(limiter.limit() == this.lastLimits[i], "8.2", "limiter %d is set to %d, not %d", i,
					limiter.limit(), this.lastLimits[i]);
		}
		for (FaultRate rate : this.rates) {
			int waiting = rate.limiter().waiting();
			this.books.check(waiting == 0, "8.1", "%d wait for a rate limiter", waiting);
		}
		this.foreign.forEach(this::check);
		this.books.check(this.factory.snapshot().isEmpty(), "10.2", "there is still open %s", this.factory.snapshot());
		this.books.check(this.factory.awaitIdle(Duration.ZERO), "6.4", "the factory is not idle");
		this.factory.close();
		synchronized (this.hostLock) {
			this.books.check(!this.pending || this.books.interrupted.contains(this.host), "3.12",
					"the host was left interrupted");
			if (this.plan.calm() && this.hostInterrupted) {
				this.books.check(this.pending || this.books.hostTold, "3.6", "an interrupt from outside was lost");
			}
		}
	}

	private void check(FaultLimiter limiter) {
		List<FaultTaskBook> tasks = this.books.tasks.stream()
			.filter((task) -> task.returned && task.group().foreign().contains(limiter))
			.toList();
		long succeeded = tasks.stream()
			.filter((task) -> task.handle != null && task.handle.state() == TaskState.SUCCESS)
			.count();
		limiter.check(succeeded, tasks.size());
	}

	FaultBooks books() {
		return this.books;
	}

	ThreadLocal<Integer> context() {
		return this.context;
	}

	CancelScope root() {
		return this.root;
	}

	TaskGroupFactory factory() {
		return this.factory;
	}

	/** Whether threads may be missing. */
	boolean isShortOfThreads() {
		return this.plan.failingThread() > 0;
	}

	/** Whether the factory counts the tasks that have ended. */
	boolean countsTasks() {
		return this.plan.listening();
	}

	boolean isClosing() {
		return this.closing;
	}

	/** Whether tasks may be refused. */
	boolean isShort() {
		return isShortOfThreads() || isClosing();
	}

	/** 6.4: everything has ended then, and nothing is opened any more. */
	void closeFactory() {
		this.closing = true;
		this.factory.close();
		this.books.closed = true;
		for (FaultGroupBook group : this.books.groups) {
			int left = group.running.get() + group.handling.get();
			this.books.check(left == 0, "6.4", "the factory is closed, and %d tasks of %s run", left, group);
		}
		for (FaultTaskBook task : this.books.tasks) {
			TaskHandle<?> handle = task.handle;
			this.books.check(handle == null || handle.isDone(), "6.4", "the factory is closed, and %s is not done",
					task);
		}
		try {
			this.factory.named("late").openScope().close();
			this.books.check(false, "6.4", "the factory is closed, and opens");
		}
		catch (TaskGroupClosedException ex) {
			// that is what it has to say
		}
	}

	boolean isHost(Thread thread) {
		return thread == this.host;
	}

	void interruptHost() {
		synchronized (this.hostLock) {
			if (this.hostEnded) {
				this.books.didNothing();
			}
			else {
				this.books.interrupted.add(this.host);
				this.hostInterrupted = true;
				this.host.interrupt();
			}
		}
	}

	/**
	 * Whether an exception is what a task fails with, or the fork of it, when there is no
	 * thread, or when a limiter of somebody else's breaks its promise (3.9, 8.1).
	 */
	boolean isRefusal(Throwable exception) {
		return this.books.refusals.stream().anyMatch((failure) -> failure == exception)
				|| (exception instanceof NullPointerException && isForNull(String.valueOf(exception.getMessage())));
	}

	private boolean isForNull(String message) {
		return (isShortOfThreads() && message.endsWith("returned null"))
				|| (!this.foreign.isEmpty() && message.startsWith("the limiter ") && message.endsWith(", but null"));
	}

	/** The context of each task is that of whoever forked it (9.1). */
	private ContextPropagation.Captured capture() {
		Integer captured = this.context.get();
		return () -> {
			Integer before = this.context.get();
			this.books.check(before == null, "9.1", "a task's thread has the context %s of another task", before);
			set(captured);
			return () -> set(before);
		};
	}

	private void set(Integer value) {
		if (value != null) {
			this.context.set(value);
		}
		else {
			this.context.remove();
		}
	}

	// Limits

	TaskGroupSpec spec(FaultGroupBook book, Settings settings) {
		TaskGroupSpec spec = named(book, settings.limiter() - 1);
		if (settings.timeoutMicros() > 0) {
			spec = spec.timeout(Duration.ofNanos(1_000L * settings.timeoutMicros()));
		}
		if (settings.moveOnMicros() > 0) {
			spec = spec.moveOnAfter(Duration.ofNanos(1_000L * settings.moveOnMicros()));
		}
		if (settings.maxConcurrency() > 0) {
			spec = spec.maxConcurrency(settings.maxConcurrency());
		}
		if (settings.rate() > 0) {
			spec = spec.limiter(this.rates.get(settings.rate() - 1).limiter());
		}
		if (settings.foreign() > 0) {
			spec = spec.limiter(this.foreign.get(settings.foreign() - 1));
		}
		if (settings.queue() > 0) {
			TaskGroupSpec.WhenFull whenFull = settings.rejects() ? TaskGroupSpec.WhenFull.REJECT
					: TaskGroupSpec.WhenFull.WAIT;
			spec = spec.queue(settings.queue(), whenFull);
		}
		return settings.detached() ? spec.detached() : spec;
	}

	private TaskGroupSpec named(FaultGroupBook book, int limiter) {
		if (limiter >= 0 && isByName(limiter)) {
			return byName(limiter, this.plan.limits().get(limiter));
		}
		TaskGroupSpec spec = this.factory.named(book.toString());
		return (limiter >= 0) ? spec.limiter(this.limiters.get(limiter)) : spec;
	}

	List<FaultRate> rates(Settings settings) {
		return (settings.rate() > 0) ? List.of(this.rates.get(settings.rate() - 1)) : List.of();
	}

	List<FaultLimiter> foreign(Settings settings) {
		return (settings.foreign() > 0) ? List.of(this.foreign.get(settings.foreign() - 1)) : List.of();
	}

	/** The gauges of a new group's limits. */
	List<FaultGauge> gauges(Settings settings) {
		List<FaultGauge> those = new ArrayList<>();
		if (settings.maxConcurrency() > 0) {
			those.add(new FaultGauge("maxConcurrency", settings.maxConcurrency(), this.books));
		}
		if (settings.limiter() > 0) {
			those.add(this.gauges.get(settings.limiter() - 1));
		}
		return those;
	}

	void setLimit(int index, int limit) {
		if (this.limiters.isEmpty()) {
			this.books.didNothing();
		}
		else {
			int at = index % this.limiters.size();
			ConcurrencyLimiter limiter = this.limiters.get(at);
			synchronized (limiter) {
				this.gauges.get(at).raise(limit);
				this.lastLimits[at] = limit;
				limiter.limit(limit);
			}
		}
	}

	/** Looks at what is open, and whether the limits hold (8.2). */
	void lookAtSnapshot() {
		TaskTreeSnapshot snapshot = this.factory.snapshot(SnapshotOptions.ALL);
		this.books.check(snapshot.tasksLeftOut() == 0, "10.2", "%d tasks were left out", snapshot.tasksLeftOut());
		for (int i = 0; i < this.limiters.size(); i++) {
			int inUse = this.limiters.get(i).inUse();
			int most = this.gauges.get(i).highestLimit();
			this.books.check(inUse <= most, "8.2", "%d permits in use of limiter %d, which never was above %d", inUse,
					i, most);
		}
	}

}
