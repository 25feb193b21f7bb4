package io.taskgroup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * The way of one task through the gates of its group, up to its thread.
 *
 * <h2>States</h2>
 *
 * <pre>
 *             the last gate granted
 *   WAITING -------------------------> ADMITTED     the task gets its thread
 *      |
 *      | cancelled, or refused
 *      v
 *   WITHDRAWN                                       it never runs
 * </pre>
 *
 * Both steps are a CAS. While the task is WAITING it is either in the queue of one gate,
 * or some thread is taking it from one gate to the next; that thread, or whoever takes it
 * out of the queue, and nobody else, gives back what it holds once it is WITHDRAWN. So a
 * permit that is handed to a task just as it is cancelled is neither lost nor given back
 * twice.
 */
final class Admission extends Gate.Applicant {

	private static final int WAITING = 0;

	private static final int ADMITTED = 1;

	private static final int WITHDRAWN = 2;

	private static final int UNTOLD = 0;

	private static final int TOLD = 1;

	private static final int TOO_LATE = 2;

	private static final VarHandle STATE;

	private static final VarHandle TELLING;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			STATE = lookup.findVarHandle(Admission.class, "state", int.class);
			TELLING = lookup.findVarHandle(Admission.class, "telling", int.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final Task<?> task;

	private final Gate[] gates;

	/** How many gates have granted their permits; written by the thread on the way. */
	private volatile int held;

	private volatile int state;

	/**
	 * Whether listeners are told that the task waits. CAS: once by the thread on the way,
	 * or never, if whoever withdraws it comes first.
	 */
	private volatile int telling;

	/** Whether what can be lent is lent out. The task's own thread. */
	private boolean lent;

	Admission(Task<?> task, Gate[] gates) {
		this.task = task;
		this.gates = gates;
	}

	boolean isWaiting() {
		return this.state == WAITING;
	}

	/** Goes as far as it gets at once; true if that is the whole way. Forking thread. */
	boolean begin(Gate.Grants grants) {
		return advance(grants);
	}

	/** Goes the whole way at once, or not at all. Forking thread. */
	boolean tryBegin(Gate.Grants grants) {
		boolean admitted = false;
		try {
			for (int i = 0; i < this.gates.length; i++) {
				if (!this.gates[i].tryAcquire(this, grants)) {
					return false;
				}
				this.held = i + 1;
			}
			admitted = step(ADMITTED);
			return admitted;
		}
		finally {
			if (!admitted) {
				release(TaskState.CANCELLED, grants);
			}
		}
	}

	@Override
	void granted(Gate.Grants grants) {
		int before = this.held;
		this.held = before + 1;
		boolean admitted;
		try {
			admitted = advance(grants);
		}
		catch (Throwable broken) {
			refused(broken, grants);
			return;
		}
		if (admitted) {
			this.task.startQueued(grants);
		}
	}

	@Override
	boolean isToldOfWaiting() {
		return this.telling == UNTOLD && this.task.owner().factory().listeners().isPresent();
	}

	@Override
	void willWait() {
		if (isToldOfWaiting() && TELLING.compareAndSet(this, UNTOLD, TOLD)) {
			this.task.owner().factory().listeners().taskQueued(this.task);
		}
	}

	/** Whether listeners were told that the task waits, or are being told. */
	boolean isTold() {
		return this.telling == TOLD;
	}

	/** The gate cannot grant a permit, because it is broken. */
	void refused(Throwable reason, Gate.Grants grants) {
		if (step(WITHDRAWN)) {
			this.task.refused(reason, grants);
		}
		else {
			release(TaskState.CANCELLED, grants);
		}
	}

	@Override
	void tellEnd() {
		this.task.tellUnstarted();
	}

	private boolean advance(Gate.Grants grants) {
		int next = this.held;
		while (next < this.gates.length && this.state != WITHDRAWN) {
			Gate gate = this.gates[next];
			if (!gate.acquire(this, grants)) {
				// somebody else goes on, unless it was withdrawn before it was in the
				// queue
				if (this.state == WITHDRAWN && gate.withdraw(this, grants)) {
					release(TaskState.CANCELLED, grants);
				}
				return false;
			}
			next++;
			this.held = next;
		}
		if (step(ADMITTED)) {
			return true;
		}
		release(TaskState.CANCELLED, grants);
		return false;
	}

	/** Ends the waiting; false if it has ended already. Any thread. */
	boolean withdraw(Gate.Grants grants) {
		if (!step(WITHDRAWN)) {
			return false;
		}
		int at = this.held;
		if (at < this.gates.length && this.gates[at].withdraw(this, grants)) {
			release(TaskState.CANCELLED, grants);
		}
		return true;
	}

	/**
	 * Gives back what is held, because the fork comes to nothing. Forking thread.
	 * @return false if somebody has withdrawn the task, and ended it by that
	 */
	boolean abandon(Gate.Grants grants) {
		boolean waiting = step(WITHDRAWN);
		if (waiting) {
			this.task.owner().leaveQueue();
		}
		boolean live = waiting || this.state == ADMITTED;
		release(TaskState.CANCELLED, grants);
		return live;
	}

	private boolean step(int to) {
		boolean done = STATE.compareAndSet(this, WAITING, to);
		if (done && to == WITHDRAWN) {
			// whoever ends the task now knows for good whether its waiting was told
			TELLING.compareAndSet(this, UNTOLD, TOO_LATE);
		}
		return done;
	}

	/** Called when the task begins. On its thread. */
	void begun() {
		for (Gate gate : this.gates) {
			gate.begun();
		}
	}

	/** How the task ended; null if it has not. */
	@Nullable Object outcome() {
		Handle<?> handle = this.task.handle();
		return (handle != null) ? handle.rawOutcome() : null;
	}

	/** Gives back what is held. */
	void release(TaskState outcome, Gate.Grants grants) {
		int count = this.held;
		this.held = 0;
		for (int i = count - 1; i >= 0; i--) {
			this.gates[i].release(this, outcome, grants);
		}
	}

	// Lending (8.3). The task's own thread

	/**
	 * Lends out what can be lent.
	 * @return whether there was something; what has been lent cannot be lent again
	 */
	boolean lend() {
		if (this.lent) {
			return false;
		}
		Gate.Grants grants = null;
		for (int i = this.held - 1; i >= 0; i--) {
			if (this.gates[i] instanceof LendingGate limiter) {
				grants = (grants != null) ? grants : new Gate.Grants();
				limiter.lend(grants);
			}
		}
		if (grants == null) {
			return false;
		}
		this.lent = true;
		grants.tellAll();
		return true;
	}

	/**
	 * Takes back what was lent, in the order in which everybody asks for it.
	 * @return whether the thread was interrupted meanwhile
	 */
	boolean takeBack() {
		boolean interrupted = false;
		for (int i = 0; i < this.held; i++) {
			if (this.gates[i] instanceof LendingGate limiter) {
				interrupted |= limiter.takeBack();
			}
		}
		this.lent = false;
		return interrupted;
	}

}
