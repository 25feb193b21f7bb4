package io.taskgroup.autoconfigure;

import java.util.Locale;

import io.taskgroup.CancelKind;
import io.taskgroup.GroupOutcome;
import io.taskgroup.TaskState;
import org.jspecify.annotations.Nullable;

/**
 * The words for how groups and tasks end, and for why they are cancelled: the same ones
 * wherever an application's figures are shown.
 */
public final class OutcomeTags {

	private OutcomeTags() {
	}

	/**
	 * Returns the word for how a group or supervisor ended.
	 * @param outcome how it ended
	 * @return {@code success}, {@code error}, {@code cancelled} or {@code timeout}
	 */
	public static String of(GroupOutcome outcome) {
		return switch (outcome) {
			case SUCCESS -> "success";
			case FAILED -> "error";
			case CANCELLED -> "cancelled";
			case TIMEOUT -> "timeout";
		};
	}

	/**
	 * Returns the word for how a task ended.
	 * @param outcome one of the three final states
	 * @return {@code success}, {@code error} or {@code cancelled}
	 * @throws IllegalArgumentException if the task has not ended
	 */
	public static String of(TaskState outcome) {
		return switch (outcome) {
			case SUCCESS -> "success";
			case FAILED -> "error";
			case CANCELLED -> "cancelled";
			case QUEUED, RUNNING, CANCELLING -> throw new IllegalArgumentException("no outcome: " + outcome);
		};
	}

	/**
	 * Returns the word for what a task has thrown.
	 * @param exception what it has thrown; null if it has thrown nothing
	 * @return the simple name of the class, the full one of an anonymous class, or
	 * {@code none}
	 */
	public static String ofError(@Nullable Throwable exception) {
		if (exception == null) {
			return "none";
		}
		String simple = exception.getClass().getSimpleName();
		return simple.isEmpty() ? exception.getClass().getName() : simple;
	}

	/**
	 * Returns the word for who or what asked for a cancellation.
	 * @param kind the kind of the cancellation
	 * @return the name of the kind, in lower case
	 */
	public static String of(CancelKind kind) {
		return kind.name().toLowerCase(Locale.ROOT);
	}

}
