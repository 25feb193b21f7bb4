package io.taskgroup.autoconfigure.context;

import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestAttributesThreadLocalAccessor;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * The attributes of the current request. Unlike with Spring's own accessor, a task that
 * outlives the request is told so: see {@link TaskRequestAttributes}.
 */
final class RequestAttributesAccessor implements ThreadLocalAccessor<RequestAttributes> {

	@Override
	public Object key() {
		return RequestAttributesThreadLocalAccessor.KEY;
	}

	@Override
	public @Nullable RequestAttributes getValue() {
		RequestAttributes current = RequestContextHolder.getRequestAttributes();
		return (current instanceof ServletRequestAttributes servlet) ? TaskRequestAttributes.of(servlet) : current;
	}

	@Override
	public void setValue(RequestAttributes value) {
		RequestContextHolder.setRequestAttributes(value);
	}

	@Override
	public void setValue() {
		RequestContextHolder.resetRequestAttributes();
	}

}
