package io.taskgroup;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The library's concurrency limiter. A lock guards everything; it is held for a few
 * instructions and never while anybody is told of anything.
 * <p>
 * Permits go to those who take back what they lent first, then to newcomers, both in the
 * order in which they came. A newcomer gets a permit at once only if nobody waits.
 */
class FifoLimiter implements ConcurrencyLimiter, LendingGate {

	private static final int SPINS = (Runtime.getRuntime().availableProcessors() > 1) ? 100 : 0;

	private static final AtomicLong ORDER = new AtomicLong();

	/**
	 * The order in which a task asks several limiters: the same for all tasks, so that no
	 * two wait for each other.
	 */
	private final long order = ORDER.incrementAndGet();

	private final ReentrantLock lock = new ReentrantLock();

	/** Guarded by the lock for writing. */
	private volatile int limit;

	/** Who is told of changes. */
	private final List<WeakReference<Listeners>> listeners = new CopyOnWriteArrayList<>();

	/** Guarded by the lock. Never raised above the limit. */
	private int inUse;

	/** Guarded by the lock. */
	private final Queue newcomers = new Queue();

	/** Guarded by the lock. */
	private final Queue returning = new Queue();

	FifoLimiter(int limit) {
		this.limit = checked(limit);
	}

	static int checked(int limit) {
		if (limit < 1) {
			throw new IllegalArgumentException("a concurrency limit must be at least 1, but is " + limit);
		}
		return limit;
	}

	/** It is held so briefly that parking takes longer than looking again. */
	private void lock() {
		for (int i = 0; i < SPINS; i++) {
			if (this.lock.tryLock()) {
				return;
			}
			Thread.onSpinWait();
		}
		this.lock.lock();
	}

	final long order() {
		return this.order;
	}

	@Override
	public final int limit() {
		return this.limit;
	}

	@Override
	public void limit(int limit) {
		Grants grants = new Grants();
		change(checked(limit), grants);
		grants.tellAll();
	}

	/** Sets the limit, and says so. */
	final void change(int limit, Grants grants) {
		int before;
		lock();
		try {
			before = this.limit;
			this.limit = limit;
			grant(grants);
		}
		finally {
			this.lock.unlock();
		}
		if (limit != before) {
			for (WeakReference<Listeners> reference : this.listeners) {
				Listeners those = reference.get();
				if (those != null) {
					those.limitChanged(this, before, limit);
				}
			}
		}
	}

	/** Has the listeners told of changes, as long as somebody else keeps them. */
	final void tell(Listeners those) {
		synchronized (this.listeners) {
			addOnce(those);
		}
	}

	private void addOnce(Listeners those) {
		for (WeakReference<Listeners> known : this.listeners) {
			if (known.refersTo(those)) {
				return;
			}
		}
		this.listeners.removeIf((known) -> known.refersTo(null));
		this.listeners.add(new WeakReference<>(those));
	}

	/** The gate that one task goes through. */
	Gate gate() {
		return this;
	}

	@Override
	public final int inUse() {
		lock();
		try {
			return this.inUse;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public final int waiting() {
		lock();
		try {
			return this.newcomers.size() + this.returning.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public final boolean acquire(Applicant applicant, Grants grants) {
		if (applicant.isToldOfWaiting()) {
			if (tryAcquire(applicant, grants)) {
				return true;
			}
			applicant.willWait();
		}
		lock();
		try {
			if (take()) {
				return true;
			}
			this.newcomers.add(applicant);
			return false;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public final boolean tryAcquire(Applicant applicant, Grants grants) {
		lock();
		try {
			return take();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Holds the lock. */
	private boolean take() {
		if (this.inUse >= this.limit || this.newcomers.size() > 0 || this.returning.size() > 0) {
			return false;
		}
		this.inUse++;
		return true;
	}

	@Override
	public final boolean withdraw(Applicant applicant, Grants grants) {
		lock();
		try {
			return this.newcomers.remove(applicant);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public final void release(Applicant applicant, TaskState outcome, Grants grants) {
		release(grants);
	}

	private void release(Grants grants) {
		lock();
		try {
			this.inUse--;
			grant(grants);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Hands out what is free. Holds the lock. */
	private void grant(Grants grants) {
		while (this.inUse < this.limit) {
			Applicant next = this.returning.poll();
			if (next == null) {
				next = this.newcomers.poll();
			}
			if (next == null) {
				return;
			}
			this.inUse++;
			grants.add(next);
		}
	}

	// Lending

	@Override
	public final void lend(Grants grants) {
		release(grants);
	}

	@Override
	public final boolean takeBack() {
		Returner returner = new Returner(Thread.currentThread());
		lock();
		try {
			if (this.inUse < this.limit && this.returning.size() == 0) {
				this.inUse++;
				return false;
			}
			this.returning.add(returner);
		}
		finally {
			this.lock.unlock();
		}
		boolean interrupted = false;
		while (!returner.granted) {
			interrupted |= Thread.interrupted();
			LockSupport.park(this);
		}
		return interrupted;
	}

	/** For those who are not tasks of this library's. */
	@Override
	public CompletableFuture<Permit> acquire() {
		return PromisedPermit.from(this);
	}

	/** A thread that takes back what it has lent. */
	private static final class Returner extends Applicant {

		private final Thread thread;

		private volatile boolean granted;

		Returner(Thread thread) {
			this.thread = thread;
		}

		@Override
		void granted(Grants grants) {
			this.granted = true;
			LockSupport.unpark(this.thread);
		}

	}

}
