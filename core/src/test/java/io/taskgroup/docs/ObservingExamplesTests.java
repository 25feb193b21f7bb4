package io.taskgroup.docs;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

import io.taskgroup.ContextPropagation;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupListener;
import io.taskgroup.TaskHandle;
import io.taskgroup.TaskInfo;
import io.taskgroup.TaskScopeSnapshot;
import io.taskgroup.TaskSnapshot;
import io.taskgroup.TaskState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Examples of context, listeners and snapshots.
 */
@Timeout(30)
class ObservingExamplesTests {

	private static final ThreadLocal<@Nullable String> TENANT = new ThreadLocal<>();

	private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

	@Test
	@DisplayName("docs: context of the caller")
	void context() throws Exception {
		// docs: context
		ContextPropagation tenant = () -> {
			String captured = TENANT.get(); // on the thread that forks
			return () -> {
				String before = TENANT.get(); // on the task's thread
				TENANT.set(captured);
				return () -> TENANT.set(before);
			};
		};
		TaskGroupFactory groups = TaskGroupFactory.builder().contextPropagation(tenant).build();
		// docs: end
		TENANT.set("acme");
		try {
			String seen = groups.named("context").call(group -> {
				TaskHandle<String> task = group.fork(() -> String.valueOf(TENANT.get()));
				TENANT.set("changed later");
				return task.await();
			});
			assertThat(seen).isEqualTo("acme");
		}
		finally {
			TENANT.remove();
		}
	}

	@Test
	@DisplayName("docs: a listener")
	void listener() throws Exception {
		// docs: listener
		TaskGroupListener listener = new TaskGroupListener() {

			@Override
			public void taskEnded(TaskInfo task, TaskState outcome, @Nullable Throwable exception, long waitedNanos,
					long ranNanos) {
				log.add(task.scope().name() + "/" + task.name() + " " + outcome);
			}

		};
		TaskGroupFactory groups = TaskGroupFactory.builder().listener(listener).build();
		// docs: end
		groups.named("page").run(group -> group.fork("title", () -> "title"));
		assertThat(this.log).containsExactly("page/title SUCCESS");
	}

	@Test
	@DisplayName("docs: what is open now")
	void snapshot() throws Exception {
		TaskGroupFactory groups = TaskGroupFactory.create();
		CountDownLatch runs = new CountDownLatch(1);
		CountDownLatch done = new CountDownLatch(1);
		groups.named("page").run(group -> {
			group.fork("title", () -> {
				runs.countDown();
				done.await();
			});
			runs.await();
			// docs: snapshot
			for (TaskScopeSnapshot scope : groups.snapshot()) {
				for (TaskSnapshot task : scope.tasks()) {
					log.add(scope.name() + "/" + task.name() + " " + task.state());
				}
			}
			// docs: end
			done.countDown();
		});
		assertThat(this.log).containsExactly("page/title RUNNING");
	}

}
