package io.taskgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets threads run into each other, again and again.
 */
final class Together {

	private static final int ROUNDS = Integer.getInteger("taskgroup.test.rounds", 2000);

	private static final long ENOUGH_NANOS = 500_000_000L;

	private Together() {
	}

	/** Runs the round some thousand times, or until a moment has passed. */
	static void often(TaskAction round) throws Exception {
		long start = System.nanoTime();
		for (int i = 0; i < ROUNDS && System.nanoTime() - start < ENOUGH_NANOS; i++) {
			round.run();
			if (Thread.interrupted()) {
				throw new AssertionError("round " + i + " left the thread interrupted");
			}
		}
	}

	/**
	 * Runs all sides, released at the same moment: the first on the calling thread, the
	 * others on threads of their own, of the same kind. Throws what one of them threw.
	 */
	static void run(TaskAction first, TaskAction... others) throws Exception {
		AtomicInteger missing = new AtomicInteger(others.length + 1);
		List<Host<Void>> hosts = new ArrayList<>();
		Rig rig = Thread.currentThread().isVirtual() ? Rig.VIRTUAL : Rig.PLATFORM;
		for (TaskAction other : others) {
			hosts.add(rig.start(() -> {
				meet(missing);
				other.run();
			}));
		}
		try {
			meet(missing);
			first.run();
		}
		finally {
			boolean interrupted = Thread.interrupted();
			for (Host<Void> host : hosts) {
				host.get();
			}
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	@SuppressWarnings("ThreadPriorityCheck")
	private static void meet(AtomicInteger missing) {
		missing.decrementAndGet();
		while (missing.get() > 0) {
			Thread.yield();
		}
		pause();
	}

	/** Spins for some microseconds, each time another number of them. */
	static void pause() {
		long nanos = ThreadLocalRandom.current().nextLong(30_000);
		long start = System.nanoTime();
		while (System.nanoTime() - start < nanos) {
			Thread.onSpinWait();
		}
	}

}
