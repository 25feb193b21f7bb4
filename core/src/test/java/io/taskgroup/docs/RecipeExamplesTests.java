package io.taskgroup.docs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.taskgroup.CancelScope;
import io.taskgroup.TaskGroup;
import io.taskgroup.TaskGroupClosedException;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskHandle;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

/**
 * The recipes: longer examples, in which several rules work together.
 */
@Timeout(30)
class RecipeExamplesTests {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

	// Happy eyeballs

	// docs: happy-eyeballs
	Socket connect(List<Callable<Socket>> attempts, Duration delay) throws IOException, InterruptedException {
		AtomicReference<Socket> winner = new AtomicReference<>();
		IOException failure = new IOException("no attempt succeeded");
		try {
			groups.named("connect").run(group -> {
				for (Callable<Socket> attempt : attempts) {
					CancelScope.checkpoint(); // the last one may have won
					TaskHandle<Void> running = group.fork(() -> {
						try {
							Socket socket = attempt.call();
							if (winner.compareAndSet(null, socket)) {
								group.cancel("connected");
							}
							else {
								socket.close();
							}
						}
						catch (IOException ex) {
							failure.addSuppressed(ex);
						}
					});
					try {
						running.await(delay); // comes back at once when the attempt fails
					}
					catch (TimeoutException ex) {
						// it goes on, and the next one joins it
					}
				}
			});
		}
		catch (InterruptedException | RuntimeException ex) {
			if (winner.get() != null) {
				winner.get().close(); // nobody will get it
			}
			throw ex;
		}
		if (winner.get() == null) {
			throw failure;
		}
		return winner.get();
	}
	// docs: end

	@Test
	@DisplayName("docs: happy eyeballs: the first to connect wins, and the others are cancelled")
	void happyEyeballs() throws Exception {
		AtomicBoolean cancelled = new AtomicBoolean();
		AtomicBoolean asked = new AtomicBoolean();
		try (ServerSocket server = new ServerSocket(0)) {
			Callable<Socket> blackHole = () -> {
				try {
					TimeUnit.HOURS.sleep(1);
				}
				catch (InterruptedException ex) {
					cancelled.set(true);
					throw ex;
				}
				throw new AssertionError();
			};
			Callable<Socket> refused = () -> {
				throw new IOException("refused");
			};
			Callable<Socket> good = () -> new Socket("localhost", server.getLocalPort());
			Callable<Socket> neverAsked = () -> {
				asked.set(true);
				throw new IOException("not needed");
			};
			try (Socket socket = connect(List.of(blackHole, refused, good, neverAsked), Duration.ofSeconds(1))) {
				assertThat(socket.getPort()).isEqualTo(server.getLocalPort());
			}
		}
		assertThat(cancelled).isTrue();
		assertThat(asked).isFalse();
	}

	@Test
	@DisplayName("docs: happy eyeballs: of two that connect, one is closed")
	void happyEyeballsWithTwoWinners() throws Exception {
		CountDownLatch secondConnects = new CountDownLatch(1);
		Socket first = new Socket();
		Socket second = new Socket();
		Callable<Socket> slow = () -> {
			while (true) {
				try {
					secondConnects.await();
					return first;
				}
				catch (InterruptedException ex) {
					// connects nonetheless
				}
			}
		};
		Callable<Socket> fast = () -> {
			secondConnects.countDown();
			return second;
		};
		try (Socket winner = connect(List.of(slow, fast), Duration.ofMillis(10))) {
			assertThat(winner.isClosed()).isFalse();
			assertThat(winner).isIn(first, second);
			assertThat(first.isClosed()).isNotEqualTo(second.isClosed());
		}
	}

	@Test
	@DisplayName("docs: happy eyeballs: all failures are told")
	void happyEyeballsThatFail() {
		Callable<Socket> refused = () -> {
			throw new IOException("refused");
		};
		IOException thrown = catchThrowableOfType(IOException.class,
				() -> connect(List.of(refused, refused), Duration.ofSeconds(10)));
		assertThat(thrown.getSuppressed()).hasSize(2);
	}

	// Restarting a subsystem

