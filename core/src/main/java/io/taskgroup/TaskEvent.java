package io.taskgroup;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * One task, from its start to its end; of no length if it never started.
 */
@Name("io.taskgroup.Task")
@Label("Task")
@Category("Task Groups")
@Description("A task of a group or supervisor")
@StackTrace(false)
final class TaskEvent extends Event {

	@Label("Id")
	long id;

	@Label("Name")
	@Nullable String name;

	@Label("Group Id")
	long groupId;

	@Label("Group")
	@Nullable String group;

	@Label("Outcome")
	@Nullable String outcome;

	@Label("Waited")
	@Description("From fork to start, or to the end if it never started")
	@Timespan
	long waited;

	@Label("Ran")
	@Timespan
	long ran;

	@Label("Exception")
	@Nullable Class<?> exception;

	@Label("Cancelled By")
	@Description("Who or what asked for the cancellation, if the task was ended by one")
	@Nullable String cancelledBy;

	@Label("Reason")
	@Description("Why it was cancelled")
	@Nullable String reason;

	/** On the thread that ends the task. */
	void record(Task<?> task, Object outcome) {
		end();
		if (!shouldCommit()) {
			return;
		}
		this.id = task.id();
		this.name = Names.shown(task.name());
		this.groupId = task.scope().id();
		this.group = task.scope().name();
		this.outcome = Handle.stateOf(outcome).name();
		this.waited = task.waitedNanos();
		this.ran = task.ranNanos();
		switch (outcome) {
			case Handle.Thrown thrown -> this.exception = thrown.exception().getClass();
			case Handle.Stopped stopped -> {
				this.cancelledBy = stopped.kind().name();
				this.reason = stopped.reason();
			}
			default -> {
			}
		}
		commit();
	}

}
