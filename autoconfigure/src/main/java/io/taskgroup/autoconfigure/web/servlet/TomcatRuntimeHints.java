package io.taskgroup.autoconfigure.web.servlet;

import org.apache.coyote.http2.Http2Protocol;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What a native image has to know: {@link ResetAwareHttp2Protocol} copies the properties
 * of the one that it takes the place of.
 */
final class TomcatRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.reflection().registerType(Http2Protocol.class, MemberCategory.INVOKE_PUBLIC_METHODS);
	}

}
