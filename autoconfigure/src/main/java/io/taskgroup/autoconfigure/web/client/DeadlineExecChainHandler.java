package io.taskgroup.autoconfigure.web.client;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

import io.taskgroup.CancelScope;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Has Apache's client wait no longer than to the deadline: on a platform thread its
 * blocking reads do not notice interrupts. It is asked for each attempt: on a virtual
 * thread the client takes an interrupt for an error after which it may try again.
 */
final class DeadlineExecChainHandler implements ExecChainHandler {

	private final @Nullable Timeout readTimeout;

	DeadlineExecChainHandler(@Nullable Timeout readTimeout) {
		this.readTimeout = readTimeout;
	}

	@Override
	public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
			throws IOException, HttpException {
		try {
			CancelScope.checkpoint();
		}
		catch (InterruptedException ex) {
			throw DeadlineRequestInterceptor.asIOException("cancelled", ex);
		}
		Optional<Duration> left = CancelScope.currentTimeLeft();
		if (left.isEmpty()) {
			return chain.proceed(request, scope);
		}
		HttpClientContext context = scope.clientContext;
		RequestConfig before = context.getRequestConfigOrDefault();
		// rounded up: when it has passed, so has the deadline; zero would be no timeout
		Timeout timeout = Timeout.ofMilliseconds(left.get().toMillis() + 1);
		context.setRequestConfig(RequestConfig.copy(before)
			.setConnectionRequestTimeout(nearer(before.getConnectionRequestTimeout(), timeout))
			.setResponseTimeout(nearer(readTimeout(before), timeout))
			.build());
		try {
			return chain.proceed(request, scope);
		}
		finally {
			context.setRequestConfig(before);
		}
	}

	private @Nullable Timeout readTimeout(RequestConfig config) {
		return (config.getResponseTimeout() != null) ? config.getResponseTimeout() : this.readTimeout;
	}

	private static Timeout nearer(@Nullable Timeout set, Timeout left) {
		return (set != null && set.isEnabled() && set.compareTo(left) < 0) ? set : left;
	}

}
