package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

import io.taskgroup.FaultGroupBook.Policy;
import io.taskgroup.FaultPlan.Combine;
import io.taskgroup.FaultPlan.Failure;
import io.taskgroup.FaultPlan.Form;
import io.taskgroup.FaultPlan.Step;

/**
 * One thread that does what the plan says: the host, a task, or one from outside. It
 * checks what can be seen from where it is, after each step.
 */
final class FaultActor {

	/** How often an error handler does what is planned: it may fork what fails again. */
	private static final int HANDLED = 3;

	/** The one whose task the current thread runs. */
	private static final ThreadLocal<FaultActor> ACTING = new ThreadLocal<>();

	private final FaultRun run;

	private final FaultBooks books;

	private final FaultTaskBook task;

	/** Started with, if it is a task. */
	private final TaskStatus<Integer> status;

	/** The groups it may fork into, the innermost last. */
	private final List<FaultGroupBook> around;

	/** The scopes it is in that are not of groups, the innermost last. */
	private final List<CancelScope> inside = new ArrayList<>();

	private final List<FaultTaskBook> forked = new ArrayList<>();

	/** What somebody else has to end: what is around it. */
	private final List<FaultGroupBook> leftOpen = new ArrayList<>();

	/** What the context of this thread has to be (9.1). */
	private Integer context;

	private boolean holdingPermits;

	FaultActor(FaultRun run, FaultTaskBook task, List<FaultGroupBook> around, TaskStatus<Integer> status,
			Integer context) {
		this.run = run;
		this.books = run.books();
		this.task = task;
		this.around = new ArrayList<>(around);
		this.status = status;
		this.context = context;
	}

	/** What a task is. */
	private Callable<Object> code(FaultTaskBook book, FaultPlan.Task plan, List<FaultGroupBook> visible,
			TaskStatus<Integer> taskStatus) {
		FaultActor actor = new FaultActor(this.run, book, visible, taskStatus, this.context);
		return () -> actor.runTask(plan);
	}

	private Object runTask(FaultPlan.Task plan) throws Exception {
		this.task.begin(this.books);
		FaultActor before = ACTING.get();
		ACTING.set(this);
		try {
			look();
			goOn();
			perform(plan.steps());
			this.task.returned = true;
			return this.task.value();
		}
		catch (Throwable ex) {
			this.task.thrown = ex;
			throw ex;
		}
		finally {
			stop();
			if (before != null) {
				ACTING.set(before);
			}
			else {
				ACTING.remove();
			}
			this.task.end(this.books);
		}
	}

	void perform(List<Step> steps) throws Exception {
		for (Step step : steps) {
			try {
				perform(step);
			}
			finally {
				look();
			}
		}
	}

	/** What must be true of every thread at all times. */
	private void look() {
		Thread thread = Thread.currentThread();
		if (thread.isInterrupted() && !this.books.interrupted.contains(thread)) {
			this.books.check(CancelScope.cancelRequested(), "3.12", "%s is interrupted and nobody has cancelled it",
					this);
		}
		Integer now = this.run.context().get();
		this.books.check(Objects.equals(now, this.context), "9.1", "%s has the context %s in place of %s", this, now,
				this.context);
	}

