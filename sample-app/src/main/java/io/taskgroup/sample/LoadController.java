package io.taskgroup.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;

import io.taskgroup.TaskGroupFactory;

import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/**
 * Customers for the shop, so that there is something to watch: each is a task, and asks
 * one thing after the other over HTTP. Whoever asks for them can send them away by
 * leaving.
 */
@RestController
class LoadController {

	private static final int CUSTOMERS = 20;

	private static final Duration TIME = Duration.ofSeconds(10);

	/**
	 * Some with backends that are in trouble. A supplier that is slow soon answers as
	 * many questions as it may be asked at once, and the others have to wait.
	 */
	private static final List<String> WISHES = List.of("/books/{id}", "/books/{id}/offers", "/books/{id}/delivery",
			"/books/{id}/offers?patience=2s&slow=northgate", "/books/{id}/offers?failing=riverside",
			"/books/{id}/delivery?slow=amber");

	private final TaskGroupFactory groups;

	private final Catalogue catalogue;

	private final RestClient.Builder restClientBuilder;

	private final Environment environment;

	LoadController(TaskGroupFactory groups, Catalogue catalogue, RestClient.Builder restClientBuilder,
			Environment environment) {
		this.groups = groups;
		this.catalogue = catalogue;
		this.restClientBuilder = restClientBuilder;
		this.environment = environment;
	}

	/** Comes back when the last customer has gone. */
	@PostMapping("/load")
	Load load() throws InterruptedException {
		RestClient shop = this.restClientBuilder.clone()
			.baseUrl("http://localhost:" + this.environment.getRequiredProperty("local.server.port"))
			.build();
		Map<Integer, Integer> answers = new ConcurrentSkipListMap<>();
		Instant closing = Instant.now().plus(TIME);
		this.groups.named("load").run(group -> {
			for (int customer = 1; customer <= CUSTOMERS; customer++) {
				group.fork("customer-" + customer, () -> {
					while (Instant.now().isBefore(closing)) {
						answers.merge(ask(shop), 1, Integer::sum);
					}
				});
			}
		});
		return new Load(answers);
	}

	private int ask(RestClient shop) {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		String wish = WISHES.get(random.nextInt(WISHES.size()));
		int id = 1 + random.nextInt(this.catalogue.books().size());
		return shop.get().uri(wish, id).exchange((request, response) -> response.getStatusCode().value());
	}

	record Load(Map<Integer, Integer> answersByStatus) {
	}

}
