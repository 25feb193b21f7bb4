package io.taskgroup.autoconfigure;

import io.taskgroup.ContextPropagation;
import io.taskgroup.InterruptionClassifier;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupListener;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Scope;

/**
 * {@link AutoConfiguration Auto-configuration} for the application's
 * {@link TaskGroupFactory}.
 * <p>
 * The factory closes with the application context: what is still open then is cancelled
 * and waited for. Beans of type {@link ContextPropagation}, {@link TaskGroupListener} and
 * {@link InterruptionClassifier} are added to it in their order.
 */
@AutoConfiguration
@ConditionalOnClass(TaskGroupFactory.class)
public final class TaskGroupAutoConfiguration {

	TaskGroupAutoConfiguration() {
	}

	/**
	 * The builder, a new one for each use: for an application that makes a second factory
	 * of its own.
	 */
	@Bean
	@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
	@ConditionalOnMissingBean
	TaskGroupFactory.Builder taskGroupFactoryBuilder(ObjectProvider<ContextPropagation> contextPropagations,
			ObjectProvider<TaskGroupListener> listeners, ObjectProvider<InterruptionClassifier> classifiers,
			ObjectProvider<TaskGroupFactoryBuilderCustomizer> customizers) {
		TaskGroupFactory.Builder builder = TaskGroupFactory.builder();
		contextPropagations.orderedStream().forEach(builder::contextPropagation);
		listeners.orderedStream().forEach(builder::listener);
		classifiers.orderedStream().forEach(builder::interruptionClassifier);
		customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
		return builder;
	}

	@Bean(destroyMethod = "close")
	@ConditionalOnMissingBean
	TaskGroupFactory taskGroupFactory(TaskGroupFactory.Builder builder) {
		return builder.build();
	}

}
