package io.taskgroup;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.taskgroup.GroupAssertions.assertFailed;
import static io.taskgroup.GroupAssertions.assertFails;
import static io.taskgroup.GroupAssertions.tellsOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rule 3.11: what is opened inside ends inside.
 */
@Timeout(30)
class StackDisciplineTests {

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	private final IOException failure = new IOException("failure");

	@AfterEach
	void stackIsClean() throws Exception {
		assertThat(CancelScope.cancelRequested()).isFalse();
		assertThat(CancelScope.currentTimeLeft()).isEmpty();
		assertThat(this.groups.snapshot()).isEmpty();
		assertThat(this.groups.named("after").<String>call((group) -> group.fork(() -> "well").await()))
			.isEqualTo("well");
	}

	@Test
	@DisplayName("3.11 closing an outer group closes the inner one too, which is an IllegalStateException")
	void closeOuter() throws Exception {
		Sleeper sleeper = new Sleeper();
		TaskGroup outer = this.groups.named("outer").open();
		TaskGroup inner = this.groups.named("inner").open();
		inner.fork(sleeper);
		sleeper.awaitRunning();
		assertThatIllegalStateException().isThrownBy(outer::close);
		assertThat(sleeper.wasInterrupted()).isTrue();
		assertClosed(inner);
		assertClosed(outer);
		inner.close();
		outer.close();
	}

	@Test
	@DisplayName("3.11 joining an outer group closes the inner one too, which is an IllegalStateException")
	void joinOuter() throws Exception {
		Sleeper sleeper = new Sleeper();
		TaskGroup outer = this.groups.named("outer").open();
		TaskGroup inner = this.groups.named("inner").open();
		inner.fork(sleeper);
		sleeper.awaitRunning();
		assertThatIllegalStateException().isThrownBy(outer::join);
		assertThat(sleeper.wasInterrupted()).isTrue();
		assertClosed(inner);
		assertClosed(outer);
		assertThatIllegalStateException().isThrownBy(outer::join);
		inner.close();
		outer.close();
	}

	@Test
	@DisplayName("3.11 the inner group's tasks are waited for before the outer one ends")
	void innerIsWaitedFor() throws Exception {
		Holdout<String> holdout = Holdout.returning("value");
		Host<Boolean> host = Rig.VIRTUAL.startCall(() -> {
			TaskGroup outer = this.groups.named("outer").open();
			this.groups.named("inner").open().fork(holdout);
			holdout.awaitRunning();
			assertThatIllegalStateException().isThrownBy(outer::close);
			return holdout.hasEnded();
		});
		holdout.awaitInterrupted();
		host.awaitBlocked();
		assertThat(host.isDone()).isFalse();
		holdout.release();
		assertThat(host.get()).isTrue();
	}

	@Test
	@DisplayName("3.11 several inner groups are closed, innermost first, with one join")
	void severalInnerGroups() {
		TaskGroup outer = this.groups.named("outer").open();
		TaskGroup one = this.groups.named("one").open();
		TaskGroup two = this.groups.named("two").open();
		TaskGroup three = this.groups.named("three").open();
		three.fork(new Sleeper());
		two.fork(new Sleeper());
		assertThatIllegalStateException().isThrownBy(outer::join);
		assertClosed(one);
		assertClosed(two);
		assertClosed(three);
	}

	@Test
	@DisplayName("3.11 other failures are not lost beside the IllegalStateException")
	void otherFailures() {
		TaskGroup outer = this.groups.named("outer").open();
		TaskGroup inner = this.groups.named("inner").open();
		TaskHandle<?> failing = outer.fork(() -> {
			throw this.failure;
		});
		Waits.spinUntil(failing::isDone);
		TaskGroupException thrown = assertFails(outer::join);
		assertThat(thrown.leaves()).contains(this.failure).hasAtLeastOneElementOfType(IllegalStateException.class);
		assertClosed(inner);
	}

