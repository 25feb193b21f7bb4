package io.taskgroup.autoconfigure.web.servlet;

import java.util.List;

import io.taskgroup.CancelScope;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.core.Ordered;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.async.AsyncRequestTimeoutException;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.config.annotation.AsyncSupportConfigurer;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * What Spring MVC needs to know of the requests' scopes.
 */
final class RequestScopeMvcConfigurer implements WebMvcConfigurer {

	@Override
	public void configureAsyncSupport(AsyncSupportConfigurer configurer) {
		configurer.registerCallableInterceptors(new RequestScopeCallableInterceptor());
	}

	@Override
	public void addInterceptors(InterceptorRegistry registry) {
		registry.addInterceptor(new NamingInterceptor()).order(Ordered.HIGHEST_PRECEDENCE);
	}

	@Override
	public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
		resolvers.add(new ScopeArgumentResolver());
	}

	@Override
	public void extendHandlerExceptionResolvers(List<HandlerExceptionResolver> resolvers) {
		resolvers.add(0, RequestScopeMvcConfigurer::resolve);
	}

	/**
	 * Keeps from others what is no failure of the application: the filter answers. Who
	 * handles all exceptions need not know of this one. What was forwarded or included
	 * must fail for that, since the server takes the answer to be complete otherwise.
	 */
	private static @Nullable ModelAndView resolve(HttpServletRequest request, HttpServletResponse response,
			@Nullable Object handler, Exception ex) {
		RequestScope scope = RequestScope.of(request);
		if (scope == null) {
			return null;
		}
		if (scope.catches(ex) || scope.isOfTimeout(ex)) {
			if (isNested(request) || scope.isCutOff(response)) {
				throw Sneaky.<RuntimeException>rethrow(ex);
			}
			return new ModelAndView();
		}
		boolean ended = ex instanceof AsyncRequestTimeoutException && !response.isCommitted()
				&& scope.endsWithDeadline();
		return ended ? new ModelAndView() : null;
	}

	private static boolean isNested(HttpServletRequest request) {
		DispatcherType type = request.getDispatcherType();
		return type == DispatcherType.FORWARD || type == DispatcherType.INCLUDE;
	}

	/** Names the scope after the method and the route, as soon as that is known. */
	private static final class NamingInterceptor implements HandlerInterceptor {

		@Override
		public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
			RequestScope scope = RequestScope.of(request);
			Object route = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
			if (scope != null && route != null) {
				String name = request.getMethod() + " " + route;
				scope.root().name(() -> name);
			}
			return true;
		}

	}

	/** Gives a controller the scope of its request. */
	private static final class ScopeArgumentResolver implements HandlerMethodArgumentResolver {

		@Override
		public boolean supportsParameter(MethodParameter parameter) {
			return parameter.getParameterType() == CancelScope.class;
		}

		@Override
		public Object resolveArgument(MethodParameter parameter, @Nullable ModelAndViewContainer container,
				NativeWebRequest request, @Nullable WebDataBinderFactory binderFactory) {
			HttpServletRequest servletRequest = request.getNativeRequest(HttpServletRequest.class);
			RequestScope scope = (servletRequest != null) ? RequestScope.of(servletRequest) : null;
			if (scope == null) {
				throw new IllegalStateException(
						"there is no cancel scope for this request: its filter has not been called");
			}
			return scope.root();
		}

	}

}
