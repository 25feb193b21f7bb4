package io.taskgroup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A task on its way from one limiter to the next, cancelled at each of the moments at
 * which it may be. The second limiter is the test's own and does in the middle of a step
 * what another thread may do there, so nothing is left to chance. All happens on the
 * test's thread.
 */
@Timeout(30)
class AdmissionTests {

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	private final ConcurrencyLimiter first = ConcurrencyLimiter.of(1);

	private final Scripted second = new Scripted();

	private final Scripted third = new Scripted();

	private final TaskGroupSpec spec = this.groups.named("group")
		.limiter(this.first)
		.limiter(this.second)
		.limiter(this.third);

	private final AtomicInteger ran = new AtomicInteger();

	private final AtomicReference<TaskHandle<Integer>> victim = new AtomicReference<>();

	/** What is cancelled, and so takes the task with it. */
	enum Cancelled {

		TASK {
			@Override
			void cancel(TaskHandle<?> task, TaskGroup group) {
				task.cancel("enough");
			}
		},

		GROUP {
			@Override
			void cancel(TaskHandle<?> task, TaskGroup group) {
				group.cancel("enough");
			}
		};

		abstract void cancel(TaskHandle<?> task, TaskGroup group);

	}

	@ParameterizedTest
	@EnumSource(Cancelled.class)
	@DisplayName("8.1 cancelled while the second limiter grants: both permits are given back, no third one is asked for")
	void cancelledWhileGranted(Cancelled cancelled) throws Exception {
		play(cancelled, (group) -> this.second.onAcquire = (applicant) -> {
			cancelled.cancel(this.victim.get(), group);
			return true;
		});
		assertThat(this.second.released).hasSameSizeAs(this.second.asked);
		assertThat(this.third.asked).doesNotContain(this.second.asked.getFirst());
	}

	@ParameterizedTest
	@EnumSource(Cancelled.class)
	@DisplayName("8.1 cancelled before it is in the second limiter's queue: it leaves that, and gives the first permit back")
	void cancelledBeforeItIsInTheQueue(Cancelled cancelled) throws Exception {
		play(cancelled, (group) -> this.second.onAcquire = (applicant) -> {
			cancelled.cancel(this.victim.get(), group);
			return this.second.enqueue(applicant);
		});
		assertThat(this.second.released).hasSize(this.second.asked.size() - 1);
	}

	@ParameterizedTest
	@EnumSource(Cancelled.class)
	@DisplayName("8.1 cancelled before it is in the second limiter's queue, and granted by another thread at once: given back once")
	void cancelledAndThenGrantedByAnother(Cancelled cancelled) throws Exception {
		play(cancelled, (group) -> this.second.onAcquire = (applicant) -> {
			cancelled.cancel(this.victim.get(), group);
			this.second.enqueue(applicant);
			this.second.handOver(applicant);
			tell(applicant);
			return false;
		});
		assertThat(this.second.released).hasSameSizeAs(this.second.asked);
	}

	@ParameterizedTest
	@EnumSource(Cancelled.class)
	@DisplayName("8.1 cancelled when the second permit has been handed over and not been told of: both are given back")
	void cancelledWhenHandedOver(Cancelled cancelled) throws Exception {
		play(cancelled, (group) -> this.second.onAcquire = this.second::enqueue, (group) -> {
			Gate.Applicant applicant = this.second.asked.getFirst();
			this.second.handOver(applicant);
			cancelled.cancel(this.victim.get(), group);
			// it is done, and holds both until it is told
			assertThat(this.victim.get().state()).isEqualTo(TaskState.CANCELLED);
			assertThat(this.first.inUse()).isEqualTo(1);
			assertThat(this.second.released).isEmpty();
			tell(applicant);
		});
		assertThat(this.second.released).hasSameSizeAs(this.second.asked);
	}

	@ParameterizedTest
	@EnumSource(Cancelled.class)
	@DisplayName("8.1 cancelled while it waits for the second limiter: it leaves the queue, and gives the first permit back")
	void cancelledWhileItWaits(Cancelled cancelled) throws Exception {
		play(cancelled, (group) -> this.second.onAcquire = this.second::enqueue,
				(group) -> cancelled.cancel(this.victim.get(), group));
		assertThat(this.second.released).hasSize(this.second.asked.size() - 1);
	}

	@ParameterizedTest
	@EnumSource(Cancelled.class)
	@DisplayName("8.1 cancelled while the last limiter grants: all permits are given back")
	void cancelledAtTheLast(Cancelled cancelled) throws Exception {
		play(cancelled, (group) -> this.third.onAcquire = (applicant) -> {
			cancelled.cancel(this.victim.get(), group);
			return true;
		});
		assertThat(this.second.released).hasSameSizeAs(this.second.asked);
		assertThat(this.third.released).hasSameSizeAs(this.third.asked);
	}

	/** As below, when the cancellation is in the script. */
	private void play(Cancelled cancelled, Consumer<TaskGroup> script) throws Exception {
		play(cancelled, script, (group) -> {
		});
	}

