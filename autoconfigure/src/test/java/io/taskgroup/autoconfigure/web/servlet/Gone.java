package io.taskgroup.autoconfigure.web.servlet;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.taskgroup.CancelKind;
import io.taskgroup.CancelScope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What must be true of a request of {@link BlockingController} whose client goes.
 */
final class Gone {

	private static final int BOUND = 15;

	private final TestServer server;

	private final Work work;

	private final double before;

	Gone(TestServer server, String id) {
		this.server = server;
		this.work = server.bean(BlockingController.class).work(id);
		this.before = cancellations();
	}

	/** Waits until all tasks run. */
	void awaitRunning() throws InterruptedException {
		assertThat(this.work.running.await(BOUND, TimeUnit.SECONDS)).as("tasks run").isTrue();
	}

	/** Waits until all tasks have been interrupted. */
	void awaitInterrupted() throws InterruptedException {
		assertThat(this.work.interrupted.await(BOUND, TimeUnit.SECONDS)).as("tasks are interrupted").isTrue();
	}

	/**
	 * The request was ended by the disconnect, which was counted, and nothing is left.
	 */
	void assertDisconnected() throws InterruptedException {
		awaitInterrupted();
		assertThat(this.work.left.await(BOUND, TimeUnit.SECONDS)).as("the controller is left").isTrue();
		CancelScope scope = Objects.requireNonNull(this.work.scope);
		assertThat(scope.cancelKind()).contains(CancelKind.DISCONNECT);
		assertThat(scope.cancelReason()).contains("the client has gone");
		await().atMost(Duration.ofSeconds(BOUND)).until(scope::cancelCaught);
		await().atMost(Duration.ofSeconds(BOUND)).until(() -> cancellations() == this.before + 1);
		await().atMost(Duration.ofSeconds(BOUND)).until(() -> this.server.groups().snapshot().isEmpty());
	}

	private double cancellations() {
		return this.server.cancellations("blocked", "disconnect");
	}

}
