package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * The scope of a supervisor: on no thread's stack, with the supervisor's tasks below it.
 */
final class SupervisorScope extends Scope {

	private final Supervisor supervisor;

	SupervisorScope(Supervisor supervisor, Spec spec) {
		super(spec.isDetached() ? null : home(Strand.currentScope()), spec.settings());
		this.supervisor = supervisor;
	}

	private static @Nullable Scope home(@Nullable Scope here) {
		return (here != null) ? here.homeOfSupervisors() : null;
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
