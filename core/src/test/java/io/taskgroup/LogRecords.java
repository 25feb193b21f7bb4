package io.taskgroup;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * What the library logs while this is open.
 */
final class LogRecords implements AutoCloseable {

	private final Logger logger = Logger.getLogger("io.taskgroup");

	private final List<LogRecord> records = new CopyOnWriteArrayList<>();

	private volatile boolean discarding;

	private final boolean parents = this.logger.getUseParentHandlers();

	private final Handler handler = new Handler() {

		@Override
		public void publish(LogRecord logRecord) {
			if (!LogRecords.this.discarding) {
				LogRecords.this.records.add(logRecord);
			}
		}

		@Override
		public void flush() {
		}

		@Override
		public void close() {
		}

	};

	private LogRecords() {
	}

	static LogRecords open() {
		LogRecords records = new LogRecords();
		records.logger.setUseParentHandlers(false);
		records.logger.addHandler(records.handler);
		return records;
	}

	/** Keeps no records: there will be too many. */
	void discard() {
		this.discarding = true;
	}

	List<LogRecord> records() {
		return this.records;
	}

	/** Returns the message of a record with its parameters filled in. */
	static String message(LogRecord logRecord) {
		return new SimpleFormatter().formatMessage(logRecord);
	}

	@Override
	public void close() {
		this.logger.removeHandler(this.handler);
		this.logger.setUseParentHandlers(this.parents);
	}

}
