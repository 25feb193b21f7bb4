package io.taskgroup;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static io.taskgroup.Interleavings.explore;
import static io.taskgroup.Interleavings.must;
import static io.taskgroup.Interleavings.together;

/**
 * Checks the claim of {@link StartedHandle}: of {@code started()}, the caller's giving up
 * and the task's end exactly one comes first, and all three agree which; only from
 * STARTED on is a failure the group's.
 */
@Tag("model")
class StartedHandleModelTests {

	private static final Supervisor OWNER = Interleavings.supervisor();

	@Test
	@DisplayName("6.3 a failure is thrown by start, or is the group's, never both and never neither")
	void startedAgainstEnd() {
		explore(133, () -> {
			HandShake shake = new HandShake();
			together(shake::caller, shake::starter, shake::end);
			shake.check();
			must(shake.accepted == shake.returned, "who said that it has started was heard");
		});
	}

	@Test
	@DisplayName("6.3 a started that comes after its caller gave up has no effect, and the failure wins")
	void startedAgainstGivingUp() {
		explore(50, () -> {
			HandShake shake = new HandShake();
			together(() -> {
				Thread.currentThread().interrupt();
				shake.caller();
				must(Thread.interrupted(), "the interrupt is still pending, since it was not told");
			}, shake::starter, shake::end);
			shake.check();
			must(shake.returned || !shake.accepted || shake.handle.startValue() == null, "no value is left");
		});
	}

	@Test
	@DisplayName("6.3 of two who say that it has started one is refused")
	void startedTwice() {
		explore(100, () -> {
			HandShake first = new HandShake();
			HandShake second = new HandShake(first);
			together(first::starter, second::starter, first::caller);
			must(first.accepted != second.accepted, "one was accepted");
			must(first.returned && "value".equals(first.handle.startValue()), "the caller has the value");
		});
	}

	/** The three sides, and what each of them saw. */
	private static final class HandShake {

		private final StartedHandle<String, String> handle;

		private final Task<String> task;

		private final IllegalArgumentException failure = new IllegalArgumentException("failure");

		private volatile boolean returned;

		private volatile Throwable thrown;

		private volatile boolean accepted;

		private volatile boolean counts;

		HandShake() {
			this.handle = new StartedHandle<>("task");
			this.task = new Task<>(OWNER, this.handle, () -> "result");
		}

		HandShake(HandShake same) {
			this.handle = same.handle;
			this.task = same.task;
		}

		void caller() {
			try {
				this.handle.<IllegalArgumentException>awaitStarted(this.task);
				this.returned = true;
			}
			catch (IllegalArgumentException | IllegalStateException | InterruptedException ex) {
				this.thrown = ex;
			}
		}

		void starter() {
			try {
				this.handle.started("value");
				this.accepted = true;
			}
			catch (IllegalStateException ex) {
				// refused
			}
		}

		void end() {
			this.counts = this.handle.ending();
			this.handle.complete(new Handle.Thrown(this.failure));
		}

		void check() {
			must(this.returned == (this.thrown == null), "start returns or throws");
			must(this.counts == this.returned, "the failure is the group's if start has returned");
			must(this.returned || this.thrown == this.failure, "else it is thrown by start");
			must(!this.returned || this.accepted, "start returns when it has started");
			must(!this.returned || "value".equals(this.handle.startValue()), "start returns with the value");
		}

	}

}
