package io.taskgroup.autoconfigure.docs;

import java.time.Duration;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskHandle;

import org.springframework.stereotype.Service;

// docs: quick-start
@Service
class BookPages {

	private final TaskGroupFactory groups;

	private final Backend backend;

	BookPages(TaskGroupFactory groups, Backend backend) {
		this.groups = groups;
		this.backend = backend;
	}

	BookPage page(int id) throws InterruptedException {
		return this.groups.named("book-page").timeout(Duration.ofSeconds(2)).call(group -> {
			TaskHandle<String> title = group.fork("title", () -> this.backend.title(id));
			TaskHandle<Integer> copies = group.fork("copies", () -> this.backend.copies(id));
			return new BookPage(title.await(), copies.await());
		});
	}

}
// docs: end
