package io.taskgroup.docs;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

import io.taskgroup.TaskLimiter;
import io.taskgroup.TaskState;

// docs: own-limiter
/** Serves whoever came last first: under overload, some are served in time. */
final class NewestFirst implements TaskLimiter {

	private final Deque<CompletableFuture<Permit>> waiting = new ArrayDeque<>();

	private int free;

	NewestFirst(int limit) {
		this.free = limit;
	}

	@Override
	public CompletableFuture<Permit> acquire() {
		CompletableFuture<Permit> promise = new CompletableFuture<>();
		synchronized (this) {
			if (free == 0) {
				waiting.push(promise);
				return promise; // no thread waits for it
			}
			free--;
		}
		promise.complete(this::release);
		return promise;
	}

	private void release(TaskState outcome) {
		CompletableFuture<Permit> next = next();
		while (next != null && !next.complete(this::release)) {
			next = next(); // that task was cancelled: the permit is for another one
		}
	}

	private synchronized CompletableFuture<Permit> next() {
		if (waiting.isEmpty()) {
			free++;
		}
		return waiting.poll();
	}

}
// docs: end