	private void perform(Step step) throws Exception {
		if (!(step instanceof FaultPlan.Survive) && !(step instanceof FaultPlan.Scene)) {
			// these are nothing but what is done in them
			this.books.did();
		}
		switch (step) {
			case FaultPlan.Sleep sleep -> Thread.sleep(micros(sleep.micros()));
			case FaultPlan.Forever() -> forever();
			case FaultPlan.Spin spin -> spin(spin);
			case FaultPlan.Swallow swallow -> swallow(swallow.micros());
			case FaultPlan.Checkpoint() -> checkpoint();
			case FaultPlan.Fail(Failure failure) -> fail(failure);
			case FaultPlan.Survive(List<Step> steps) -> survive(steps);
			case FaultPlan.InterruptSelf() -> {
				this.books.interrupted.add(Thread.currentThread());
				Thread.currentThread().interrupt();
			}
			case FaultPlan.ClearInterrupt() -> {
				if (Thread.interrupted()) {
					toldOfInterrupt();
				}
			}
			case FaultPlan.ChangeContext(int value) -> {
				this.context = value;
				this.run.context().set(value);
			}
			case FaultPlan.Fork fork -> fork(fork.level(), fork.task());
			case FaultPlan.Start start -> start(start.level(), start.task());
			case FaultPlan.SayStarted(int value) -> sayStarted(value);
			case FaultPlan.Await(int index) -> awaitOwn(index);
			case FaultPlan.AwaitAny any -> awaitAny(any);
			case FaultPlan.Join() -> joinOwn();
			case FaultPlan.Group group -> group(group);
			case FaultPlan.LeaveOpen open -> leaveOpen(open);
			case FaultPlan.Supervise supervise -> supervise(supervise);
			case FaultPlan.Region region -> region(region);
			case Combine combine -> combine(combine);
			case FaultPlan.CancelGroup(int index) -> cancelGroup(index);
			case FaultPlan.CancelScope(int index) -> cancelScope(index);
			case FaultPlan.CancelTask(int index) -> cancelTask(index);
			case FaultPlan.CancelOwn() -> cancelOwn();
			case FaultPlan.CloseFactory() -> this.run.closeFactory();
			case FaultPlan.Scene scene -> waiting(() -> new FaultScenes(this.run).play(scene));
			case FaultPlan.CancelBody() -> this.around.getLast().scope.cancel("planned");
			case FaultPlan.MoveDeadline deadline -> moveDeadline(deadline);
			case FaultPlan.SetLimit limit -> this.run.setLimit(limit.index(), limit.limit());
			case FaultPlan.Snapshot() -> this.run.lookAtSnapshot();
			case FaultPlan.InterruptHost() -> this.run.interruptHost();
			case FaultPlan.ForkAnywhere fork -> forkAnywhere(fork);
		}
	}

	// What a thread does alone

	private static Duration micros(int micros) {
		return Duration.ofNanos(1_000L * micros);
	}

	/** Longer than anybody waits for the run. */
	private static void forever() throws InterruptedException {
		Thread.sleep(FaultRun.BOUND.multipliedBy(2));
	}

	private static void spin(FaultPlan.Spin spin) {
		long until = System.nanoTime() + 1_000L * spin.micros();
		while (System.nanoTime() < until && !(spin.looking() && CancelScope.cancelRequested())) {
			Thread.onSpinWait();
		}
	}

