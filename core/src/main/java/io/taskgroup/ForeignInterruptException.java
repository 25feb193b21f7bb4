package io.taskgroup;

/**
 * Thrown where the library is sure that an interrupt was not its own: the thread waited
 * inside it, where it interrupts nobody (3.12).
 */
final class ForeignInterruptException extends InterruptedException {

	private static final long serialVersionUID = 1L;

	ForeignInterruptException() {
		super("interrupted while waiting for tasks");
	}

	/**
	 * The same, where the signature does not allow it; the interrupt is pending there.
	 */
	static TaskCancelledException where(String reason) {
		TaskCancelledException thrown = new TaskCancelledException(CancelKind.INTERRUPT, reason);
		thrown.initCause(new ForeignInterruptException());
		return thrown;
	}

	static boolean isBehind(Throwable thrown) {
		return thrown instanceof TaskCancelledException && thrown.getCause() instanceof ForeignInterruptException;
	}

}
