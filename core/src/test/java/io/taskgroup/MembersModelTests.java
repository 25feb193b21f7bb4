package io.taskgroup;

import java.util.concurrent.atomic.AtomicBoolean;

import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static io.taskgroup.Interleavings.explore;
import static io.taskgroup.Interleavings.linearizable;
import static io.taskgroup.Interleavings.must;
import static io.taskgroup.Interleavings.together;

/**
 * Checks the claims of {@link Members}: a fork either is counted before the end, and
 * waited for, or fails; whoever brings the number of live tasks to zero releases those
 * who wait; only zero live tasks can become ENDED, and there is no way back; ended tasks
 * are unlinked by one thread at a time, and no live one with them.
 */
@Tag("model")
class MembersModelTests {

	private static final Supervisor OWNER = Interleavings.supervisor();

	@Test
	@Tag("long")
	@DisplayName("3.8 forks, ends of tasks and the end of the group look as if they came one after the other")
	void oneAfterTheOther() {
		linearizable(25, 400, 50, Life.class);
	}

	@Test
	@Tag("long")
	@DisplayName("5.1 a live task stays linked, so that a cancellation finds it, while ended ones are unlinked")
	void liveTaskStaysLinked() {
		linearizable(4, 100, 400, Sweep.class);
	}

	@Test
	@DisplayName("3.8 fork racing the end is accepted, and waited for, or refused")
	void forkAgainstEnd() {
		explore(100, () -> {
			Members members = new Members();
			AtomicBoolean left = new AtomicBoolean();
			AtomicBoolean joined = new AtomicBoolean();
			Task<?> first = task();
			members.join(first);
			together(() -> {
				Strand strand = Strand.attach();
				while (!members.tryEnd()) {
					strand.awaitAlways(members);
				}
				must(!joined.get() || left.get(), "what was accepted has left at the end");
			}, () -> {
				Task<?> second = task();
				if (members.join(second)) {
					joined.set(true);
					must(!members.hasEnded(), "the end waits for what was accepted");
					left.set(true);
					members.leave(second);
				}
			}, () -> members.leave(first));
			must(members.hasEnded() && members.isEmpty() && !members.join(task()), "the end is the end");
		});
	}

	@Test
	@DisplayName("3.1 whoever waits for the tasks is released when the last has left")
	void lastOneReleases() {
		explore(100, () -> {
			Members members = new Members();
			Task<?> first = task();
			Task<?> second = task();
			members.join(first);
			members.join(second);
			Mark waiter = new Mark();
			together(() -> waiter.waitFor(members), () -> members.leave(first), () -> members.leave(second));
			must(waiter.knows(), "it saw that nobody is left, or was released");
			must(members.size() == 0, "nobody is counted");
		});
	}

	private static Task<?> task() {
		return new Task<>(OWNER, new Handle<>(null), () -> null);
	}

	/** Each thread forks and ends a task of its own; any thread may try to end it all. */
	public static class Life {

		private final Members members = new Members();

		private final Task<?>[] live = new Task<?>[8];

		@Operation
		public boolean fork(@Param(gen = ThreadIdGen.class) int thread) {
			Task<?> task = task();
			if (this.live[thread] != null || !this.members.join(task)) {
				return false;
			}
			this.live[thread] = task;
			return true;
		}

		@Operation
		public boolean leave(@Param(gen = ThreadIdGen.class) int thread) {
			Task<?> task = this.live[thread];
			if (task == null) {
				return false;
			}
			this.live[thread] = null;
			this.members.leave(task);
			return true;
		}

		@Operation
		public boolean tryEnd() {
			return this.members.tryEnd();
		}

		@Operation
		public boolean hasEnded() {
			return this.members.hasEnded();
		}

		@Operation
		public boolean isEmpty() {
			return this.members.isEmpty();
		}

	}

	/** Nearly as many ended tasks as are unlinked at once, around a live one. */
	public static class Sweep {

		private final Members members = new Members();

		private final Task<?>[] live = new Task<?>[8];

		private final Task<?> kept = task();

		public Sweep() {
			forkAndLeave(31);
			this.members.join(this.kept);
			forkAndLeave(32);
		}

		private void forkAndLeave(int count) {
			for (int i = 0; i < count; i++) {
				Task<?> task = task();
				this.members.join(task);
				this.members.leave(task);
			}
		}

		@Operation
		public boolean forkAndLeave() {
			Task<?> task = task();
			boolean joined = this.members.join(task);
			this.members.leave(task);
			return joined;
		}

		@Operation
		public boolean fork(@Param(gen = ThreadIdGen.class) int thread) {
			if (this.live[thread] == null) {
				this.live[thread] = task();
				this.members.join(this.live[thread]);
			}
			return this.members.live().contains(this.live[thread]);
		}

		@Operation
		public boolean seesLiveTask() {
			return this.members.live().contains(this.kept);
		}

	}

}
