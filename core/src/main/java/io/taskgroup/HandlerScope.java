package io.taskgroup;

/**
 * The region in which an error handler runs: behind a shield, on the thread that has to
 * tell of the failure. That need not be one of the supervisor's.
 */
final class HandlerScope extends RegionScope {

	private final Supervisor supervisor;

	HandlerScope(Strand strand, Supervisor supervisor) {
		super(strand, Scope.settingsBelow(strand.top()));
		this.supervisor = supervisor;
		shieldFromTheStart();
	}

	@Override
	Scope handledFor() {
		return this.supervisor.scope();
	}

}
