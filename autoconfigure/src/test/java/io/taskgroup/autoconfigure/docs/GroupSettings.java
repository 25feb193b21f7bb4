package io.taskgroup.autoconfigure.docs;

import java.time.Duration;

import io.taskgroup.autoconfigure.TaskGroupFactoryBuilderCustomizer;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

// docs: customizer
@Configuration(proxyBeanMethods = false)
class GroupSettings {

	@Bean
	TaskGroupFactoryBuilderCustomizer bookPageSettings() {
		return builder -> builder.settings("book-page", spec -> spec.timeout(Duration.ofSeconds(2)));
	}

}
// docs: end
