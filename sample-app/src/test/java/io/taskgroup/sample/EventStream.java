package io.taskgroup.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client of a stream of server-sent events, down to the socket, so that it can leave
 * like one that has gone.
 */
final class EventStream implements AutoCloseable {

	private static final int PATIENCE_MILLIS = 30_000;

	private final Socket socket;

	private final BufferedReader lines;

	private boolean begun;

	private EventStream(Socket socket) throws IOException {
		this.socket = socket;
		this.lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
	}

	/** Sends the request. The answer may come with the first event. */
	static EventStream open(int port, String path) throws IOException {
		Socket socket = new Socket("localhost", port);
		try {
			socket.setSoTimeout(PATIENCE_MILLIS);
			// HTTP 1.0: what is sent is the body as it is, and ends with the connection
			socket.getOutputStream()
				.write(("GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
			return new EventStream(socket);
		}
		catch (IOException | Error ex) {
			socket.close();
			throw ex;
		}
	}

	private void readHead() throws IOException {
		List<String> head = readBlock(this.lines);
		assertThat(head).isNotNull().first().asString().contains(" 200 ");
		assertThat(head)
			.anySatisfy(line -> assertThat(line).startsWithIgnoringCase("content-type:").contains("text/event-stream"));
	}

	/** Waits for the next event; null at the end. */
	@Nullable Event next() throws IOException {
		if (!this.begun) {
			this.begun = true;
			readHead();
		}
		return readEvent(this.lines);
	}

	/** Waits for the end of the stream, and returns what comes up to then. */
	List<Event> rest() throws IOException {
		List<Event> rest = new ArrayList<>();
		Event next = next();
		while (next != null) {
			rest.add(next);
			next = next();
		}
		return rest;
	}

	/** Waits for the end of the stream; whether nothing comes up to then. */
	boolean isCutOff() {
		try {
			return next() == null;
		}
		catch (SocketException ex) {
			return true;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** The events of a stream that has come to its end. */
	static List<Event> parse(String body) throws IOException {
		List<Event> events = new ArrayList<>();
		BufferedReader lines = new BufferedReader(new StringReader(body));
		Event next = readEvent(lines);
		while (next != null) {
			events.add(next);
			next = readEvent(lines);
		}
		return events;
	}

	private static @Nullable Event readEvent(BufferedReader lines) throws IOException {
		List<String> block = readBlock(lines);
		if (block == null) {
			return null;
		}
		assertThat(block).hasSize(2);
		assertThat(block.getFirst()).startsWith("event:");
		assertThat(block.getLast()).startsWith("data:");
		return new Event(block.getFirst().substring("event:".length()), block.getLast().substring("data:".length()));
	}

	/** The lines up to an empty one; null at the end. */
	private static @Nullable List<String> readBlock(BufferedReader lines) throws IOException {
		List<String> block = new ArrayList<>();
		String line = lines.readLine();
		while (line != null && !line.isEmpty()) {
			block.add(line);
			line = lines.readLine();
		}
		return (line != null) ? block : null;
	}

	/** Resets the connection: the next thing that the server sends fails. */
	void leave() throws IOException {
		this.socket.setSoLinger(true, 0);
		this.socket.close();
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

	record Event(String name, String data) {
	}

}
