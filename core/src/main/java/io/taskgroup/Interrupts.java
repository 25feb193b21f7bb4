package io.taskgroup;

import java.lang.System.Logger.Level;

import org.jspecify.annotations.Nullable;

/**
 * What one thread was told of, and whose its interrupt flag is. Made when there is
 * something to tell. Everything is guarded by the lock of the thread's {@link Strand}.
 *
 * <h2>Whose interrupt it is</h2> The flag of a thread is one bit. {@code sent} says that
 * the library set it: from then on, until the flag is taken or the region ends, what is
 * found there counts as the library's. A flag that was there when the library would have
 * set it is somebody else's ({@code foreign}) and is left alone.
 */
final class Interrupts {

	private final Strand strand;

	private final Thread thread;

	/** Linked in the order in which they came; there is seldom more than one. */
	private @Nullable Notice first;

	private boolean sent;

	/** What it was sent for; null if for several. */
	private @Nullable Cancellation sentFor;

	private boolean foreign;

	Interrupts(Strand strand, Thread thread) {
		this.strand = strand;
		this.thread = thread;
	}

	/**
	 * Has a watch look after the thread for this cancellation, if none does yet.
	 * @return what the thread knows of it
	 */
	Notice notice(Cancellation cancellation, Watch watch) {
		Notice known = find(cancellation);
		if (known != null) {
			return known;
		}
		Notice notice = new Notice(watch);
		Notice last = this.first;
		if (last == null) {
			this.first = notice;
		}
		else {
			while (last.next != null) {
				last = last.next;
			}
			last.next = notice;
		}
		watch.add(this.strand);
		return notice;
	}

	@Nullable Notice find(Cancellation cancellation) {
		for (Notice notice = this.first; notice != null; notice = notice.next) {
			if (notice.cancellation() == cancellation) {
				return notice;
			}
		}
		return null;
	}

	/** The first cancellation that the thread was told of and has not left, if any. */
	@Nullable Cancellation told() {
		for (Notice notice = this.first; notice != null; notice = notice.next) {
			if (notice.told) {
				return notice.cancellation();
			}
		}
		return null;
	}

	/** Lets everything be told anew that is in effect. */
	void forgetTold() {
		for (Notice notice = this.first; notice != null; notice = notice.next) {
			notice.forget();
		}
	}

	/** Forgets what the thread has left. */
	void prune(@Nullable Scope top) {
		Notice kept = null;
		for (Notice notice = this.first; notice != null; notice = notice.next) {
			if (top != null && top.isBelow(notice.cancellation())) {
				kept = notice;
				continue;
			}
			if (kept == null) {
				this.first = notice.next;
			}
			else {
				kept.next = notice.next;
			}
			notice.watch.leave();
		}
	}

	/** Sets the flag for a cancellation. Any thread. */
	void interrupt(Cancellation cancellation) {
		if (!this.thread.isInterrupted()) {
			try {
				this.thread.interrupt();
			}
			catch (Throwable ex) {
				// an interrupt runs foreign code: that of the thread's class, or the
				// closing
				// of the channel that it waits for
				Log.log(Level.ERROR, "the interrupt of thread '" + this.thread.getName() + "' failed", ex);
			}
			this.sent = true;
			this.sentFor = cancellation;
			this.foreign = false;
		}
		else if (!this.sent) {
			this.foreign = true;
		}
		else if (this.sentFor != cancellation) {
			this.sentFor = null;
		}
	}

	/** Takes the library's interrupt back, if there is one. Own thread. */
	boolean take() {
		boolean taken = this.sent && Thread.interrupted();
		this.sent = false;
		this.sentFor = null;
		return taken;
	}

	/** As {@link #take}, for a while: what it was sent for is to be told again. */
	void putOff() {
		Cancellation cause = this.sentFor;
		if (take()) {
			for (Notice notice = this.first; notice != null; notice = notice.next) {
				if (cause == null || notice.cancellation() == cause) {
					notice.forget();
				}
			}
		}
	}

	/** Whether the flag, if it is the library's, stands only for what was left. */
	boolean isStale(@Nullable Scope top, boolean anythingDue) {
		Cancellation cause = this.sentFor;
		if (cause == null || top == null) {
			return !anythingDue;
		}
		return !top.isSubjectTo(cause);
	}

	/**
	 * Makes an interrupt of somebody else's, which was taken, pending again. Own thread.
	 */
	void giveBack() {
		this.thread.interrupt();
		// where the library had set the flag too it is one and the same bit: the other's
		// must not be lost
		this.sent = false;
		this.sentFor = null;
		this.foreign = true;
	}

	boolean isForeign() {
		return this.foreign && !this.sent;
	}

	void setNoneForeign() {
		this.foreign = false;
	}

	/** That a thread is in reach of a cancellation. */
	static final class Notice {

		private final Watch watch;

		private @Nullable Notice next;

		/** Whether it was interrupted for it, or given an exception. */
		private boolean told;

		Notice(Watch watch) {
			this.watch = watch;
		}

		Cancellation cancellation() {
			return this.watch.cancellation();
		}

		/** Returns whether the thread is to be told now, and remembers that it was. */
		boolean tell() {
			boolean first = !this.told;
			this.told = true;
			return first;
		}

		void forget() {
			this.told = false;
		}

	}

}
