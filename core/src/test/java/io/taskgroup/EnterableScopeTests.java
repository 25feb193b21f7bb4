package io.taskgroup;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.taskgroup.GroupAssertions.assertCancelled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rule 5.3, as far as scopes from {@link CancelScope#create()} are concerned.
 */
@Timeout(30)
class EnterableScopeTests {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	private final CancelScope scope = CancelScope.create();

	@Test
	@DisplayName("5.3 a created scope is not cancelled, has no deadline and no shield")
	void created() {
		assertThat(this.scope.cancelCalled()).isFalse();
		assertThat(this.scope.cancelCaught()).isFalse();
		assertThat(this.scope.cancelReason()).isEmpty();
		assertThat(this.scope.cancelKind()).isEmpty();
		assertThat(this.scope.timeLeft()).isEmpty();
		assertThat(this.scope.shielded()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 enter runs the body in that very scope")
	void enterRunsBodyInScope(Rig rig) throws Exception {
		AtomicReference<CancelScope> entered = new AtomicReference<>();
		Thread ran = rig.call(() -> {
			AtomicReference<Thread> thread = new AtomicReference<>();
			this.scope.enter(inside -> {
				entered.set(inside);
				thread.set(Thread.currentThread());
				this.scope.cancel("enough");
				assertCancelled(CancelScope::checkpoint);
			});
			assertThat(thread.get()).isSameAs(Thread.currentThread());
			CancelScope.checkpoint();
			return thread.get();
		});
		assertThat(ran).isNotNull();
		assertThat(entered.get()).isSameAs(this.scope);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 several threads are in a created scope at the same time, and its cancellation ends them all")
	void severalThreads(Rig rig) throws Exception {
		CountDownLatch inside = new CountDownLatch(3);
		List<Host<Void>> hosts = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			hosts.add(rig.start(() -> this.scope.enter(entered -> {
				inside.countDown();
				Waits.forever();
			})));
		}
		Waits.on(inside);
		assertThat(hosts).noneMatch(Host::isDone);
		this.scope.cancel("enough");
		for (Host<Void> host : hosts) {
			host.get();
		}
		assertThat(this.scope.cancelCaught()).isTrue();
		assertThat(this.scope.cancelReason()).contains("enough");
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 a thread that has left the scope is not interrupted by its cancellation")
	void threadThatHasLeft(Rig rig) throws Exception {
		CountDownLatch left = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		Host<Void> other = rig.start(() -> this.scope.enter(entered -> Waits.forever()));
		Host<Void> host = rig.start(() -> {
			this.scope.enter(entered -> Thread.sleep(1));
			left.countDown();
			Waits.on(goOn);
			CancelScope.checkpoint();
		});
		Waits.on(left);
		this.scope.cancel();
		other.get();
		goOn.countDown();
		host.get();
		assertThat(host.leftInterrupted()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 a created scope may be cancelled before it is entered: the body starts, and its first blocking call ends it")
	void cancelledBeforeEntered(Rig rig) throws Exception {
		this.scope.cancel("enough");
		assertThat(this.scope.cancelCalled()).isTrue();
		for (int i = 0; i < 2; i++) {
			AtomicBoolean started = new AtomicBoolean();
			AtomicBoolean wentOn = new AtomicBoolean();
			rig.run(() -> this.scope.enter(entered -> {
				started.set(true);
				Thread.sleep(60_000);
				wentOn.set(true);
			}));
			assertThat(started).isTrue();
			assertThat(wentOn).isFalse();
			assertThat(this.scope.cancelCaught()).isTrue();
		}
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 a created scope may be given a deadline before it is entered")
	void deadlineBeforeEntered(Rig rig) throws Exception {
		this.scope.timeout(Duration.ofHours(1));
		assertThat(this.scope.timeLeft()).isPresent();
		this.scope.timeout(Duration.ofMillis(1));
		rig.run(() -> this.scope.enter(entered -> Waits.forever()));
		assertThat(this.scope.cancelCaught()).isTrue();
		assertThat(this.scope.cancelKind()).contains(CancelKind.TIMEOUT);
	}

	@Test
	@DisplayName("5.3 a created scope can be entered again")
	void enteredAgain() throws Exception {
		List<Integer> rounds = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			int round = i;
			this.scope.enter(entered -> rounds.add(round));
		}
		assertThat(rounds).containsExactly(0, 1, 2);
		this.scope.cancel();
		assertThat(this.scope.cancelCalled()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 groups and their tasks inside a created scope are ended by its cancellation")
	void groupsInside(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		Sleeper sleeper = new Sleeper();
		Host<Void> host = rig
			.start(() -> this.scope.enter(entered -> factory.named("group").run(group -> group.fork(sleeper))));
		sleeper.awaitRunning();
		this.scope.cancel();
		host.get();
		assertThat(sleeper.wasInterrupted()).isTrue();
		assertThat(this.scope.cancelCaught()).isTrue();
	}

	@Test
	@DisplayName("5.3 what the body throws goes up, and the other threads inside go on")
	void failureOfOneThread() throws Exception {
		Swallower other = new Swallower();
		Host<Void> host = Rig.VIRTUAL.start(() -> this.scope.enter(entered -> other.call()));
		other.awaitRunning();
		IOException failure = new IOException("failure");
		assertThat(catchThrowable(() -> this.scope.enter(entered -> {
			throw failure;
		}))).isSameAs(failure);
		assertThat(this.scope.cancelCalled()).isFalse();
		other.release();
		host.get();
		assertThat(other.interrupts()).isZero();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 a foreign interrupt of one thread inside is that thread's alone")
	void foreignInterruptOfOneThread(Rig rig) throws Exception {
		Swallower other = new Swallower();
		Host<Void> otherHost = rig.start(() -> this.scope.enter(entered -> other.call()));
		Host<Void> host = rig.start(() -> this.scope.enter(entered -> Waits.forever()));
		other.awaitRunning();
		host.awaitBlocked();
		host.interrupt();
		GroupAssertions.assertInterrupt(host.thrown());
		other.release();
		otherHost.get();
		assertThat(other.interrupts()).isZero();
		assertThat(this.scope.cancelCalled()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 the cancellation of a scope around enter passes through")
	void outerCancellationPassesThrough(Rig rig) throws Exception {
		CancelScope outer = rig.call(() -> CancelScope.run(outside -> this.scope.enter(entered -> {
			outside.cancel();
			Waits.forever();
		})));
		assertThat(outer.cancelCaught()).isTrue();
		assertThat(this.scope.cancelCalled()).isFalse();
		assertThat(this.scope.cancelCaught()).isFalse();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.3 threads that enter the same scope below different scopes are subject each to its own")
	void differentScopesAround(Rig rig) throws Exception {
		AtomicReference<CancelScope> around = new AtomicReference<>();
		Swallower other = new Swallower();
		Host<Void> otherHost = rig.start(() -> CancelScope.run(outside -> this.scope.enter(entered -> {
			other.call();
			CancelScope.checkpoint();
		})));
		Host<CancelScope> host = rig.startCall(() -> CancelScope.run(outside -> {
			around.set(outside);
			this.scope.enter(entered -> Waits.forever());
		}));
		other.awaitRunning();
		Waits.until(() -> around.get() != null);
		host.awaitBlocked();
		around.get().cancel();
		assertThat(host.get().cancelCaught()).isTrue();
		other.release();
		otherHost.get();
		assertThat(other.interrupts()).isZero();
		assertThat(this.scope.cancelCalled()).isFalse();
	}

	@Test
	@DisplayName("5.3 enter of a scope that is not from create() is an IllegalStateException")
	void enterOfOtherScopes() throws Exception {
		for (Region region : Region.values()) {
			if (region != Region.ENTER) {
				region.go(entered -> assertThatIllegalStateException().isThrownBy(() -> entered.enter(inside -> {
					throw new AssertionError("entered");
				})));
			}
		}
		try (TaskScope supervisor = this.groups.named("supervisor").openScope()) {
			assertThatIllegalStateException().isThrownBy(() -> supervisor.cancelScope().enter(inside -> {
				throw new AssertionError("entered");
			}));
		}
	}

	@Test
	@DisplayName("5.3, 5.5 the deadline of a created scope is in effect for those who have entered it")
	void deadlineInside() throws Exception {
		CancelScope created = CancelScope.create();
		created.timeout(Duration.ofHours(1));
		Rig.VIRTUAL.run(() -> created.enter((scope) -> {
			assertThat(CancelScope.currentTimeLeft().orElseThrow()).isBetween(Duration.ofMinutes(50),
					Duration.ofHours(1));
			scope.timeout(Duration.ofHours(3));
			assertThat(CancelScope.currentTimeLeft().orElseThrow()).isGreaterThan(Duration.ofHours(2));
		}));
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.4 the shield of a created scope holds off what is outside for all inside, until it is taken away")
	void shieldInside(Rig rig) throws Exception {
		CancelScope created = CancelScope.create();
		created.shielded(true);
		Sleeper inside = new Sleeper();
		AtomicReference<CancelScope> outer = new AtomicReference<>();
		AtomicBoolean due = new AtomicBoolean();
		CountDownLatch looked = new CountDownLatch(1);
		Host<CancelScope> host = rig.startCall(() -> CancelScope.run((around) -> {
			outer.set(around);
			created.enter((scope) -> {
				around.cancel("over");
				due.set(CancelScope.cancelRequested() || Thread.currentThread().isInterrupted());
				looked.countDown();
				inside.run();
			});
		}));
		Waits.on(looked);
		inside.awaitRunning();
		host.awaitBlocked();
		assertThat(due).isFalse();
		assertThat(inside.wasInterrupted()).isFalse();
		created.shielded(false);
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(inside.wasInterrupted()).isTrue();
		assertThat(created.cancelCaught()).isFalse();
	}

	@Test
	@DisplayName("5.3 a created scope keeps nothing of those who have left it")
	void keepsNothing() throws Exception {
		CancelScope created = CancelScope.create();
		Collected threads = new Collected();
		for (int i = 0; i < 3; i++) {
			enterAndLeave(created, threads, "thread " + i);
		}
		threads.awaitAll();
		assertThat(created.cancelCalled()).isFalse();
	}

	private static void enterAndLeave(CancelScope created, Collected threads, String name) throws InterruptedException {
		Thread thread = threads.track(name, Thread.ofPlatform().unstarted(() -> {
			try {
				created.enter(CancelScope::timeLeft);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}));
		thread.start();
		thread.join();
	}

	@Test
	@DisplayName("5.5 a created scope that nobody has any more is not kept in memory by its timer")
	void notKeptByItsTimer() {
		Collected scopes = new Collected();
		for (int i = 0; i < 3; i++) {
			scopes.track("scope " + i, CancelScope.create()).timeout(Duration.ofHours(1));
		}
		scopes.awaitAll();
	}

}
