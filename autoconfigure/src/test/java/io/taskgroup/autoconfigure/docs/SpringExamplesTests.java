package io.taskgroup.autoconfigure.docs;

import java.time.Duration;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Examples of task groups in a Spring application.
 */
@Timeout(30)
class SpringExamplesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(TaskGroupAutoConfiguration.class));

	@Test
	@DisplayName("docs: quick start")
	void quickStart() {
		this.runner.withBean(Backend.class).withBean(BookPages.class).run((context) -> {
			BookPages pages = context.getBean(BookPages.class);
			assertThat(pages.page(7)).isEqualTo(new BookPage("title of 7", 7));
		});
	}

	@Test
	@DisplayName("docs: settings by name")
	void settings() {
		this.runner.withUserConfiguration(GroupSettings.class).run((context) -> {
			TaskGroupFactory groups = context.getBean(TaskGroupFactory.class);
			Duration left = groups.named("book-page").call((group) -> group.cancelScope().timeLeft().orElseThrow());
			assertThat(left).isBetween(Duration.ofMillis(1), Duration.ofSeconds(2));
		});
	}

}
