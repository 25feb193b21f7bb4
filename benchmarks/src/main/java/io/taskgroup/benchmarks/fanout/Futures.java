package io.taskgroup.benchmarks.fanout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * {@code CompletableFuture.allOf}, on virtual threads: the common pool has as many
 * threads as there are cores, and is not for tasks that block.
 */
final class Futures implements FanOut {

	private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

	@Override
	public List<Integer> all(List<Callable<Integer>> tasks) {
		List<CompletableFuture<Integer>> futures = new ArrayList<>(tasks.size());
		for (Callable<Integer> task : tasks) {
			futures.add(CompletableFuture.supplyAsync(() -> result(task), this.executor));
		}
		CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)).join();
		List<Integer> results = new ArrayList<>(tasks.size());
		for (CompletableFuture<Integer> future : futures) {
			results.add(future.join());
		}
		return results;
	}

	private static Integer result(Callable<Integer> task) {
		try {
			return task.call();
		}
		catch (Exception ex) {
			throw new CompletionException(ex);
		}
	}

	@Override
	public void close() {
		this.executor.close();
	}

}
