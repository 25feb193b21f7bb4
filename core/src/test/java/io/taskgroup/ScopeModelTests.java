package io.taskgroup;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static io.taskgroup.Interleavings.explore;
import static io.taskgroup.Interleavings.must;
import static io.taskgroup.Interleavings.together;

/**
 * Checks the claims of {@link Scope} and {@link Strand}: of several cancellations, the
 * deadline's among them, one wins; a block either ended or was cancelled before it did,
 * and both sides agree which; something new below a scope is seen by the canceller or
 * sees the cancellation; an interrupt never hits a thread that has left, and one that
 * waits here is woken without any.
 */
@Tag("model")
class ScopeModelTests {

	@Test
	@DisplayName("5.6 of several cancellations the first stays, and the end knows whether there was one")
	void cancelAgainstCancelAgainstEnd() {
		explore(66, () -> {
			Scope scope = new Scope(null, Settings.DEFAULT);
			AtomicReference<Cancellation> atEnd = new AtomicReference<>();
			together(() -> scope.cancel("one"), () -> scope.cancel("two"), () -> {
				scope.end();
				atEnd.set(scope.cancellation());
			});
			must(scope.cancellation() == atEnd.get(), "nobody cancels what has ended");
			must(scope.cancelCalled() == (atEnd.get() != null), "somebody has called, or nobody");
			scope.cancel("late");
			must(!scope.cancelReason().equals(Optional.of("late")), "the first reason stays");
		});
	}

	@Test
	@DisplayName("5.5 a deadline that passes against cancel and end: one wins, and the ended scope keeps no deadline")
	void deadlineAgainstCancelAgainstEnd() {
		explore(66, () -> {
			Scope scope = new Scope(null, Settings.DEFAULT);
			AtomicReference<Cancellation> atEnd = new AtomicReference<>();
			together(() -> scope.timeout(Duration.ZERO), () -> scope.cancel("cancelled"), () -> {
				scope.end();
				atEnd.set(scope.cancellation());
			});
			must(scope.cancellation() == atEnd.get(), "nobody cancels what has ended");
			must(scope.deadline() == null, "it is not kept by a deadline");
		});
	}

	@Test
	@DisplayName("5.5 a deadline that is moved just as it passes cancels before it has been moved, or never")
	void deadlineMovedAsItPasses() {
		explore(66, () -> {
			Scope scope = new Scope(null, Settings.DEFAULT);
			Deadline deadline = new Deadline(scope, Duration.ofNanos(1), 1);
			AtomicBoolean removed = new AtomicBoolean();
			together(deadline::run, () -> {
				removed.set(deadline.remove());
				must(!removed.get() || !deadline.pass(), "what was removed never passes");
			});
			must(removed.get() == (scope.cancellation() == null), "it was removed, or it has cancelled");
		});
	}

	@Test
	@Tag("long")
	@DisplayName("3.4 cancelCalled() is true if somebody has called, whoever came first")
	void askedAfterFailure() {
		explore(66, () -> {
			Scope scope = new Scope(null, Settings.DEFAULT);
			together(() -> scope.cancelAs(CancelKind.FAILURE, "failure"), () -> {
				scope.cancel("called");
				must(scope.cancelCalled(), "it is true at once");
			});
			must(scope.cancelCalled(), "it stays true");
		});
	}

	@Test
	@Tag("long")
	@DisplayName("5.1 a thread that enters a scope as it is cancelled is interrupted")
	void enteringThreadIsInterrupted() {
		explore(8, () -> {
			EnterableScope scope = new EnterableScope();
			together(() -> {
				scope.enter((entered) -> awaitInterrupt());
				must(!Thread.interrupted(), "no interrupt is left");
			}, scope::cancel);
		});
	}

	@Test
	@DisplayName("3.12 a thread that leaves a scope as it is cancelled is not interrupted afterwards")
	void leavingThreadIsNotInterrupted() {
		explore(8, () -> {
			EnterableScope scope = new EnterableScope();
			together(() -> {
				scope.enter((entered) -> {
				});
				must(!Thread.interrupted(), "no interrupt is left");
				must(scope.entries().isEmpty(), "nobody is inside");
			}, scope::cancel);
			must(!scope.cancelCaught(), "nothing was cut off");
		});
	}

	@Test
	@Tag("long")
	@DisplayName("3.12 an inner scope cancelled against the outer one: nothing is left of either")
	void innerAgainstOuter() {
		explore(8, () -> {
			EnterableScope outer = new EnterableScope();
			EnterableScope inner = new EnterableScope();
			together(() -> {
				outer.enter((entered) -> {
					inner.enter((region) -> {
					});
					// what the outer one sent must not be taken with what the inner one
					// did
					awaitInterrupt();
				});
				must(!Thread.interrupted(), "no interrupt is left");
			}, inner::cancel, outer::cancel);
		});
	}

	@Test
	@Tag("long")
	@DisplayName("5.4 a shield holds a cancellation off, which then meets what is blocked next")
	void shield() {
		explore(8, () -> {
			EnterableScope scope = new EnterableScope();
			together(() -> {
				scope.enter((entered) -> {
					CancelScope.runShielded((region) -> {
						must(!Thread.currentThread().isInterrupted(), "it is not interrupted behind the shield");
						must(!CancelScope.cancelRequested(), "nothing is due behind the shield");
					});
					awaitInterrupt();
				});
				must(!Thread.interrupted(), "no interrupt is left");
			}, scope::cancel);
		});
	}

	@Test
	@DisplayName("4.1 5.2 a wait that is cancelled as the task ends: the value, or the cancellation, and no interrupt")
	void waitAgainstCancelAgainstEnd() {
		explore(8, () -> {
			EnterableScope scope = new EnterableScope();
			Handle<String> handle = new Handle<>(null);
			AtomicReference<String> value = new AtomicReference<>();
			together(() -> {
				scope.enter((entered) -> {
					value.set(handle.await());
				});
				must(!Thread.interrupted(), "no interrupt is left");
			}, scope::cancel, () -> handle.complete("value"));
			must((value.get() != null) != scope.cancelCaught(), "it has the value, or was cut off");
		});
	}

	@Test
	@Tag("long")
	@DisplayName("5.2 a wait for something that never comes is ended by the cancellation")
	void waitAgainstCancel() {
		explore(8, () -> {
			EnterableScope scope = new EnterableScope();
			Handle<String> handle = new Handle<>(null);
			together(() -> {
				scope.enter((entered) -> handle.awaitDone());
				must(!Thread.interrupted(), "no interrupt is left");
			}, scope::cancel);
			must(scope.cancelCaught(), "it was cut off");
			must(!handle.hasWaiters(), "it does not wait any more");
		});
	}

	private static void awaitInterrupt() {
		while (!Thread.interrupted()) {
			LockSupport.park();
		}
	}

}
