package io.taskgroup.autoconfigure.web.client;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

import io.taskgroup.CancelScope;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/**
 * An answer whose body is read under a deadline: a server that trickles it is given up
 * between two reads, and a socket's timeout at the deadline is an interruption.
 */
final class DeadlineResponse implements ClientHttpResponse {

	private final ClientHttpResponse response;

	DeadlineResponse(ClientHttpResponse response) {
		this.response = response;
	}

	@Override
	public HttpStatusCode getStatusCode() throws IOException {
		return this.response.getStatusCode();
	}

	@Override
	public String getStatusText() throws IOException {
		return this.response.getStatusText();
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.response.getHeaders();
	}

	@Override
	public InputStream getBody() throws IOException {
		return new Body(this.response.getBody());
	}

	@Override
	public void close() {
		this.response.close();
	}

	/** The body. */
	private static final class Body extends FilterInputStream {

		Body(InputStream in) {
			super(in);
		}

		@Override
		public int read() throws IOException {
			check();
			try {
				return super.read();
			}
			catch (IOException ex) {
				throw translate(ex);
			}
		}

		@Override
		public int read(byte[] buffer, int offset, int length) throws IOException {
			check();
			try {
				return super.read(buffer, offset, length);
			}
			catch (IOException ex) {
				throw translate(ex);
			}
		}

		private static void check() throws IOException {
			try {
				CancelScope.checkpoint();
			}
			catch (InterruptedException ex) {
				throw DeadlineRequestInterceptor.asIOException("cancelled while the answer was read", ex);
			}
		}

		private static IOException translate(IOException ex) {
			return (DeadlineRequestInterceptor.isTimeout(ex) && CancelScope.cancelRequested())
					? DeadlineRequestInterceptor.asIOException("cancelled while the answer was read", ex) : ex;
		}

	}

}
