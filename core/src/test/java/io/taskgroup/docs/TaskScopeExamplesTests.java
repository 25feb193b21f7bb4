package io.taskgroup.docs;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

import io.taskgroup.CancelScope;
import io.taskgroup.StartedTask;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskHandle;
import io.taskgroup.TaskScope;
import io.taskgroup.TaskState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Examples of supervisors, and of tasks that say when they are ready.
 */
@Timeout(30)
class TaskScopeExamplesTests {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

	@Test
	@DisplayName("docs: each task fails alone")
	void supervisor() throws Exception {
		// docs: supervisor
		TaskScope events = groups.named("events")
			.onError((task, exception) -> log.add(task.name() + ": " + exception.getMessage()))
			.openScope();

		// for each event, from any thread
		TaskHandle<Void> first = events.fork("event-1", () -> handle("broken"));
		TaskHandle<Void> second = events.fork("event-2", () -> handle("fine"));

		// when nothing is to be left running but no more events come
		events.join();

		// when the component stops: cancels what runs, and waits for it
		events.close();
		// docs: end
		assertThat(this.log).containsExactlyInAnyOrder("event-1: broken event", "handled fine");
		assertThat(first.state()).isEqualTo(TaskState.FAILED);
		assertThat(second.state()).isEqualTo(TaskState.SUCCESS);
	}

	private void handle(String event) throws IOException {
		if (event.equals("broken")) {
			throw new IOException("broken event");
		}
		this.log.add("handled " + event);
	}

	@Test
	@DisplayName("docs: a server that says its port")
	void start() throws Exception {
		try (TaskScope scope = this.groups.named("servers").openScope()) {
			int port = startServer(scope);
			try (Socket socket = new Socket("localhost", port)) {
				assertThat(socket.getInputStream().read()).isEqualTo('!');
			}
		}
	}

	@Test
	@DisplayName("docs: a server that cannot start fails where it was started")
	void startThatFails() throws Exception {
		try (ServerSocket taken = new ServerSocket(0); TaskScope scope = this.groups.named("servers").openScope()) {
			assertThatIOException().isThrownBy(() -> scope.<Integer, IOException>startAction(status -> {
				try (ServerSocket server = new ServerSocket(taken.getLocalPort())) {
					status.started(server.getLocalPort());
				}
			}));
		}
	}

	// docs: start
	int startServer(TaskScope scope) throws IOException, InterruptedException {
		StartedTask<Integer, Void> server = scope.startAction("server", status -> {
			try (ServerSocket socket = new ServerSocket(0)) {
				status.started(socket.getLocalPort());
				serve(socket);
			}
		});
		return server.startValue();
	}
	// docs: end

	private void serve(ServerSocket server) throws IOException {
		while (true) {
			try (Socket socket = server.accept()) {
				socket.getOutputStream().write('!');
			}
		}
	}

	@Test
	@DisplayName("docs: a supervisor that outlives the request it was opened in")
	void detached() throws Exception {
		CountDownLatch requestIsOver = new CountDownLatch(1);
		TaskScope[] opened = new TaskScope[1];
		TaskHandle<?>[] sent = new TaskHandle<?>[1];
		CancelScope.moveOnAfter(Duration.ofMillis(20), request -> {
			// docs: detached
			TaskScope mails = groups.named("mails").detached().openScope();
			TaskHandle<Void> mail = mails.fork("confirmation", () -> {
				requestIsOver.await();
				log.add("sent");
			});
			// docs: end
			opened[0] = mails;
			sent[0] = mail;
			Thread.sleep(Duration.ofHours(1));
		});
		requestIsOver.countDown();
		opened[0].join();
		opened[0].close();
		assertThat(sent[0].state()).isEqualTo(TaskState.SUCCESS);
		assertThat(this.log).containsExactly("sent");
	}

}
