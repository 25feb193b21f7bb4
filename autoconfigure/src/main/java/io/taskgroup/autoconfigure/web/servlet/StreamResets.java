package io.taskgroup.autoconfigure.web.servlet;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.taskgroup.autoconfigure.web.servlet.DisconnectProbe.Watch;

/**
 * Knows which requests are served on which streams of HTTP/2, and hears when one is
 * reset.
 * <p>
 * A reset may come before the request is watched: those of streams that nobody watches
 * are remembered for a while. All of a connection is guarded by its {@code Connection}.
 */
final class StreamResets {

	/** How many resets of streams that nobody watches are remembered of a connection. */
	private static final int REMEMBERED = 256;

	private final Map<String, Connection> connections = new ConcurrentHashMap<>();

	/** A connection has been opened. */
	void opened(String connection) {
		this.connections.put(connection, new Connection());
	}

	/** The client has closed a connection, or it is broken. */
	void closed(String connection) {
		Connection closed = this.connections.remove(connection);
		if (closed != null) {
			closed.close();
		}
	}

	/** The client has reset a stream. */
	void reset(String connection, String stream) {
		Connection known = this.connections.get(connection);
		if (known != null) {
			known.reset(stream);
		}
	}

	/** Watches the request that is served on a stream. */
	Watch watch(String connection, String stream, Runnable gone) {
		Connection known = this.connections.get(connection);
		// one that is not known is not heard of, or was closed a moment ago
		return (known != null) ? known.watch(stream, gone) : () -> false;
	}

	/** One connection. */
	private static final class Connection {

		private final Map<String, Runnable> watched = new LinkedHashMap<>();

		private final Map<String, Boolean> resetUnwatched = new LinkedHashMap<>() {

			@Override
			protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
				return size() > REMEMBERED;
			}

		};

		private boolean closed;

		Watch watch(String stream, Runnable gone) {
			boolean tooLate;
			synchronized (this) {
				tooLate = this.closed || this.resetUnwatched.remove(stream) != null;
				if (!tooLate) {
					this.watched.put(stream, gone);
				}
			}
			if (tooLate) {
				gone.run();
			}
			return new Watch() {

				@Override
				public boolean isGone() {
					return false;
				}

				@Override
				public void end() {
					synchronized (Connection.this) {
						Connection.this.watched.remove(stream);
					}
				}

			};
		}

		void reset(String stream) {
			Runnable gone;
			synchronized (this) {
				gone = this.watched.remove(stream);
				if (gone == null) {
					this.resetUnwatched.put(stream, true);
				}
			}
			if (gone != null) {
				gone.run();
			}
		}

		void close() {
			Map<String, Runnable> left;
			synchronized (this) {
				this.closed = true;
				left = new LinkedHashMap<>(this.watched);
				this.watched.clear();
			}
			left.values().forEach(Runnable::run);
		}

	}

}
