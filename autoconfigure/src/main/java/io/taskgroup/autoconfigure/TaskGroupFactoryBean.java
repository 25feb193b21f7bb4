package io.taskgroup.autoconfigure;

import io.taskgroup.TaskGroupFactory;

import org.springframework.beans.factory.FactoryBean;

/**
 * Makes the application's factory, which then is a bean that the container does not
 * close: {@link TaskGroupLifecycle} does, and does not wait for ever. A bean method with
 * an empty destroy method would be no help, as that is lost when the application is
 * processed ahead of time.
 */
final class TaskGroupFactoryBean implements FactoryBean<TaskGroupFactory> {

	private final TaskGroupFactory.Builder builder;

	TaskGroupFactoryBean(TaskGroupFactory.Builder builder) {
		this.builder = builder;
	}

	@Override
	public TaskGroupFactory getObject() {
		return this.builder.build();
	}

	@Override
	public Class<?> getObjectType() {
		return TaskGroupFactory.class;
	}

}
