package io.taskgroup;

import java.lang.System.Logger.Level;
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

	/** Filled and emptied by {@link Strand#reach} under its lock. */
	final List<Scope> scratch = new ArrayList<>();

	private @Nullable Watch lastWatch;

	private CancelWalk(Cancellation cancellation) {
		this.cancellation = cancellation;
	}

	/**
	 * Tells everything from this scope downwards. The scope's own shield does not count.
	 */
	static void start(Scope from, Cancellation cancellation) {
		CancelWalk walk = new CancelWalk(cancellation);
		try {
			walk.reach(from);
			for (Scope next = walk.todo.poll(); next != null; next = walk.todo.poll()) {
				next.descend(walk);
			}
		}
		catch (RuntimeException ex) {
			// a thread's interruption may run foreign code: the closing of its channel
			Log.log(Level.ERROR, "a cancellation could not be told to everybody", ex);
		}
		finally {
			walk.watches.values().forEach(Watch::begin);
		}
	}

	Cancellation cancellation() {
		return this.cancellation;
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
			last = this.watches.computeIfAbsent(settings, (key) -> new Watch(key, this.cancellation));
			this.lastWatch = last;
		}
		return last;
	}

}
