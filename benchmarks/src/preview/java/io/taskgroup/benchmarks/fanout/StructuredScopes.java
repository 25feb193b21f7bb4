package io.taskgroup.benchmarks.fanout;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.StructuredTaskScope;
import java.util.concurrent.StructuredTaskScope.Joiner;
import java.util.concurrent.StructuredTaskScope.Subtask;

/** The JDK's {@code StructuredTaskScope}. */
final class StructuredScopes implements FanOut {

	@Override
	public List<Integer> all(List<Callable<Integer>> tasks) throws Exception {
		try (var scope = StructuredTaskScope.open(Joiner.<Integer>allSuccessfulOrThrow())) {
			for (Callable<Integer> task : tasks) {
				scope.fork(task);
			}
			return scope.join().map(Subtask::get).toList();
		}
	}

}
