package io.taskgroup.sample;

import java.io.IOException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of the catalogue's data.
 */
class CatalogueTests {

	private final Catalogue catalogue;

	CatalogueTests() throws IOException {
		this.catalogue = new Catalogue(new JsonMapper(), new ClassPathResource("books.json"));
	}

	@Test
	@DisplayName("there are at least 100 books, none of them twice")
	void books() {
		assertThat(this.catalogue.books()).hasSizeGreaterThanOrEqualTo(100);
		assertThat(this.catalogue.books()).extracting(Book::id).doesNotHaveDuplicates();
		assertThat(this.catalogue.books()).extracting(Book::title).doesNotHaveDuplicates();
	}

	@Test
	@DisplayName("every book has a title, an author and the year of a classic")
	void fields() {
		assertThat(this.catalogue.books()).allSatisfy(book -> {
			assertThat(book.id()).isPositive();
			assertThat(book.title()).isNotBlank();
			assertThat(book.author()).isNotBlank();
			assertThat(book.year()).isBetween(1450, 1930);
		});
	}

	@Test
	@DisplayName("a book is found by its id")
	void byId() {
		Book book = this.catalogue.books().getLast();

		assertThat(this.catalogue.book(book.id())).isEqualTo(book);
		assertThatExceptionOfType(UnknownBookException.class).isThrownBy(() -> this.catalogue.book(-1))
			.withMessage("there is no book -1");
	}

}
