package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.taskgroup.FaultPlan.Scene;

/**
 * Short scenes in which it is given what has to happen before what, so that it is known
 * what must come of them, wherever in a tree they are played: threads that only their
 * cancellation can wake, combinators whose losers do not end by themselves, shields and
 * deadlines that another thread sets.
 * <p>
 * What is around a scene may be cancelled at any time, and threads may be missing. A
 * check allows for that, or is made only where it cannot matter.
 */
final class FaultScenes {

	/** Longer than anybody waits for the run. */
	private static final Duration FAR = FaultRun.BOUND.multipliedBy(2);

	private final FaultRun run;

	private final FaultBooks books;

	FaultScenes(FaultRun run) {
		this.run = run;
		this.books = run.books();
	}

	void play(Scene scene) throws Exception {
		switch (scene.plot()) {
			case AWAIT_IN_VAIN -> awaitInVain(scene);
			case OUTRUN -> outrun(scene);
			case FAIL_TOGETHER -> failTogether(scene);
			case LEAVE_EARLY -> leaveEarly(scene);
			case LIFT_SHIELD -> liftShield(scene);
			case SLEEP_TOO_LONG -> sleepTooLong(scene);
			case DEADLINE_NEARER -> deadlineNearer(scene);
			case DEADLINE_FARTHER -> deadlineFarther(scene);
			case KEEP_RATE -> keepRate(scene);
			case CLOSE_FROM_INSIDE -> closeFromInside();
		}
	}

	private TaskGroupSpec group() {
		this.books.did();
		return this.run.factory().named("scene");
	}

	private <T> TaskHandle<T> fork(TaskScope group, Callable<T> task) {
		this.books.did();
		return group.fork(task);
	}

	private void pause(Scene scene) throws InterruptedException {
		Thread.sleep(duration(scene));
	}

	private static Duration duration(Scene scene) {
		return Duration.ofNanos(1_000L * scene.micros());
	}

	private static Object forever() throws InterruptedException {
		Thread.sleep(FAR);
		return "for ever";
	}

	// 5.2: who waits in a call of the library is woken by its cancellation, by nothing
	// else

	private void awaitInVain(Scene scene) throws InterruptedException {
		group().run((group) -> {
			TaskHandle<Object> endless = fork(group, FaultScenes::forever);
			TaskHandle<Object> waiting = fork(group, () -> waitFor(scene, endless));
			pause(scene);
			waiting.cancel("planned");
			waiting.awaitDone();
			this.books.check(waiting.state() == TaskState.CANCELLED || this.run.isShort(), "5.2",
					"a task that waited and was cancelled is %s", waiting);
			this.books.check(!endless.isDone() || CancelScope.cancelRequested(), "4.2",
					"a task was cancelled, and %s has ended, too", endless);
			group.cancel("planned");
		});
	}

	private Object waitFor(Scene scene, TaskHandle<Object> endless) throws Exception {
		this.books.did();
		switch (scene.variant() % 5) {
			case 0 -> endless.await();
			case 1 -> endless.await(FAR);
			case 2 -> this.run.factory().awaitIdle(FAR);
			case 3 -> group().run((inner) -> {
				this.books.did();
				inner.<Integer, Object, Exception>start((status) -> forever());
			});
			default -> {
				try (CompletedTasks<Object> completed = group().asCompleted(endlessly(2, new AtomicInteger()))) {
					// the first may be one that the same cancellation has ended
					completed.next();
					completed.next();
				}
			}
		}
		return "in vain";
	}

	private static List<Callable<Object>> endlessly(int many, AtomicInteger running) {
		List<Callable<Object>> tasks = new ArrayList<>();
		for (int i = 0; i < many; i++) {
			tasks.add(() -> counted(running, FaultScenes::forever));
		}
		return tasks;
	}

	private static Object counted(AtomicInteger running, Callable<Object> task) throws Exception {
		running.incrementAndGet();
		try {
			return task.call();
		}
		finally {
			running.decrementAndGet();
		}
	}

	// 7.4, 7.5: the first decides, whatever the others come to afterwards

	private void outrun(Scene scene) throws Exception {
		AtomicInteger running = new AtomicInteger();
		List<Callable<Object>> tasks = endlessly(scene.variant() % 3, running);
		tasks.add(() -> counted(running, FaultScenes::afterTheDecision));
		Duration stagger = duration(scene).plusMillis(4);
		long[] began = new long[1];
		tasks.add(() -> {
			began[0] = System.nanoTime();
			return "first";
		});
		TaskGroupSpec spec = group();
		if (this.run.isShortOfThreads()) {
			// the one that is to win may get no thread
			spec = spec.moveOnAfter(Duration.ofMillis(20));
		}
		long opened = System.nanoTime();
		boolean race = scene.variant() % 2 == 0;
		Object result;
		try {
			result = race ? spec.race(tasks) : spec.stagger(stagger).any(tasks);
		}
		finally {
			this.books.check(running.get() == 0, "7.4", "the losers are not waited for");
		}
		this.books.check("first".equals(result), "7.4", "the first was outrun by %s", result);
		if (!race && !this.run.isShort()) {
			long earliest = stagger.toNanos() * (tasks.size() - 1);
			this.books.check(began[0] - opened >= earliest, "7.5", "the last of %d tasks began %d ns too early",
					tasks.size(), earliest - (began[0] - opened));
		}
	}

