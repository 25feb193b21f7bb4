package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link LimitAlgorithm} hears of a task that has run.
 *
 * @param startNanos when it started, by {@link System#nanoTime()}
 * @param ranNanos how long it ran, less the time in which it had lent its permit out
 * @param running how many permits were in use when it started, its own included
 * @param outcome how it ended
 * @param cancelKind why it was cancelled; null if it was not
 * @param exception what it threw if it failed, else null
 */
public record TaskSample(long startNanos, long ranNanos, int running, TaskState outcome,
		@Nullable CancelKind cancelKind, @Nullable Throwable exception) {
}
