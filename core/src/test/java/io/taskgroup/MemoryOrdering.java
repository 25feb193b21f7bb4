package io.taskgroup;

import java.time.Duration;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * What one thread may see of what another one writes, tried millions of times on the real
 * machine: a model checker takes it for granted that everything is seen at once and in
 * order. {@link MemoryOrderingTests} runs them.
 */
final class MemoryOrdering {

	/** Stands for "not there yet". */
	private static final int NOT_YET = -1;

	private MemoryOrdering() {
	}

	/** Something whose field nobody but its constructor writes. */
	private static final class Value {

		private int content;

		Value(int content) {
			this.content = content;
		}

		static int contentOf(Object value) {
			return (value instanceof Value known) ? known.content : 0;
		}

	}

	private static Task<?> taskOf(Supervisor owner) {
		return new Task<>(owner, new Handle<>(null), () -> null);
	}

	/** {@link Handle}: who sees that a task is done sees what it has made. */
	@JCStressTest
	@Outcome(id = { "-1", "1" }, expect = Expect.ACCEPTABLE, desc = "not done, or done with all of its value")
	@Outcome(expect = Expect.FORBIDDEN, desc = "done without its value")
	@State
	public static class HandleValue {

		private final Handle<Value> handle = new Handle<>(null);

		@Actor
		public void task() {
			this.handle.complete(new Value(1));
		}

		@Actor
		public void reader(I_Result result) {
			result.r1 = this.handle.isDone() ? Value.contentOf(this.handle.resultNow()) : NOT_YET;
		}

	}

	/**
	 * {@link Handle} and {@link WaitStack}: whoever waits adds itself first and looks
	 * second, whoever ends the task does so first and releases second.
	 */
	@JCStressTest
	@Outcome(id = { "0, 1", "1, 0", "1, 1" }, expect = Expect.ACCEPTABLE, desc = "it sees the end, or is released")
	@Outcome(expect = Expect.FORBIDDEN, desc = "it waits for ever")
	@State
	public static class HandleWaiter {

		private final Handle<String> handle = new Handle<>(null);

		private final Mark mark = new Mark();

		@Actor
		public void waiter(II_Result result) {
			this.handle.add(this.mark);
			result.r1 = this.handle.isDone() ? 1 : 0;
		}

		@Actor
		public void task() {
			this.handle.complete("value");
		}

		@Arbiter
		public void afterwards(II_Result result) {
			result.r2 = this.mark.isReleased() ? 1 : 0;
		}

	}

	/** {@link Members} and {@link WaitStack}: the same for the last task that leaves. */
	@JCStressTest
	@Outcome(id = { "0, 1", "1, 0", "1, 1" }, expect = Expect.ACCEPTABLE, desc = "it sees the end, or is released")
	@Outcome(expect = Expect.FORBIDDEN, desc = "it waits for ever")
	@State
	public static class MembersWaiter {

		private static final Supervisor OWNER = Interleavings.supervisor();

		private final Members members = new Members();

		private final Task<?> task = taskOf(OWNER);

		private final Mark mark = new Mark();

		public MembersWaiter() {
			this.members.join(this.task);
		}

		@Actor
		public void host(II_Result result) {
			this.members.add(this.mark);
			result.r1 = this.members.isEmpty() ? 1 : 0;
		}

		@Actor
		public void task() {
			this.members.leave(this.task);
		}

		@Arbiter
		public void afterwards(II_Result result) {
			result.r2 = this.mark.isReleased() ? 1 : 0;
		}

	}

	/** {@link HostedGroup}: tasks write what they saw before they leave. */
	@JCStressTest
	@Outcome(id = { "-1", "1" }, expect = Expect.ACCEPTABLE, desc = "live, or ended with all that it wrote")
	@Outcome(expect = Expect.FORBIDDEN, desc = "the end was seen before what was written")
	@State
	public static class MembersEnd {

		private static final Supervisor OWNER = Interleavings.supervisor();

		private final Members members = new Members();

		private final Task<?> task = taskOf(OWNER);

		private int written;

		public MembersEnd() {
			this.members.join(this.task);
		}

		@Actor
		public void task() {
			this.written = 1;
			this.members.leave(this.task);
		}

		@Actor
		public void host(I_Result result) {
			result.r1 = this.members.tryEnd() ? this.written : NOT_YET;
		}

	}

	/**
	 * {@link Scope}: something new below first makes itself visible to walks and then
	 * looks upwards; a canceller first marks the scope and then walks.
	 */
	@JCStressTest
	@Outcome(id = { "0, 1", "1, 0", "1, 1" }, expect = Expect.ACCEPTABLE, desc = "at least one sees the other")
	@Outcome(expect = Expect.FORBIDDEN, desc = "the task is missed")
	@State
	public static class CancelAndMember {

