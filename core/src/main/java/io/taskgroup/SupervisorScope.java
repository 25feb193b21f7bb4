package io.taskgroup;

/**
 * The scope of a supervisor: on no thread's stack, with the supervisor's tasks below it.
 */
final class SupervisorScope extends Scope {

	private final Supervisor supervisor;

	private final boolean detached;

	SupervisorScope(Supervisor supervisor, Spec spec) {
		super(Strand.currentScope(), spec.settings());
		this.supervisor = supervisor;
		this.detached = spec.isDetached();
	}

	@Override
	AbstractTaskScope owner() {
		return this.supervisor;
	}

	@Override
	boolean isShielded() {
		return this.detached || super.isShielded();
	}

	@Override
	void descend(CancelWalk walk) {
		super.descend(walk);
		this.supervisor.descend(walk);
	}

}
