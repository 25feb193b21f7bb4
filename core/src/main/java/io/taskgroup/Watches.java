package io.taskgroup;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * All the watches that there are, and when the timer looks at them next. A cancellation
 * whose threads leave soon, as they should, does not trouble the timer: its watch is
 * added to a set and taken out again, and the timer stays set for an earlier one.
 *
 * <h2>How it is kept</h2> Whoever adds a watch adds it first, and then looks whether the
 * timer is set early enough. The timer first says that it is not set any more, and then
 * looks through the watches. So one of the two sees the other. A watch that is due is
 * taken out by the one who has it run, and adds itself again.
 */
final class Watches {

	/** No time at all. */
	static final long NEVER = Long.MAX_VALUE;

	private static final long ORIGIN_NANOS = System.nanoTime();

	private static final Set<Watch> ALL = ConcurrentHashMap.newKeySet();

	/** For when the timer is set, if it is. */
	private static final AtomicReference<@Nullable Alarm> NEXT = new AtomicReference<>();

	private Watches() {
	}

	/** The time on the clock of the watches. */
	static long now() {
		return System.nanoTime() - ORIGIN_NANOS;
	}

	/** Has the watch run when it is due. */
	static void add(Watch watch) {
		ALL.add(watch);
		setTimer(watch.dueNanos());
	}

	/** Returns whether it was there. */
	static boolean remove(Watch watch) {
		return ALL.remove(watch);
	}

	private static void setTimer(long dueNanos) {
		Alarm set = NEXT.get();
		while (dueNanos < ((set != null) ? set.atNanos : NEVER)) {
			Alarm earlier = new Alarm(dueNanos);
			if (NEXT.compareAndSet(set, earlier)) {
				earlier.set();
				if (set != null) {
					set.cancel();
				}
				return;
			}
			set = NEXT.get();
		}
	}

	private static void look() {
		long next = NEVER;
		for (Watch watch : ALL) {
			long due = watch.dueNanos();
			if (due > now()) {
				next = Math.min(next, due);
			}
			else if (remove(watch)) {
				// an interrupt may run foreign code, which must not hold up the others
				Timer.run(watch);
			}
		}
		setTimer(next);
	}

	/** One time at which the timer is to look. */
	private static final class Alarm implements Runnable {

		private final long atNanos;

		private volatile @Nullable Future<?> timer;

		Alarm(long atNanos) {
			this.atNanos = atNanos;
		}

		void set() {
			Future<?> scheduled = Timer.schedule(this, Math.max(0, this.atNanos - now()));
			this.timer = scheduled;
			if (scheduled.isDone()) {
				// it has come, or never will: the next watch tries again
				NEXT.compareAndSet(this, null);
			}
		}

		/** One that comes all the same finds that another has taken its place. */
		void cancel() {
			Future<?> scheduled = this.timer;
			if (scheduled != null) {
				scheduled.cancel(false);
			}
		}

		@Override
		public void run() {
			if (NEXT.compareAndSet(this, null)) {
				look();
			}
		}

	}

}
