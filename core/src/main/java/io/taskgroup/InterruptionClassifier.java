package io.taskgroup;

/**
 * Recognises an exception that a driver throws when its thread is interrupted.
 * <p>
 * The library knows the JDK's own: {@link InterruptedException},
 * {@link java.util.concurrent.CancellationException},
 * {@link java.nio.channels.ClosedByInterruptException},
 * {@link java.nio.channels.FileLockInterruptionException},
 * {@link java.io.InterruptedIOException} other than a socket's timeout, and the "Closed
 * by interrupt" of sockets. It looks for them along the whole chain of causes.
 *
 * @see TaskGroupFactory.Builder#interruptionClassifier(InterruptionClassifier)
 */
@FunctionalInterface
public interface InterruptionClassifier {

	/**
	 * Returns whether this exception stands for an interruption of the thread it was
	 * thrown on. Asked for the exception itself and for each of its causes, only when a
	 * cancellation had been requested. A classifier that throws counts as {@code false},
	 * and is logged.
	 * @param exception the exception; its causes need not be looked at
	 * @return whether it is an interruption
	 */
	boolean isInterruption(Throwable exception);

}
