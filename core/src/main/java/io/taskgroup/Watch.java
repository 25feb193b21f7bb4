package io.taskgroup;

import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Looks after the threads that one cancellation has reached until they have left it:
 * interrupts again those that swallowed the interrupt, and logs tasks that outlive it
 * (5.2). When all have left, the timer forgets the watch at once.
 */
final class Watch implements Runnable {

	private final Settings settings;

	private final Cancellation cancellation;

	private final long sinceNanos = System.nanoTime();

	/** Written before {@link #begin}, then by the timer only. */
	private List<Strand> strands = new ArrayList<>();

	private final AtomicInteger left = new AtomicInteger();

	private long reinterruptAtNanos;

	private boolean warned;

	private volatile @Nullable Future<?> timer;

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
			schedule();
		}
	}

	/** Called once by each strand that was added, when it has left the cancellation. */
	void leave() {
		if (this.left.decrementAndGet() == 0) {
			Future<?> scheduled = this.timer;
			if (scheduled != null) {
				scheduled.cancel(false);
			}
		}
	}

	private void schedule() {
		long next = this.warned ? this.reinterruptAtNanos
				: Math.min(this.reinterruptAtNanos, this.settings.warnNanos());
		this.timer = Timer.schedule(this, Math.max(0, next - ageNanos()));
		if (this.left.get() == 0) {
			leftMeanwhile();
		}
	}

	private void leftMeanwhile() {
		Future<?> scheduled = this.timer;
		if (scheduled != null) {
			scheduled.cancel(false);
		}
	}

	private long ageNanos() {
		return System.nanoTime() - this.sinceNanos;
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
			schedule();
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
