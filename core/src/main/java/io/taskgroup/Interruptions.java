package io.taskgroup;

import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Tells an interruption from a failure (4.3). Libraries wrap what an interrupt makes the
 * JDK throw, so the whole chain of causes is looked at.
 */
final class Interruptions {

	/** Chains of causes are short; this bounds those that run in a circle. */
	private static final int MAX_DEPTH = 100;

	private Interruptions() {
	}

	/**
	 * Never throws: what cannot be classified, because foreign code fails, is a failure.
	 */
	static boolean isInterruption(Throwable thrown, List<InterruptionClassifier> classifiers) {
		try {
			Throwable current = thrown;
			for (int depth = 0; current != null && depth < MAX_DEPTH; depth++) {
				if (current instanceof TaskGroupException) {
					return false;
				}
				if (isKnown(current) || isClassified(current, classifiers)) {
					return true;
				}
				current = current.getCause();
			}
			return false;
		}
		catch (Throwable ex) {
			Log.log(Level.ERROR, "an exception could not be classified", ex);
			return false;
		}
	}

	/** Whether an exception of this type is in the chain that the thread itself threw. */
	static boolean contains(Throwable thrown, Class<? extends Throwable> type) {
		try {
			Throwable current = thrown;
			for (int depth = 0; current != null && depth < MAX_DEPTH; depth++) {
				if (type.isInstance(current)) {
					return true;
				}
				if (current instanceof TaskFailedException) {
					return false;
				}
				current = current.getCause();
			}
			return false;
		}
		catch (Throwable ex) {
			return false;
		}
	}

	private static boolean isKnown(Throwable thrown) {
		return switch (thrown) {
			case InterruptedException interrupted -> true;
			case CancellationException cancelled -> true;
			case ClosedByInterruptException closed -> true;
			case FileLockInterruptionException lock -> true;
			case SocketTimeoutException timeout -> false;
			case InterruptedIOException interrupted -> true;
			// what a socket of a virtual thread says, and there is no type for it
			case SocketException socket -> "Closed by interrupt".equals(socket.getMessage());
			default -> false;
		};
	}

	private static boolean isClassified(Throwable thrown, List<InterruptionClassifier> classifiers) {
		for (InterruptionClassifier classifier : classifiers) {
			try {
				if (classifier.isInterruption(thrown)) {
					return true;
				}
			}
			catch (Throwable ex) {
				Log.log(Level.ERROR, "the interruption classifier " + classifier.getClass().getName() + " failed", ex);
			}
		}
		return false;
	}

}
