package io.taskgroup;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * What must be true of the books when everything has ended: that every handle says what
 * its task did, and that every failure was told exactly once, where it belongs.
 * <p>
 * A group's failures are those of its tasks that are {@code FAILED}, and of its body. A
 * task that lets through what a group inside it threw fails with that, so it is enough to
 * look at one group after the other: a failure that is in what an inner group threw, and
 * that in what the outer one threw, has arrived.
 */
final class FaultChecks {

	private final FaultRun run;

	private final FaultBooks books;

	FaultChecks(FaultRun run) {
		this.run = run;
		this.books = run.books();
	}

	/**
	 * Whether an exception is a failure whatever else happens (4.3). Others are one if no
	 * cancellation was in effect.
	 */
	static boolean isFailure(Throwable thrown) {
		for (Throwable behind = thrown; behind != null; behind = behind.getCause()) {
			if (behind instanceof TaskGroupException) {
				return true;
			}
			if (behind instanceof InterruptedException || behind instanceof CancellationException) {
				return false;
			}
		}
		return thrown != null;
	}

	/** Whether the task may have failed with that. */
	static boolean isRight(FaultRun run, FaultTaskBook task, Throwable exception) {
		return exception == task.thrown || exception instanceof LeftOpenException
				|| (!task.began && run.isRefusal(exception));
	}

	void check() {
		this.books.tasks.forEach(this::check);
		this.books.groups.forEach(this::check);
	}

	// Tasks

	private void check(FaultTaskBook task) {
		this.books.check(!task.began || task.over, "3.1", "%s has not ended", task);
		TaskHandle<?> handle = task.handle;
		if (handle == null) {
			boolean known = !task.group().knowsHandles() || task.refused != null;
			this.books.check(known, "3.8", "%s was neither forked nor refused", task);
			this.books.check(task.refused == null || task.byStart || !task.began, "3.9",
					"%s was refused with %s, and runs", task, task.refused);
			return;
		}
		boolean right = switch (handle.state()) {
			case SUCCESS -> task.returned && handle.resultNow().equals(task.value());
			case FAILED -> isRight(this.run, task, handle.exceptionNow());
			case CANCELLED -> !task.returned && !isFailure(task.thrown);
			case QUEUED, RUNNING, CANCELLING -> false;
		};
		this.books.check(right, "4.3", "%s is %s, and threw %s", task, handle.state(), task.thrown);
	}

	// Groups

	private void check(FaultGroupBook group) {
		this.books.check(group.running.get() == 0, "3.1", "%s has ended, and tasks of it run", group);
		if (group.policy() == FaultGroupBook.Policy.SUPERVISED) {
			checkTold(group);
		}
		else if (!group.forgotten) {
			checkReport(group);
		}
	}

	/** 6.1: the error handler hears of each failure once, and of nothing else. */
	private void checkTold(FaultGroupBook group) {
		List<FaultGroupBook.Told> told = new ArrayList<>(group.told);
		for (FaultTaskBook task : group.tasks) {
			if (isFailed(task)) {
				Throwable failure = task.handle.exceptionNow();
				boolean once = told
					.removeIf((one) -> one.handle().id() == task.handle.id() && one.exception() == failure);
				this.books.check(once, "6.1", "%s failed with %s, and the error handler did not hear of it", task,
						failure);
			}
		}
		this.books.check(told.isEmpty() && group.told.size() == failedTasks(group).size(), "6.1",
				"%s has %d failed tasks, and its error handler has heard of %s", group, failedTasks(group).size(),
				group.told);
	}

	private void checkReport(FaultGroupBook group) {
		List<Throwable> reported = reported(group);
		switch (group.policy()) {
			case TOGETHER -> checkTogether(group, reported);
			case ANY -> checkAny(group, reported);
			case RACE -> checkRace(group, reported);
			case HANDLES -> checkHandles(group, reported);
			case SUPERVISED -> throw new IllegalStateException();
		}
	}

