package io.taskgroup;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The settings of one group, and the door through which it is opened.
 *
 * @param factory the factory
 * @param name the name
 * @param failAfter the time after which the group fails, or null
 * @param moveOn the time after which the group is cancelled quietly, or null
 * @param errorHandler who hears of a supervisor's failures, or null for the default
 * @param isDetached whether it is no child of the caller's scope
 * @param settings what it hands down
 */
record Spec(DefaultTaskGroupFactory factory, String name, @Nullable Duration failAfter, @Nullable Duration moveOn,
		@Nullable TaskErrorHandler errorHandler, boolean isDetached, Settings settings) implements TaskGroupSpec {

	Spec(DefaultTaskGroupFactory factory, String name, Settings settings) {
		this(factory, name, null, null, null, false, settings);
	}

	@Override
	public TaskGroupSpec timeout(Duration timeout) {
		Objects.requireNonNull(timeout, "timeout");
		return new Spec(this.factory, this.name, timeout, this.moveOn, this.errorHandler, this.isDetached,
				this.settings);
	}

	@Override
	public TaskGroupSpec moveOnAfter(Duration timeout) {
		Objects.requireNonNull(timeout, "timeout");
		return new Spec(this.factory, this.name, this.failAfter, timeout, this.errorHandler, this.isDetached,
				this.settings);
	}

	@Override
	public TaskGroupSpec onError(TaskErrorHandler handler) {
		Objects.requireNonNull(handler, "handler");
		return new Spec(this.factory, this.name, this.failAfter, this.moveOn, handler, this.isDetached, this.settings);
	}

	@Override
	public TaskGroupSpec detached() {
		return new Spec(this.factory, this.name, this.failAfter, this.moveOn, this.errorHandler, true, this.settings);
	}

	@Override
	public TaskGroupSpec reinterruptEvery(Duration interval) {
		return with(this.settings.reinterruptEvery(interval));
	}

	@Override
	public TaskGroupSpec warnAfter(Duration age) {
		return with(this.settings.warnAfter(age));
	}

	private Spec with(Settings settings) {
		return new Spec(this.factory, this.name, this.failAfter, this.moveOn, this.errorHandler, this.isDetached,
				settings);
	}

	Spec named(String name) {
		return new Spec(this.factory, name, this.failAfter, this.moveOn, this.errorHandler, this.isDetached,
				this.settings);
	}

	/** The nearer of the two deadlines. */
	@Nullable Duration nearestTimeout() {
		return failsOnTimeout() ? this.failAfter : this.moveOn;
	}

	/** Whether the group fails when its deadline passes, rather than ending quietly. */
	boolean failsOnTimeout() {
		return this.moveOn == null || (this.failAfter != null && this.failAfter.compareTo(this.moveOn) <= 0);
	}

	@Override
	public CancelScope run(GroupAction body) throws InterruptedException {
		Objects.requireNonNull(body, "body");
		return HostedGroup.open(this, true).run(body);
	}

	@Override
	public <R extends @Nullable Object> R call(GroupFunction<? extends R> body) throws InterruptedException {
		Objects.requireNonNull(body, "body");
		return HostedGroup.open(this, true).call(body);
	}

	@Override
	public TaskGroup open() {
		return HostedGroup.open(this, false);
	}

	@Override
	public TaskScope openScope() {
		return Supervisor.open(this);
	}

}
