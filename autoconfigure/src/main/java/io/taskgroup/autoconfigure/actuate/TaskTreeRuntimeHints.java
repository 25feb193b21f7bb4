package io.taskgroup.autoconfigure.actuate;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What a native image has to know: the files of the page.
 */
final class TaskTreeRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources()
			.registerPattern(PageFiles.FOLDER + "*")
			.registerPattern(PageFiles.LIBRARY_VERSION)
			.registerPattern(PageFiles.LIBRARY_FOLDER + "**/*.js");
	}

}
