package io.taskgroup.autoconfigure.web.servlet;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

import io.taskgroup.CancelScope;
import io.taskgroup.CompletedTasks;
import io.taskgroup.TaskGroup;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskHandle;

import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Serves requests whose thread waits for tasks that block.
 */
@RestController
class BlockingController {

	private final Map<String, Work> works = new ConcurrentHashMap<>();

	private final TaskGroupFactory groups;

	BlockingController(TaskGroupFactory groups) {
		this.groups = groups;
	}

	/** The work of the request with the given id. */
	Work work(String id) {
		return this.works.computeIfAbsent(id, (key) -> new Work());
	}

	/** How many tasks of all requests run now. */
	int busy() {
		return this.works.values().stream().mapToInt((work) -> work.busy.get()).sum();
	}

	@RequestMapping("/quick")
	String quick() throws InterruptedException {
		return this.groups.named("quick").gather(() -> "quick", () -> "ly", String::concat);
	}

	@RequestMapping("/blocked/{wait}")
	String blocked(@PathVariable Wait wait, @RequestParam String id, @RequestBody(required = false) String body,
			CancelScope scope) throws Exception {
		Work work = work(id);
		work.scope = scope;
		work.virtualRequestThread = Thread.currentThread().isVirtual();
		try {
			return wait.in(this.groups, work) + Objects.requireNonNullElse(body, "");
		}
		catch (Throwable ex) {
			work.thrown = ex;
			throw ex;
		}
		finally {
			work.left.countDown();
		}
	}

	/** In which call of the library the request's thread waits. */
	enum Wait {

		AWAIT {
			@Override
			String in(TaskGroupFactory groups, Work work) throws Exception {
				return groups.named("blocked").call((group) -> {
					TaskHandle<Integer> handle = forkAll(group, work);
					return "results: " + handle.await();
				});
			}
		},

		JOIN {
			@Override
			String in(TaskGroupFactory groups, Work work) throws Exception {
				try (TaskGroup group = groups.named("blocked").open()) {
					forkAll(group, work);
					group.join();
				}
				return "results: " + work.results;
			}
		},

		MAP {
			@Override
			String in(TaskGroupFactory groups, Work work) throws Exception {
				return "results: "
						+ groups.named("blocked").map(Collections.nCopies(Work.TASKS, work), Work::task).size();
			}
		},

		AS_COMPLETED {
			@Override
			String in(TaskGroupFactory groups, Work work) throws Exception {
				Callable<Integer> task = work::task;
				int count = 0;
				try (CompletedTasks<Integer> completed = groups.named("blocked")
					.asCompleted(Collections.nCopies(Work.TASKS, task))) {
					while (completed.next().isPresent()) {
						count++;
					}
				}
				return "results: " + count;
			}
		},

		NESTED {
			@Override
			String in(TaskGroupFactory groups, Work work) throws Exception {
				return groups.named("outer").call((outer) -> outer.fork(() -> AWAIT.in(groups, work)).await());
			}
		};

		abstract String in(TaskGroupFactory groups, Work work) throws Exception;

		private static TaskHandle<Integer> forkAll(TaskGroup group, Work work) {
			for (int i = 1; i < Work.TASKS; i++) {
				group.fork(work::task);
			}
			return group.fork(work::task);
		}

	}

}
