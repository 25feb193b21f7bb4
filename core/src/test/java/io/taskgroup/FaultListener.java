package io.taskgroup;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts what a listener is told, by the number of the group or task (10.1).
 */
final class FaultListener implements TaskGroupListener {

	private static final String FAILURE = "failure in ";

	private final FaultBooks books;

	private final Map<Long, Integer> opened = new ConcurrentHashMap<>();

	private final Map<Long, Integer> ended = new ConcurrentHashMap<>();

	private final Map<Long, Integer> started = new ConcurrentHashMap<>();

	private final Map<Long, Integer> tasksEnded = new ConcurrentHashMap<>();

	private final Map<Long, Integer> tasksCancelled = new ConcurrentHashMap<>();

	private final Map<Long, TaskState> outcomes = new ConcurrentHashMap<>();

	FaultListener(FaultBooks books) {
		this.books = books;
	}

	/**
	 * 4.1: the thread that cancels a group because a task has failed is here before
	 * anybody has noticed.
	 */
	@Override
	public void groupCancelled(TaskScopeInfo scope, CancelKind kind, String reason) {
		if (kind == CancelKind.FAILURE && reason != null && reason.startsWith(FAILURE)) {
			String name = reason.substring(FAILURE.length());
			for (FaultTaskBook task : this.books.tasks) {
				TaskHandle<?> handle = task.handle;
				this.books.check(handle == null || !handle.name().equals(name) || handle.isDone(), "4.1",
						"%s has cancelled its group, and is not done", task);
			}
		}
	}

	@Override
	public void groupOpened(TaskScopeInfo scope) {
		count(this.opened, scope.id());
	}

	@Override
	public void groupEnded(TaskScopeInfo scope, GroupOutcome outcome, Throwable exception, long openNanos) {
		count(this.ended, scope.id());
	}

	@Override
	public void taskStarted(TaskInfo task, long waitedNanos) {
		count(this.started, task.id());
	}

	@Override
	public void taskEnded(TaskInfo task, TaskState outcome, Throwable exception, long waitedNanos, long ranNanos) {
		this.books.check(ranNanos == 0 || this.started.containsKey(task.id()), "10.1",
				"nobody was told that %s started, which ran for %d ns", task.name(), ranNanos);
		count(this.tasksEnded, task.id());
		this.outcomes.put(task.id(), outcome);
	}

	@Override
	public void taskCancelled(TaskInfo task, CancelKind kind, String reason) {
		count(this.tasksCancelled, task.id());
	}

	private static void count(Map<Long, Integer> counts, long id) {
		counts.merge(id, 1, Integer::sum);
	}

	/**
	 * Every group that was opened has ended, every task that started, too, each once; and
	 * none is missing of those in the books.
	 */
	void check() {
		this.books.check(this.opened.equals(this.ended), "10.1", "groups opened %s, groups ended %s", this.opened,
				this.ended);
		for (FaultGroupBook group : this.books.groups) {
			long id = group.id();
			this.books.check(id == 0 || this.opened.containsKey(id), "10.1", "nobody was told that %s was opened",
					group);
		}
		this.books.check(this.tasksEnded.keySet().containsAll(this.started.keySet()), "10.1",
				"tasks started %s, tasks ended %s", this.started, this.tasksEnded);
		this.books.knownTasks().forEach(this::check);
		this.books.check(
				isOnce(this.opened) && isOnce(this.started) && isOnce(this.tasksEnded) && isOnce(this.tasksCancelled),
				"10.1", "told more than once: %s, %s, %s, %s", this.opened, this.started, this.tasksEnded,
				this.tasksCancelled);
	}

	private void check(FaultTaskBook task) {
		boolean toldOfStart = this.started.containsKey(task.id());
		this.books.check(toldOfStart == task.began, "10.1", "%s began: %s, and a listener was told so: %s", task,
				task.began, toldOfStart);
		this.books.check(!task.cancelled || this.tasksCancelled.containsKey(task.id()), "10.1",
				"%s was cancelled, and nobody was told", task);
		this.books.checkOutcome(task, this.outcomes.get(task.id()));
	}

	private static boolean isOnce(Map<Long, Integer> counts) {
		return counts.values().stream().allMatch((count) -> count == 1);
	}

}
