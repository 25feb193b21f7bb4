package io.taskgroup;

import java.util.Optional;
import java.util.concurrent.CancellationException;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the result of a cancelled task is asked for, and by a block that was to
 * give a value and was ended by its own cancellation.
 */
public class TaskCancelledException extends CancellationException {

	private static final long serialVersionUID = 1L;

	/** Why, in words. */
	private final @Nullable String reason;

	/** Who or what asked for the cancellation. */
	private final CancelKind kind;

	/** Creates the exception, with no reason given. */
	public TaskCancelledException() {
		this(null);
	}

	/**
	 * Creates the exception.
	 * @param reason why, in words; {@code null} if none was given
	 */
	public TaskCancelledException(@Nullable String reason) {
		this(CancelKind.EXPLICIT, reason);
	}

	/**
	 * Creates the exception.
	 * @param kind who or what asked for the cancellation
	 * @param reason why, in words; {@code null} if none was given
	 */
	public TaskCancelledException(CancelKind kind, @Nullable String reason) {
		super((reason != null) ? "cancelled: " + reason : "cancelled");
		this.kind = kind;
		this.reason = reason;
	}

	/**
	 * Returns why, in words.
	 * @return the reason, or empty if none was given
	 */
	public Optional<String> reason() {
		return Optional.ofNullable(this.reason);
	}

	/**
	 * Returns who or what asked for the cancellation.
	 * @return the kind of the reason
	 */
	public CancelKind kind() {
		return this.kind;
	}

}
