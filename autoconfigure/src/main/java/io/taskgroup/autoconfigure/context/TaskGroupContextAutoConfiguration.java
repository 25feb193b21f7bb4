package io.taskgroup.autoconfigure.context;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import jakarta.servlet.http.HttpServletRequest;
import org.slf4j.MDC;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.web.context.request.RequestContextHolder;

/**
 * {@link AutoConfiguration Auto-configuration} for the context of tasks, if Micrometer
 * context-propagation is on the class path. What is carried: whatever accessors are
 * registered with the {@link ContextRegistry}, or are beans; the logging context, locale
 * and time zone, and the attributes of the request.
 */
@AutoConfiguration(after = TaskGroupAutoConfiguration.class)
@ConditionalOnClass({ TaskGroupFactory.class, ContextRegistry.class })
@ConditionalOnBooleanProperty(name = "taskgroup.enabled", matchIfMissing = true)
public final class TaskGroupContextAutoConfiguration {

	TaskGroupContextAutoConfiguration() {
	}

	@Bean
	@ConditionalOnMissingBean
	ThreadLocalPropagation taskGroupThreadLocalPropagation(ObjectProvider<ThreadLocalAccessor<?>> accessors) {
		return new ThreadLocalPropagation(ContextRegistry.getInstance(), accessors.orderedStream().toList());
	}

	@Bean
	@ConditionalOnMissingBean(name = "taskGroupLocaleAccessor")
	ThreadLocalAccessor<?> taskGroupLocaleAccessor() {
		return new LocaleAccessor();
	}

	/** The context of SLF4J's loggers. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MDC.class)
	static class MdcConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "taskGroupMdcAccessor")
		ThreadLocalAccessor<?> taskGroupMdcAccessor() {
			return new Slf4jThreadLocalAccessor();
		}

	}

	/** The attributes of a servlet's request. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ HttpServletRequest.class, RequestContextHolder.class })
	@ImportRuntimeHints(RequestContextRuntimeHints.class)
	static class RequestConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "taskGroupRequestAttributesAccessor")
		ThreadLocalAccessor<?> taskGroupRequestAttributesAccessor() {
			return new RequestAttributesAccessor();
		}

	}

}
