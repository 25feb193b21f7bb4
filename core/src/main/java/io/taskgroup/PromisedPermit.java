package io.taskgroup;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A permit of a gate as a future: for those who use a limiter of the library's without
 * its tasks.
 */
final class PromisedPermit extends Gate.Applicant {

	private final Gate gate;

	private final CompletableFuture<TaskLimiter.Permit> future = new CompletableFuture<>();

	private final AtomicBoolean released = new AtomicBoolean();

	private PromisedPermit(Gate gate) {
		this.gate = gate;
	}

	static CompletableFuture<TaskLimiter.Permit> from(Gate gate) {
		PromisedPermit promised = new PromisedPermit(gate);
		Gate.Grants grants = new Gate.Grants();
		if (gate.acquire(promised, grants)) {
			gate.begun();
			promised.future.complete(promised::release);
		}
		else {
			var unused = promised.future.whenComplete((permit, exception) -> {
				if (exception != null) {
					promised.withdraw();
				}
			});
		}
		grants.tellAll();
		return promised.future;
	}

	@Override
	void granted(Gate.Grants grants) {
		this.gate.begun();
		if (!this.future.complete(this::release)) {
			// cancelled at the same moment
			this.gate.release(this, TaskState.CANCELLED, grants);
		}
	}

	private void withdraw() {
		Gate.Grants grants = new Gate.Grants();
		this.gate.withdraw(this, grants);
		grants.tellAll();
	}

	private void release(TaskState outcome) {
		if (this.released.compareAndSet(false, true)) {
			Gate.Grants grants = new Gate.Grants();
			this.gate.release(this, outcome, grants);
			grants.tellAll();
		}
	}

}
