package io.taskgroup.autoconfigure.docs;

import java.time.Duration;
import java.util.List;

import io.taskgroup.CancelScope;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskHandle;
import io.taskgroup.autoconfigure.TaskGroupAutoConfiguration;
import io.taskgroup.autoconfigure.web.reactive.ReactiveTaskGroups;
import io.taskgroup.autoconfigure.web.reactive.TaskGroupReactiveAutoConfiguration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Examples of task groups as publishers.
 */
@Timeout(30)
class WebFluxExamplesTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(TaskGroupAutoConfiguration.class, TaskGroupReactiveAutoConfiguration.class))
		.withBean(Backend.class)
		.withBean(Pages.class)
		.withBean(Books.class);

	@Test
	@DisplayName("docs: a mono and a flux")
	void publishers() {
		this.runner.run((context) -> {
			Pages pages = context.getBean(Pages.class);
			StepVerifier.create(pages.page(7)).expectNext("title of 7, 7").verifyComplete();
			StepVerifier.create(pages.titles(List.of(1, 2, 3)).collectSortedList())
				.expectNext(List.of("title of 1", "title of 2", "title of 3"))
				.verifyComplete();
		});
	}

	@Test
	@DisplayName("docs: the scope of a request")
	void scope() {
		this.runner.run((context) -> {
			CancelScope request = CancelScope.create();
			StepVerifier.create(context.getBean(Books.class).book(7, request))
				.expectNext("title of 7, 7")
				.verifyComplete();
			assertThat(request.timeLeft()).isPresent();
		});
	}

	static class Pages {

		private final TaskGroupFactory groups;

		private final ReactiveTaskGroups reactive;

		private final Backend backend;

		Pages(TaskGroupFactory groups, ReactiveTaskGroups reactive, Backend backend) {
			this.groups = groups;
			this.reactive = reactive;
			this.backend = backend;
		}

		// docs: webflux-mono
		Mono<String> page(int id) {
			return reactive.mono(groups.named("page"), group -> {
				TaskHandle<String> title = group.fork(() -> backend.title(id));
				TaskHandle<Integer> copies = group.fork(() -> backend.copies(id));
				return title.await() + ", " + copies.await();
			});
		}
		// docs: end

		// docs: webflux-flux
		Flux<String> titles(List<Integer> ids) {
			return reactive.flux(groups.named("titles").maxConcurrency(4), ids, backend::title);
		}
		// docs: end

	}

	static class Books {

		private final Pages pages;

		Books(Pages pages) {
			this.pages = pages;
		}

		// docs: webflux-scope
		@GetMapping("/books/{id}")
		Mono<String> book(@PathVariable int id, CancelScope request) {
			request.timeout(Duration.ofSeconds(2));
			return pages.page(id);
		}
		// docs: end

	}

}