	/** Returns, although it has lost. */
	private static Object afterTheDecision() throws CancelledException {
		while (!isDecided()) {
			CancelScope.checkpoint();
			try {
				Thread.sleep(FAR);
			}
			catch (InterruptedException ex) {
				// that is how it hears of it
			}
		}
		return "last";
	}

	/** Whether the combinator that the current thread is a task of has its winner. */
	static boolean isDecided() {
		Scope here = Strand.currentScope();
		AbstractTaskScope group = (here != null) ? here.owner() : null;
		// its own cancellation: what is around it may be decided, too
		Cancellation own = (group != null) ? group.scope().cancellation() : null;
		return own != null && own.reason() != null && own.reason().endsWith(" has decided");
	}

	// 3.2, 7.1: the first failure ends the rest

	private void failTogether(Scene scene) throws Exception {
		AtomicInteger running = new AtomicInteger();
		List<Callable<Object>> tasks = endlessly(2, running);
		IOException failure = new IOException("planned");
		tasks.add(scene.variant() % 3, () -> {
			throw failure;
		});
		try {
			Collection<?> results = (scene.variant() % 2 == 0) ? group().gather(tasks)
					: group().map(tasks, Callable::call);
			this.books.check(false, "7.1", "a task has failed, and there are results: %s", results);
		}
		catch (TaskGroupException ex) {
			this.books.check(this.run.isShort() || ex.exceptions().equals(List.of(failure)), "7.1",
					"one task has failed, and is told of as %s", ex.exceptions());
			throw ex;
		}
		finally {
			this.books.check(running.get() == 0, "3.1", "tasks are left of those that fail together");
		}
	}

	// 7.6: leaving early cancels and waits for the rest

	private void leaveEarly(Scene scene) throws Exception {
		AtomicInteger running = new AtomicInteger();
		List<Callable<Object>> tasks = endlessly(2, running);
		tasks.add(scene.variant() % 3, () -> "early");
		List<TaskHandle<Object>> given = new ArrayList<>();
		try (CompletedTasks<Object> completed = group().asCompleted(tasks)) {
			Optional<TaskHandle<Object>> first = completed.next();
			first.ifPresent(given::add);
			boolean right = first
				.filter((task) -> task.state() == TaskState.SUCCESS && "early".equals(task.resultNow()))
				.isPresent();
			this.books.check(right || this.run.isShort() || CancelScope.cancelRequested(), "7.6",
					"first comes what comes to no end: %s", first);
			if (scene.variant() % 2 == 0) {
				pause(scene);
			}
		}
		finally {
			this.books.check(running.get() == 0, "7.6", "tasks are left although the block was left");
		}
	}

	// 5.4: a shield that another thread takes away, or sets

	private void liftShield(Scene scene) throws InterruptedException {
		boolean raisedHere = scene.variant() % 2 == 0;
		AtomicReference<CancelScope> shield = new AtomicReference<>();
		AtomicBoolean lifted = new AtomicBoolean();
		AtomicBoolean slept = new AtomicBoolean();
		AtomicBoolean toldEarly = new AtomicBoolean();
		CountDownLatch inside = new CountDownLatch(1);
		group().run((group) -> {
			TaskHandle<Object> shielded = fork(group, () -> {
				CancelScope.run((scope) -> {
					scope.shielded(!raisedHere);
					shield.set(scope);
					inside.countDown();
					if (!lifted.get()) {
						slept.set(true);
						try {
							forever();
						}
						finally {
							toldEarly.set(!lifted.get());
						}
					}
				});
				return "inside";
			});
			try {
				inside.await();
				this.books.did();
				shield.get().shielded(true);
				// what has come before the shield is none of its business
				boolean before = CancelScope.cancelRequested();
				shielded.cancel("planned");
				pause(scene);
				this.books.check(!toldEarly.get() || before, "5.4",
						"a task was told of its cancellation behind a shield");
			}
			finally {
				lifted.set(true);
				CancelScope scope = shield.get();
				if (scope != null) {
					scope.shielded(false);
				}
			}
			shielded.awaitDone();
			this.books.check(shielded.state() == TaskState.CANCELLED || !slept.get(), "5.4",
					"a task was cancelled behind a shield that was taken away, and is %s", shielded);
		});
	}

	// 5.5: deadlines

	/** Notes by how much a deadline was missed, and that it was not early. */
	private void deadlinePassed(long atNanos, String what) {
		long late = System.nanoTime() - atNanos;
		this.books.check(late >= 0, "5.5", "the deadline of %s has passed %d ns too early", what, -late);
		this.books.late.add(late);
	}

