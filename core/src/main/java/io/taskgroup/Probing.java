package io.taskgroup;

import java.lang.System.Logger.Level;

/**
 * When a {@link WaitProbe} is asked next. Belongs to the thread that has entered the
 * scope.
 */
final class Probing {

	private final WaitProbe probe;

	private final CancelScope scope;

	private final long intervalNanos;

	private long next;

	private boolean broken;

	Probing(WaitProbe probe, CancelScope scope) {
		this.probe = probe;
		this.scope = scope;
		this.intervalNanos = Durations.toNanos(probe.interval());
		if (this.intervalNanos <= 0) {
			throw new IllegalArgumentException(
					"the interval of a probe must be more than zero, not " + probe.interval());
		}
		this.next = System.nanoTime() + this.intervalNanos;
	}

	/**
	 * Asks the probe if it is time.
	 * @return the nanoseconds until the next time, or zero if it was asked now
	 */
	long ask() {
		if (this.broken) {
			return Durations.FOREVER_NANOS;
		}
		long left = this.next - System.nanoTime();
		if (left > 0) {
			return left;
		}
		try {
			this.probe.probe(this.scope);
		}
		catch (Throwable ex) {
			this.broken = true;
			Log.log(Level.ERROR, "a probe failed, and is not asked again", ex);
		}
		// from now on, whatever the probe took: a slow one must not be asked all the time
		this.next = System.nanoTime() + this.intervalNanos;
		return 0;
	}

}
