package io.taskgroup.benchmarks.first;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.StructuredTaskScope;
import java.util.concurrent.StructuredTaskScope.Joiner;

/** The JDK's {@code StructuredTaskScope}. */
final class StructuredScopes implements First {

	@Override
	public Integer first(List<Callable<Integer>> tasks) throws Exception {
		try (var scope = StructuredTaskScope.open(Joiner.<Integer>anySuccessfulResultOrThrow())) {
			for (Callable<Integer> task : tasks) {
				scope.fork(task);
			}
			return scope.join();
		}
	}

}
