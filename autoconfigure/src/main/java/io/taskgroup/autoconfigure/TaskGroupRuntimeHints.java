package io.taskgroup.autoconfigure;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What a native image has to know: the class by which is found out whether adaptive
 * limits can be had. The properties describe themselves.
 */
final class TaskGroupRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.reflection().registerTypeIfPresent(classLoader, GroupPropertiesValidator.ADAPTIVE_LIMITS);
	}

}