	// docs: restart
	void runSubsystem(String first, BlockingQueue<String> changes) throws InterruptedException {
		AtomicReference<String> configuration = new AtomicReference<>(first);
		while (true) {
			groups.named("subsystem").run(group -> {
				group.fork("watch", () -> {
					configuration.set(changes.take());
					group.cancel("the configuration has changed");
					CancelScope.runShielded(shield -> { // wait until it has settled
						String newer = changes.poll(50, TimeUnit.MILLISECONDS);
						while (newer != null) {
							configuration.set(newer);
							newer = changes.poll(50, TimeUnit.MILLISECONDS);
						}
					});
				});
				group.fork("work", () -> work(configuration.get()));
			});
		}
	}
	// docs: end

	@Test
	@DisplayName("docs: a subsystem restarts when its configuration changes")
	void restart() throws Exception {
		BlockingQueue<String> changes = new LinkedBlockingQueue<>();
		CancelScope scope = this.groups.named("application").run(group -> {
			group.fork("subsystem", () -> runSubsystem("one", changes));
			awaitLog("work with one");
			changes.addAll(List.of("two", "three"));
			awaitLog("work with three");
			group.cancel();
		});
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(this.log).containsExactly("work with one", "work with three");
	}

	private void work(String configuration) throws InterruptedException {
		this.log.add("work with " + configuration);
		TimeUnit.HOURS.sleep(1);
	}

	private void awaitLog(String entry) {
		await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(() -> this.log.contains(entry));
	}

	// A connection handler

	// docs: connection
	void handle(Socket socket) throws InterruptedException {
		BlockingQueue<String> outbox = new LinkedBlockingQueue<>();
		CancelScope scope = groups.named("connection").run(group -> {
			group.fork("send", () -> sendAll(outbox, socket));
			group.fork("ping", () -> {
				while (true) {
					Thread.sleep(Duration.ofSeconds(10));
					outbox.put("ping");
				}
			});
			group.fork("receive", () -> {
				BufferedReader in = reader(socket);
				String line = in.readLine();
				while (line != null && !line.equals("quit")) {
					outbox.put("you said " + line);
					line = in.readLine();
				}
				group.cancel((line != null) ? "the client said quit" : "the client has gone");
			});
		});
		log.add("connection closed: " + scope.cancelReason().orElse("no reason"));
	}
	// docs: end

	@Test
	@DisplayName("docs: a connection handler cancels itself")
	void connection() throws Exception {
		try (ServerSocket server = new ServerSocket(0);
				Socket client = new Socket("localhost", server.getLocalPort());
				Socket accepted = server.accept()) {
			Thread handler = Thread.ofVirtual().start(() -> {
				try (accepted) {
					handle(accepted);
				}
				catch (IOException | InterruptedException ex) {
					throw new AssertionError(ex);
				}
			});
			PrintWriter out = new PrintWriter(client.getOutputStream(), true, StandardCharsets.UTF_8);
			out.println("hello");
			BufferedReader in = reader(client);
			assertThat(in.readLine()).isEqualTo("you said hello");
			out.println("quit");
			assertThat(in.readLine()).isNull();
			handler.join();
		}
		assertThat(this.log).containsExactly("connection closed: the client said quit");
	}

	private static BufferedReader reader(Socket socket) throws IOException {
		return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
	}

	private static void sendAll(BlockingQueue<String> outbox, Socket socket) throws IOException, InterruptedException {
		PrintWriter out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
		while (true) {
			out.println(outbox.take());
		}
	}

	// Cleaning up

	// docs: cleanup
	void useLease(Lease lease) throws InterruptedException {
		lease.acquire();
		try {
			work("lease");
		}
		finally {
			CancelScope.runShielded(shield -> {
				shield.timeout(Duration.ofSeconds(1)); // patience has an end
				lease.release(); // blocks
			});
		}
	}
	// docs: end

	// docs: cleanup-wrong
	void useLeaseWrongly(Lease lease) throws InterruptedException {
		lease.acquire();
		try {
			work("lease");
		}
		finally {
			lease.release(); // does not happen when the task was cancelled
		}
	}
	// docs: end

