package io.taskgroup.benchmarks;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A connection that is kept open, and does little besides: what is measured is the
 * server.
 */
public final class HttpConnection implements AutoCloseable {

	private static final String OK = "HTTP/1.1 200";

	private final Socket socket;

	private final InputStream in;

	private final byte[] request;

	/**
	 * Connects to this machine.
	 * @param port where
	 * @param path what to ask for
	 * @throws IOException if that is not possible
	 */
	public HttpConnection(int port, String path) throws IOException {
		this.socket = new Socket("localhost", port);
		this.socket.setTcpNoDelay(true);
		this.in = new BufferedInputStream(this.socket.getInputStream());
		this.request = ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
	}

	/**
	 * Asks, and waits for the answer.
	 * @return the length of the answer
	 * @throws IOException if there is none, or another one than 200
	 */
	public int ask() throws IOException {
		OutputStream out = this.socket.getOutputStream();
		out.write(this.request);
		out.flush();
		String status = readLine();
		int length = 0;
		for (String line = readLine(); !line.isEmpty(); line = readLine()) {
			String header = line.toLowerCase(Locale.ROOT);
			if (header.startsWith("content-length:")) {
				length = Integer.parseInt(header.substring("content-length:".length()).strip());
			}
		}
		this.in.skipNBytes(length);
		if (!status.startsWith(OK)) {
			throw new IOException("the answer is " + status);
		}
		return length;
	}

	private String readLine() throws IOException {
		StringBuilder line = new StringBuilder();
		while (true) {
			int next = this.in.read();
			switch (next) {
				case -1 -> throw new IOException("the server has closed the connection");
				case '\n' -> {
					return line.toString();
				}
				case '\r' -> {
					// the next one ends the line
				}
				default -> line.append((char) next);
			}
		}
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