	/**
	 * 7.4: the first to finish decides, and what it failed with is all there is to tell.
	 */
	private void checkRace(FaultGroupBook group, List<Throwable> reported) {
		this.books.check(reported.size() <= 1, "7.4", "%s tells of more than the first: %s", group, reported);
		Set<Throwable> first = identities(thrown(group.tasks.stream().filter((task) -> !task.late)));
		for (Throwable told : reported) {
			boolean right = first.contains(told) || told instanceof LeftOpenException || isRefusal(group, told);
			this.books.check(right, "7.4", "%s tells of %s, which none of its tasks has decided with", group, told);
		}
		checkUndecided(group);
	}

	/** 7.4: failures are told of if all have failed, and then all of them. */
	private void checkAny(FaultGroupBook group, List<Throwable> reported) {
		if (group.report instanceof TaskGroupException) {
			checkEach(group, thrownFailures(group), thrown(group), reported);
			long leftOpen = reported.stream().filter(LeftOpenException.class::isInstance).count();
			long returned = group.tasks.stream().filter((task) -> task.returned).count();
			this.books.check(returned <= leftOpen || group.report instanceof TaskGroupTimeoutException, "7.4",
					"%s throws %s, although one of its tasks has succeeded", group, group.report);
		}
		checkUndecided(group);
	}

	/** 3.6, 3.13: what else a contest may throw, if it was cancelled. */
	private void checkUndecided(FaultGroupBook group) {
		boolean returned = group.tasks.stream().anyMatch((task) -> task.returned);
		boolean failed = !thrownFailures(group).isEmpty();
		boolean right = switch (group.report) {
			case null -> true;
			case TaskGroupException told -> true;
			// what has decided is not told then, unless it is a failure
			case InterruptedException outside -> returned || !failed;
			case TaskCancelledException own -> !returned && !failed && (group.movesOn || this.run.isClosing());
			default -> isRefusedOpening(group);
		};
		this.books.check(right, "7.4", "%s, of which one has returned: %s, or failed: %s, threw %s", group, returned,
				failed, group.report);
	}

	/** 7.2, 7.6: what the handles tell, nobody else does. */
	private void checkHandles(FaultGroupBook group, List<Throwable> reported) {
		for (Throwable told : reported) {
			boolean closed = this.run.isClosing() && told instanceof TaskGroupClosedException;
			this.books.check(closed || isRefusal(group, told), "7.2",
					"%s throws what is for its handles to tell, or for nobody: %s", group, told);
		}
		boolean right = switch (group.report) {
			case null -> true;
			case TaskGroupException told -> true;
			case InterruptedException outside -> true;
			default -> isRefusedOpening(group);
		};
		this.books.check(right, "7.2", "%s threw %s", group, group.report);
	}

	/** 3.9, 8.5: whether a combinator may fail with that because it could not fork. */
	private boolean isRefusal(FaultGroupBook group, Throwable failure) {
		boolean refused = (group.rejects && failure instanceof TaskRejectedException) || this.run.isRefusal(failure);
		// a task that has met a refusal elsewhere fails with that as with anything else
		return refused && group.tasks.stream().noneMatch((task) -> task.thrown == failure);
	}

	/** 6.4: whether the group was never opened, because the factory had been closed. */
	private boolean isRefusedOpening(FaultGroupBook group) {
		return group.report instanceof TaskGroupClosedException && this.run.isClosing() && group.id() == 0;
	}

	/** What the group has told in its exception, but for the deadline that has passed. */
	private List<Throwable> reported(FaultGroupBook group) {
		if (group.report instanceof TaskGroupTimeoutException timeout) {
			List<Throwable> all = timeout.exceptions();
			this.books.check(group.deadline && all.get(0) instanceof TimeoutException, "3.13",
					"%s has no deadline, or tells of it too late: %s", group, all);
			return all.subList(1, all.size());
		}
		if (group.report instanceof TaskGroupException failed) {
			return failed.exceptions();
		}
		return (group.report instanceof LeftOpenException) ? List.of(group.report) : List.of();
	}

