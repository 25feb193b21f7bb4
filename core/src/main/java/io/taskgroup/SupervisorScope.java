package io.taskgroup;

/**
 * The scope of a supervisor: on no thread's stack, with the supervisor's tasks below it.
 */
final class SupervisorScope extends Scope {

	private final Supervisor supervisor;

	SupervisorScope(Supervisor supervisor, Spec spec) {
		super(spec.isDetached() ? null : Strand.currentScope(), spec.settings());
		this.supervisor = supervisor;
	}

	@Override
	AbstractTaskScope owner() {
		return this.supervisor;
	}

	@Override
	void descend(CancelWalk walk) {
		super.descend(walk);
		this.supervisor.descend(walk);
	}

}
