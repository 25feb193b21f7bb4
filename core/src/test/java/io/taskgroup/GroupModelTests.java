package io.taskgroup;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static io.taskgroup.Interleavings.explore;
import static io.taskgroup.Interleavings.must;
import static io.taskgroup.Interleavings.together;

/**
 * Checks whole groups, with their tasks' threads: what {@link Members}, {@link Scope},
 * {@link Strand} and {@link Handle} claim each by itself holds when they work together.
 */
@Tag("model")
class GroupModelTests {

	@Test
	@Tag("long")
	@DisplayName("3.1 5.1 a group that is cancelled as a task starts: the task is interrupted and has ended when run returns")
	void cancelAgainstStart() {
		explore(5, () -> {
			AtomicReference<TaskHandle<String>> task = new AtomicReference<>();
			together(() -> {
				CancelScope scope = Interleavings.SPEC.run((group) -> {
					task.set(group.fork(GroupModelTests::blocked));
					Thread canceller = new Interleavings.ModelThread(group::cancel);
					canceller.start();
				});
				must(scope.cancelCaught(), "it was cut off");
				must(task.get().state() == TaskState.CANCELLED, "the task has ended");
				must(!Thread.interrupted(), "no interrupt is left");
			});
		});
	}

	@Test
	@Tag("long")
	@DisplayName("3.2 the first failure cancels the other task; both have ended when run throws")
	void failureAgainstStart() {
		explore(5, () -> together(() -> {
			AtomicReference<TaskHandle<String>> task = new AtomicReference<>();
			IllegalArgumentException failure = new IllegalArgumentException("failure");
			try {
				Interleavings.SPEC.run((group) -> {
					group.fork(() -> {
						throw failure;
					});
					task.set(group.fork(GroupModelTests::blocked));
				});
				must(false, "run throws");
			}
			catch (TaskGroupException ex) {
				must(ex.getCause() == failure && ex.exceptions().size() == 1, "the failure is told once");
			}
			must(task.get().state() == TaskState.CANCELLED, "the other task has ended");
			must(!Thread.interrupted(), "no interrupt is left");
		}));
	}

	@Test
	@DisplayName("6.2 a supervisor that is closed as a task is forked: the task is accepted and has ended, or refused")
	void forkAgainstClose() {
		explore(5, () -> {
			Supervisor supervisor = Interleavings.supervisor();
			AtomicReference<TaskHandle<String>> task = new AtomicReference<>();
			together(() -> {
				try {
					task.set(supervisor.fork(() -> "value"));
				}
				catch (TaskGroupClosedException ex) {
					must(supervisor.members().hasEnded(), "it was refused after the end");
				}
			}, supervisor::close);
			must(supervisor.members().isEmpty() && supervisor.scope().hasEnded(), "it has ended");
			must(task.get() == null || task.get().isDone(), "what was accepted has ended");
		});
	}

	private static String blocked() throws InterruptedException {
		while (!Thread.interrupted()) {
			LockSupport.park();
		}
		throw new InterruptedException();
	}

}
