package io.taskgroup.autoconfigure.web.servlet;

import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.coyote.http2.Http2AsyncUpgradeHandler;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

import org.springframework.beans.BeanUtils;

/**
 * Tomcat's HTTP/2, which tells {@link StreamResets} what the client does. It has the
 * settings of the one that it takes the place of.
 */
final class ResetAwareHttp2Protocol extends Http2Protocol {

	private final StreamResets resets;

	ResetAwareHttp2Protocol(Http2Protocol original, StreamResets resets) {
		this.resets = resets;
		// that is set when the server starts
		BeanUtils.copyProperties(original, this, "http11Protocol");
	}

	@Override
	public InternalHttpUpgradeHandler getInternalUpgradeHandler(SocketWrapperBase<?> socketWrapper, Adapter adapter,
			Request coyoteRequest) {
		if (!socketWrapper.hasAsyncIO()) {
			return super.getInternalUpgradeHandler(socketWrapper, adapter, coyoteRequest);
		}
		Handler handler = new Handler(this, adapter, coyoteRequest, socketWrapper, this.resets);
		this.resets.opened(handler.getServletConnection().getConnectionId());
		return handler;
	}

	/** One connection. */
	private static final class Handler extends Http2AsyncUpgradeHandler {

		private final StreamResets resets;

		Handler(Http2Protocol protocol, Adapter adapter, Request coyoteRequest, SocketWrapperBase<?> socketWrapper,
				StreamResets resets) {
			super(protocol, adapter, coyoteRequest, socketWrapper);
			this.resets = resets;
		}

		/** Throws what the original throws, which cannot be named here. */
		@Override
		public void reset(int streamId, long errorCode) {
			this.resets.reset(getConnectionId(), Integer.toString(streamId));
			try {
				super.reset(streamId, errorCode);
			}
			catch (Exception ex) {
				throw Sneaky.<RuntimeException>rethrow(ex);
			}
		}

		@Override
		public SocketState upgradeDispatch(SocketEvent status) {
			SocketState state = super.upgradeDispatch(status);
			if (state == SocketState.CLOSED) {
				this.resets.closed(getConnectionId());
			}
			return state;
		}

		@Override
		public void destroy() {
			this.resets.closed(getConnectionId());
			super.destroy();
		}

	}

}
