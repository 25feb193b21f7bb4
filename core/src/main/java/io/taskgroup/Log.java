package io.taskgroup;

import java.lang.System.Logger.Level;

import org.jspecify.annotations.Nullable;

/**
 * The library's logger, {@code io.taskgroup}.
 */
final class Log {

	private static final System.Logger LOGGER = System.getLogger("io.taskgroup");

	private Log() {
	}

	static void log(Level level, String message, @Nullable Throwable thrown) {
		LOGGER.log(level, message, thrown);
	}

}
