package io.taskgroup.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadFactory;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The settings of task groups.
 */
@ConfigurationProperties("taskgroup")
public class TaskGroupProperties implements InitializingBean, DisposableBean {

	/**
	 * Whether task groups are set up.
	 */
	private boolean enabled = true;

	/**
	 * Kind of the threads that run tasks.
	 */
	private Threads threads = Threads.VIRTUAL;

	/**
	 * Whether the threads that run tasks are named after the group and the task.
	 */
	private boolean nameThreads = true;

	/**
	 * Settings of every group.
	 */
	@NestedConfigurationProperty
	private GroupProperties defaults = GroupProperties.ofDefaults();

	/**
	 * Settings of groups by their name, on top of the defaults.
	 */
	private Map<String, GroupProperties> groups = new LinkedHashMap<>();

	private final Shutdown shutdown = new Shutdown();

	private final Metrics metrics = new Metrics();

	private final Observations observations = new Observations();

	/** Who is told when the properties have been bound again. */
	private @Nullable Runnable onChange;

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public Threads getThreads() {
		return this.threads;
	}

	public void setThreads(Threads threads) {
		this.threads = threads;
	}

	public boolean isNameThreads() {
		return this.nameThreads;
	}

	public void setNameThreads(boolean nameThreads) {
		this.nameThreads = nameThreads;
	}

	public GroupProperties getDefaults() {
		return this.defaults;
	}

	public void setDefaults(GroupProperties defaults) {
		this.defaults = defaults;
	}

	public Map<String, GroupProperties> getGroups() {
		return this.groups;
	}

	public void setGroups(Map<String, GroupProperties> groups) {
		this.groups = groups;
	}

	public Shutdown getShutdown() {
		return this.shutdown;
	}

	public Metrics getMetrics() {
		return this.metrics;
	}

	public Observations getObservations() {
		return this.observations;
	}

	/** Sets who is told when the properties have been bound again. */
	void onChange(Runnable listener) {
		this.onChange = listener;
	}

	/**
	 * Called when the properties have been bound: a first time, and again when somebody
	 * has them bound again because the environment has changed, as Spring Cloud does.
	 * @throws InvalidConfigurationPropertyValueException if a value cannot be
	 */
	@Override
	public void afterPropertiesSet() {
		GroupPropertiesValidator.validate(this);
		if (this.onChange != null) {
			this.onChange.run();
		}
	}

	/**
	 * Called before the properties are bound again, and at the end: settings of groups
	 * that are not in the environment any more must not stay.
	 */
	@Override
	public void destroy() {
		this.defaults = GroupProperties.ofDefaults();
		this.groups = new LinkedHashMap<>();
	}

	/**
	 * Kinds of threads.
	 */
	public enum Threads {

		/**
		 * Virtual threads.
		 */
		VIRTUAL,

		/**
		 * Platform threads, one for each task that runs.
		 */
		PLATFORM;

		/**
		 * Returns a factory of threads of this kind, which inherit nothing of the thread
		 * that starts them.
		 * @return a new factory
		 */
		public ThreadFactory factory() {
			Thread.Builder threads = (this == VIRTUAL) ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
			return threads.inheritInheritableThreadLocals(false).factory();
		}

	}

	/**
	 * What happens to open groups when the application ends.
	 */
	public static class Shutdown {

		/**
		 * What happens to groups that are open when the application ends.
		 */
		private Mode mode = Mode.DRAIN;

		/**
		 * How long groups may go on in drain mode before they are cancelled, and how long
		 * cancelled ones are waited for. Default is
		 * 'spring.lifecycle.timeout-per-shutdown-phase'.
		 */
		private @Nullable Duration timeout;

		public Mode getMode() {
			return this.mode;
		}

		public void setMode(Mode mode) {
			this.mode = mode;
		}

		public @Nullable Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(@Nullable Duration timeout) {
			this.timeout = timeout;
		}

		/**
		 * What happens to open groups.
		 */
		public enum Mode {

			/**
			 * Groups may end by themselves within the timeout. Supervisors, which do not
			 * end by themselves, are cancelled at once.
			 */
			DRAIN,

			/**
			 * Everything is cancelled at once.
			 */
			CANCEL

		}

	}

	/**
	 * Metrics of groups and tasks.
	 */
	public static class Metrics {

		/**
		 * Whether groups and tasks are measured, if there is a meter registry.
		 */
		private boolean enabled = true;

		/**
		 * How many group names are told apart, also by the actuator. Further ones are
		 * counted as 'other'.
		 */
		private int maxGroupNames = 100;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

		public int getMaxGroupNames() {
			return this.maxGroupNames;
		}

		public void setMaxGroupNames(int maxGroupNames) {
			this.maxGroupNames = maxGroupNames;
		}

	}

	/**
	 * Observations of groups and tasks.
	 */
	public static class Observations {

		/**
		 * Whether groups and tasks are observed, and so are in traces, if there is an
		 * observation registry and a tracer.
		 */
		private boolean enabled = true;

		public boolean isEnabled() {
			return this.enabled;
		}

		public void setEnabled(boolean enabled) {
			this.enabled = enabled;
		}

	}

}
