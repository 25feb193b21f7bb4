package io.taskgroup.sample;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.sample.BookController.BookList;
import io.taskgroup.sample.BookController.BookPage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of the list of books and of a book's page.
 */
@StorefrontTest
class BookTests {

	@Autowired
	private RestTestClient client;

	@Autowired
	private BackendFaults faults;

	@Autowired
	private Catalogue catalogue;

	@Autowired
	private TaskGroupFactory groups;

	@AfterEach
	void heal() {
		this.faults.heal();
	}

	@Test
	@DisplayName("the list has every book with its price")
	void list() {
		BookList list = this.client.get()
			.uri("/books")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(BookList.class)
			.returnResult()
			.getResponseBody();

		assertThat(list.books()).hasSameSizeAs(this.catalogue.books())
			.allSatisfy(priced -> assertThat(priced.price()).isEqualTo(SimulatedServices.priceOf(priced.book().id())));
	}

	@Test
	@DisplayName("a page has details, price, stock and reviews")
	void page() {
		assertThat(page(29)).isEqualTo(completePage(29));
	}

	@Test
	@DisplayName("price, stock and reviews are asked side by side")
	void sideBySide() {
		this.faults.hang("/services/prices/29");
		this.faults.hang("/services/stock");
		this.faults.hang("/services/reviews");

		CompletableFuture<BookPage> page = CompletableFuture.supplyAsync(() -> page(29));

		await().untilAsserted(() -> {
			assertThat(this.faults.requests("/services/prices/29")).isOne();
			assertThat(this.faults.requests("/services/stock/29")).isOne();
			assertThat(this.faults.requests("/services/reviews/29")).isOne();
		});
		assertThat(page).isNotDone();
		this.faults.heal();
		assertThat(page).succeedsWithin(5, TimeUnit.SECONDS).isEqualTo(completePage(29));
	}

	@Test
	@DisplayName("an unknown book is a 404, at once, whatever the others are waiting for")
	void unknownBook() {
		this.faults.hang("/services/prices/9999");
		this.faults.hang("/services/stock");
		this.faults.hang("/services/reviews");

		problem(9999, HttpStatus.NOT_FOUND, "there is no book 9999");

		assertThat(OpenGroups.ofRequests(this.groups)).isEmpty();
	}

	@Test
	@DisplayName("a needed backend that fails is a 502, and cancels the calls under way")
	void neededBackendFails() {
		this.faults.hang("/services/prices/29");
		this.faults.hang("/services/stock");
		this.faults.hang("/services/reviews");
		this.faults.fail("/services/stock");
		CompletableFuture<Void> answered = CompletableFuture
			.runAsync(() -> problem(29, HttpStatus.BAD_GATEWAY, "stock answered with 503 SERVICE_UNAVAILABLE"));
		await().until(() -> this.faults.requests("/services/prices/29") == 1
				&& this.faults.requests("/services/stock/29") == 1
				&& this.faults.requests("/services/reviews/29") == 1);

		this.faults.release("/services/stock");

		assertThat(answered).succeedsWithin(5, TimeUnit.SECONDS);
		assertThat(OpenGroups.ofRequests(this.groups)).isEmpty();
	}

	@Test
	@DisplayName("a page does without reviews when there are none to be had")
	void noReviews() {
		this.faults.fail("/services/reviews");

		BookPage complete = completePage(29);
		assertThat(page(29)).isEqualTo(new BookPage(complete.book(), complete.price(), complete.stock(), null));
	}

	@Test
	@DisplayName("a page that takes too long is a 504")
	void pageTimeout() {
		this.faults.hang("/services/prices/29");

		problem(29, HttpStatus.GATEWAY_TIMEOUT, "the backends took too long");

		assertThat(OpenGroups.ofRequests(this.groups)).isEmpty();
	}

	@Test
	@DisplayName("requests and tasks run on threads of the kinds that are set")
	void threads(@Value("${spring.threads.virtual.enabled}") boolean virtualRequests,
			@Value("${taskgroup.threads:virtual}") String tasks) throws InterruptedException {
		page(29);

		assertThat(this.faults.isServedOnVirtualThreads()).isEqualTo(virtualRequests);
		boolean virtualTasks = this.groups.named("kinds")
			.call(group -> group.fork(() -> Thread.currentThread().isVirtual()).await());
		assertThat(virtualTasks).isEqualTo(tasks.equals("virtual"));
	}

	private BookPage page(int id) {
		return this.client.get()
			.uri("/books/{id}", id)
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody(BookPage.class)
			.returnResult()
			.getResponseBody();
	}

	private BookPage completePage(int id) {
		return new BookPage(this.catalogue.book(id), SimulatedServices.priceOf(id), SimulatedServices.stockOf(id),
				SimulatedServices.reviewsOf(id));
	}

	private void problem(int id, HttpStatus status, String detail) {
		this.client.get()
			.uri("/books/{id}", id)
			.exchange()
			.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo(status.value())
			.jsonPath("$.detail")
			.isEqualTo(detail);
	}

}
