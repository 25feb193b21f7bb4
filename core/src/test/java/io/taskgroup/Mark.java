package io.taskgroup;

import java.util.ArrayList;
import java.util.List;

/**
 * One that waits and is no thread: it counts how often it is released. The model checker
 * lets a parked thread wake up without a reason, so that only this shows a release that
 * is missing.
 */
final class Mark extends WaitStack.Waiter {

	private final List<Mark> released;

	private int releases;

	private boolean saw;

	Mark() {
		this(new ArrayList<>());
	}

	/**
	 * Creates one.
	 * @param released where those are added who are released, one after the other
	 */
	Mark(List<Mark> released) {
		this.released = released;
	}

	/** As whoever waits does: it adds itself first, and looks second. */
	void waitFor(WaitStack stack) {
		stack.add(this);
		this.saw = stack.isReached(this);
	}

	/** How often it was released. */
	int releases() {
		return this.releases;
	}

	/**
	 * Whether it saw for itself that there is nothing to wait for, or was released once.
	 */
	boolean knows() {
		return this.saw || this.releases == 1;
	}

	@Override
	void release() {
		this.releases++;
		this.released.add(this);
	}

	@Override
	boolean isReleased() {
		return this.releases > 0;
	}

}
