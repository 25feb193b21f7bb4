package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * The scope of a task group: a region of its host's code, with the group's tasks below
 * it.
 */
final class GroupScope extends RegionScope {

	private final HostedGroup group;

	private final boolean detached;

	private final boolean interruptsHost;

	/**
	 * Creates the scope.
	 * @param interruptsHost whether the group's own cancellation interrupts its host,
	 * which only a form that can swallow that may do (3.10)
	 */
	GroupScope(HostedGroup group, Strand host, Spec spec, boolean interruptsHost) {
		super(host, spec.settings());
		this.group = group;
		this.detached = spec.isDetached();
		this.interruptsHost = interruptsHost;
	}

	HostedGroup group() {
		return this.group;
	}

	@Override
	AbstractTaskScope owner() {
		return this.group;
	}

	@Override
	boolean isShielded() {
		// one that was joined in an inner scope is still around that, but has no say
		return !hasEnded() && (this.detached || super.isShielded());
	}

	@Override
	boolean wasShielded() {
		return this.detached || super.isShielded();
	}

	/** As with the shield: nothing when it has ended. */
	@Override
	@Nullable Cancellation active() {
		return hasEnded() ? null : cancellation();
	}

	@Override
	boolean interrupts(Strand strand) {
		return this.interruptsHost || strand != strand();
	}

	@Override
	void descend(CancelWalk walk) {
		super.descend(walk);
		this.group.descend(walk);
	}

}
