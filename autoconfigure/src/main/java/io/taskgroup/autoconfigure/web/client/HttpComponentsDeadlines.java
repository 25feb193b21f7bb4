package io.taskgroup.autoconfigure.web.client;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;

/**
 * Gives Apache's client a {@link DeadlineExecChainHandler} that knows the client's own
 * read timeout, which it would lift otherwise.
 */
final class HttpComponentsDeadlines
		implements ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> {

	/** Of the client that this thread builds: its connections are configured first. */
	private static final ThreadLocal<@Nullable Timeout> READ_TIMEOUT = new ThreadLocal<>();

	@Override
	public HttpComponentsClientHttpRequestFactoryBuilder customize(
			HttpComponentsClientHttpRequestFactoryBuilder builder) {
		return builder.withConnectionConfigCustomizer(this::configured).withHttpClientCustomizer(this::add);
	}

	private void configured(ConnectionConfig.Builder config) {
		READ_TIMEOUT.set(config.build().getSocketTimeout());
	}

	private void add(HttpClientBuilder client) {
		client.addExecInterceptorBefore(ChainElement.CONNECT.name(), "taskgroup-deadline",
				new DeadlineExecChainHandler(READ_TIMEOUT.get()));
		READ_TIMEOUT.remove();
	}

}
