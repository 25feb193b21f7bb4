package io.taskgroup;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static io.taskgroup.GroupAssertions.assertCancelled;
import static io.taskgroup.GroupAssertions.assertInterrupt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rules 6.4 and 10.2 for those who operate an application: cancelling by number, waiting
 * until nothing is open, and opening again.
 */
@Timeout(30)
class FactoryControlTests {

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	@Test
	@DisplayName("10.2 a group is cancelled by its number, with the kind and the reason given")
	void cancelGroup() throws Exception {
		Sleeper sleeper = new Sleeper();
		Host<CancelScope> host = Rig.VIRTUAL
			.startCall(() -> this.groups.named("outer").run(group -> group.fork(sleeper)));
		sleeper.awaitRunning();
		long id = this.groups.snapshot().getFirst().id();
		assertThat(this.groups.cancel(id, CancelKind.REQUEST, "by the operator")).isTrue();
		CancelScope ended = host.get();
		assertThat(ended.cancelCaught()).isTrue();
		assertThat(ended.cancelReason()).contains("by the operator");
		assertThat(ended.cancelKind()).contains(CancelKind.REQUEST);
		assertThat(this.groups.cancel(id, CancelKind.EXPLICIT, null)).isFalse();
	}

	@Test
	@DisplayName("10.2 a task is cancelled by its number, alone")
	void cancelTask() throws Exception {
		this.groups.named("group").run(group -> {
			CountDownLatch release = new CountDownLatch(1);
			Sleeper sleeper = new Sleeper();
			TaskHandle<Void> other = group.fork(() -> Waits.on(release));
			TaskHandle<Void> task = group.fork(sleeper);
			sleeper.awaitRunning();
			assertThat(this.groups.cancel(task.id(), CancelKind.EXPLICIT, "too slow")).isTrue();
			Throwable thrown = catchThrowable(task::await);
			assertThat(thrown).isInstanceOf(TaskCancelledException.class).hasMessageContaining("too slow");
			assertThat(other.state()).isEqualTo(TaskState.RUNNING);
			release.countDown();
		});
	}

	@Test
	@DisplayName("10.2 a task that has its outcome is not open, though its thread has not left it yet")
	void cancelTaskThatHasEnded() throws Exception {
		CountDownLatch ended = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		TaskGroupFactory listening = Rig.VIRTUAL.builder().listener(new TaskGroupListener() {

			@Override
			public void taskEnded(TaskInfo task, TaskState outcome, Throwable exception, long waitedNanos,
					long ranNanos) {
				ended.countDown();
				Waits.stubbornlyOn(goOn);
			}

		}).build();
		listening.named("group").run(group -> {
			TaskHandle<String> task = group.fork(() -> "value");
			Waits.on(ended);
			assertThat(listening.cancel(task.id(), CancelKind.EXPLICIT, null)).isFalse();
			assertThat(listening.snapshot().get(0).tasks()).isEmpty();
			goOn.countDown();
			assertThat(task.await()).isEqualTo("value");
		});
	}

	@Test
	@DisplayName("10.2 no number is given twice, to tasks or groups; an unknown one cancels nothing")
	void numbers() throws Exception {
		Set<Long> ids = new HashSet<>();
		for (int i = 0; i < 5; i++) {
			this.groups.named("group").run(group -> {
				CountDownLatch release = new CountDownLatch(1);
				for (int task = 0; task < 5; task++) {
					group.fork(() -> Waits.on(release));
				}
				TaskScopeSnapshot open = this.groups.snapshot().getFirst();
				assertThat(ids.add(open.id())).isTrue();
				open.tasks().forEach(task -> assertThat(ids.add(task.id())).isTrue());
				assertThat(this.groups.cancel(-1, CancelKind.EXPLICIT, null)).isFalse();
				release.countDown();
			});
		}
		assertThat(ids).hasSize(30);
	}

	@Test
	@DisplayName("10.2 kinds that are the library's to state are refused, and nothing is cancelled")
	void wrongKind() throws Exception {
		this.groups.named("group").run(group -> {
			long id = this.groups.snapshot().getFirst().id();
			for (CancelKind kind : Set.of(CancelKind.FAILURE, CancelKind.TIMEOUT, CancelKind.PARENT,
					CancelKind.INTERRUPT)) {
				assertThatIllegalArgumentException().isThrownBy(() -> this.groups.cancel(id, kind, null));
			}
			assertThat(group.cancelScope().cancelCalled()).isFalse();
		});
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("6.4 awaitIdle waits until nothing is open, cancels nothing, and lets groups be opened meanwhile")
	void awaitIdle(Rig rig) throws Exception {
		assertThat(this.groups.awaitIdle(Duration.ZERO)).isTrue();
		TaskScope first = this.groups.named("first").openScope();
		assertThat(this.groups.awaitIdle(Duration.ZERO)).isFalse();
		assertThat(this.groups.awaitIdle(Duration.ofMillis(1))).isFalse();
		Host<Boolean> waiting = rig.startCall(() -> this.groups.awaitIdle(Waits.BOUND));
		waiting.awaitBlocked();
		TaskScope second = this.groups.named("second").openScope();
		first.close();
		waiting.awaitBlocked();
		second.close();
		assertThat(waiting.get()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("5.2 awaitIdle ends with an interrupt, and with the cancellation of the scope around it")
	void awaitIdleCutOff(Rig rig) throws Exception {
		try (TaskScope open = this.groups.named("open").openScope()) {
			Host<Boolean> host = rig.startCall(() -> this.groups.awaitIdle(Waits.BOUND));
			host.awaitBlocked();
			host.interrupt();
			assertInterrupt(host.thrown());
			AtomicReference<Throwable> thrown = new AtomicReference<>();
			rig.run(() -> CancelScope.run(scope -> {
				scope.cancel();
				thrown.set(assertCancelled(() -> this.groups.awaitIdle(Waits.BOUND)));
			}));
			assertThat(thrown.get()).isInstanceOf(CancelledException.class);
			assertThat(open.cancelScope().cancelCalled()).isFalse();
		}
	}

	@Test
	@DisplayName("6.4 a factory that was closed can be opened again, with its settings and the specs that were made")
	void reopened() throws Exception {
		TaskGroupSpec spec = this.groups.named("group");
		this.groups.close();
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(spec::openScope);
		this.groups.reopen();
		spec.openScope().close();
		this.groups.close();
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(spec::openScope);
	}

}
