package io.taskgroup;

import java.util.stream.Stream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Assertions on how a group ended.
 */
final class GroupAssertions {

	private GroupAssertions() {
	}

	/** Runs the code, which must throw just these failures in this order. */
	static TaskGroupException assertFailsWith(ThrowingCallable code, Throwable... failures) {
		TaskGroupException thrown = assertFails(code);
		assertThat(thrown.exceptions()).usingElementComparator((a, b) -> (a == b) ? 0 : 1).containsExactly(failures);
		return thrown;
	}

	/** Runs the code, which must throw a failed group's exception, and returns it. */
	static TaskGroupException assertFails(ThrowingCallable code) {
		return assertFailed(catchThrowable(code));
	}

	/** Checks that this is what a failed group throws, and returns it. */
	static TaskGroupException assertFailed(Throwable thrown) {
		assertThat(thrown).isExactlyInstanceOf(TaskGroupException.class);
		return (TaskGroupException) thrown;
	}

	/** Runs the code, which must be ended by the cancellation of a scope around it. */
	static CancelledException assertCancelled(ThrowingCallable code) {
		Throwable thrown = catchThrowable(code);
		assertThat(thrown).isExactlyInstanceOf(CancelledException.class);
		return (CancelledException) thrown;
	}

	/** Checks that this is a foreign interrupt and not a cancellation. */
	static void assertInterrupt(Throwable thrown) {
		assertThat(thrown).isInstanceOf(InterruptedException.class).isNotInstanceOf(CancelledException.class);
	}

	/** Runs the code; what it throws is of no interest. */
	static void runAndForget(ThrowingCallable code) {
		Throwable unused = catchThrowable(code);
	}

	/**
	 * Returns whether an exception is told of: as this one, a cause, or a suppressed one.
	 */
	static boolean tellsOf(Throwable thrown, Throwable wanted) {
		if (thrown == null || thrown == wanted) {
			return thrown == wanted;
		}
		return tellsOf(thrown.getCause(), wanted)
				|| Stream.of(thrown.getSuppressed()).anyMatch((suppressed) -> tellsOf(suppressed, wanted));
	}

}
