package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * A limiter as the engine sees it: one that applicants queue up at.
 * <p>
 * An applicant is at one gate at a time, and either waits in its queue or has been
 * granted: {@link #withdraw} says which, once and for all.
 */
interface Gate {

	/**
	 * Asks for a permit.
	 * @param grants where those go who are granted or refused by that
	 * @return true if it was granted at once; else the applicant waits, and is granted
	 * later, by {@link Applicant#granted}
	 */
	boolean acquire(Applicant applicant, Grants grants);

	/** As {@link #acquire}, but never waits. */
	boolean tryAcquire(Applicant applicant, Grants grants);

	/**
	 * Takes an applicant out of the queue.
	 * @param grants where those go who are granted by that
	 * @return false if it was granted before
	 */
	boolean withdraw(Applicant applicant, Grants grants);

	/**
	 * Gives a permit back.
	 * @param grants where those go who are granted by that
	 */
	void release(Applicant applicant, TaskState outcome, Grants grants);

	/** Called when the task that has the permit begins. On its thread. */
	default void begun() {
	}

	/**
	 * One that wants a permit: a link of the gate's queue, so that waiting costs nothing
	 * more.
	 */
	abstract class Applicant {

		@Nullable Applicant before;

		@Nullable Applicant after;

		/** The queue it waits in. Written under that gate's lock. */
		volatile @Nullable Queue queue;

		/** Whether {@link #willWait} does something. */
		boolean isToldOfWaiting() {
			return false;
		}

		/** Called before it may have to wait, with no lock held. */
		void willWait() {
		}

		/**
		 * Called once for each permit that was waited for, on whichever thread, with no
		 * lock held.
		 * @param grants where those go who are granted by what this one does
		 */
		abstract void granted(Grants grants);

		/** Called once after {@link Grants#addEnded}, with no lock held. */
		void tellEnd() {
		}

	}

	/** A queue of applicants. Guarded by the gate's lock. */
	final class Queue {

		private @Nullable Applicant first;

		private @Nullable Applicant last;

		private int size;

		int size() {
			return this.size;
		}

		void add(Applicant applicant) {
			applicant.queue = this;
			applicant.before = this.last;
			if (this.last != null) {
				this.last.after = applicant;
			}
			else {
				this.first = applicant;
			}
			this.last = applicant;
			this.size++;
		}

		boolean remove(Applicant applicant) {
			if (applicant.queue != this) {
				return false;
			}
			Applicant before = applicant.before;
			Applicant after = applicant.after;
			if (before != null) {
				before.after = after;
			}
			else {
				this.first = after;
			}
			if (after != null) {
				after.before = before;
			}
			else {
				this.last = before;
			}
			applicant.before = null;
			applicant.after = null;
			applicant.queue = null;
			this.size--;
			return true;
		}

		@Nullable Applicant poll() {
			Applicant next = this.first;
			if (next != null) {
				remove(next);
			}
			return next;
		}

	}

	/** Applicants that are in no queue, in the order in which they came. */
	class Line {

		private @Nullable Applicant first;

		private @Nullable Applicant last;

		final void add(Applicant applicant) {
			if (this.last != null) {
				this.last.after = applicant;
			}
			else {
				this.first = applicant;
			}
			this.last = applicant;
		}

		final @Nullable Applicant poll() {
			Applicant next = this.first;
			if (next != null) {
				this.first = next.after;
				if (this.first == null) {
					this.last = null;
				}
				next.after = null;
			}
			return next;
		}

	}

	/**
	 * Those who have been granted and are to be told. Telling one may grant the next (its
	 * thread cannot start, say); a million of them must not be a million stack frames.
	 * Those who have ended instead of starting tell so when all others have started: an
	 * error handler may wait for any of them.
	 */
	final class Grants extends Line {

		/** Whose thread asks for a task next; null if the thread does not. */
		private final @Nullable Crew crew;

		/** Those who have ended instead of starting. */
		private @Nullable Line ended;

		Grants() {
			this(null);
		}

		Grants(@Nullable Crew crew) {
			this.crew = crew;
		}

		void addEnded(Applicant applicant) {
			Line ended = this.ended;
			if (ended == null) {
				ended = new Line();
				this.ended = ended;
			}
			ended.add(applicant);
		}

		void tellAll() {
			do {
				for (Applicant next = poll(); next != null; next = poll()) {
					next.granted(this);
				}
			}
			while (tellEnded());
		}

		/** Has the next one tell its end; false if there is none. */
		private boolean tellEnded() {
			Applicant next = (this.ended != null) ? this.ended.poll() : null;
			if (next == null) {
				return false;
			}
			if (this.crew != null) {
				// what was left to this thread must not wait for foreign code either
				this.crew.startReady();
			}
			next.tellEnd();
			return true;
		}

		/** Whether the current thread asks the crew for a task next. */
		boolean isWithin(Crew crew) {
			return this.crew == crew;
		}

	}

}
