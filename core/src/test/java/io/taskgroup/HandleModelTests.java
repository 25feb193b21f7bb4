package io.taskgroup;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static io.taskgroup.Interleavings.explore;
import static io.taskgroup.Interleavings.must;
import static io.taskgroup.Interleavings.together;

/**
 * Checks the claims of {@link Handle}: it knows its task until the task ends, and the
 * outcome from then on; the outcome is written once, before those who wait are released;
 * and {@code cancel()} says whether the cancellation came before the end.
 */
@Tag("model")
class HandleModelTests {

	@Test
	@DisplayName("4.1 all who wait for a task get its value, and each callback is called once")
	void everybodyGetsTheValue() {
		explore(133, () -> {
			Handle<String> handle = new Handle<>(null);
			AtomicInteger calls = new AtomicInteger();
			together(() -> must("value".equals(handle.await()), "the value is there"), () -> handle.onDone(() -> {
				must(handle.state() == TaskState.SUCCESS, "it is done before anybody is told");
				calls.incrementAndGet();
			}), () -> handle.complete("value"));
			must(calls.get() == 1, "the callback was called once");
			must(!handle.hasWaiters(), "nobody is left");
		});
	}

	@Test
	@DisplayName("4.2 cancel() against the end: true if the task was cancelled, false if it had come to its end")
	void cancelAgainstEnd() {
		explore(66, () -> {
			Supervisor owner = Interleavings.supervisor();
			Handle<String> handle = new Handle<>(null);
			Task<String> task = new Task<>(owner, handle, () -> "value");
			owner.members().join(task);
			AtomicBoolean one = new AtomicBoolean();
			AtomicBoolean two = new AtomicBoolean();
			together(() -> one.set(handle.cancel("one")), () -> two.set(handle.cancel("two")),
					() -> task.endUnstarted("value"));
			Cancellation cancellation = task.cancellation();
			must((cancellation != null) == (one.get() || two.get()), "it was cancelled if somebody was told so");
			if (cancellation != null) {
				must("one".equals(cancellation.reason()) ? one.get() : two.get(), "who cancelled it was told so");
			}
			must(handle.state() == TaskState.SUCCESS && !handle.cancel(), "what has ended stays as it is");
		});
	}

	@Test
	@Tag("long")
	@DisplayName("4.1 the state goes from RUNNING over CANCELLING to SUCCESS, and never back")
	void stateNeverGoesBack() {
		explore(66, () -> {
			Supervisor owner = Interleavings.supervisor();
			Handle<String> handle = new Handle<>(null);
			Task<String> task = new Task<>(owner, handle, () -> "value");
			owner.members().join(task);
			together(() -> {
				TaskState before = handle.state();
				TaskState after = handle.state();
				must(after.compareTo(before) >= 0, before + " does not become " + after);
			}, handle::cancel, () -> task.endUnstarted("value"));
		});
	}

}
