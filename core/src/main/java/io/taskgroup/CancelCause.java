package io.taskgroup;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Why something was cancelled.
 *
 * @param kind who or what asked for it
 * @param reason why, in words; null if none was given
 */
public record CancelCause(CancelKind kind, @Nullable String reason) {

	/**
	 * Creates the cause.
	 */
	public CancelCause {
		Objects.requireNonNull(kind, "kind");
	}

	static @Nullable CancelCause of(@Nullable Cancellation cancellation) {
		return (cancellation != null) ? new CancelCause(cancellation.kind(), cancellation.reason()) : null;
	}

}