	private void checkTogether(FaultGroupBook group, List<Throwable> reported) {
		List<Throwable> must = new ArrayList<>();
		Set<Throwable> may = identities(thrown(group));
		if (group.knowsHandles()) {
			failedTasks(group).forEach((task) -> must.add(task.handle.exceptionNow()));
			may.clear();
		}
		else {
			must.addAll(thrownFailures(group));
		}
		Throwable body = group.bodyThrew;
		boolean ownJoin = body != null && group.joins.stream().anyMatch((thrown) -> thrown == body);
		if (body != null && group.bodyCounts && !ownJoin) {
			if (isFailure(body)) {
				must.add(body);
			}
			may.add(body);
		}
		must.removeIf((failure) -> standsForAnother(failure, must));
		checkEach(group, must, may, reported);
		if (must.isEmpty() && reported.isEmpty()) {
			checkQuiet(group);
		}
	}

	/** 3.3: what an await threw is not added beside the failure it stands for. */
	private static boolean standsForAnother(Throwable failure, List<Throwable> known) {
		for (Throwable behind = failure; behind instanceof TaskFailedException;) {
			behind = behind.getCause();
			Throwable cause = behind;
			if (known.stream().anyMatch((other) -> other == cause)) {
				return true;
			}
		}
		return false;
	}

	/** 3.3: all failures are told, each once. */
	private void checkEach(FaultGroupBook group, List<Throwable> must, Collection<Throwable> may,
			List<Throwable> reported) {
		List<Throwable> rest = new ArrayList<>(reported);
		for (Throwable failure : must) {
			this.books.check(removeFirst(rest, failure), "3.3", "%s does not tell of %s, but throws %s", group, failure,
					group.report);
		}
		Set<Throwable> allowed = identities(may);
		for (Throwable other : rest) {
			boolean once = allowed.remove(other) && must.stream().noneMatch((failure) -> failure == other);
			boolean engines = other instanceof LeftOpenException || (!group.knowsHandles() && isRefusal(group, other));
			this.books.check(once || engines, "3.3", "%s tells of %s, which is no failure of it, or twice", group,
					other);
		}
	}

	/** 3.4, 3.6: what a group may throw in which nothing has failed. */
	private void checkQuiet(FaultGroupBook group) {
		Throwable report = group.report;
		boolean right = report == null || report instanceof InterruptedException
				|| report instanceof TaskCancelledException || report instanceof TaskGroupTimeoutException
				|| (report instanceof IllegalStateException && group.scope != null && !group.bodyCounts)
				|| isRefusedOpening(group);
		this.books.check(right, "3.4", "nothing has failed in %s, and it threw %s", group, report);
	}

	private static boolean isFailed(FaultTaskBook task) {
		return task.handle != null && task.handle.state() == TaskState.FAILED;
	}

	private static List<FaultTaskBook> failedTasks(FaultGroupBook group) {
		return group.tasks.stream().filter(FaultChecks::isFailed).toList();
	}

	/** All that came out of the tasks' own code. */
	private static List<Throwable> thrown(FaultGroupBook group) {
		return thrown(group.tasks.stream());
	}

	private static List<Throwable> thrown(Stream<FaultTaskBook> tasks) {
		return tasks.map((task) -> task.thrown).filter((thrown) -> thrown != null).toList();
	}

	private static List<Throwable> thrownFailures(FaultGroupBook group) {
		return new ArrayList<>(thrown(group).stream().filter(FaultChecks::isFailure).toList());
	}

	private static Set<Throwable> identities(Collection<Throwable> some) {
		Set<Throwable> identities = Collections.newSetFromMap(new IdentityHashMap<>());
		identities.addAll(some);
		return identities;
	}

	private static boolean removeFirst(List<Throwable> list, Throwable wanted) {
		for (int i = 0; i < list.size(); i++) {
			if (list.get(i) == wanted) {
				list.remove(i);
				return true;
			}
		}
		return false;
	}

}