		private static final Supervisor OWNER = Interleavings.supervisor();

		private final Scope scope = new Scope(null, Settings.DEFAULT);

		private final Members members = new Members();

		private final Task<?> task = taskOf(OWNER);

		@Actor
		public void member(II_Result result) {
			this.members.join(this.task);
			result.r1 = (this.scope.cause() != null) ? 1 : 0;
		}

		@Actor
		public void canceller(II_Result result) {
			this.scope.cancel();
			result.r2 = this.members.live().contains(this.task) ? 1 : 0;
		}

	}

	/** {@link Scope}: a block ended, or was cancelled before, and both sides agree. */
	@JCStressTest
	@Outcome(id = { "0, 0", "1, 1" }, expect = Expect.ACCEPTABLE, desc = "both agree")
	@Outcome(expect = Expect.FORBIDDEN, desc = "cancelled after the end, or without a reason")
	@State
	public static class CancelAndEnd {

		private final Scope scope = new Scope(null, Settings.DEFAULT);

		@Actor
		public void canceller() {
			this.scope.cancel("reason");
		}

		@Actor
		public void host(II_Result result) {
			this.scope.end();
			Cancellation seen = this.scope.cancellation();
			result.r1 = (seen == null) ? 0 : ("reason".equals(seen.reason()) ? 1 : 2);
		}

		@Arbiter
		public void afterwards(II_Result result) {
			result.r2 = (this.scope.cancellation() != null) ? 1 : 0;
		}

	}

	/** {@link Scope}: an ended scope is not kept in memory by a deadline (5.5). */
	@JCStressTest
	@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "no deadline is left")
	@Outcome(expect = Expect.FORBIDDEN, desc = "a deadline is left")
	@State
	public static class DeadlineAndEnd {

		private final Scope scope = new Scope(null, Settings.DEFAULT);

		@Actor
		public void mover() {
			this.scope.timeout(Duration.ZERO);
		}

		@Actor
		public void host() {
			this.scope.end();
		}

		@Arbiter
		public void afterwards(I_Result result) {
			result.r1 = (this.scope.deadline() != null) ? 1 : 0;
		}

	}

	/** {@link StartedHandle}: the value is written before the step to STARTED. */
	@JCStressTest
	@Outcome(id = { "-1", "1" }, expect = Expect.ACCEPTABLE, desc = "not started, or started with its value")
	@Outcome(expect = Expect.FORBIDDEN, desc = "started without its value")
	@State
	public static class StartValue {

		private final StartedHandle<Value, String> handle = new StartedHandle<>("task");

		@Actor
		public void starter() {
			try {
				this.handle.started(new Value(1));
			}
			catch (IllegalStateException ex) {
				// it had ended before
			}
		}

		@Actor
		public void caller(I_Result result) {
			result.r1 = this.handle.ending() ? Value.contentOf(this.handle.startValue()) : NOT_YET;
		}

	}

	/** {@link FifoLimiter}: who gets the permit sees what the last one did with it. */
	@JCStressTest
	@Outcome(id = { "1, 1", "2, 2" }, expect = Expect.ACCEPTABLE, desc = "as many as had the permit")
	@Outcome(expect = Expect.FORBIDDEN, desc = "two had the permit at once, or saw too little")
	@State
	public static class OnePermit {

		private final FifoLimiter limiter = new FifoLimiter(1);

		private int entered;

		private volatile boolean first;

		private volatile boolean second;

		@Actor
		public void one() {
			this.first = enter();
		}

		@Actor
		public void two() {
			this.second = enter();
		}

		private boolean enter() {
			Gate.Applicant applicant = new Nobody();
			if (!this.limiter.tryAcquire(applicant, new Gate.Grants())) {
				return false;
			}
			this.entered++;
			this.limiter.release(applicant, TaskState.SUCCESS, new Gate.Grants());
			return true;
		}

		@Arbiter
		public void afterwards(II_Result result) {
			result.r1 = (this.first ? 1 : 0) + (this.second ? 1 : 0);
			result.r2 = this.entered;
		}

	}

	/** One who never waits. */
	private static final class Nobody extends Gate.Applicant {

		@Override
		void granted(Gate.Grants grants) {
			throw new IllegalStateException("it has never waited");
		}

	}

	/** One that waits, and can be asked afterwards whether it was released. */
	private static final class Mark extends WaitStack.Waiter {

		private volatile boolean released;

		@Override
		void release() {
			this.released = true;
		}

		@Override
		boolean isReleased() {
			return this.released;
		}

	}

}