	@Test
	@DisplayName("3.11 the failures of the inner group are not lost")
	void failuresOfInner() {
		IOException innerFailure = new IOException("inner");
		TaskGroupException thrown = assertFails(() -> this.groups.named("outer").run((outer) -> {
			TaskGroup inner = this.groups.named("inner").open();
			TaskHandle<?> failing = inner.fork(() -> {
				throw innerFailure;
			});
			Waits.spinUntil(failing::isDone);
		}));
		assertThat(tellsOf(thrown, innerFailure)).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.11 leaving a body with a group still open in it is a failure, and closes that group")
	void leaveBody(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		Sleeper task = new Sleeper();
		AtomicReference<TaskGroup> inner = new AtomicReference<>();
		rig.run(() -> {
			TaskGroupException thrown = assertFails(() -> groups.named("outer").run((outer) -> {
				outer.fork(task);
				inner.set(groups.named("inner").open());
				inner.get().fork(sleeper);
				sleeper.awaitRunning();
				task.awaitRunning();
			}));
			assertThat(thrown.leaves()).hasAtLeastOneElementOfType(IllegalStateException.class);
			assertThat(thrown.groupName()).isEqualTo("outer");
			assertThat(sleeper.wasInterrupted()).isTrue();
			assertThat(task.wasInterrupted()).isTrue();
			assertThat(CancelScope.cancelRequested()).isFalse();
		});
		assertClosed(inner.get());
	}

	@Test
	@DisplayName("3.11 leaving a body with an exception and a group still open in it reports the exception")
	void leaveBodyWithException() {
		AtomicReference<TaskGroup> inner = new AtomicReference<>();
		TaskGroupException thrown = assertFails(() -> this.groups.named("outer").run((outer) -> {
			inner.set(this.groups.named("inner").open());
			throw this.failure;
		}));
		assertThat(thrown.exceptions()).hasSize(2)
			.contains(this.failure)
			.hasAtLeastOneElementOfType(IllegalStateException.class);
		assertClosed(inner.get());
	}

	@Test
	@DisplayName("3.11 joining the outer group of run while an inner one is open is a failure too")
	void joinOuterInRun() {
		AtomicReference<TaskGroup> inner = new AtomicReference<>();
		TaskGroupException thrown = assertFails(() -> this.groups.named("outer").run((outer) -> {
			inner.set(this.groups.named("inner").open());
			inner.get().fork(new Sleeper());
			outer.join();
		}));
		assertThat(thrown.leaves()).hasAtLeastOneElementOfType(IllegalStateException.class);
		assertClosed(inner.get());
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.11 leaving a task with a group still open in it is the task's failure, and closes that group")
	void leaveTask(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		AtomicReference<TaskGroup> inner = new AtomicReference<>();
		AtomicReference<TaskHandle<?>> task = new AtomicReference<>();
		rig.run(() -> {
			TaskGroupException thrown = assertFails(() -> groups.named("outer").run((outer) -> {
				task.set(outer.fork(() -> {
					inner.set(groups.named("inner").open());
					inner.get().fork(sleeper);
					sleeper.awaitRunning();
				}));
			}));
			assertThat(thrown.leaves()).hasAtLeastOneElementOfType(IllegalStateException.class);
		});
		assertThat(sleeper.wasInterrupted()).isTrue();
		assertThat(task.get().state()).isEqualTo(TaskState.FAILED);
		assertClosed(inner.get());
	}

	@Test
	@DisplayName("3.11 leaving a task with an exception and a group still open in it reports the exception")
	void leaveTaskWithException() {
		AtomicReference<TaskGroup> inner = new AtomicReference<>();
		TaskGroupException thrown = assertFails(() -> this.groups.named("outer").run((outer) -> outer.fork(() -> {
			inner.set(this.groups.named("inner").open());
			throw this.failure;
		})));
		assertThat(thrown.exceptions()).containsExactly(this.failure);
		assertThat(this.failure.getSuppressed()).singleElement().isInstanceOf(IllegalStateException.class);
		assertClosed(inner.get());
	}

	@Test
	@DisplayName("3.11 leaving a cancel scope with a group still open in it closes that group")
	void leaveCancelScope() {
		Sleeper sleeper = new Sleeper();
		AtomicReference<TaskGroup> inner = new AtomicReference<>();
		assertThatIllegalStateException().isThrownBy(() -> CancelScope.run((scope) -> {
			inner.set(this.groups.named("inner").open());
			inner.get().fork(sleeper);
			sleeper.awaitRunning();
		}));
		assertThat(sleeper.wasInterrupted()).isTrue();
		assertClosed(inner.get());
	}

	@Test
	@DisplayName("3.11 leaving a cancel scope with an exception and a group still open in it tells of both")
	void leaveCancelScopeWithException() {
		Throwable thrown = catchThrowable(() -> CancelScope.run((scope) -> {
			this.groups.named("left open").open();
			throw this.failure;
		}));
		assertThat(thrown).isSameAs(this.failure);
		assertThat(thrown.getSuppressed()).singleElement()
			.isInstanceOf(IllegalStateException.class)
			.extracting(Throwable::getMessage)
			.asString()
			.contains("left open");
	}

	@Test
	@DisplayName("3.11 joining an outer group inside the body of an inner run is a failure, and hangs nothing")
	void joinOuterInsideInnerRun() {
		Sleeper sleeper = new Sleeper();
		AtomicReference<Throwable> thrownByJoin = new AtomicReference<>();
		TaskGroupException thrown = assertFails(
				() -> this.groups.named("outer").run((outer) -> this.groups.named("inner").run((inner) -> {
					inner.fork(sleeper);
					sleeper.awaitRunning();
					thrownByJoin.set(catchThrowable(outer::join));
				})));
		assertThat(thrownByJoin.get()).isInstanceOf(IllegalStateException.class);
		assertThat(thrown.leaves()).hasAtLeastOneElementOfType(IllegalStateException.class);
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("3.11 the host goes on with a clean stack after such a mistake inside an outer group")
	void stackIsNotCorrupt() throws Exception {
		String value = this.groups.named("outermost").call((outermost) -> {
			assertFails(() -> this.groups.named("outer").run((outer) -> this.groups.named("inner").open()));
			CancelScope.checkpoint();
			Sleeper sleeper = new Sleeper();
			CancelScope scope = this.groups.named("next").run((next) -> {
				next.fork(sleeper);
				sleeper.awaitRunning();
				next.cancel();
			});
			assertThat(scope.cancelCaught()).isTrue();
			CancelScope.checkpoint();
			return outermost.fork(() -> "value").await();
		});
		assertThat(value).isEqualTo("value");
	}

	@Test
	@DisplayName("3.11 closing in the opposite order of opening is right")
	void properOrder() throws Exception {
		try (TaskGroup outer = this.groups.named("outer").open(); TaskGroup inner = this.groups.named("inner").open()) {
			TaskHandle<String> one = inner.fork(() -> "one");
			TaskHandle<String> two = outer.fork(() -> "two");
			inner.join();
			outer.join();
			assertThat(one.resultNow() + two.resultNow()).isEqualTo("onetwo");
		}
	}

	@Test
	@DisplayName("3.11 closing what is closed does nothing")
	void closeTwice() {
		TaskGroup group = this.groups.named("group").open();
		group.close();
		group.close();
		TaskScope supervisor = this.groups.named("supervisor").openScope();
		supervisor.close();
		supervisor.close();
	}

	@Test
	@DisplayName("3.11 closing an inner group again, when the outer one is open, does nothing to that")
	void closeInnerTwice() throws Exception {
		try (TaskGroup outer = this.groups.named("outer").open()) {
			TaskGroup inner = this.groups.named("inner").open();
			inner.close();
			inner.close();
			assertThat(outer.fork(() -> "value").await()).isEqualTo("value");
			outer.join();
			inner.close();
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.11 a supervisor is not on the stack: its opener's group ends, cancels it and waits for it")
	void supervisorEndsWithGroup(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<TaskScope> supervisor = new AtomicReference<>();
		Host<Boolean> host = rig.startCall(() -> {
			groups.named("outer").run((outer) -> {
				supervisor.set(groups.named("supervisor").openScope());
				supervisor.get().fork(holdout);
				holdout.awaitRunning();
			});
			return holdout.hasEnded();
		});
		holdout.awaitInterrupted();
		host.awaitBlocked();
		assertThat(host.isDone()).isFalse();
		holdout.release();
		assertThat(host.get()).isTrue();
		assertClosed(supervisor.get());
	}

	@Test
	@DisplayName("3.11 a supervisor can be used by the tasks of the group it was opened in until that ends")
	void supervisorLivesAsLongAsTheGroup() throws Exception {
		AtomicReference<TaskScope> supervisor = new AtomicReference<>();
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<String> value = new AtomicReference<>();
		Host<Void> host = Rig.VIRTUAL.start(() -> this.groups.named("outer").run((outer) -> {
			supervisor.set(this.groups.named("supervisor").openScope());
			outer.fork(() -> {
				holdout.call();
				value.set(supervisor.get().fork(() -> "supervised").await());
			});
		}));
		holdout.awaitRunning();
		host.awaitBlocked();
		holdout.release();
		host.get();
		assertThat(value).hasValue("supervised");
		assertClosed(supervisor.get());
	}

	@Test
	@DisplayName("3.11 a supervisor opened in a task is cancelled and waited for when the task ends")
	void supervisorEndsWithTask() throws Exception {
		Sleeper sleeper = new Sleeper();
		AtomicReference<TaskScope> supervisor = new AtomicReference<>();
		this.groups.named("outer").run((outer) -> {
			outer.fork(() -> {
				supervisor.set(this.groups.named("supervisor").openScope());
				supervisor.get().fork(sleeper);
				sleeper.awaitRunning();
			});
			Waits.until(sleeper::wasInterrupted);
		});
		assertClosed(supervisor.get());
	}

	@Test
	@DisplayName("3.11 a supervisor opened in a cancel scope is cancelled and waited for when that ends")
	void supervisorEndsWithCancelScope() throws Exception {
		Sleeper sleeper = new Sleeper();
		AtomicReference<TaskScope> supervisor = new AtomicReference<>();
		CancelScope.run((scope) -> {
			supervisor.set(this.groups.named("supervisor").openScope());
			supervisor.get().fork(sleeper);
			sleeper.awaitRunning();
		});
		assertThat(sleeper.wasInterrupted()).isTrue();
		assertClosed(supervisor.get());
	}

	@Test
	@DisplayName("3.11 a supervisor opened in an open group is cancelled and waited for by join")
	void supervisorEndsWithJoin() throws Exception {
		Sleeper sleeper = new Sleeper();
		try (TaskGroup outer = this.groups.named("outer").open()) {
			TaskScope supervisor = this.groups.named("supervisor").openScope();
			supervisor.fork(sleeper);
			sleeper.awaitRunning();
			outer.join();
			assertThat(sleeper.wasInterrupted()).isTrue();
			assertClosed(supervisor);
		}
	}

	@Test
	@DisplayName("3.11 a detached supervisor outlives the scope it was opened in, and its cancellation")
	void detachedSupervisor() throws Exception {
		Holdout<String> holdout = Holdout.returning("value");
		AtomicReference<TaskScope> supervisor = new AtomicReference<>();
		AtomicReference<TaskHandle<String>> handle = new AtomicReference<>();
		this.groups.named("outer").run((outer) -> {
			supervisor.set(this.groups.named("supervisor").detached().openScope());
			handle.set(supervisor.get().fork(holdout));
			holdout.awaitRunning();
			outer.cancel();
		});
		assertThat(handle.get().state()).isEqualTo(TaskState.RUNNING);
		assertThat(holdout.wasInterrupted()).isFalse();
		holdout.release();
		assertThat(handle.get().await()).isEqualTo("value");
		assertThat(supervisor.get().fork(() -> "more").await()).isEqualTo("more");
		supervisor.get().close();
	}

	@Test
	@DisplayName("3.11 a detached supervisor opened in a cancelled scope is not cancelled")
	void detachedSupervisorInCancelledScope() throws Exception {
		AtomicReference<TaskScope> supervisor = new AtomicReference<>();
		CancelScope.run((scope) -> {
			scope.cancel();
			supervisor.set(this.groups.named("supervisor").detached().openScope());
		});
		assertThat(supervisor.get().fork(CancelScope::cancelRequested).await()).isFalse();
		supervisor.get().close();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.11 a supervisor is below its opener's scope for cancellation")
	void supervisorIsCancelledWithScope(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Sleeper sleeper = new Sleeper();
		AtomicReference<TaskHandle<?>> handle = new AtomicReference<>();
		rig.run(() -> groups.named("outer").run((outer) -> {
			TaskScope supervisor = groups.named("supervisor").openScope();
			handle.set(supervisor.fork(sleeper));
			sleeper.awaitRunning();
			outer.cancel("outer");
			Waits.spinUntil(handle.get()::isDone);
		}));
		assertThat(handle.get().outcome()).isEqualTo(new Outcome.Cancelled<>("outer"));
	}

	@Test
	@DisplayName("3.11 closing a group while a supervisor that was opened later is open is no mistake")
	void supervisorIsNotOnStack() throws Exception {
		AtomicBoolean came = new AtomicBoolean();
		try (TaskGroup outer = this.groups.named("outer").open()) {
			TaskScope supervisor = this.groups.named("supervisor").openScope();
			try (TaskGroup inner = this.groups.named("inner").open()) {
				assertThat(inner.fork(() -> "inner").await()).isEqualTo("inner");
				supervisor.close();
				inner.join();
			}
			outer.join();
			came.set(true);
		}
		assertThat(came).isTrue();
	}

	@Test
	@DisplayName("3.11 the failure of a supervisor's task does not reach the scope it was opened in")
	void supervisorFailureStaysInside() throws Exception {
		this.groups.named("outer").run((outer) -> {
			TaskScope supervisor = this.groups.named("supervisor").onError((task, exception) -> {
			}).openScope();
			TaskHandle<?> failing = supervisor.fork(() -> {
				throw this.failure;
			});
			assertThat(catchThrowable(failing::await)).hasCause(this.failure);
			CancelScope.checkpoint();
		});
	}

	@Test
	@DisplayName("3.11 a group left open in the body is a failure also when the group was cancelled")
	void leaveCancelledBody() {
		AtomicReference<TaskGroup> inner = new AtomicReference<>();
		TaskGroupException thrown = assertFailed(catchThrowable(() -> this.groups.named("outer").run((outer) -> {
			inner.set(this.groups.named("inner").open());
			outer.cancel();
		})));
		assertThat(thrown.leaves()).hasAtLeastOneElementOfType(IllegalStateException.class);
		assertClosed(inner.get());
	}

	@Test
	@DisplayName("3.11 join of the inner group after the outer one has closed it does not hang")
	void joinAfterOuterClosed() {
		TaskGroup outer = this.groups.named("outer").open();
		TaskGroup inner = this.groups.named("inner").open();
		TaskHandle<?> failing = inner.fork(() -> {
			throw this.failure;
		});
		Waits.spinUntil(failing::isDone);
		assertThat(tellsOf(catchThrowable(outer::close), this.failure)).isTrue();
		Throwable late = catchThrowable(inner::join);
		assertThat(late == null || late instanceof TaskGroupException || late instanceof IllegalStateException)
			.isTrue();
	}

	private static void assertClosed(TaskScope scope) {
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> scope.fork(() -> "late"));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 a shield of a supervisor's scope holds off the cancellation of the scope it was opened in")
	void shieldedSupervisor(Rig rig) throws Exception {
		TaskGroupFactory groups = rig.factory();
		Holdout<String> holdout = Holdout.returning("value");
		Sleeper witness = new Sleeper();
		AtomicReference<TaskHandle<String>> handle = new AtomicReference<>();
		rig.run(() -> CancelScope.run(scope -> {
			try (TaskScope shielded = groups.named("shielded").openScope();
					TaskScope other = groups.named("other").openScope()) {
				shielded.cancelScope().shielded(true);
				handle.set(shielded.fork(holdout));
				TaskHandle<Void> told = other.fork(witness);
				holdout.awaitRunning();
				witness.awaitRunning();
				scope.cancel("over");
				CancelScope.runShielded(shield -> told.awaitDone());
				assertThat(holdout.wasInterrupted()).isFalse();
				assertThat(handle.get().state()).isEqualTo(TaskState.RUNNING);
				holdout.release();
				CancelScope.runShielded(shield -> handle.get().awaitDone());
			}
		}));
		assertThat(witness.wasInterrupted()).isTrue();
		assertThat(holdout.wasInterrupted()).isFalse();
		assertThat(handle.get().resultNow()).isEqualTo("value");
	}

}
