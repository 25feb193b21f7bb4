package io.taskgroup.autoconfigure;

import java.time.Duration;

import io.taskgroup.ContextPropagation;
import io.taskgroup.InterruptionClassifier;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskGroupListener;
import io.taskgroup.TaskGroupSettings;
import io.taskgroup.TaskInstrumentation;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.context.annotation.Scope;
import org.springframework.core.env.Environment;

/**
 * {@link AutoConfiguration Auto-configuration} for the application's
 * {@link TaskGroupFactory}, with the settings of {@link TaskGroupProperties}.
 * <p>
 * Beans of type {@link ContextPropagation}, {@link TaskInstrumentation},
 * {@link TaskGroupListener}, {@link InterruptionClassifier} and {@link TaskGroupSettings}
 * are added to it in their order. When the application ends, so does what is open then.
 */
@AutoConfiguration
@ConditionalOnClass(TaskGroupFactory.class)
@ConditionalOnBooleanProperty(name = "taskgroup.enabled", matchIfMissing = true)
@EnableConfigurationProperties(TaskGroupProperties.class)
@ImportRuntimeHints(TaskGroupRuntimeHints.class)
public final class TaskGroupAutoConfiguration {

	TaskGroupAutoConfiguration() {
	}

	@Bean
	ConfiguredGroups taskGroupConfiguredGroups(TaskGroupProperties properties, Environment environment) {
		return new ConfiguredGroups(properties, environment);
	}

	/**
	 * The builder, a new one for each use: for an application that makes a second factory
	 * of its own.
	 */
	@Bean
	@Scope(ConfigurableBeanFactory.SCOPE_PROTOTYPE)
	@ConditionalOnMissingBean
	TaskGroupFactory.Builder taskGroupFactoryBuilder(TaskGroupProperties properties,
			ObjectProvider<TaskGroupSettings> settings, ObjectProvider<ContextPropagation> contextPropagations,
			ObjectProvider<TaskInstrumentation> instrumentations, ObjectProvider<TaskGroupListener> listeners,
			ObjectProvider<InterruptionClassifier> classifiers,
			ObjectProvider<TaskGroupFactoryBuilderCustomizer> customizers) {
		TaskGroupFactory.Builder builder = TaskGroupFactory.builder()
			.threadFactory(properties.getThreads().factory())
			.nameThreads(properties.isNameThreads());
		settings.orderedStream().forEach(builder::settings);
		contextPropagations.orderedStream().forEach(builder::contextPropagation);
		instrumentations.orderedStream().forEach(builder::instrumentation);
		listeners.orderedStream().forEach(builder::listener);
		classifiers.orderedStream().forEach(builder::interruptionClassifier);
		customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
		return builder;
	}

	@Bean
	@ConditionalOnMissingBean(TaskGroupFactory.class)
	TaskGroupFactoryBean taskGroupFactory(TaskGroupFactory.Builder builder) {
		return new TaskGroupFactoryBean(builder);
	}

	@Bean
	@ConditionalOnSingleCandidate(TaskGroupFactory.class)
	TaskGroupLifecycle taskGroupLifecycle(TaskGroupFactory factory, TaskGroupProperties properties,
			Environment environment) {
		TaskGroupProperties.Shutdown shutdown = properties.getShutdown();
		Duration phaseTimeout = phaseTimeout(environment);
		Duration timeout = (shutdown.getTimeout() != null) ? shutdown.getTimeout() : phaseTimeout;
		return new TaskGroupLifecycle(factory, shutdown.getMode() == TaskGroupProperties.Shutdown.Mode.DRAIN, timeout,
				phaseTimeout);
	}

	@Bean
	@ConditionalOnSingleCandidate(TaskGroupFactory.class)
	TaskGroupGracePeriod taskGroupGracePeriod(TaskGroupLifecycle lifecycle) {
		return lifecycle.gracePeriod();
	}

	private static Duration phaseTimeout(Environment environment) {
		return Binder.get(environment)
			.bind("spring.lifecycle.timeout-per-shutdown-phase", Duration.class)
			.orElse(Duration.ofSeconds(30));
	}

}
