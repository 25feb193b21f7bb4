package io.taskgroup.autoconfigure.web.servlet;

import java.util.concurrent.Callable;

import io.taskgroup.RootScope;
import jakarta.servlet.ServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.CallableProcessingInterceptor;

/**
 * Has a {@link Callable} that a controller has returned run in the request's scope.
 */
final class RequestScopeCallableInterceptor implements CallableProcessingInterceptor {

	/** What the thread is in that runs the callable: both methods are called on it. */
	private static final ThreadLocal<@Nullable Inside> INSIDE = new ThreadLocal<>();

	@Override
	public <T> void preProcess(NativeWebRequest request, Callable<T> task) {
		ServletRequest servletRequest = request.getNativeRequest(ServletRequest.class);
		RequestScope scope = (servletRequest != null) ? RequestScope.of(servletRequest) : null;
		if (scope != null) {
			INSIDE.set(new Inside(scope, scope.root().enter()));
		}
	}

	@Override
	public <T> void postProcess(NativeWebRequest request, Callable<T> task, @Nullable Object concurrentResult) {
		Inside inside = INSIDE.get();
		if (inside != null) {
			INSIDE.remove();
			if (concurrentResult instanceof Throwable thrown) {
				// so that the scope says that its cancellation was caught
				inside.entered().catches(thrown);
			}
			inside.scope().leave(inside.entered());
		}
	}

	/**
	 * What a thread is in.
	 *
	 * @param scope the request's scope
	 * @param entered the way out
	 */
	private record Inside(RequestScope scope, RootScope.Entered entered) {
	}

}
