package io.taskgroup;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.LogRecord;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static io.taskgroup.GroupAssertions.assertCancelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rules 3.11, 5.1 and 5.3, as far as scopes from {@link CancelScope#createRoot()} are
 * concerned, and probes of threads that wait in them.
 */
@Timeout(30)
@SuppressWarnings("try") // to be inside is all that most bodies need
class RootScopeTests {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	private final RootScope root = CancelScope.createRoot();

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.1 what is blocked between enter and close is in the scope, and is interrupted by its cancellation")
	void cancelled(Rig rig) throws Exception {
		Sleeper sleeper = new Sleeper();
		Host<Boolean> host = rig.startCall(() -> {
			try (RootScope.Entered entered = this.root.enter()) {
				Throwable thrown = catchThrowable(sleeper::run);
				return entered.catches(thrown);
			}
		});
		sleeper.awaitRunning();
		this.root.cancel(CancelKind.DISCONNECT, "the client has gone");
		assertThat(host.get()).isTrue();
		assertThat(this.root.cancelCaught()).isTrue();
		assertThat(this.root.cancelKind()).contains(CancelKind.DISCONNECT);
	}

	@Test
	@DisplayName("5.1 a group that is opened inside is below the scope")
	void groupInside() throws Exception {
		Sleeper sleeper = new Sleeper();
		Rig.VIRTUAL.run(() -> {
			try (RootScope.Entered entered = this.root.enter()) {
				Throwable thrown = assertCancelled(() -> this.groups.named("group").run((group) -> {
					group.fork(sleeper);
					sleeper.awaitRunning();
					this.root.cancel("enough");
				}));
				assertThat(entered.catches(thrown)).isTrue();
			}
			CancelScope.checkpoint();
		});
		assertThat(sleeper.wasInterrupted()).isTrue();
	}

	@Test
	@DisplayName("5.3 a failure is not caught, nor an interrupt by somebody else, nor anything while the scope is not cancelled")
	void notCaught() throws Exception {
		Rig.VIRTUAL.run(() -> {
			try (RootScope.Entered entered = this.root.enter()) {
				assertThat(entered.catches(new InterruptedException())).isFalse();
				this.root.cancel();
				assertThat(entered.catches(new IllegalArgumentException())).isFalse();
				assertThat(this.root.cancelCaught()).isFalse();
				assertThat(entered.catches(new IllegalArgumentException(new InterruptedException()))).isTrue();
				assertThat(this.root.cancelCaught()).isTrue();
			}
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("3.12 no interrupt of the library's is left after close")
	void noInterruptLeaks(Rig rig) throws Exception {
		rig.run(() -> {
			try (RootScope.Entered entered = this.root.enter()) {
				this.root.cancel();
				assertThat(Thread.currentThread().isInterrupted()).isTrue();
			}
			assertThat(Thread.currentThread().isInterrupted()).isFalse();
			CancelScope.checkpoint();
		});
	}

	@Test
	@DisplayName("3.11 a supervisor lives until the scope is closed, which cancels it and waits")
	void supervisor() throws Exception {
		Sleeper sleeper = new Sleeper();
		AtomicReference<TaskScope> opened = new AtomicReference<>();
		Rig.VIRTUAL.run(() -> {
			try (RootScope.Entered entered = this.root.enter()) {
				opened.set(this.groups.named("supervisor").openScope());
				opened.get().fork(sleeper);
			}
		});
		sleeper.awaitRunning();
		assertThat(this.root.open()).extracting(TaskScopeInfo::name).containsExactly("supervisor");
		assertThat(opened.get().fork(() -> "still open").await()).isEqualTo("still open");
		this.root.close();
		assertThat(sleeper.wasInterrupted()).isTrue();
		assertThat(sleeper.hasEnded()).isTrue();
		assertThat(opened.get().cancelScope().cancelReason()).contains(Scope.HAS_ENDED);
		assertThatThrownBy(() -> opened.get().fork(() -> "too late")).isInstanceOf(TaskGroupClosedException.class);
		assertThat(this.root.open()).isEmpty();
	}

	@Test
	@DisplayName("3.11 a scope that is being closed, and waits for its supervisors, is entered by nobody")
	void enteredAsItIsClosed() throws Exception {
		Sleeper sleeper = new Sleeper();
		AtomicReference<Throwable> thrown = new AtomicReference<>();
		Rig.VIRTUAL.run(() -> {
			try (RootScope.Entered entered = this.root.enter()) {
				this.groups.named("supervisor").openScope().fork(() -> {
					try {
						sleeper.run();
					}
					finally {
						thrown.set(catchThrowable(() -> this.root.enter().close()));
					}
				});
			}
		});
		sleeper.awaitRunning();
		this.root.close();
		assertThat(thrown.get()).isInstanceOf(IllegalStateException.class).hasMessage("the scope has been closed");
	}

	@Test
	@DisplayName("5.1 a supervisor whose thread has left is cancelled with the scope")
	void supervisorIsCancelled() throws Exception {
		Sleeper sleeper = new Sleeper();
		Rig.VIRTUAL.run(() -> {
			try (RootScope.Entered entered = this.root.enter()) {
				this.groups.named("supervisor").openScope().fork(sleeper);
			}
		});
		sleeper.awaitRunning();
		this.root.cancel();
		Waits.until(sleeper::wasInterrupted);
	}

	@Test
	@DisplayName("3.11 a supervisor that is opened by a thread that is still inside a closed scope is cancelled")
	void supervisorTooLate() throws Exception {
		CountDownLatch inside = new CountDownLatch(1);
		CountDownLatch closed = new CountDownLatch(1);
		Host<Boolean> host = Rig.VIRTUAL.startCall(() -> {
			try (RootScope.Entered entered = this.root.enter()) {
				inside.countDown();
				Waits.on(closed);
				try (TaskScope scope = this.groups.named("supervisor").openScope()) {
					return scope.cancelScope().cancelReason().filter(Scope.HAS_ENDED::equals).isPresent();
				}
			}
		});
		Waits.on(inside);
		this.root.close();
		closed.countDown();
		assertThat(host.get()).isTrue();
	}

	@Test
	@DisplayName("3.11 a group that was left open is closed, and named")
	void groupLeftOpen() throws Exception {
		Sleeper sleeper = new Sleeper();
		Rig.VIRTUAL.run(() -> {
			RootScope.Entered entered = this.root.enter();
			this.groups.named("outer").open();
			this.groups.named("inner").open().fork(sleeper);
			assertThat(this.root.open()).extracting(TaskScopeInfo::name).containsExactly("outer", "inner");
			assertThatIllegalStateException().isThrownBy(entered::close)
				.withMessageContaining("'inner'")
				.satisfies((ex) -> assertThat(ex.getSuppressed()).singleElement()
					.extracting(Throwable::getMessage)
					.asString()
					.contains("'outer'"));
			entered.close();
			assertThat(Strand.currentScope()).isNull();
		});
		assertThat(sleeper.hasEnded()).isTrue();
		assertThat(this.groups.snapshot()).isEmpty();
	}

	@Test
	@DisplayName("5.3 it is left in order, by the thread that has entered it, and cannot be closed from inside")
	void wrongUse() throws Exception {
		Rig.VIRTUAL.run(() -> {
			RootScope.Entered entered = this.root.enter();
			assertThatIllegalStateException().isThrownBy(this.root::close);
			CancelScope.run((region) -> assertThatIllegalStateException().isThrownBy(entered::close));
			this.groups.named("group").run((group) -> {
				assertThatIllegalStateException().isThrownBy(entered::close);
				assertThatIllegalStateException().isThrownBy(this.root::close);
			});
			Rig.VIRTUAL.run(() -> assertThatThrownBy(entered::close).isInstanceOf(WrongThreadException.class));
			entered.close();
			this.root.close();
			this.root.close();
			assertThatIllegalStateException().isThrownBy(this.root::enter);
		});
	}

	@Test
	@DisplayName("5.3 after the end cancelling does nothing")
	void cancelAfterEnd() {
		this.root.timeout(Duration.ofHours(1));
		this.root.close();
		this.root.cancel("too late");
		assertThat(this.root.cancelCalled()).isFalse();
		assertThat(this.root.cancelReason()).isEmpty();
		assertThat(this.root.timeLeft()).isEmpty();
	}

	// Probes

	static Stream<WaitingCall> waitingCalls() {
		return Stream.of(new WaitingCall("await", (group, end) -> group.fork(() -> Waits.on(end)).await()),
				new WaitingCall("await with a timeout",
						(group, end) -> group.fork(() -> Waits.on(end)).await(Duration.ofHours(1))),
				new WaitingCall("join", (group, end) -> {
					group.fork(() -> Waits.on(end));
					group.join();
				}), new WaitingCall("the end of run", (group, end) -> group.fork(() -> Waits.on(end))),
				new WaitingCall("start", (group, end) -> group.startAction((status) -> {
					Waits.on(end);
					status.started();
				})));
	}

	@ParameterizedTest
	@MethodSource("waitingCalls")
	@DisplayName("a probe is asked again and again on the thread that waits")
	void asked(WaitingCall call) throws Exception {
		for (Rig rig : Rig.values()) {
			Probe probe = new Probe(3);
			List<Thread> asked = rig.call(() -> {
				try (RootScope.Entered entered = this.root.enter(probe)) {
					rig.factory().named("group").run((group) -> call.body().run(group, probe.enough));
					// nothing waits here
					int count = probe.asked.size();
					pass(Duration.ofMillis(5));
					assertThat(probe.asked).hasSize(count);
				}
				assertThat(probe.asked).allMatch((thread) -> thread == Thread.currentThread());
				return probe.asked;
			});
			assertThat(asked).hasSizeGreaterThanOrEqualTo(3);
		}
	}

	@ParameterizedTest
	@MethodSource("waitingCalls")
	@DisplayName("a probe that cancels the scope ends the wait, and the tasks")
	void cancels(WaitingCall call) throws Exception {
		for (Rig rig : Rig.values()) {
			RootScope root = CancelScope.createRoot();
			CountDownLatch never = new CountDownLatch(1);
			rig.run(() -> {
				try (RootScope.Entered entered = root.enter(new Probe(1) {
					@Override
					public void probe(CancelScope scope) {
						scope.cancel(CancelKind.DISCONNECT, "gone");
					}
				})) {
					Throwable thrown = assertCancelled(
							() -> rig.factory().named("group").run((group) -> call.body().run(group, never)));
					assertThat(entered.catches(thrown)).isTrue();
				}
			});
			assertThat(root.cancelKind()).contains(CancelKind.DISCONNECT);
		}
	}

	@Test
	@DisplayName("a probe is asked by checkpoint, too, if it is time")
	void askedByCheckpoint() throws Exception {
		Probe probe = new Probe(1) {
			@Override
			public void probe(CancelScope scope) {
				super.probe(scope);
				scope.cancel(CancelKind.DISCONNECT, "gone");
			}
		};
		Rig.VIRTUAL.run(() -> {
			try (RootScope.Entered entered = this.root.enter(probe)) {
				pass(Duration.ofMillis(2));
				assertThat(probe.asked).isEmpty();
				assertThat(entered.catches(assertCancelled(CancelScope::checkpoint))).isTrue();
			}
		});
		assertThat(probe.asked).hasSize(1);
	}

	@Test
	@DisplayName("a probe is asked until its scope is left, and that of the scope around it from then on")
	void askedInTheInnermost() throws Exception {
		Probe around = new Probe(1);
		Probe inside = new Probe(1);
		Rig.VIRTUAL.run(() -> {
			try (RootScope.Entered outer = this.root.enter(around)) {
				try (RootScope.Entered inner = CancelScope.createRoot().enter(inside)) {
					pass(Duration.ofMillis(2));
					CancelScope.checkpoint();
				}
				assertThat(inside.asked).hasSize(1);
				assertThat(around.asked).isEmpty();
				pass(Duration.ofMillis(2));
				CancelScope.checkpoint();
			}
		});
		assertThat(inside.asked).hasSize(1);
		assertThat(around.asked).hasSize(1);
	}

	@Test
	@DisplayName("a probe that throws is logged, not asked again, and harms nobody")
	void throwingProbe() throws Exception {
		IllegalStateException wrong = new IllegalStateException("wrong");
		AtomicInteger count = new AtomicInteger();
		CountDownLatch end = new CountDownLatch(1);
		Probe counting = new Probe(3);
		try (LogRecords records = LogRecords.open()) {
			Rig.VIRTUAL.run(() -> {
				RootScope outer = CancelScope.createRoot();
				try (RootScope.Entered entered = this.root.enter(new Probe(1) {
					@Override
					public void probe(CancelScope scope) {
						count.incrementAndGet();
						end.countDown();
						throw wrong;
					}
				})) {
					this.groups.named("group").run((group) -> group.fork(() -> Waits.on(end)));
					try (RootScope.Entered inner = outer.enter(counting)) {
						this.groups.named("group").run((group) -> group.fork(() -> Waits.on(counting.enough)));
					}
					// the outer one's is back, and is not asked any more
					this.groups.named("group").run((group) -> group.fork(() -> pass(Duration.ofMillis(20))));
				}
			});
			assertThat(records.records()).extracting(LogRecord::getThrown).containsExactly(wrong);
		}
		assertThat(count).hasValue(1);
	}

	@Test
	@DisplayName("a probe's interval is more than zero")
	void interval() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.root.enter(new Probe(1) {
			@Override
			public Duration interval() {
				return Duration.ZERO;
			}
		})).withMessageContaining("PT0S");
	}

	/** Is busy for so long. */
	private static void pass(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		Waits.spinUntil(() -> System.nanoTime() - end > 0);
	}

	/** Counts how often it is asked. */
	private static class Probe implements WaitProbe {

		final List<Thread> asked = new CopyOnWriteArrayList<>();

		final CountDownLatch enough;

		Probe(int enough) {
			this.enough = new CountDownLatch(enough);
		}

		@Override
		public Duration interval() {
			return Duration.ofMillis(1);
		}

		@Override
		public void probe(CancelScope scope) {
			this.asked.add(Thread.currentThread());
			this.enough.countDown();
		}

	}

	/** A call that waits for what the latch says. */
	record WaitingCall(String name, Waiting body) {

		@Override
		public String toString() {
			return this.name;
		}

	}

	/** The body of such a call. */
	interface Waiting {

		void run(TaskGroup group, CountDownLatch end) throws Exception;

	}

}