	private void swallow(int micros) {
		long until = System.nanoTime() + 1_000L * micros;
		for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
			try {
				Thread.sleep(Duration.ofNanos(left));
			}
			catch (InterruptedException ex) {
				toldOfInterrupt();
			}
		}
	}

	private void checkpoint() throws CancelledException {
		boolean before = CancelScope.cancelRequested();
		try {
			CancelScope.checkpoint();
			this.books.check(!before, "5.2", "%s is cancelled, and checkpoint does not throw", this);
		}
		catch (CancelledException ex) {
			cancelledRightly(ex);
			throw ex;
		}
	}

	private static void fail(Failure failure) throws IOException {
		switch (failure) {
			case CHECKED -> throw new IOException("planned");
			case UNCHECKED -> throw new IllegalArgumentException("planned");
			case ERROR -> throw new AssertionError("planned");
			case STACK_OVERFLOW -> throw new StackOverflowError("planned");
			case OUT_OF_MEMORY -> throw new OutOfMemoryError("planned");
		}
	}

	private void survive(List<Step> steps) {
		try {
			perform(steps);
		}
		catch (Throwable ex) {
			survived(ex);
		}
	}

	/** Notes what was caught and goes no further. */
	void survived(Throwable caught) {
		if (caught instanceof InterruptedException && !(caught instanceof CancelledException)) {
			toldOfInterrupt();
		}
	}

	private void toldOfInterrupt() {
		if (this.run.isHost(Thread.currentThread())) {
			this.books.hostTold = true;
		}
	}

	private void cancelledRightly(CancelledException told) {
		this.books.check(CancelScope.cancelRequested(), "5.2", "%s is told of a cancellation that is not in effect: %s",
				this, told);
	}

	private void interruptedRightly(InterruptedException told) {
		if (told instanceof CancelledException cancelled) {
			cancelledRightly(cancelled);
		}
		else {
			this.books.check(this.books.interrupted.contains(Thread.currentThread()), "3.12",
					"%s is told of an interrupt that nobody has sent: %s", this, told);
		}
	}

	// Permits (8.3)

	/** Says that the task may have lent its permits from now on. */
	private void stop() {
		if (this.task != null && this.holdingPermits) {
			this.holdingPermits = false;
			this.task.group().gauges().forEach(FaultGauge::leave);
		}
	}

	/** Says that the task has its permits. */
	private void goOn() {
		if (this.task != null && !this.holdingPermits) {
			this.holdingPermits = true;
			this.task.group().gauges().forEach(FaultGauge::enter);
		}
	}

	private <T> T waiting(Callable<T> call) throws Exception {
		stop();
		try {
			return call.call();
		}
		finally {
			goOn();
		}
	}

	private void waiting(TaskAction call) throws Exception {
		waiting(() -> {
			call.run();
			return null;
		});
	}

	/**
	 * Says that the task of the current thread may have lent its permits while an error
	 * handler waits. One is called, for another task, out of whatever lets one go that
	 * gets no thread: a cancellation, a new limit.
	 */
	private static void lending(Runnable handler) {
		FaultActor here = ACTING.get();
		boolean holding = here != null && here.holdingPermits;
		if (holding) {
			here.stop();
		}
		try {
			handler.run();
		}
		finally {
			if (holding) {
				here.goOn();
			}
		}
	}

	// Tasks

	private void fork(int level, FaultPlan.Task plan) throws Exception {
		int at = this.around.size() - 1 - level;
		fork(this.around.get(at), this.around.subList(0, at + 1), plan);
	}

	private void fork(FaultGroupBook group, List<FaultGroupBook> visible, FaultPlan.Task plan) throws Exception {
		FaultTaskBook book = this.books.newTask(group);
		Callable<Object> code = code(book, plan, visible, null);
		try {
			book.handle = waiting(() -> group.scope.fork("planned-" + book.value(), code));
			this.forked.add(book);
			if (this.run.countsTasks() && book.value() % 4 == 0) {
				((Handle<?>) book.handle).onDone(() -> group.hasCounted(this.books));
			}
		}
		catch (Throwable ex) {
			book.refused = ex;
			this.books.check(isRefusal(group, ex), "3.8", "fork into %s threw %s", group, ex);
			throw ex;
		}
	}

	/** Whether a fork may throw that (3.8, 3.9, 8.5). */
	private boolean isRefusal(FaultGroupBook group, Throwable thrown) {
		return switch (thrown) {
			case TaskGroupClosedException closed -> ((AbstractTaskScope) group.scope).members().hasEnded();
			case TaskRejectedException full -> group.rejects;
			case TaskCancelledException cutOff -> group.makesWait && isCutOff(cutOff);
			default -> this.run.isRefusal(thrown);
		};
	}

	/**
	 * Whether this thread may be told, where it waits to fork, that it goes no further.
	 */
	private boolean isCutOff(TaskCancelledException told) {
		return (told.getCause() instanceof InterruptedException)
				? this.books.interrupted.contains(Thread.currentThread()) : CancelScope.cancelRequested();
	}

	/** Forks from a thread that belongs to no group (3.8). */
	private void forkAnywhere(FaultPlan.ForkAnywhere fork) {
		FaultGroupBook group = pick(this.books.groups, fork.index());
		if (group == null || group.scope == null) {
			this.books.didNothing();
			return;
		}
		try {
			fork(group, List.of(group), fork.task());
		}
		catch (Throwable ex) {
			// what a fork throws has been looked at
		}
	}

	private void start(int level, FaultPlan.Task plan) throws Exception {
		int at = this.around.size() - 1 - level;
		FaultGroupBook group = this.around.get(at);
		List<FaultGroupBook> visible = List.copyOf(this.around.subList(0, at + 1));
		FaultTaskBook book = this.books.newTask(group);
		book.byStart = true;
		try {
			StartedTask<Integer, Object> started = waiting(() -> group.scope
				.<Integer, Object, Exception>start((taskStatus) -> code(book, plan, visible, taskStatus).call()));
			book.handle = started;
			this.forked.add(book);
			this.books.check(Objects.equals(started.startValue(), book.startValue), "6.3",
					"%s has started with %s, not %s", book, book.startValue, started.startValue());
		}
		catch (Throwable ex) {
			book.refused = ex;
			this.books.check(!book.began || book.over, "6.3", "start has thrown, and %s runs", book);
			Throwable thrown = book.thrown;
			this.books.check(!FaultChecks.isFailure(thrown) || ex == thrown, "6.3",
					"start has thrown %s, although %s failed with %s", ex, book, thrown);
			this.books.check(ex == thrown || mayStartThrow(book, ex), "6.3",
					"starting %s, which threw %s, has thrown %s", book, thrown, ex);
			if (ex == thrown && ex instanceof InterruptedException) {
				// that of another thread, which a group that it is let through to cannot
				// tell from one of this thread
				this.books.interrupted.add(Thread.currentThread());
			}
			throw ex;
		}
	}

	/** Whether {@code start} may throw what the task has not (6.3). */
	private boolean mayStartThrow(FaultTaskBook book, Throwable thrown) {
		return switch (thrown) {
			case InterruptedException interrupted -> {
				interruptedRightly(interrupted);
				yield true;
			}
			case TaskCancelledException cancelled -> !book.returned;
			case LeftOpenException leftOpen -> book.began;
			case TaskGroupClosedException closed -> isRefusal(book.group(), thrown);
			case IllegalStateException unstarted -> book.returned && book.startValue == null;
			default -> isRefusal(book.group(), thrown);
		};
	}

	private void sayStarted(int value) {
		if (this.status == null) {
			this.books.didNothing();
		}
		else {
			boolean first = this.task.startValue == null;
			if (first) {
				this.task.startValue = value;
			}
			this.status.started(value);
			this.books.check(first, "6.3", "%s has said twice that it has started", this.task);
		}
	}

	private void awaitOwn(int index) throws Exception {
		FaultTaskBook target = pick(this.forked, index);
		if (target == null) {
			this.books.didNothing();
		}
		else {
			await(target, null);
		}
	}

	private void awaitAny(FaultPlan.AwaitAny any) throws Exception {
		FaultTaskBook target = pick(this.books.tasks, any.index());
		if (target == null || target.handle == null) {
			this.books.didNothing();
		}
		else {
			await(target, micros(any.micros()));
		}
	}

	private void await(FaultTaskBook target, Duration timeout) throws Exception {
		TaskHandle<?> handle = target.handle;
		try {
			Object value = waiting(() -> (timeout != null) ? handle.await(timeout) : handle.await());
			this.books.check(handle.state() == TaskState.SUCCESS && Objects.equals(value, target.value()), "4.1",
					"awaiting %s gave %s, its state is %s", target, value, handle.state());
		}
		catch (TaskFailedException ex) {
			this.books.check(handle.state() == TaskState.FAILED && ex.getCause() == handle.exceptionNow(), "4.1",
					"awaiting %s, which is %s, threw %s", target, handle.state(), ex);
			throw ex;
		}
		catch (TaskCancelledException ex) {
			this.books.check(handle.state() == TaskState.CANCELLED, "4.1", "awaiting %s, which is %s, threw %s", target,
					handle.state(), ex);
			throw ex;
		}
		catch (InterruptedException ex) {
			interruptedRightly(ex);
			throw ex;
		}
	}

	// Groups

	private FaultGroupBook open(String what, Policy policy, boolean handles, FaultPlan.Settings settings) {
		FaultGroupBook book = new FaultGroupBook(what + " " + this.books.nextNumber(), policy, handles,
				this.run.gauges(settings), this.run.rates(settings), this.run.foreign(settings));
		book.deadline = settings.timeoutMicros() > 0;
		book.movesOn = settings.moveOnMicros() > 0;
		book.rejects = settings.queue() > 0 && settings.rejects();
		book.makesWait = settings.queue() > 0 && !settings.rejects();
		return book;
	}

	private void group(FaultPlan.Group plan) throws Exception {
		FaultGroupBook book = open(plan.form().name(), Policy.TOGETHER, true, plan.settings());
		TaskGroupSpec spec = this.run.spec(book, plan.settings());
		this.books.groups.add(book);
		int before = this.leftOpen.size();
		try {
			switch (plan.form()) {
				case RUN -> ranQuietly(book, spec.run((group) -> body(book, group, plan.body())));
				case CALL -> {
					int value = this.books.nextNumber();
					int returned = spec.call((group) -> {
						body(book, group, plan.body());
						return value;
					});
					this.books.check(returned == value && book.bodyThrew == null, "3.4", "%s returned %d, not %d", book,
							returned, value);
				}
				case OPEN, OPEN_AND_JOIN -> openAndClose(book, spec, plan);
			}
		}
		catch (Throwable ex) {
			if (plan.form() == Form.RUN || plan.form() == Form.CALL) {
				book.report = ex;
				// what its body has let through may be from an open() group (3.10)
				if (ex instanceof InterruptedException interrupted && ex != book.bodyThrew) {
					interruptedRightly(interrupted);
				}
			}
			throw ex;
		}
		finally {
			goOn();
			book.hasEnded(this.books);
			ended(before);
		}
	}

	private void ranQuietly(FaultGroupBook book, CancelScope scope) {
		this.books.check(book.bodyThrew == null || (scope.cancelCaught() && scope.cancelCalled()), "3.4",
				"the body of %s threw %s, and run returned without having caught a cancellation", book, book.bodyThrew);
	}

	private void body(FaultGroupBook book, TaskGroup group, List<Step> steps) throws Exception {
		book.scope = group;
		book.bodyCounts = true;
		this.around.add(book);
		try {
			perform(steps);
		}
		catch (Throwable ex) {
			book.bodyThrew = ex;
			throw ex;
		}
		finally {
			this.around.removeLast();
			stop();
		}
	}

	private void openAndClose(FaultGroupBook book, TaskGroupSpec spec, FaultPlan.Group plan) throws Exception {
		TaskGroup group = spec.open();
		Throwable thrown = null;
		boolean joined = false;
		book.scope = group;
		this.around.add(book);
		try {
			perform(plan.body());
			if (plan.form() == Form.OPEN_AND_JOIN) {
				join(book, group);
				joined = true;
			}
		}
		catch (Throwable ex) {
			joined |= ex instanceof TaskGroupException && book.joins.contains(ex);
			thrown = ex;
		}
		this.around.removeLast();
		try {
			waiting(group::close);
		}
		catch (Throwable ex) {
			this.books.check(!joined, "3.10", "%s was joined, and close threw %s", book, ex);
			this.books.check(!(ex instanceof InterruptedException), "3.10", "closing %s threw %s", book, ex);
			book.report = ex;
			if (thrown == null) {
				thrown = ex;
			}
			else if (thrown != ex) {
				thrown.addSuppressed(ex);
			}
		}
		if (thrown != null) {
			throw Sneaky.<Exception>rethrow(thrown);
		}
	}

	private void join(FaultGroupBook book, TaskScope group) throws Exception {
		try {
			waiting(group::join);
		}
		catch (Throwable ex) {
			book.joins.add(ex);
			book.report = ex;
			if (ex instanceof InterruptedException interrupted) {
				interruptedRightly(interrupted);
			}
			throw ex;
		}
	}

	private void joinOwn() throws Exception {
		FaultGroupBook book = this.around.getLast();
		join(book, book.scope);
	}

	private void leaveOpen(FaultPlan.LeaveOpen plan) throws Exception {
		FaultGroupBook book = open("group left open", Policy.TOGETHER, true, plan.settings());
		book.forgotten = true;
		book.scope = this.run.spec(book, plan.settings()).open();
		this.books.groups.add(book);
		this.leftOpen.add(book);
		this.around.add(book);
		try {
			perform(plan.body());
		}
		finally {
			this.around.removeLast();
		}
	}

	/** Says that what was left open since then has been ended by what is around it. */
	private void ended(int since) {
		List<FaultGroupBook> ended = this.leftOpen.subList(since, this.leftOpen.size());
		ended.forEach((book) -> book.hasEnded(this.books));
		ended.clear();
	}

	private void supervise(FaultPlan.Supervise plan) throws Exception {
		FaultGroupBook book = open("supervisor", Policy.SUPERVISED, true, plan.settings());
		TaskScope scope = this.run.spec(book, plan.settings())
			.onError((handle, exception) -> lending(() -> handle(book, plan, handle, exception)))
			.openScope();
		book.scope = scope;
		this.books.groups.add(book);
		this.around.add(book);
		boolean closing = plan.closing() || plan.settings().detached();
		if (!closing) {
			this.leftOpen.add(book);
		}
		try {
			perform(plan.body());
			if (plan.joining()) {
				joinSupervisor(book);
			}
		}
		finally {
			this.around.removeLast();
			if (closing) {
				closeSupervisor(book);
			}
		}
	}

	private void joinSupervisor(FaultGroupBook book) throws Exception {
		try {
			waiting(book.scope::join);
		}
		catch (InterruptedException ex) {
			interruptedRightly(ex);
			throw ex;
		}
		catch (Throwable ex) {
			this.books.check(ex instanceof TaskGroupTimeoutException && book.deadline, "6.2", "joining %s threw %s",
					book, ex);
			throw ex;
		}
	}

	/**
	 * 6.1: there is nothing to throw, its failures have been told to the error handler.
	 */
	private void closeSupervisor(FaultGroupBook book) throws Exception {
		try {
			waiting(book.scope::close);
		}
		catch (Throwable ex) {
			this.books.check(false, "6.1", "closing %s threw %s", book, ex);
			throw ex;
		}
		book.hasEnded(this.books);
	}

	/** 6.1: called when a task has failed, on whichever thread, behind a shield. */
	private void handle(FaultGroupBook book, FaultPlan.Supervise plan, TaskHandle<?> handle, Throwable exception) {
		book.handling.incrementAndGet();
		try {
			book.told.add(new FaultGroupBook.Told(handle, exception));
			this.books.check(handle.state() == TaskState.FAILED && handle.exceptionNow() == exception, "4.1",
					"the error handler of %s is told of %s, and %s", book, handle, exception);
			this.books.check(!CancelScope.cancelRequested(), "6.1", "the error handler of %s is cancelled", book);
			if (book.handled.incrementAndGet() <= HANDLED) {
				new FaultActor(this.run, null, List.of(book), null, this.run.context().get()).perform(plan.handler());
			}
		}
		catch (Exception ex) {
			throw Sneaky.<RuntimeException>rethrow(ex);
		}
		finally {
			book.handling.decrementAndGet();
		}
		if (plan.handlerFails()) {
			throw new IllegalStateException("the handler fails");
		}
	}

	// Scopes

	private void region(FaultPlan.Region plan) throws Exception {
		Throwable[] bodyThrew = new Throwable[1];
		CancelScope.Body<Exception> body = (scope) -> regionBody(scope, plan.body(), bodyThrew);
		Duration time = micros(plan.micros());
		int before = this.leftOpen.size();
		CancelScope scope = null;
		Throwable thrown = null;
		try {
			switch (plan.kind()) {
				case RUN -> scope = CancelScope.run(body);
				case MOVE_ON -> scope = CancelScope.moveOnAfter(time, body);
				case FAIL_AFTER -> CancelScope.runOrFailAfter(time, body);
				case ENTER -> {
					scope = (plan.micros() % 2 == 0) ? this.run.root() : CancelScope.create();
					scope.enter(body);
				}
				case SHIELD -> CancelScope.runShielded((shielded) -> {
					this.books.check(!CancelScope.cancelRequested(), "5.4", "%s is cancelled behind its shield", this);
					regionBody(shielded, plan.body(), bodyThrew);
				});
			}
		}
		catch (Throwable ex) {
			thrown = ex;
		}
		goOn();
		ended(before);
		checkRegion(plan, scope, bodyThrew[0], thrown);
		if (thrown != null) {
			throw Sneaky.<Exception>rethrow(thrown);
		}
	}

	private void regionBody(CancelScope scope, List<Step> steps, Throwable[] bodyThrew) throws Exception {
		this.inside.add(scope);
		this.books.scopes.add(scope);
		try {
			perform(steps);
		}
		catch (Throwable ex) {
			bodyThrew[0] = ex;
			throw ex;
		}
		finally {
			this.inside.removeLast();
			stop();
		}
	}

	private void checkRegion(FaultPlan.Region plan, CancelScope scope, Throwable bodyThrew, Throwable thrown) {
		if (FaultChecks.isFailure(bodyThrew)) {
			this.books.check(thrown == bodyThrew, "5.3", "a body failed with %s, and its scope threw %s", bodyThrew,
					thrown);
		}
		if (bodyThrew == null) {
			this.books.check(thrown == null || thrown instanceof LeftOpenException, "5.3",
					"a body came to its end, and its scope threw %s", thrown);
			this.books.check(scope == null || !scope.cancelCaught() || plan.kind() == FaultPlan.Kind.ENTER, "5.3",
					"a body came to its end, and its scope has caught a cancellation");
		}
		if (bodyThrew != null && thrown == null && scope != null) {
			this.books.check(scope.cancelCaught() && scope.cancelCalled(), "5.3",
					"a scope kept %s to itself and has caught no cancellation", bodyThrew);
		}
		if (thrown instanceof CancelledException cancelled && thrown != bodyThrew) {
			cancelledRightly(cancelled);
		}
	}

	// Combinators

	private void combine(Combine plan) throws Exception {
		Policy policy = switch (plan.combinator()) {
			case GATHER, MAP, FOR_EACH -> Policy.TOGETHER;
			case OUTCOMES, AS_COMPLETED -> Policy.HANDLES;
			case RACE -> Policy.RACE;
			case ANY -> Policy.ANY;
		};
		FaultGroupBook book = open(plan.combinator().name(), policy, false, plan.settings());
		book.rejects &= switch (plan.combinator()) {
			case GATHER, OUTCOMES, RACE, ANY -> true;
			// they wait instead (7.3)
			case MAP, FOR_EACH, AS_COMPLETED -> false;
		};
		TaskGroupSpec spec = this.run.spec(book, plan.settings()).stagger(micros(plan.staggerMicros()));
		List<FaultTaskBook> tasks = new ArrayList<>();
		List<Callable<Object>> code = new ArrayList<>();
		for (FaultPlan.Task task : plan.tasks()) {
			FaultTaskBook taskBook = this.books.newTask(book);
			tasks.add(taskBook);
			code.add(code(taskBook, task, this.around, null));
		}
		this.books.groups.add(book);
		try {
			waiting(() -> combine(plan, spec, tasks, code));
		}
		catch (Throwable ex) {
			book.report = ex;
			if (ex instanceof InterruptedException interrupted) {
				interruptedRightly(interrupted);
			}
			throw ex;
		}
		finally {
			book.hasEnded(this.books);
		}
	}

	private void combine(Combine plan, TaskGroupSpec spec, List<FaultTaskBook> tasks, List<Callable<Object>> code)
			throws Exception {
		switch (plan.combinator()) {
			case GATHER -> inOrder(tasks, spec.gather(code));
			case MAP -> inOrder(tasks, spec.map(code, Callable::call));
			case FOR_EACH -> spec.forEach(code, Callable::call);
			case OUTCOMES -> outcomes(tasks, spec.gatherOutcomes(code));
			case RACE -> oneOf(tasks, spec.race(code));
			case ANY -> oneOf(tasks, spec.any(code));
			case AS_COMPLETED -> asCompleted(plan, spec, code);
		}
	}

	private void inOrder(List<FaultTaskBook> tasks, List<Object> results) {
		List<Object> expected = tasks.stream().<Object>map(FaultTaskBook::value).toList();
		this.books.check(results.equals(expected), "7.1", "%s in place of %s", results, expected);
	}

	private void oneOf(List<FaultTaskBook> tasks, Object result) {
		boolean found = tasks.stream()
			.anyMatch((task) -> task.returned && !task.late && Objects.equals(task.value(), result));
		this.books.check(found, "7.4", "%s is no result of %s", result, tasks);
	}

	private void outcomes(List<FaultTaskBook> tasks, List<Outcome<Object>> outcomes) {
		this.books.check(outcomes.size() == tasks.size(), "7.2", "%d outcomes of %d tasks", outcomes.size(),
				tasks.size());
		for (int i = 0; i < outcomes.size(); i++) {
			FaultTaskBook task = tasks.get(i);
			boolean right = switch (outcomes.get(i)) {
				case Outcome.Success<Object>(Object value) -> task.returned && Objects.equals(value, task.value());
				case Outcome.Failure<Object>(Throwable exception) -> FaultChecks.isRight(this.run, task, exception);
				case Outcome.Cancelled<Object> cancelled -> !task.returned && !FaultChecks.isFailure(task.thrown);
			};
			this.books.check(right, "7.2", "%s, which threw %s, has the outcome %s", task, task.thrown,
					outcomes.get(i));
		}
	}

	private void asCompleted(Combine plan, TaskGroupSpec spec, List<Callable<Object>> code)
			throws InterruptedException {
		Set<TaskHandle<Object>> given = Collections.newSetFromMap(new IdentityHashMap<>());
		try (CompletedTasks<Object> completed = spec.asCompleted(code)) {
			while (given.size() < plan.leaveAfter()) {
				Optional<TaskHandle<Object>> next = completed.next();
				if (next.isEmpty()) {
					return;
				}
				this.books.check(next.get().isDone(), "7.6", "a task is given out that is not done");
				boolean isNew = given.add(next.get());
				this.books.check(isNew, "7.6", "a task is given out twice");
				if (!isNew) {
					return;
				}
			}
		}
	}

	// Cancelling

	private void cancelGroup(int index) {
		FaultGroupBook group = pick(this.books.groups, index);
		if (group == null || group.scope == null) {
			this.books.didNothing();
		}
		else {
			group.scope.cancel("planned");
		}
	}

	private void cancelScope(int index) {
		CancelScope scope = pick(this.books.scopes, index);
		if (scope == null) {
			this.books.didNothing();
		}
		else {
			scope.cancel("planned");
		}
	}

	private void cancelTask(int index) {
		FaultTaskBook target = pick(this.books.tasks, index);
		if (target == null || target.handle == null) {
			this.books.didNothing();
		}
		else {
			boolean cancelled = target.handle.cancel("planned");
			target.cancelled |= cancelled;
			this.books.check(cancelled || isDoneSoon(target.handle), "4.2", "%s is not done, and cancel says it was",
					target);
		}
	}

	/** A task that cannot be cancelled any more may be just about to be done. */
	private static boolean isDoneSoon(TaskHandle<?> handle) {
		try {
			Waits.spinUntil(handle::isDone);
			return true;
		}
		catch (AssertionError ex) {
			return false;
		}
	}

	private void cancelOwn() {
		if (!this.inside.isEmpty()) {
			this.inside.getLast().cancel("by itself");
		}
		else if (!this.around.isEmpty()) {
			this.around.getLast().scope.cancel("by itself");
		}
		else {
			this.books.didNothing();
		}
	}

	private void moveDeadline(FaultPlan.MoveDeadline plan) {
		FaultGroupBook group = pick(this.books.groups, plan.index());
		if (group == null || group.scope == null) {
			this.books.didNothing();
		}
		else {
			group.deadline = true;
			group.scope.cancelScope().timeout(micros(plan.micros()));
		}
	}

	private static <T> T pick(List<T> some, int index) {
		int size = some.size();
		// it only grows
		return (size > 0) ? some.get(index % size) : null;
	}

	/** What the context of this thread has to be. */
	Integer expectedContext() {
		return this.context;
	}

	@Override
	public String toString() {
		return (this.task != null) ? this.task.toString() : "a thread without a task";
	}

}
