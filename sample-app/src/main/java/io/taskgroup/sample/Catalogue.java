package io.taskgroup.sample;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.io.Resource;
import org.springframework.stereotype.Component;

/**
 * The books that the shop sells, read from a file and kept in memory.
 */
@Component
@ImportRuntimeHints(Catalogue.Hints.class)
class Catalogue {

	private final List<Book> books;

	private final Map<Integer, Book> byId;

	Catalogue(JsonMapper jsonMapper, @Value("classpath:books.json") Resource file) throws IOException {
		try (InputStream json = file.getInputStream()) {
			this.books = List.of(jsonMapper.readValue(json, Book[].class));
		}
		this.byId = this.books.stream().collect(Collectors.toMap(Book::id, Function.identity()));
	}

	List<Book> books() {
		return this.books;
	}

	Book book(int id) {
		Book book = this.byId.get(id);
		if (book == null) {
			throw new UnknownBookException(id);
		}
		return book;
	}

	/** A native image has only the files that it is told of. */
	static class Hints implements RuntimeHintsRegistrar {

		@Override
		public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
			hints.resources().registerPattern("books.json");
		}

	}

}
