package io.taskgroup.autoconfigure.context;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What a native image has to know of {@link Lent} requests and responses: their proxies,
 * and the methods that these call by reflection.
 */
final class RequestContextRuntimeHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.proxies().registerJdkProxy(HttpServletRequest.class).registerJdkProxy(HttpServletResponse.class);
		for (Class<?> type : new Class<?>[] { ServletRequest.class, HttpServletRequest.class, ServletResponse.class,
				HttpServletResponse.class }) {
			hints.reflection().registerType(type, MemberCategory.INVOKE_PUBLIC_METHODS);
		}
	}

}
