package io.taskgroup;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

import static io.taskgroup.GroupAssertions.assertFailsWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rule 4.3 with what real libraries throw when their thread is interrupted, and what they
 * do when they take no notice.
 */
@Timeout(60)
class RealLibraryInterruptionTests {

	private static Libraries libraries;

	@BeforeAll
	static void open(@TempDir Path directory) throws Exception {
		libraries = new Libraries(directory);
	}

	@AfterAll
	static void close() throws Exception {
		libraries.close();
	}

	/** What the calls block on. */
	static final class Libraries {

		final ServerSocket silentServer = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());

		final HttpServer httpServer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
				100);

		final BlockingQueue<HttpExchange> unanswered = new LinkedBlockingQueue<>();

		final HttpClient httpClient = HttpClient.newBuilder()
			.executor(Executors.newVirtualThreadPerTaskExecutor())
			.build();

		final HikariDataSource exhaustedPool;

		final Connection onlyConnection;

		final Path file;

		final Path fifo;

		final RandomAccessFile fifoKeptOpen;

		final Path lockedFile;

		final Process lockHolder;

		Libraries(Path directory) throws Exception {
			this.httpServer.createContext("/hung", exchange -> {
			});
			this.httpServer.createContext("/later", this.unanswered::add);
			this.httpServer.start();
			HikariConfig config = new HikariConfig();
			config.setJdbcUrl("jdbc:h2:mem:interruptions");
			config.setMaximumPoolSize(1);
			config.setConnectionTimeout(60_000);
			config.setThreadFactory(Thread.ofVirtual().factory());
			this.exhaustedPool = new HikariDataSource(config);
			this.onlyConnection = this.exhaustedPool.getConnection();
			try (Statement statement = this.onlyConnection.createStatement()) {
				statement.execute("create alias sleep_for for '" + Sleep.class.getName() + ".sleepFor'");
				statement.execute("create table counter (id int primary key, n int)");
				statement.execute("insert into counter values (1, 0)");
			}
			this.file = Files.writeString(directory.resolve("file"), "content");
			this.fifo = directory.resolve("fifo");
			assertThat(new ProcessBuilder("mkfifo", this.fifo.toString()).start().waitFor()).isZero();
			this.fifoKeptOpen = new RandomAccessFile(this.fifo.toFile(), "rw");
			this.lockedFile = Files.createFile(directory.resolve("locked"));
			this.lockHolder = lockHolder(this.lockedFile);
		}

		/** Has another process hold a lock, since locks are held by processes. */
		static Process lockHolder(Path file) throws IOException {
			Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
					"-cp", System.getProperty("java.class.path"), LockHolder.class.getName(), file.toString())
				.redirectError(ProcessBuilder.Redirect.INHERIT)
				.start();
			BufferedReader output = new BufferedReader(
					new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
			assertThat(output.readLine()).isEqualTo("locked");
			return process;
		}

		URI hung() {
			return URI.create("http://127.0.0.1:" + this.httpServer.getAddress().getPort() + "/hung");
		}

		URI later() {
			return URI.create("http://127.0.0.1:" + this.httpServer.getAddress().getPort() + "/later");
		}

		Socket connect() throws IOException {
			return new Socket(this.silentServer.getInetAddress(), this.silentServer.getLocalPort());
		}

		void close() throws Exception {
			this.httpServer.stop(0);
			this.httpClient.shutdownNow();
			this.silentServer.close();
			this.onlyConnection.close();
			this.exhaustedPool.close();
			this.fifoKeptOpen.close();
			this.lockHolder.destroyForcibly().waitFor();
		}

	}

	/** Called by H2. */
	public static final class Sleep {

		private Sleep() {
		}

		/** Sleeps. */
		public static void sleepFor(long millis) throws InterruptedException {
			Thread.sleep(millis);
		}

	}

	/** Locks a file until its input ends. */
	public static final class LockHolder {

		private LockHolder() {
		}

		/** Called by the JVM of another process. */
		public static void main(String[] args) throws IOException {
			try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE);
					FileLock lock = channel.lock()) {
				System.out.println(lock.isValid() ? "locked" : "not locked");
				while (System.in.read() >= 0) {
					// goes on until the test ends
				}
			}
		}

	}

	/** A blocking call that gives way to an interrupt. */
	enum Call {

		SLEEP("java.lang.Thread.sleep", InterruptedException.class, InterruptedException.class) {
			@Override
			Object make(Libraries libraries) throws Exception {
				Thread.sleep(60_000);
				return null;
			}
		},

		QUEUE_TAKE("LinkedBlockingQueue.take", InterruptedException.class, InterruptedException.class) {
			@Override
			Object make(Libraries libraries) throws Exception {
				return new LinkedBlockingQueue<>().take();
			}
		},

		SEMAPHORE_ACQUIRE("Semaphore.acquire", InterruptedException.class, InterruptedException.class) {
			@Override
			Object make(Libraries libraries) throws Exception {
				new Semaphore(0).acquire();
				return null;
			}
		},

		FUTURE_GET("CompletableFuture.get", InterruptedException.class, InterruptedException.class) {
			@Override
			Object make(Libraries libraries) throws Exception {
				return new CompletableFuture<>().get();
			}
		},

		PROCESS_WAIT_FOR("ProcessImpl.waitFor", InterruptedException.class, InterruptedException.class) {
			@Override
			Object make(Libraries libraries) throws Exception {
				Process process = new ProcessBuilder("sleep", "60").start();
				try {
					return process.waitFor();
				}
				finally {
					process.destroyForcibly();
				}
			}
		},

		SOCKET_READ("NioSocketImpl.implRead", SocketException.class, SocketException.class) {
			@Override
			Object make(Libraries libraries) throws Exception {
				try (Socket socket = libraries.connect()) {
					return socket.getInputStream().read();
				}
			}

			@Override
			boolean isInterruptible(Rig rig) {
				return rig == Rig.VIRTUAL;
			}
		},

		SOCKET_CHANNEL_READ("SocketChannelImpl.read", ClosedByInterruptException.class,
				ClosedByInterruptException.class) {
			@Override
			Object make(Libraries libraries) throws Exception {
				try (SocketChannel channel = SocketChannel.open(libraries.silentServer.getLocalSocketAddress())) {
					return channel.read(ByteBuffer.allocate(1));
				}
			}
		},

		SOCKET_CHANNEL_READ_UNCHECKED("SocketChannelImpl.read", UncheckedIOException.class,
				ClosedByInterruptException.class) {
			@Override
			Object make(Libraries libraries) {
				try {
					return SOCKET_CHANNEL_READ.make(libraries);
				}
				catch (IOException ex) {
					throw new UncheckedIOException(ex);
				}
				catch (Exception ex) {
					throw new IllegalStateException(ex);
				}
			}
		},

		HTTP_CLIENT_SEND("HttpClientImpl.send", InterruptedException.class, InterruptedException.class) {
			@Override
			Object make(Libraries libraries) throws Exception {
				return libraries.httpClient
					.send(HttpRequest.newBuilder(libraries.hung()).build(), HttpResponse.BodyHandlers.ofString())
					.body();
			}
		},

		REST_CLIENT_OVER_HTTP_CLIENT("JdkClientHttpRequest.executeInternal", ResourceAccessException.class,
				InterruptedException.class) {
			@Override
			Object make(Libraries libraries) {
				return RestClient.builder()
					.requestFactory(new JdkClientHttpRequestFactory(libraries.httpClient))
					.build()
					.get()
					.uri(libraries.hung())
					.retrieve()
					.body(String.class);
			}
		},

		REST_CLIENT_OVER_URL_CONNECTION("NioSocketImpl.implRead", ResourceAccessException.class,
				SocketException.class) {
			@Override
			Object make(Libraries libraries) {
				return RestClient.builder()
					.requestFactory(new SimpleClientHttpRequestFactory())
					.build()
					.get()
					.uri(libraries.hung())
					.retrieve()
					.body(String.class);
			}

			@Override
			boolean isInterruptible(Rig rig) {
				return rig == Rig.VIRTUAL;
			}
		},

		FILE_CHANNEL_READS("FileChannelImpl.read", ClosedByInterruptException.class, ClosedByInterruptException.class) {
			@Override
			Object make(Libraries libraries) throws Exception {
				try (FileChannel channel = FileChannel.open(libraries.file)) {
					while (channel.read(ByteBuffer.allocate(4), 0) > 0) {
						Thread.onSpinWait();
					}
					return null;
				}
			}

			@Override
			boolean isBlocked(Thread thread) {
				return isInCall(thread);
			}
		},

		FILE_CHANNEL_READ_OF_FIFO("FileChannelImpl.read", ClosedByInterruptException.class,
				ClosedByInterruptException.class) {
			@Override
			Object make(Libraries libraries) throws Exception {
				try (FileChannel channel = FileChannel.open(libraries.fifo)) {
					return channel.read(ByteBuffer.allocate(1));
				}
			}

			@Override
			boolean isInterruptible(Rig rig) {
				return rig == Rig.PLATFORM;
			}
		},

		FILE_CHANNEL_LOCK("FileChannelImpl.lock", FileLockInterruptionException.class,
				FileLockInterruptionException.class) {
			@Override
			Object make(Libraries libraries) throws Exception {
				try (FileChannel channel = FileChannel.open(libraries.lockedFile, StandardOpenOption.WRITE);
						FileLock lock = channel.lock()) {
					return lock.isValid();
				}
			}

			@Override
			boolean isInterruptible(Rig rig) {
				return rig == Rig.PLATFORM;
			}
		},

		HIKARI_EXHAUSTED("HikariPool.getConnection", SQLException.class, InterruptedException.class) {
			@Override
			Object make(Libraries libraries) throws Exception {
				try (Connection connection = libraries.exhaustedPool.getConnection()) {
					return connection.isValid(1);
				}
			}
		},

		H2_STATEMENT("Sleep.sleepFor", SQLException.class, InterruptedException.class) {
			@Override
			Object make(Libraries libraries) throws Exception {
				try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:interruptions");
						Statement statement = connection.createStatement()) {
					return statement.execute("call sleep_for(60000)");
				}
			}
		};

		private final String frame;

		private final Class<? extends Throwable> thrown;

		private final Class<? extends Throwable> root;

		Call(String frame, Class<? extends Throwable> thrown, Class<? extends Throwable> root) {
			this.frame = frame;
			this.thrown = thrown;
			this.root = root;
		}

		/** Makes the call, which blocks. */
		abstract Object make(Libraries libraries) throws Exception;

		/** Returns whether an interrupt ends the call on these threads. */
		boolean isInterruptible(Rig rig) {
			return true;
		}

		/** Returns whether the thread blocks in the call. */
		boolean isBlocked(Thread thread) {
			return isInCall(thread) && switch (thread.getState()) {
				case WAITING, TIMED_WAITING -> true;
				case RUNNABLE -> thread.getStackTrace().length > 0 && thread.getStackTrace()[0].isNativeMethod();
				default -> false;
			};
		}

		final boolean isInCall(Thread thread) {
			return Arrays.stream(thread.getStackTrace())
				.anyMatch(element -> (element.getClassName() + "." + element.getMethodName()).contains(this.frame));
		}

		/** Checks that the library threw what it is here for. */
		void assertThrown(Throwable exception) {
			assertThat(exception).isInstanceOf(this.thrown);
			Throwable rootCause = exception;
			while (rootCause.getCause() != null) {
				rootCause = rootCause.getCause();
			}
			assertThat(rootCause).isInstanceOf(this.root);
		}

	}

	/** A call on some thread, watched from outside. */
	private static final class Watched implements Callable<Object> {

		private final Call call;

		private final AtomicReference<Thread> thread = new AtomicReference<>();

		private final AtomicReference<Throwable> thrown = new AtomicReference<>();

		Watched(Call call) {
			this.call = call;
		}

		@Override
		public Object call() throws Exception {
			this.thread.set(Thread.currentThread());
			try {
				return this.call.make(libraries);
			}
			catch (Exception ex) {
				this.thrown.set(ex);
				throw ex;
			}
		}

		void awaitBlocked() {
			Waits.spinUntil(() -> this.thread.get() != null && this.call.isBlocked(this.thread.get()));
		}

		Throwable thrown() {
			this.call.assertThrown(this.thrown.get());
			return this.thrown.get();
		}

	}

	static Stream<Arguments> interruptibleCalls() {
		return Stream.of(Rig.VIRTUAL, Rig.PLATFORM)
			.flatMap(rig -> Stream.of(Call.values())
				.filter(call -> call.isInterruptible(rig))
				.map(call -> Arguments.of(rig, call)));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("interruptibleCalls")
	@DisplayName("4.3 what the library throws in a cancelled task is its cancellation")
	void cancelledTask(Rig rig, Call call) throws Exception {
		TaskGroupFactory factory = rig.factory();
		Watched watched = new Watched(call);
		AtomicReference<TaskHandle<Object>> handle = new AtomicReference<>();
		rig.run(() -> factory.named("group").run(group -> {
			handle.set(group.fork(watched));
			watched.awaitBlocked();
			handle.get().cancel("enough");
			handle.get().awaitDone();
		}));
		assertThat(watched.thrown()).isNotNull();
		assertThat(handle.get().outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("interruptibleCalls")
	@DisplayName("4.3 what the library throws in a task whose sibling failed adds nothing to the group's failures")
	void siblingOfFailedTask(Rig rig, Call call) throws Exception {
		TaskGroupFactory factory = rig.factory();
		Watched watched = new Watched(call);
		IOException failure = new IOException("failure");
		rig.run(() -> assertFailsWith(() -> factory.named("group").run(group -> {
			group.fork(watched);
			group.fork(() -> {
				watched.awaitBlocked();
				throw failure;
			});
		}), failure));
		assertThat(watched.thrown()).isNotNull();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("interruptibleCalls")
	@DisplayName("4.3 without a request the same exception is a failure")
	void taskInterruptedBySomebodyElse(Rig rig, Call call) throws Exception {
		TaskGroupFactory factory = rig.factory();
		Watched watched = new Watched(call);
		AtomicReference<TaskHandle<Object>> handle = new AtomicReference<>();
		TaskGroupException failed = rig
			.call(() -> GroupAssertions.assertFails(() -> factory.named("group").run(group -> {
				handle.set(group.fork(watched));
				watched.awaitBlocked();
				watched.thread.get().interrupt();
			})));
		assertThat(failed.exceptions()).singleElement().isSameAs(watched.thrown());
		assertThat(handle.get().state()).isEqualTo(TaskState.FAILED);
		assertThat(handle.get().exceptionNow()).isSameAs(watched.thrown());
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("interruptibleCalls")
	@DisplayName("4.3 the same holds for the bodies of groups")
	void cancelledBodyOfGroup(Rig rig, Call call) throws Exception {
		TaskGroupFactory factory = rig.factory();
		Watched watched = new Watched(call);
		AtomicReference<TaskGroup> group = new AtomicReference<>();
		Host<CancelScope> host = rig.startCall(() -> factory.named("group").run(open -> {
			group.set(open);
			watched.call();
		}));
		watched.awaitBlocked();
		group.get().cancel();
		assertThat(host.get().cancelCaught()).isTrue();
		assertThat(watched.thrown()).isNotNull();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("interruptibleCalls")
	@DisplayName("4.3 the same holds for the bodies of scopes")
	void cancelledBodyOfScope(Rig rig, Call call) throws Exception {
		Watched watched = new Watched(call);
		CancelScope scope = CancelScope.create();
		Host<Void> host = rig.start(() -> scope.enter(entered -> watched.call()));
		watched.awaitBlocked();
		scope.cancel();
		host.get();
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(watched.thrown()).isNotNull();
	}

	@ParameterizedTest(name = "{0} {1}")
	@MethodSource("interruptibleCalls")
	@DisplayName("4.3 without a request what the library throws in the body of a scope goes up")
	void bodyOfScopeInterruptedBySomebodyElse(Rig rig, Call call) throws Exception {
		Watched watched = new Watched(call);
		Host<Void> host = rig.start(() -> CancelScope.run(entered -> watched.call()));
		watched.awaitBlocked();
		host.interrupt();
		assertThat(host.thrown()).isSameAs(watched.thrown());
	}

	/**
	 * Cancels a task that blocks and takes no notice, lets its call end, and returns its
	 * handle.
	 */
	private static TaskHandle<Object> cancelInCall(Rig rig, Callable<Object> call, String frame, TaskAction endOfCall)
			throws Exception {
		TaskGroupFactory factory = rig.factory();
		AtomicReference<Thread> thread = new AtomicReference<>();
		try (TaskScope scope = factory.named("supervisor").onError((task, exception) -> {
		}).openScope()) {
			TaskHandle<Object> handle = scope.fork(() -> {
				thread.set(Thread.currentThread());
				return call.call();
			});
			Waits.spinUntil(() -> thread.get() != null && isIn(frame, thread.get()));
			handle.cancel("enough");
			Waits.spinUntil(() -> handle.isDone() || isIn(frame, thread.get()));
			assertThat(handle.state()).isEqualTo(TaskState.CANCELLING);
			endOfCall.run();
			handle.awaitDone();
			return handle;
		}
	}

	private static boolean isIn(String frame, Thread thread) {
		return Arrays.stream(thread.getStackTrace())
			.anyMatch(element -> (element.getClassName() + "." + element.getMethodName()).contains(frame));
	}

	@ParameterizedTest
	@EnumSource(value = Rig.class, names = "PLATFORM")
	@DisplayName("4.3 Socket.read on a platform thread takes no notice: the task ends with its call, and is a SUCCESS")
	void socketReadOnPlatformThread(Rig rig) throws Exception {
		try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				Socket socket = new Socket(server.getInetAddress(), server.getLocalPort());
				Socket accepted = server.accept()) {
			TaskHandle<Object> handle = cancelInCall(rig, () -> socket.getInputStream().read(),
					"NioSocketImpl.implRead", () -> accepted.getOutputStream().write(42));
			assertThat(handle.outcome()).isEqualTo(new Outcome.Success<>(42));
		}
	}

	@ParameterizedTest
	@EnumSource(value = Rig.class, names = "PLATFORM")
	@DisplayName("4.3 a socket's read timeout is no interruption: the cancelled task FAILED")
	void socketTimeoutOnPlatformThread(Rig rig) throws Exception {
		try (Socket socket = libraries.connect()) {
			socket.setSoTimeout(1000);
			TaskHandle<Object> handle = cancelInCall(rig, () -> socket.getInputStream().read(),
					"NioSocketImpl.implRead", () -> {
					});
			assertThat(handle.state()).isEqualTo(TaskState.FAILED);
			assertThat(handle.exceptionNow()).isExactlyInstanceOf(SocketTimeoutException.class);
		}
	}

	@ParameterizedTest
	@EnumSource(value = Rig.class, names = "PLATFORM")
	@DisplayName("4.3 a socket that somebody closed under a cancelled task is no interruption: it FAILED")
	void socketClosedOnPlatformThread(Rig rig) throws Exception {
		try (Socket socket = libraries.connect()) {
			TaskHandle<Object> handle = cancelInCall(rig, () -> socket.getInputStream().read(),
					"NioSocketImpl.implRead", socket::close);
			assertThat(handle.state()).isEqualTo(TaskState.FAILED);
			assertThat(handle.exceptionNow()).isInstanceOf(SocketException.class);
		}
	}

	@ParameterizedTest
	@EnumSource(value = Rig.class, names = "PLATFORM")
	@DisplayName("4.3 HttpURLConnection on a platform thread takes no notice: the task ends with the answer")
	void urlConnectionOnPlatformThread(Rig rig) throws Exception {
		RestClient client = RestClient.builder().requestFactory(new SimpleClientHttpRequestFactory()).build();
		TaskHandle<Object> handle = cancelInCall(rig,
				() -> client.get().uri(libraries.later()).retrieve().body(String.class), "NioSocketImpl.implRead",
				() -> {
					HttpExchange exchange = libraries.unanswered.take();
					exchange.sendResponseHeaders(200, 6);
					exchange.getResponseBody().write("answer".getBytes(StandardCharsets.UTF_8));
					exchange.close();
				});
		assertThat(handle.outcome()).isEqualTo(new Outcome.Success<>("answer"));
	}

	@ParameterizedTest
	@EnumSource(value = Rig.class, names = "PLATFORM")
	@DisplayName("4.3 the read timeout of HttpURLConnection is no interruption: the cancelled task FAILED")
	void urlConnectionTimeoutOnPlatformThread(Rig rig) throws Exception {
		SimpleClientHttpRequestFactory requestFactory = new SimpleClientHttpRequestFactory();
		requestFactory.setReadTimeout(Duration.ofSeconds(1));
		RestClient client = RestClient.builder().requestFactory(requestFactory).build();
		TaskHandle<Object> handle = cancelInCall(rig,
				() -> client.get().uri(libraries.hung()).retrieve().body(String.class), "NioSocketImpl.implRead",
				() -> {
				});
		assertThat(handle.state()).isEqualTo(TaskState.FAILED);
		assertThat(handle.exceptionNow()).isExactlyInstanceOf(ResourceAccessException.class)
			.hasCauseExactlyInstanceOf(SocketTimeoutException.class);
	}

	@ParameterizedTest
	@EnumSource(value = Rig.class, names = "VIRTUAL")
	@DisplayName("4.3 FileChannel.lock on a virtual thread: the interrupt itself waits until the lock is there, then CANCELLED")
	void fileLockOnVirtualThread(Rig rig, @TempDir Path directory) throws Exception {
		Path file = Files.createFile(directory.resolve("locked"));
		Process lockHolder = Libraries.lockHolder(file);
		AtomicReference<Thread> thread = new AtomicReference<>();
		try (TaskScope scope = rig.factory().named("supervisor").openScope()) {
			TaskHandle<Object> handle = scope.fork(() -> {
				thread.set(Thread.currentThread());
				try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
						FileLock lock = channel.lock()) {
					return lock.isValid();
				}
			});
			Waits.spinUntil(() -> thread.get() != null && isIn("UnixFileDispatcherImpl.lock0", thread.get()));
			Host<Boolean> canceller = Rig.PLATFORM.startCall(() -> handle.cancel("enough"));
			Waits.spinUntil(() -> canceller.isDone() || isIn("FileChannelImpl.implCloseChannel", canceller.thread()));
			lockHolder.destroyForcibly().waitFor();
			assertThat(canceller.get()).isTrue();
			handle.awaitDone();
			assertThat(handle.outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
		}
		finally {
			lockHolder.destroyForcibly();
		}
	}

	static Stream<Rig> virtualAndPlatform() {
		return Stream.of(Rig.VIRTUAL, Rig.PLATFORM);
	}

	@ParameterizedTest
	@MethodSource("virtualAndPlatform")
	@DisplayName("4.3 CompletableFuture.join takes no notice: the task ends when the future does, and is a SUCCESS")
	void futureJoin(Rig rig) throws Exception {
		CompletableFuture<Object> future = new CompletableFuture<>();
		TaskHandle<Object> handle = cancelInCall(rig, future::join, "CompletableFuture.join",
				() -> future.complete("value"));
		assertThat(handle.outcome()).isEqualTo(new Outcome.Success<>("value"));
	}

	@ParameterizedTest
	@MethodSource("virtualAndPlatform")
	@DisplayName("4.3 CompletableFuture.join of a future that fails: the cancelled task FAILED")
	void futureJoinFails(Rig rig) throws Exception {
		CompletableFuture<Object> future = new CompletableFuture<>();
		TaskHandle<Object> handle = cancelInCall(rig, future::join, "CompletableFuture.join",
				() -> future.completeExceptionally(new IOException("failure")));
		assertThat(handle.state()).isEqualTo(TaskState.FAILED);
		assertThat(handle.exceptionNow()).isExactlyInstanceOf(CompletionException.class)
			.hasCauseExactlyInstanceOf(IOException.class);
	}

	@ParameterizedTest
	@MethodSource("virtualAndPlatform")
	@DisplayName("4.3 CompletableFuture.join that times out: the cancelled task FAILED")
	void futureJoinTimesOut(Rig rig) throws Exception {
		CompletableFuture<Object> future = new CompletableFuture<>();
		TaskHandle<Object> handle = cancelInCall(rig, future::join, "CompletableFuture.join",
				() -> future.orTimeout(1, TimeUnit.MILLISECONDS));
		assertThat(handle.state()).isEqualTo(TaskState.FAILED);
		assertThat(handle.exceptionNow()).isExactlyInstanceOf(CompletionException.class);
	}

	@ParameterizedTest
	@MethodSource("virtualAndPlatform")
	@DisplayName("4.3 CompletableFuture.join of a future that is cancelled, or failed by an interrupt: CANCELLED")
	void futureJoinOfCancelledFuture(Rig rig) throws Exception {
		CompletableFuture<Object> cancelled = new CompletableFuture<>();
		assertThat(cancelInCall(rig, cancelled::join, "CompletableFuture.join", () -> cancelled.cancel(true)).outcome())
			.isEqualTo(new Outcome.Cancelled<>("enough"));
		CompletableFuture<Object> failed = new CompletableFuture<>();
		assertThat(cancelInCall(rig, failed::join, "CompletableFuture.join",
				() -> failed.completeExceptionally(new InterruptedException()))
			.outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
	}

	@ParameterizedTest
	@MethodSource("virtualAndPlatform")
	@DisplayName("4.3 CompletableFuture.join of a future that is cancelled: without a request a failure")
	void futureJoinWithoutRequest(Rig rig) throws Exception {
		TaskGroupFactory factory = rig.factory();
		CompletableFuture<Object> cancelled = new CompletableFuture<>();
		cancelled.cancel(true);
		TaskGroupException failed = rig.call(() -> GroupAssertions
			.assertFails(() -> factory.named("group").run(group -> group.fork(cancelled::join))));
		assertThat(failed.exceptions()).singleElement().isInstanceOf(CancellationException.class);
		CompletableFuture<Object> interrupted = CompletableFuture.failedFuture(new InterruptedException());
		failed = rig.call(() -> GroupAssertions
			.assertFails(() -> factory.named("group").run(group -> group.fork(interrupted::join))));
		assertThat(failed.exceptions()).singleElement()
			.isExactlyInstanceOf(CompletionException.class)
			.extracting(Throwable::getCause)
			.isExactlyInstanceOf(InterruptedException.class);
	}

	@ParameterizedTest
	@MethodSource("virtualAndPlatform")
	@DisplayName("4.3 H2 hides the interrupt of a lock wait behind its lock timeout: FAILED, unless a classifier knows better")
	void h2LockWait(Rig rig) throws Exception {
		TaskHandle<Object> handle = cancelInLockWait(rig.factory());
		assertThat(handle.state()).isEqualTo(TaskState.FAILED);
		assertThat(handle.exceptionNow()).isInstanceOf(SQLTimeoutException.class);
		assertThat(isLockTimeoutOfH2(handle.exceptionNow())).isTrue();
		TaskGroupFactory withClassifier = rig.builder()
			.interruptionClassifier(RealLibraryInterruptionTests::isLockTimeoutOfH2)
			.build();
		assertThat(cancelInLockWait(withClassifier).outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
	}

	private static boolean isLockTimeoutOfH2(Throwable exception) {
		return exception instanceof SQLException sql && sql.getErrorCode() == 50200;
	}

	private static TaskHandle<Object> cancelInLockWait(TaskGroupFactory factory) throws Exception {
		AtomicReference<Thread> thread = new AtomicReference<>();
		try (Connection holder = lockRow(); TaskScope scope = factory.named("supervisor").onError((task, exception) -> {
		}).openScope()) {
			TaskHandle<Object> handle = scope.fork(() -> {
				thread.set(Thread.currentThread());
				return updateRow();
			});
			Waits.spinUntil(() -> thread.get() != null && isIn("org.h2.mvstore.tx.Transaction.waitFor", thread.get())
					&& thread.get().getState() == Thread.State.TIMED_WAITING);
			handle.cancel("enough");
			handle.awaitDone();
			holder.rollback();
			return handle;
		}
	}

	private static Connection lockRow() throws SQLException {
		Connection connection = DriverManager.getConnection("jdbc:h2:mem:interruptions");
		connection.setAutoCommit(false);
		try (Statement statement = connection.createStatement()) {
			statement.executeUpdate("update counter set n = n + 1 where id = 1");
		}
		return connection;
	}

	private static Object updateRow() throws SQLException {
		try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:interruptions;LOCK_TIMEOUT=60000");
				Statement statement = connection.createStatement()) {
			return statement.executeUpdate("update counter set n = n + 1 where id = 1");
		}
	}

	@ParameterizedTest
	@MethodSource("virtualAndPlatform")
	@DisplayName("4.3 an H2 statement that computes takes no notice: its query timeout makes the cancelled task FAILED")
	void h2QueryTimeout(Rig rig) throws Exception {
		TaskHandle<Object> handle = cancelInCall(rig, () -> {
			try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:interruptions");
					Statement statement = connection.createStatement()) {
				statement.setQueryTimeout(1);
				try (ResultSet sum = statement
					.executeQuery("select sum(a.x * b.x) from system_range(1, 100000) a, system_range(1, 100000) b")) {
					return sum.next();
				}
			}
		}, "JdbcStatement.executeQuery", () -> {
		});
		assertThat(handle.state()).isEqualTo(TaskState.FAILED);
		assertThat(handle.exceptionNow()).isInstanceOf(SQLTimeoutException.class);
	}

	@ParameterizedTest
	@MethodSource("virtualAndPlatform")
	@DisplayName("4.3 Hikari's own timeout is no interruption: the cancelled task FAILED")
	void hikariTimeout(Rig rig) throws Exception {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl("jdbc:h2:mem:interruptions");
		config.setMaximumPoolSize(1);
		config.setConnectionTimeout(250);
		config.setThreadFactory(Thread.ofVirtual().factory());
		try (HikariDataSource pool = new HikariDataSource(config); Connection taken = pool.getConnection()) {
			AtomicReference<Throwable> timedOut = new AtomicReference<>();
			TaskGroupFactory factory = rig.factory();
			TaskGroupException failed = rig
				.call(() -> GroupAssertions.assertFails(() -> factory.named("group").run(group -> group.fork(() -> {
					timedOut.set(catchThrowable(pool::getConnection));
					group.cancel();
					throw (Exception) timedOut.get();
				}))));
			assertThat(taken.isValid(1)).isTrue();
			assertThat(timedOut.get()).isInstanceOf(SQLException.class);
			assertThat(failed.exceptions()).singleElement().isSameAs(timedOut.get());
		}
	}

}