	/** Nobody but the timer can notice. */
	private void sleepTooLong(Scene scene) throws Exception {
		Duration time = duration(scene);
		long at = System.nanoTime() + time.toNanos();
		switch (scene.variant() % 4) {
			case 0 -> {
				this.books.did();
				CancelScope scope = CancelScope.moveOnAfter(time, (inner) -> forever());
				this.books.check(scope.cancelCaught(), "5.3", "what lasts for ever has come to an end");
				deadlinePassed(at, "moveOnAfter");
			}
			case 1 -> {
				this.books.did();
				try {
					CancelScope.runOrFailAfter(time, (inner) -> forever());
				}
				catch (TimeoutException ex) {
					deadlinePassed(at, "runOrFailAfter");
				}
			}
			case 2 -> {
				CancelScope scope = group().moveOnAfter(time).run((group) -> {
					fork(group, FaultScenes::forever);
					forever();
				});
				this.books.check(scope.cancelCaught(), "3.13", "what lasts for ever has come to an end");
				if (!this.run.isClosing()) {
					// a shutdown is as quiet as the deadline (6.4)
					deadlinePassed(at, "a group that moves on");
				}
			}
			default -> {
				try {
					group().timeout(time).run((group) -> {
						fork(group, FaultScenes::forever);
						forever();
					});
				}
				catch (TaskGroupTimeoutException ex) {
					deadlinePassed(at, "a group");
				}
			}
		}
	}

	private void deadlineNearer(Scene scene) throws InterruptedException {
		boolean sleeping = scene.variant() % 2 == 0;
		AtomicReference<CancelScope> moved = new AtomicReference<>();
		CountDownLatch inside = new CountDownLatch(1);
		long[] at = new long[1];
		group().run((group) -> {
			TaskHandle<Object> endless = fork(group, FaultScenes::forever);
			TaskHandle<Object> hurried = fork(group, () -> {
				CancelScope scope = CancelScope.moveOnAfter(FAR, (inner) -> {
					moved.set(inner);
					inside.countDown();
					if (sleeping) {
						forever();
					}
					else {
						endless.await();
					}
				});
				this.books.check(scope.cancelCaught(), "5.3", "what lasts for ever has come to an end");
				if (sleeping) {
					deadlinePassed(at[0], "a task");
				}
				return "late";
			});
			inside.await();
			this.books.did();
			at[0] = System.nanoTime() + duration(scene).toNanos();
			moved.get().timeout(duration(scene));
			hurried.awaitDone();
			this.books.check(hurried.state() == TaskState.SUCCESS || CancelScope.cancelRequested(), "5.5",
					"a task whose deadline was moved is %s", hurried);
			group.cancel("planned");
		});
	}

	private void deadlineFarther(Scene scene) throws InterruptedException {
		AtomicReference<CancelScope> moved = new AtomicReference<>();
		CountDownLatch inside = new CountDownLatch(1);
		Duration further = (scene.variant() % 2 == 0) ? FAR : null;
		group().run((group) -> {
			TaskHandle<Object> slow = fork(group, () -> {
				CancelScope.moveOnAfter(duration(scene), (inner) -> {
					moved.set(inner);
					inside.countDown();
					pause(scene);
					Thread.sleep(Duration.ofNanos(200_000));
				});
				return "slow";
			});
			inside.await();
			this.books.did();
			moved.get().timeout(further);
			boolean passed = moved.get().cancelCalled();
			slow.awaitDone();
			this.books.check(passed == moved.get().cancelCalled(), "5.5", "a deadline has passed after it was moved");
		});
	}

	// 8.4

	private void keepRate(Scene scene) throws InterruptedException {
		int burst = 1 + scene.variant() % 2;
		Duration period = Duration.ofMillis(1).plus(duration(scene));
		Queue<Long> began = new ConcurrentLinkedQueue<>();
		List<Callable<Object>> tasks = Collections.nCopies(burst + 3, () -> began.add(System.nanoTime()));
		long made = System.nanoTime();
		RateLimiter limiter = RateLimiter.of(1, period, burst);
		try {
			group().limiter(limiter).gather(tasks);
		}
		finally {
			List<Long> sorted = began.stream().sorted().toList();
			for (int i = burst; i < sorted.size(); i++) {
				long early = made + (i + 1 - burst) * period.toNanos() - sorted.get(i);
				this.books.check(early <= 0, "8.4", "task %d of a burst of %d began %d ns too early", i + 1, burst,
						early);
			}
			this.books.check(limiter.waiting() == 0, "8.1", "%d wait for a rate limiter", limiter.waiting());
		}
	}

	// 6.4

	private void closeFromInside() throws InterruptedException {
		group().run((group) -> {
			boolean before = CancelScope.cancelRequested();
			this.books.did();
			try {
				this.run.factory().close();
				this.books.check(false, "6.4", "the factory was closed from inside");
			}
			catch (IllegalStateException ex) {
				this.books.check(before || !group.cancelScope().cancelCalled() || this.run.isClosing(), "6.4",
						"closing the factory from inside has cancelled a group: %s", ex);
			}
		});
	}

}
