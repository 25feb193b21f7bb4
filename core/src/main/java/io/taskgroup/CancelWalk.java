package io.taskgroup;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Carries one cancellation down the tree and tells every thread below, directly: a thread
 * three groups down is interrupted by this walk, not by its parent's having noticed
 * (5.1). Runs on the thread that cancelled, or on the timer's; holds the lock of one
 * strand at a time, and none while it goes from one to the next.
 */
final class CancelWalk {

	private final Cancellation cancellation;

	private final Deque<Scope> todo = new ArrayDeque<>();

	private final Map<Settings, Watch> watches = new HashMap<>(2);

	private final List<Scope> scratch = new ArrayList<>();

	/** Whether those are told again who were told before a shield held it off. */
	private final boolean again;

	private final List<Runnable> tellings = new ArrayList<>(0);

	/** Those who get the permits of tasks that do not wait for them any more. */
	private Gate.@Nullable Grants grants;

	private @Nullable Watch lastWatch;

	private CancelWalk(Cancellation cancellation, boolean again) {
		this.cancellation = cancellation;
		this.again = again;
	}

	/**
	 * Tells everything from this scope downwards. The scope's own shield does not count.
	 */
	static void start(Scope from, Cancellation cancellation) {
		CancelWalk walk = new CancelWalk(cancellation, false);
		from.cancelled(walk);
		walk.walk(from);
	}

	/** As {@link #start}, when the shield that held the cancellation off was lowered. */
	static void again(Scope from, Cancellation cancellation) {
		new CancelWalk(cancellation, true).walk(from);
	}

	private void walk(Scope from) {
		reach(from);
		for (Scope next = this.todo.poll(); next != null; next = this.todo.poll()) {
			next.descend(this);
		}
		for (Watch watch : this.watches.values()) {
			watch.begin();
		}
		// an error handler may wait for any who are cancelled
		if (this.grants != null) {
			this.grants.tellAll();
		}
		// listeners come last: nobody who is cancelled waits for them
		for (Runnable telling : this.tellings) {
			telling.run();
		}
	}

	Cancellation cancellation() {
		return this.cancellation;
	}

	boolean isAgain() {
		return this.again;
	}

	/** An empty list, for one use at a time. */
	List<Scope> scratch() {
		this.scratch.clear();
		return this.scratch;
	}

	/** Where those go who are granted by the walk, until everybody has been told. */
	Gate.Grants grants() {
		Gate.Grants collected = this.grants;
		if (collected == null) {
			collected = new Gate.Grants();
			this.grants = collected;
		}
		return collected;
	}

	/** Tells a listener when everybody who is cancelled has been told. */
	void tellAfterwards(Runnable telling) {
		this.tellings.add(telling);
	}

	/** Adds a scope whose thread, if it has one, was told. */
	void add(Scope scope) {
		this.todo.add(scope);
	}

	void reach(Scope scope) {
		Strand strand = scope.strand();
		if (strand != null) {
			strand.reach(this, scope);
		}
		else {
			add(scope);
		}
	}

	/** The watch over those threads that have the same settings. */
	Watch watch(Settings settings) {
		Watch last = this.lastWatch;
		if (last == null || last.settings() != settings) {
			last = this.watches.get(settings);
			if (last == null) {
				last = new Watch(settings, this.cancellation);
				this.watches.put(settings, last);
			}
			this.lastWatch = last;
		}
		return last;
	}

}
