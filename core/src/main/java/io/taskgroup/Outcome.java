package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * How a task ended.
 *
 * <pre>{@code
 * switch (handle.outcome()) {
 *     case Outcome.Success<Offer>(var offer) -> offers.add(offer);
 *     case Outcome.Failure<Offer>(var exception) -> missing.add(exception.getMessage());
 *     case Outcome.Cancelled<Offer>(var reason) -> missing.add(reason);
 * }
 * }</pre>
 *
 * @param <T> the type of the task's result
 */
public sealed interface Outcome<T extends @Nullable Object> {

	/**
	 * The task returned.
	 *
	 * @param <T> the type of the task's result
	 * @param value what it returned; may be {@code null}
	 */
	record Success<T extends @Nullable Object>(@Nullable T value) implements Outcome<T> {
	}

	/**
	 * The task threw.
	 *
	 * @param <T> the type of the task's result
	 * @param exception what it threw
	 */
	record Failure<T extends @Nullable Object>(Throwable exception) implements Outcome<T> {
	}

	/**
	 * The task was cancelled.
	 *
	 * @param <T> the type of the task's result
	 * @param reason why, in words; {@code null} if whoever cancelled it gave none
	 */
	record Cancelled<T extends @Nullable Object>(@Nullable String reason) implements Outcome<T> {
	}

}
