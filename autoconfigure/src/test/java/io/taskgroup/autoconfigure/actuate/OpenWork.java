package io.taskgroup.autoconfigure.actuate;

import java.util.concurrent.CountDownLatch;

import io.taskgroup.GroupAction;
import io.taskgroup.TaskGroup;
import io.taskgroup.TaskGroupSpec;
import org.jspecify.annotations.Nullable;

/**
 * A group that stays open, on a thread of its own, while one looks at it.
 */
final class OpenWork {

	private final CountDownLatch ready = new CountDownLatch(1);

	private volatile @Nullable TaskGroup group;

	private OpenWork() {
	}

	/**
	 * Opens a group, and cancels it at the end.
	 * @param spec the spec of the group
	 * @param body what it does at the beginning
	 * @param look what is done while it is open
	 */
	static void during(TaskGroupSpec spec, GroupAction body, Look look) throws Exception {
		OpenWork work = new OpenWork();
		Thread thread = Thread.ofVirtual().start(() -> work.run(spec, body));
		try {
			work.ready.await();
			look.look();
		}
		finally {
			TaskGroup group = work.group;
			if (group != null) {
				group.cancel();
			}
			thread.join();
		}
	}

	private void run(TaskGroupSpec spec, GroupAction body) {
		try {
			spec.run((group) -> {
				this.group = group;
				body.run(group);
				this.ready.countDown();
				new CountDownLatch(1).await();
			});
		}
		catch (Exception ex) {
			// how it ends is not what is tested
		}
		finally {
			this.ready.countDown();
		}
	}

	/** What is done while a group is open. */
	interface Look {

		void look() throws Exception;

	}

}