	/**
	 * Has a task, the victim, wait for the first limiter with another one behind it, sets
	 * the script up, and hands the first permit on. The victim must be cancelled by that
	 * and never run; the other one must run, unless it is cancelled too.
	 */
	private void play(Cancelled cancelled, Consumer<TaskGroup> script, Consumer<TaskGroup> afterwards)
			throws Exception {
		TaskLimiter.Permit permit = this.first.acquire().join();
		AtomicReference<TaskHandle<String>> next = new AtomicReference<>();
		this.spec.run((group) -> {
			this.victim.set(group.fork(this.ran::incrementAndGet));
			next.set(group.fork(() -> "next"));
			assertThat(this.first.waiting()).isEqualTo(2);
			script.accept(group);
			permit.release(TaskState.SUCCESS);
			afterwards.accept(group);
			assertThat(this.victim.get().outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
			next.get().awaitDone();
		});
		assertThat(this.ran).hasValue(0);
		assertThat(next.get().state())
			.isEqualTo((cancelled == Cancelled.TASK) ? TaskState.SUCCESS : TaskState.CANCELLED);
		assertThat(this.first.inUse()).isZero();
		assertThat(this.first.waiting()).isZero();
		assertThat(this.second.queue.size()).isZero();
		assertThat(this.third.queue.size()).isZero();
		assertThat(this.second.released).doesNotHaveDuplicates();
		assertThat(this.third.released).hasSameSizeAs(this.third.asked).doesNotHaveDuplicates();
	}

	@Test
	@DisplayName("8.1 granted by another thread before it has come back from asking: the task starts once")
	void grantedByAnother() throws Exception {
		this.second.onAcquire = (applicant) -> {
			this.second.enqueue(applicant);
			this.second.handOver(applicant);
			tell(applicant);
			return false;
		};
		this.spec.run((group) -> assertThat(group.fork(this.ran::incrementAndGet).await()).isEqualTo(1));
		assertThat(this.ran).hasValue(1);
		assertThat(this.second.released).hasSize(1);
		assertThat(this.third.released).hasSize(1);
		assertThat(this.first.inUse()).isZero();
	}

	@Test
	@DisplayName("8.1 a full queue: what was granted before a limiter had none is given back")
	void notAtOnce() throws Exception {
		TaskGroupSpec bounded = this.spec.queue(0, TaskGroupSpec.WhenFull.REJECT);
		this.third.onAcquire = (applicant) -> false;
		bounded.run((group) -> {
			assertThatThrownBy(() -> group.fork(this.ran::incrementAndGet)).isInstanceOf(TaskRejectedException.class);
			assertThat(this.first.inUse()).isZero();
			assertThat(this.second.released).hasSize(1);
			assertThat(this.third.released).isEmpty();
			this.third.onAcquire = (applicant) -> true;
			assertThat(group.fork(this.ran::incrementAndGet).await()).isEqualTo(1);
		});
		assertThat(this.second.released).hasSize(2);
		assertThat(this.third.released).hasSize(1);
		assertThat(this.first.inUse()).isZero();
	}

	@Test
	@DisplayName("8.1 a promised permit that was handed over when the promise is cancelled is given back once")
	void promiseCancelledWhenHandedOver() {
		this.second.onAcquire = this.second::enqueue;
		CompletableFuture<TaskLimiter.Permit> promise = PromisedPermit.from(this.second);
		Gate.Applicant applicant = this.second.asked.getFirst();
		this.second.handOver(applicant);
		assertThat(promise.cancel(true)).isTrue();
		assertThat(this.second.released).isEmpty();
		tell(applicant);
		assertThat(this.second.released).containsExactly(applicant);
	}

	@Test
	@DisplayName("8.1 a promised permit that is released twice is given back once")
	void promiseReleasedTwice() {
		CompletableFuture<TaskLimiter.Permit> promise = PromisedPermit.from(this.second);
		promise.join().release(TaskState.SUCCESS);
		promise.join().release(TaskState.SUCCESS);
		assertThat(this.second.released).hasSize(1);
	}

	@Test
	@DisplayName("8.4 a task that is cancelled as it is handed the concurrency permit uses up no permit of rate")
	void cancelledUsesNoRate() throws Exception {
		RateLimiter rate = RateLimiter.of(1, Duration.ofDays(1));
		this.second.onAcquire = this.second::enqueue;
		this.groups.named("rated").limiter(this.second).limiter(rate).run(group -> {
			TaskHandle<Integer> task = group.fork(() -> 1);
			Gate.Applicant applicant = this.second.asked.getFirst();
			this.second.handOver(applicant);
			task.cancel();
			tell(applicant);
			assertThat(this.second.released).containsExactly(applicant);
		});
		assertThat(rate.acquire()).isDone();
	}

	private static void tell(Gate.Applicant applicant) {
		Gate.Grants grants = new Gate.Grants();
		grants.add(applicant);
		grants.tellAll();
	}

	/** A limiter that does what the test says when it is asked for a permit. */
	private static final class Scripted implements TaskLimiter, Gate {

		private final List<Applicant> asked = new ArrayList<>();

		private final List<Applicant> released = new ArrayList<>();

		private final Queue queue = new Queue();

		/** Says whether the permit is granted at once. Used once. */
		private Predicate<Applicant> onAcquire = (applicant) -> true;

		@Override
		public synchronized boolean acquire(Applicant applicant, Grants grants) {
			Predicate<Applicant> script = this.onAcquire;
			this.onAcquire = (next) -> true;
			this.asked.add(applicant);
			return script.test(applicant);
		}

		@Override
		public synchronized boolean tryAcquire(Applicant applicant, Grants grants) {
			return this.onAcquire.test(applicant);
		}

		@Override
		public synchronized boolean withdraw(Applicant applicant, Grants grants) {
			return this.queue.remove(applicant);
		}

		@Override
		public synchronized void release(Applicant applicant, TaskState outcome, Grants grants) {
			this.released.add(applicant);
		}

		synchronized boolean enqueue(Applicant applicant) {
			this.queue.add(applicant);
			return false;
		}

		/** Takes it out of the queue: the permit is its own from now on. */
		synchronized void handOver(Applicant applicant) {
			assertThat(this.queue.remove(applicant)).isTrue();
		}

		@Override
		public CompletableFuture<Permit> acquire() {
			throw new UnsupportedOperationException("asked as a gate only");
		}

	}

}
