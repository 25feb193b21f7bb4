package io.taskgroup.sample;

import java.time.Instant;
import java.util.List;

import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskHandle;
import org.jspecify.annotations.Nullable;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The books of the shop.
 */
@RestController
@RequestMapping("/books")
class BookController {

	private final TaskGroupFactory groups;

	private final Catalogue catalogue;

	private final Backends backends;

	private final PriceFeed priceFeed;

	BookController(TaskGroupFactory groups, Catalogue catalogue, Backends backends, PriceFeed priceFeed) {
		this.groups = groups;
		this.catalogue = catalogue;
		this.backends = backends;
		this.priceFeed = priceFeed;
	}

	/** All books, with the prices that the feed has seen last. */
	@GetMapping
	BookList books() {
		PriceList latest = this.priceFeed.latest();
		return new BookList(latest.asOf(),
				this.catalogue.books()
					.stream()
					.map(book -> new PricedBook(book, latest.prices().get(book.id())))
					.toList());
	}

	/**
	 * All about one book, asked side by side. The first that fails of those that are
	 * needed fails the page, and the others are cancelled.
	 */
	@GetMapping("/{id}")
	BookPage book(@PathVariable int id) throws InterruptedException {
		return this.groups.named("book-page").call(group -> {
			TaskHandle<Book> book = group.fork("details", () -> this.catalogue.book(id));
			TaskHandle<Price> price = group.fork("price", () -> this.backends.price(id));
			TaskHandle<Stock> stock = group.fork("stock", () -> this.backends.stock(id));
			TaskHandle<@Nullable Reviews> reviews = group.fork("reviews", () -> reviews(id));
			return new BookPage(book.await(), price.await(), stock.await(), reviews.await());
		});
	}

	/** The page does without reviews when there are none to be had. */
	private @Nullable Reviews reviews(int id) {
		try {
			return this.backends.reviews(id);
		}
		catch (BackendException ex) {
			return null;
		}
	}

	record BookList(Instant pricesAsOf, List<PricedBook> books) {
	}

	record PricedBook(Book book, @Nullable Price price) {
	}

	record BookPage(Book book, Price price, Stock stock, @Nullable Reviews reviews) {
	}

}