	@Test
	@DisplayName("docs: cleaning up under a shield")
	void cleanUp() throws Exception {
		Lease lease = new Lease(this.groups);
		CancelScope scope = this.groups.named("lease").run(group -> {
			group.fork(() -> useLease(lease));
			awaitLog("work with lease");
			group.cancel();
		});
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(lease.held).isFalse();
	}

	@Test
	@DisplayName("docs: cleaning up without a shield does not work")
	void cleanUpWithoutShield() throws Exception {
		Lease lease = new Lease(this.groups);
		CancelScope scope = this.groups.named("lease").run(group -> {
			group.fork(() -> useLeaseWrongly(lease));
			awaitLog("work with lease");
			group.cancel();
		});
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(lease.held).isTrue();
	}

	@Test
	@DisplayName("docs: cleaning up that takes too long is given up")
	void cleanUpThatTakesTooLong() throws Exception {
		Lease lease = new Lease(this.groups);
		lease.moment = Duration.ofHours(1);
		CancelScope scope = this.groups.named("lease").run(group -> {
			group.fork(() -> useLease(lease));
			awaitLog("work with lease");
			group.cancel();
		});
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(lease.held).isTrue();
	}

	/** A lease whose owner is told when it is given back, and answers after a moment. */
	static final class Lease {

		private final TaskGroupFactory groups;

		private volatile Duration moment = Duration.ofMillis(10);

		private volatile boolean held;

		Lease(TaskGroupFactory groups) {
			this.groups = groups;
		}

		void acquire() {
			this.held = true;
		}

		void release() throws InterruptedException {
			this.groups.named("release").run(group -> {
				TaskHandle<Void> answer = group.fork(() -> Thread.sleep(this.moment));
				answer.await();
				this.held = false;
			});
		}

	}

	// Handing a resource to a task

	// docs: hand-over
	void acceptAll(ServerSocket server) throws InterruptedException {
		groups.named("server").run(group -> {
			while (true) {
				handOver(server.accept(), group);
			}
		});
	}

	void handOver(Socket socket, TaskGroup group) throws IOException {
		try {
			group.fork(() -> {
				try (socket) {
					answer(socket);
				}
			});
		}
		catch (RuntimeException | Error ex) {
			socket.close(); // there is no task: it is still ours
			throw ex;
		}
	}
	// docs: end

	private void answer(Socket socket) throws IOException, InterruptedException {
		socket.getOutputStream().write('!');
		this.log.add("answered");
		TimeUnit.HOURS.sleep(1);
	}

	@Test
	@DisplayName("docs: every socket that was accepted is closed, whenever the group is cancelled")
	void handOver() throws Exception {
		try (ServerSocket server = new ServerSocket(0)) {
			this.groups.named("application").run(group -> {
				group.fork(() -> acceptAll(server));
				try (Socket client = new Socket("localhost", server.getLocalPort())) {
					assertThat(client.getInputStream().read()).isEqualTo('!');
					awaitLog("answered");
					group.cancel();
					CancelScope.runShielded(shield -> assertThat(client.getInputStream().read()).isEqualTo(-1));
				}
			});
		}
	}

	@Test
	@DisplayName("docs: a task that is forked into a cancelled group closes what it was handed")
	void handOverToCancelledGroup() throws Exception {
		Socket socket = new Socket();
		this.groups.named("server").run(group -> {
			group.cancel();
			group.fork(() -> {
				try (socket) {
					TimeUnit.HOURS.sleep(1);
				}
			});
		});
		assertThat(socket.isClosed()).isTrue();
	}

	@Test
	@DisplayName("docs: what could not be handed over is closed by the one who has it")
	void handOverToEndedGroup() throws Exception {
		AtomicReference<TaskGroup> ended = new AtomicReference<>();
		this.groups.named("server").run(ended::set);
		Socket socket = new Socket();
		assertThatExceptionOfType(TaskGroupClosedException.class).isThrownBy(() -> handOver(socket, ended.get()));
		assertThat(socket.isClosed()).isTrue();
		assertThatExceptionOfType(SocketException.class).isThrownBy(socket::getInputStream);
	}

}
