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
 * One group or supervisor, from its opening to its end.
 */
@Name("io.taskgroup.Group")
@Label("Group")
@Category("Task Groups")
@Description("A task group or supervisor")
@StackTrace(false)
final class GroupEvent extends Event {

	@Label("Id")
	long id;

	@Label("Name")
	@Nullable String name;

	@Label("Kind")
	@Nullable String kind;

	@Label("Parent Id")
	@Description("The task, the group or the root scope in which it was opened; 0 if in none")
	long parentId;

	@Label("Outcome")
	@Nullable String outcome;

	@Label("Ran")
	@Timespan
	long ran;

	@Label("Cancelled By")
	@Description("Who or what asked for the cancellation, if it was cancelled")
	@Nullable String cancelledBy;

	@Label("Reason")
	@Description("Why it was cancelled")
	@Nullable String reason;

	/** On the thread that ends the group. */
	void record(AbstractTaskScope scope, GroupOutcome outcome) {
		end();
		if (!shouldCommit()) {
			return;
		}
		this.id = scope.id();
		this.name = scope.name();
		this.kind = scope.kind().name();
		this.parentId = scope.parentId().orElse(0);
		this.outcome = outcome.name();
		this.ran = scope.ageNanos();
		CancelCause cause = scope.cause();
		if (cause != null) {
			this.cancelledBy = cause.kind().name();
			this.reason = cause.reason();
		}
		commit();
	}

}
