package io.taskgroup;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Looks after the threads that one cancellation has reached until they have left it:
 * interrupts again those that swallowed the interrupt, and logs tasks that outlive it
 * (5.2). When all have left, the watch is forgotten at once.
 */
final class Watch implements Runnable {

	private final Settings settings;

	private final Cancellation cancellation;

	private final long sinceNanos = Watches.now();

	private final AtomicInteger left = new AtomicInteger();

	// Written before begin(), then only by the one who has taken it out of the watches

	private List<Strand> strands = new ArrayList<>();

	private long reinterruptAtNanos;

	private boolean warned;

	Watch(Settings settings, Cancellation cancellation) {
		this.settings = settings;
		this.cancellation = cancellation;
		this.reinterruptAtNanos = settings.reinterruptNanos();
	}

	Settings settings() {
		return this.settings;
	}

	Cancellation cancellation() {
		return this.cancellation;
	}

	/** Called before {@link #begin}, by the thread that made the watch. */
	void add(Strand strand) {
		this.strands.add(strand);
		this.left.incrementAndGet();
	}

	void begin() {
		if (this.left.get() > 0) {
			Watches.add(this);
			if (this.left.get() == 0) {
				Watches.remove(this);
			}
		}
	}

	/** Called once by each strand that was added, when it has left the cancellation. */
	void leave() {
		if (this.left.decrementAndGet() == 0) {
			Watches.remove(this);
		}
	}

	/**
	 * When it is to run next, on the clock of the watches. One who looks while it runs
	 * may see a time that has passed, and has it run again for nothing.
	 */
	long dueNanos() {
		long age = this.warned ? this.reinterruptAtNanos : Math.min(this.reinterruptAtNanos, this.settings.warnNanos());
		return (age < Durations.FOREVER_NANOS) ? this.sinceNanos + age : Watches.NEVER;
	}

	private long ageNanos() {
		return Watches.now() - this.sinceNanos;
	}

	@Override
	public void run() {
		long age = ageNanos();
		boolean interrupt = age >= this.reinterruptAtNanos;
		boolean warn = !this.warned && age >= this.settings.warnNanos();
		if (interrupt) {
			this.reinterruptAtNanos = age + this.settings.reinterruptNanos();
		}
		this.warned |= warn;
		List<Strand> staying = new ArrayList<>();
		for (Strand strand : this.strands) {
			if (strand.isStillIn(this, interrupt)) {
				staying.add(strand);
				if (warn) {
					warn(strand);
				}
			}
		}
		this.strands = staying;
		if (!staying.isEmpty()) {
			begin();
		}
	}

	private void warn(Strand strand) {
		Task<?> task = strand.task();
		if (task == null || !task.warnOnce()) {
			return;
		}
		StringBuilder message = new StringBuilder("task '").append(Names.shown(task.name()))
			.append("' of '")
			.append(task.scope().name())
			.append("' was cancelled")
			.append((this.cancellation.reason() != null) ? " (" + this.cancellation.reason() + ")" : "")
			.append(" and has not ended ")
			.append(InWords.of(Duration.ofNanos(ageNanos())))
			.append(" later; it is at");
		for (StackTraceElement frame : strand.stackTrace()) {
			message.append(System.lineSeparator()).append("\tat ").append(frame);
		}
		Log.log(Level.WARNING, message.toString(), null);
	}

}
