package io.taskgroup;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;

/**
 * Has a model checker decide which thread goes on at each access to shared memory, and
 * tries one order after the other. A thread that waits for ever, and an order in which
 * nobody can go on, are failures as well as what a scenario throws. A parked thread may
 * wake up without a reason, so that a release which is missing shows only to those who
 * count releases: see {@link Mark}. Platform threads only.
 * <p>
 * How many orders are tried is multiplied by the property {@code taskgroup.model.scale}.
 */
final class Interleavings {

	/** How many times longer than in each build is looked for a wrong order. */
	static final int SCALE = Integer.getInteger("taskgroup.model.scale", 1);

	/**
	 * Groups whose tasks run on platform threads. Made outside the model, which is slow.
	 */
	static final TaskGroupSpec SPEC = TaskGroupFactory.builder().threadFactory(ModelThread::new).build().named("model");

	private Interleavings() {
	}

	/** Runs the scenario in many orders. What it needs is made anew in each. */
	static void explore(int orders, TaskAction scenario) {
		// keeps the timer's thread out of the model: it has something to wait for already
		Future<?> later = Timer.schedule(() -> {
		}, TimeUnit.DAYS.toNanos(10));
		try {
			Lincheck.runConcurrentTest(orders * SCALE, () -> run(scenario));
		}
		finally {
			later.cancel(false);
		}
	}

	/**
	 * Compares what the operations of a class give when threads call them at the same
	 * time with what they give one after the other.
	 */
	static void linearizable(int scenarios, int orders, int loopBound, Class<?> operations) {
		new ModelCheckingOptions().iterations(scenarios * SCALE)
			.invocationsPerIteration(orders)
			.threads(2)
			.actorsPerThread(3)
			.actorsBefore(2)
			.actorsAfter(1)
			.loopBound(loopBound)
			.check(operations);
	}

	private static void run(TaskAction scenario) {
		try {
			scenario.run();
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	/** Runs each side on a thread of its own. Throws what the first of them threw. */
	static void together(TaskAction... sides) throws Exception {
		Thread[] threads = new Thread[sides.length];
		Throwable[] thrown = new Throwable[sides.length];
		for (int i = 0; i < sides.length; i++) {
			int side = i;
			threads[i] = new ModelThread(() -> {
				try {
					sides[side].run();
				}
				catch (Exception | AssertionError ex) {
					thrown[side] = ex;
				}
			});
		}
		for (Thread thread : threads) {
			thread.start();
		}
		for (Thread thread : threads) {
			thread.join();
		}
		for (Throwable one : thrown) {
			if (one != null) {
				throw new AssertionError(one.getMessage(), one);
			}
		}
	}

	/** As an assertion of AssertJ's, whose many steps need not be looked into. */
	static void must(boolean holds, String claim) {
		if (!holds) {
			throw new AssertionError("not so: " + claim);
		}
	}

	/** A supervisor whose tasks run on platform threads. */
	static Supervisor supervisor(TaskLimiter... limiters) {
		TaskGroupSpec spec = SPEC;
		for (TaskLimiter limiter : limiters) {
			spec = spec.limiter(limiter);
		}
		return (Supervisor) spec.openScope();
	}

	/**
	 * A thread that the checker knows of. Of a plain thread with something to run it
	 * overlooks what that does: see {@link InterleavingsTests}.
	 */
	static final class ModelThread extends Thread {

		private final Runnable work;

		ModelThread(Runnable work) {
			this.work = work;
		}

		@Override
		public void run() {
			this.work.run();
		}

	}

}
