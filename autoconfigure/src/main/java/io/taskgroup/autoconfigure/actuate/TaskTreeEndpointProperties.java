package io.taskgroup.autoconfigure.actuate;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The settings of the {@link TaskTreeEndpoint}.
 */
@ConfigurationProperties("management.endpoint.tasktree")
public class TaskTreeEndpointProperties implements InitializingBean {

	/**
	 * How many tasks that have ended the page remembers at most.
	 */
	private int recentTasks = 2000;

	/**
	 * How many groups that have ended the page remembers at most.
	 */
	private int recentGroups = 500;

	public int getRecentTasks() {
		return this.recentTasks;
	}

	public void setRecentTasks(int recentTasks) {
		this.recentTasks = recentTasks;
	}

	public int getRecentGroups() {
		return this.recentGroups;
	}

	public void setRecentGroups(int recentGroups) {
		this.recentGroups = recentGroups;
	}

	/**
	 * Called when the properties have been bound.
	 * @throws InvalidConfigurationPropertyValueException if a value cannot be
	 */
	@Override
	public void afterPropertiesSet() {
		notNegative("recent-tasks", this.recentTasks);
		notNegative("recent-groups", this.recentGroups);
	}

	private static void notNegative(String key, int value) {
		if (value < 0) {
			throw new InvalidConfigurationPropertyValueException("management.endpoint.tasktree." + key, value,
					"It must not be negative.");
		}
	}

}
