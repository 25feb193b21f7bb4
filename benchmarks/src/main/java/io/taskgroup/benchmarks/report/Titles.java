package io.taskgroup.benchmarks.report;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What readers are shown instead of the names of classes, parameters and methods.
 */
public final class Titles {

	private static final Pattern NUMBER = Pattern.compile("\\d+");

	private static final Map<String, String> TITLES = Map.ofEntries(Map.entry("TaskGroups", "Task Group"),
			Map.entry("TaskGroupForks", "Task Group, with `fork` and `await`"),
			Map.entry("Threads", "virtual threads and a latch"),
			Map.entry("ExecutorPerCall", "`newVirtualThreadPerTaskExecutor`"),
			Map.entry("StructuredScopes", "`StructuredTaskScope`"), Map.entry("Futures", "`CompletableFuture`"),
			Map.entry("InvokeAny", "`invokeAny`"), Map.entry("MapConcurrent", "`Gatherers.mapConcurrent`"),
			Map.entry("CollectorsInParallel", "parallel-collectors"),
			Map.entry("CollectorsInBatches", "parallel-collectors, in batches"),
			Map.entry("SemaphoreThreads", "a semaphore and virtual threads"),
			Map.entry("FairSemaphore", "a fair `Semaphore`"), Map.entry("Resilience4jBulkhead", "Resilience4j"),
			Map.entry("SpringExecutor", "`SimpleAsyncTaskExecutor`"), Map.entry("Starter", "Task Group's starter"),
			Map.entry("OneByOne", "one after the other"), Map.entry("of16", "16"), Map.entry("of512", "512"));

	private Titles() {
	}

	/**
	 * What to show instead of a name.
	 * @param name a name
	 * @return a title
	 */
	public static String of(String name) {
		if (NUMBER.matcher(name).matches()) {
			return String.format(Locale.ROOT, "%,d", Long.parseLong(name));
		}
		return TITLES.getOrDefault(name, name);
	}

}
