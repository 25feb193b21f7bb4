package io.taskgroup;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * A scope from {@link CancelScope#create()}. Each thread that enters it gets a region of
 * its own that shares this scope's cancellation, shield and deadline, and lies in the
 * scope that the thread was in before. It never ends: it can be entered again.
 */
class EnterableScope extends Scope {

	private final Set<Entry> entries = ConcurrentHashMap.newKeySet();

	EnterableScope() {
		super(null, Settings.DEFAULT);
	}

	@Override
	void descend(CancelWalk walk) {
		super.descend(walk);
		for (Entry entry : this.entries) {
			entry.strand().reach(walk, entry);
		}
	}

	@Override
	public void shielded(boolean shielded) {
		boolean before = isShielded();
		super.shielded(shielded);
		if (before != shielded) {
			for (Entry entry : this.entries) {
				entry.shieldChanged(shielded);
			}
		}
	}

	@Override
	public <X extends Exception> void enter(Body<X> body) throws X, InterruptedException {
		Strand strand = Strand.attach();
		Regions.execute(strand, newEntry(strand), this, null, Regions.withoutValue(body));
	}

	/**
	 * Makes the region of one thread. It is visible to walks now, before it is pushed:
	 * the push looks upwards.
	 */
	final Entry newEntry(Strand strand) {
		Entry entry = new Entry(strand, this);
		this.entries.add(entry);
		return entry;
	}

	/** The threads that are inside. */
	final Set<Entry> entries() {
		return this.entries;
	}

	/** The scope to which a supervisor belongs that is opened directly in the entry. */
	Scope homeOfSupervisors(Entry entry) {
		return entry;
	}

	/** One thread inside. */
	static final class Entry extends RegionScope {

		private final EnterableScope entered;

		Entry(Strand strand, EnterableScope entered) {
			super(strand, settingsBelow(strand.top()));
			this.entered = entered;
		}

		boolean isOf(EnterableScope scope) {
			return this.entered == scope;
		}

		@Override
		@Nullable DefaultRootScope root() {
			return this.entered.root();
		}

		@Override
		@Nullable Cancellation cancellation() {
			return this.entered.cancellation();
		}

		@Override
		@Nullable Deadline deadline() {
			return this.entered.deadline();
		}

		@Override
		boolean isShielded() {
			return this.entered.isShielded();
		}

		@Override
		void cancelAs(CancelKind kind, @Nullable String reason) {
			this.entered.cancelAs(kind, reason);
		}

		@Override
		void setCaught() {
			this.entered.setCaught();
		}

		@Override
		Scope homeOfSupervisors() {
			return this.entered.homeOfSupervisors(this);
		}

		@Override
		void end() {
			super.end();
			this.entered.entries.remove(this);
		}

	}

}
