package io.taskgroup.autoconfigure.actuate;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The settings of the {@link TaskGroupsEndpoint}.
 */
@ConfigurationProperties("management.endpoint.taskgroups")
public class TaskGroupsEndpointProperties implements InitializingBean {

	/**
	 * How many tasks the endpoint tells of at most, and how many groups.
	 */
	private int maxTasks = 1000;

	public int getMaxTasks() {
		return this.maxTasks;
	}

	public void setMaxTasks(int maxTasks) {
		this.maxTasks = maxTasks;
	}

	/**
	 * Called when the properties have been bound.
	 * @throws InvalidConfigurationPropertyValueException if a value cannot be
	 */
	@Override
	public void afterPropertiesSet() {
		if (this.maxTasks < 1) {
			throw new InvalidConfigurationPropertyValueException("management.endpoint.taskgroups.max-tasks",
					this.maxTasks, "It must be at least 1.");
		}
	}

}
