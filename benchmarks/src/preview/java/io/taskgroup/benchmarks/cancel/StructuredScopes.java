package io.taskgroup.benchmarks.cancel;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.StructuredTaskScope;
import java.util.concurrent.StructuredTaskScope.Joiner;

/**
 * The JDK's {@code StructuredTaskScope}. It has no method to cancel it: that is up to its
 * joiner, so one more task asks for it by coming to its end.
 */
final class StructuredScopes implements Cancellation {

	private CountDownLatch cancel;

	private StructuredTaskScope<Void, ?> outermost;

	@Override
	public void fork(Tree tree) {
		CountDownLatch cancel = new CountDownLatch(1);
		StructuredTaskScope<Void, ?> scope = StructuredTaskScope.open(Joiner.<Void>allUntil(ended -> true));
		scope.fork(() -> {
			cancel.await();
			return null;
		});
		fork(scope, tree, 0);
		this.cancel = cancel;
		this.outermost = scope;
	}

	private static void fork(StructuredTaskScope<Void, ?> scope, Tree tree, int depth) {
		for (int i = 0; i < tree.width(depth); i++) {
			if (tree.isLast(depth)) {
				scope.fork(() -> tree.block());
			}
			else {
				scope.fork(() -> nest(tree, depth + 1));
			}
		}
	}

	private static Void nest(Tree tree, int depth) throws InterruptedException {
		try (StructuredTaskScope<Void, Void> scope = StructuredTaskScope.open()) {
			fork(scope, tree, depth);
			return scope.join();
		}
	}

	@Override
	public void cancel() throws InterruptedException {
		try (StructuredTaskScope<Void, ?> scope = this.outermost) {
			this.cancel.countDown();
			scope.join();
		}
	}

}
