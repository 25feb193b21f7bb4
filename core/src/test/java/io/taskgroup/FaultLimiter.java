package io.taskgroup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A limiter of somebody else's, as bad as one may be: it throws, fails, or gives null, at
 * once or later; it hands over a permit while another is given back; and its promises
 * cannot be cancelled, or are kept or broken just then.
 * <p>
 * Its permits cannot be lent, so that tasks may wait for each other that need them.
 * Nobody waits for long: it fails what it has promised when that takes too long.
 */
final class FaultLimiter implements TaskLimiter {

	/** How many permits there are. */
	private final int limit;

	/** Whether it keeps to the rules, so that nobody fails because of it. */
	private final boolean calm;

	private final FaultBooks books;

	/** Guarded by this. */
	private final SplittableRandom random;

	/** Guarded by this. */
	private final Deque<Promise> waiting = new ArrayDeque<>();

	/** How many permits are given, or held back for a promise. Guarded by this. */
	private int inUse;

	/** How many of them are given. Guarded by this. */
	private int out;

	/** How many tasks that need a permit are in their own code. Guarded by this. */
	private int running;

	/** How many permits were given back with which outcome. Guarded by this. */
	private final Map<TaskState, Integer> released = new EnumMap<>(TaskState.class);

	/** How many answers are still to come from threads of its own. */
	private final AtomicInteger pending = new AtomicInteger();

	/**
	 * Creates a limiter.
	 * @param limit how many permits it has; 0 if there are always enough
	 */
	FaultLimiter(int limit, long seed, boolean calm, FaultBooks books) {
		this.limit = (limit > 0) ? limit : Integer.MAX_VALUE;
		this.random = new SplittableRandom(seed);
		this.calm = calm;
		this.books = books;
	}

	private synchronized int chance(int many) {
		return this.random.nextInt(many);
	}

	@Override
	public CompletableFuture<Permit> acquire() {
		if (!this.calm) {
			switch (chance(40)) {
				case 0 -> throw refusal();
				case 1 -> {
					return null;
				}
				case 2 -> {
					return CompletableFuture.failedFuture(refusal());
				}
				case 3 -> {
					return CompletableFuture.completedFuture(null);
				}
				case 4 -> {
					return answeredLater(this::giveUp);
				}
				case 5 -> {
					return answeredLater((promise) -> promise.complete(null));
				}
				default -> {
					// it does what it is for
				}
			}
		}
		return grantOrPromise();
	}

	private Promise answeredLater(Consumer<Promise> answer) {
		Promise promise = new Promise();
		later(() -> answer.accept(promise));
		return promise;
	}

	private CompletableFuture<Permit> grantOrPromise() {
		Promise promise = new Promise();
		boolean waits;
		synchronized (this) {
			waits = this.inUse >= this.limit;
			if (waits) {
				this.waiting.add(promise);
			}
			else {
				this.inUse++;
			}
		}
		if (waits) {
			later(() -> giveUp(promise));
		}
		else if (chance(3) == 0) {
			later(() -> grant(promise));
		}
		else {
			grant(promise);
		}
		return promise;
	}

	/** Somebody holds what it takes for too long. */
	private void giveUp(Promise promise) {
		synchronized (this) {
			this.waiting.remove(promise);
		}
		promise.completeExceptionally(refusal());
	}

	/** Gives a permit that is held back to the first who still wants one. */
	private void grant(Promise first) {
		for (Promise next = first; next != null; next = next()) {
			// before anybody can give it back
			count(1);
			if (next.complete(new GivenPermit())) {
				return;
			}
			count(-1);
		}
	}

	private synchronized void count(int given) {
		this.out += given;
	}

	/** Whoever is next to have the permit; nobody if it is held back no longer. */
	private synchronized Promise next() {
		Promise next = this.waiting.poll();
		if (next == null) {
			this.inUse--;
		}
		return next;
	}

	/** On a thread of its own: whoever is told there may wait for another answer. */
	private void later(Runnable answer) {
		this.pending.incrementAndGet();
		CompletableFuture.delayedExecutor(chance(1_500), TimeUnit.MICROSECONDS, Thread::startVirtualThread)
			.execute(() -> {
				try {
					answer.run();
				}
				finally {
					this.pending.decrementAndGet();
				}
			});
	}

	private RuntimeException refusal() {
		RuntimeException refusal = new UncheckedIOException(new IOException("the limiter fails"));
		this.books.refusals.add(refusal);
		return refusal;
	}

	/** Called by a task that needs a permit, first of all. */
	synchronized void enter() {
		this.running++;
		this.books.check(this.running <= this.out, "8.1", "%d tasks run with %d permits of another's limiter",
				this.running, this.out);
	}

	/** Called by a task that needs a permit, last of all. */
	synchronized void leave() {
		this.running--;
	}

	/**
	 * Called when everything has ended: each permit was given back once, with the outcome
	 * of its task.
	 * @param succeeded how many tasks that need a permit are known to have succeeded
	 * @param returned how many have returned, and so may have
	 */
	void check(long succeeded, long returned) {
		Waits.spinUntil(() -> this.pending.get() == 0);
		synchronized (this) {
			this.books.check(this.out == 0, "8.1", "%d permits were never given back", this.out);
			this.books.check(this.inUse == 0 && this.waiting.isEmpty(), "8.1",
					"%d permits of another's limiter are in use, and %d wait", this.inUse, this.waiting.size());
			int told = this.released.getOrDefault(TaskState.SUCCESS, 0);
			this.books.check(succeeded <= told && told <= returned, "8.1",
					"%d permits of another's limiter were given back as %s, and %d to %d tasks have succeeded", told,
					this.released, succeeded, returned);
		}
	}

	/** A promise that may be hard to take back. */
	private final class Promise extends CompletableFuture<Permit> {

		@Override
		public boolean cancel(boolean mayInterrupt) {
			if (!FaultLimiter.this.calm) {
				switch (chance(8)) {
					case 0 -> throw new IllegalStateException("this promise cannot be cancelled");
					case 1 -> {
						return false;
					}
					case 2 -> completeExceptionally(refusal());
					case 3 -> keep();
					default -> {
						// it does as it is told
					}
				}
			}
			return super.cancel(mayInterrupt);
		}

		/** Gives the permit after all, if there is one. */
		private void keep() {
			boolean free;
			synchronized (FaultLimiter.this) {
				free = FaultLimiter.this.inUse < FaultLimiter.this.limit;
				if (free) {
					FaultLimiter.this.inUse++;
				}
			}
			if (free) {
				grant(this);
			}
		}

	}

	private final class GivenPermit implements Permit {

		private final AtomicBoolean released = new AtomicBoolean();

		@Override
		public void release(TaskState outcome) {
			boolean first = this.released.compareAndSet(false, true);
			FaultLimiter.this.books.check(first, "8.1", "a permit is given back twice");
			FaultLimiter.this.books.check(outcome != null && outcome.isDone(), "8.1",
					"a permit is given back by a task that is %s", outcome);
			if (first) {
				Promise next;
				synchronized (FaultLimiter.this) {
					FaultLimiter.this.out--;
					FaultLimiter.this.released.merge(outcome, 1, Integer::sum);
					next = next();
				}
				grant(next);
			}
			if (!FaultLimiter.this.calm && chance(10) == 0) {
				throw new IllegalStateException("the limiter cannot take it back");
			}
		}

	}

}
