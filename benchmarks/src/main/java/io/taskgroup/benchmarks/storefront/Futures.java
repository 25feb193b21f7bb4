package io.taskgroup.benchmarks.storefront;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

import jakarta.annotation.PreDestroy;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Asks the suppliers side by side, with {@code CompletableFuture}. */
@RestController
class Futures {

	private final Suppliers suppliers = new Suppliers();

	private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

	@GetMapping("/page")
	Page page() {
		CompletableFuture<String> title = ask(this.suppliers::title);
		CompletableFuture<Integer> price = ask(this.suppliers::price);
		CompletableFuture<Integer> stock = ask(this.suppliers::stock);
		CompletableFuture.allOf(title, price, stock).join();
		return new Page(title.join(), price.join(), stock.join());
	}

	private <T> CompletableFuture<T> ask(Callable<T> supplier) {
		return CompletableFuture.supplyAsync(() -> answer(supplier), this.executor);
	}

	private static <T> T answer(Callable<T> supplier) {
		try {
			return supplier.call();
		}
		catch (Exception ex) {
			throw new CompletionException(ex);
		}
	}

	@PreDestroy
	void close() {
		this.executor.close();
	}

}
