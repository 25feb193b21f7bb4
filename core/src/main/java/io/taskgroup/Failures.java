package io.taskgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * The failures of one group, in the order in which they happened. Guarded by its own
 * lock; any thread adds, the host asks.
 */
final class Failures {

	private final List<Throwable> all = new ArrayList<>(0);

	/** 3.3: what stands for a failure that is known already is not added again. */
	synchronized void add(Throwable failure) {
		if (!isKnown(failure)) {
			this.all.add(failure);
		}
	}

	private boolean isKnown(Throwable failure) {
		Throwable behind = failure;
		while (behind instanceof TaskFailedException) {
			behind = behind.getCause();
			for (Throwable known : this.all) {
				if (known == behind) {
					return true;
				}
			}
		}
		return false;
	}

	synchronized boolean isEmpty() {
		return this.all.isEmpty();
	}

	/** Whether an exception tells of all there is. */
	synchronized boolean areAllIn(@Nullable Throwable reported) {
		return reported instanceof TaskGroupException known && known.exceptions().size() == this.all.size()
				+ ((known instanceof TaskGroupTimeoutException) ? 1 : 0);
	}

	/** The only failure, if it is the group's own that something was left open (3.11). */
	synchronized @Nullable LeftOpenException onlyLeftOpen() {
		return (this.all.size() == 1 && this.all.get(0) instanceof LeftOpenException wrong) ? wrong : null;
	}

	/**
	 * What the group throws.
	 * @param name the name of the group
	 * @param passed the group's deadline, if that ended it and is a failure
	 * @return the exception, or null if nothing failed
	 */
	synchronized @Nullable TaskGroupException asException(String name, @Nullable Cancellation passed) {
		if (passed != null) {
			List<Throwable> exceptions = new ArrayList<>(this.all.size() + 1);
			exceptions.add(new TimeoutException("group '" + name + "': " + passed.reason()));
			exceptions.addAll(this.all);
			return new TaskGroupTimeoutException(name, exceptions);
		}
		return this.all.isEmpty() ? null : new TaskGroupException(name, this.all);
	}

}
