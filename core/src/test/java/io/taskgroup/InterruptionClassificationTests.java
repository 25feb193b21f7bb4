package io.taskgroup;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileLockInterruptionException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.web.client.ResourceAccessException;

import static io.taskgroup.GroupAssertions.assertFailsWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Rule 4.3: what a cancelled task, or body, throws is told apart. Made-up exceptions;
 * {@link RealLibraryInterruptionTests} has the real ones.
 */
@Timeout(30)
class InterruptionClassificationTests {

	private final TaskGroupFactory groups = TaskGroupFactory.create();

	static Stream<Named<Throwable>> interruptions() {
		return Stream
			.<Throwable>of(new InterruptedException(), new InterruptedException("sleep interrupted"),
					new CancelledException("somebody else's"), new CancellationException(),
					new TaskCancelledException("another task's"), new ClosedByInterruptException(),
					new FileLockInterruptionException(), new InterruptedIOException("interrupted"),
					new SocketException("Closed by interrupt"),
					new ResourceAccessException("I/O error", new IOException(new InterruptedException())),
					new ResourceAccessException("I/O error", new SocketException("Closed by interrupt")),
					new SQLTransientException("interrupted", new InterruptedException()),
					new SQLException("Interrupted during connection acquisition", new InterruptedException()),
					new UncheckedIOException(new ClosedByInterruptException()),
					new UncheckedIOException(new InterruptedIOException()),
					new CompletionException(new InterruptedException()),
					new CompletionException(new CancellationException()),
					new ExecutionException(new InterruptedException()), new Error(new InterruptedException()),
					deep(new InterruptedException()))
			.map(InterruptionClassificationTests::named);
	}

	static Stream<Named<Throwable>> failures() {
		return Stream.<Throwable>of(new SocketTimeoutException("Read timed out"),
				new ResourceAccessException("I/O error", new SocketTimeoutException("Read timed out")),
				new UncheckedIOException(new SocketTimeoutException("Read timed out")),
				deep(new SocketTimeoutException("Connect timed out")), new HttpTimeoutException("timed out"),
				new SocketException("Connection reset"), new SocketException("Socket closed"), new SocketException(),
				new IOException("failure"), new IOException("Closed by whoever"), new ClosedChannelException(),
				new AsynchronousCloseException(), new IllegalStateException("failure"), new TimeoutException(),
				new SQLTransientConnectionException("Connection is not available, request timed out"),
				new AssertionError("failure"), new StackOverflowError(), new CompletionException(new IOException()),
				suppressing(new IOException("failure"), new InterruptedException()), circular(),
				new TaskGroupException("inner", List.of(new InterruptedException())),
				new TaskGroupException("inner", List.of(new CancellationException(), new IOException())),
				new TaskGroupTimeoutException("inner", List.of(new TimeoutException())),
				new RuntimeException(new TaskGroupException("inner", List.of(new InterruptedException()))))
			.map(InterruptionClassificationTests::named);
	}

	private static Named<Throwable> named(Throwable thrown) {
		return Named.of(thrown.toString(), thrown);
	}

	private static Throwable deep(Throwable root) {
		Throwable thrown = root;
		for (int i = 0; i < 50; i++) {
			thrown = new RuntimeException(thrown);
		}
		return thrown;
	}

	private static Throwable circular() {
		IOException one = new IOException("one");
		IOException other = new IOException("other", one);
		one.initCause(other);
		return one;
	}

	private static Throwable suppressing(Throwable thrown, Throwable suppressed) {
		thrown.addSuppressed(suppressed);
		return thrown;
	}

	private static TaskAction throwing(Throwable thrown) {
		return () -> {
			if (thrown instanceof Error error) {
				throw error;
			}
			throw (Exception) thrown;
		};
	}

	/** A task that waits until it is interrupted, and throws something then. */
	private static TaskAction whenInterrupted(CountDownLatch running, Throwable thrown) {
		return () -> {
			running.countDown();
			try {
				Waits.forever();
			}
			catch (InterruptedException ex) {
				throwing(thrown).run();
			}
		};
	}

	@ParameterizedTest
	@MethodSource("interruptions")
	@DisplayName("4.3 a task cancelled alone that throws an interruption is CANCELLED and no failure")
	void cancelledTaskThrowsInterruption(Throwable thrown) throws Exception {
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		this.groups.named("group").run(group -> {
			CountDownLatch running = new CountDownLatch(1);
			handle.set(group.fork(whenInterrupted(running, thrown)));
			Waits.on(running);
			handle.get().cancel("enough");
			handle.get().awaitDone();
		});
		assertThat(handle.get().outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
		assertThat(handle.get().state()).isEqualTo(TaskState.CANCELLED);
	}

	@ParameterizedTest
	@MethodSource("interruptions")
	@DisplayName("4.3 a task of a cancelled group that throws an interruption is CANCELLED and no failure")
	void taskOfCancelledGroupThrowsInterruption(Throwable thrown) throws Exception {
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		CancelScope scope = this.groups.named("group").run(group -> {
			CountDownLatch running = new CountDownLatch(1);
			handle.set(group.fork(whenInterrupted(running, thrown)));
			Waits.on(running);
			group.cancel("enough");
		});
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(handle.get().outcome()).isEqualTo(new Outcome.Cancelled<>("enough"));
	}

	@ParameterizedTest
	@MethodSource("interruptions")
	@DisplayName("4.3 siblings of a failed task that throw interruptions add nothing to the group's failures")
	void siblingOfFailedTaskThrowsInterruption(Throwable thrown) {
		IOException failure = new IOException("the failure");
		assertFailsWith(() -> this.groups.named("group").run(group -> {
			CountDownLatch running = new CountDownLatch(1);
			group.fork(whenInterrupted(running, thrown));
			Waits.on(running);
			group.fork(throwing(failure));
		}), failure);
	}

	@ParameterizedTest
	@MethodSource("failures")
	@DisplayName("4.3 a cancelled task that throws anything else FAILED")
	void cancelledTaskThrowsFailure(Throwable thrown) {
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		assertFailsWith(() -> this.groups.named("group").run(group -> {
			CountDownLatch running = new CountDownLatch(1);
			handle.set(group.fork(whenInterrupted(running, thrown)));
			Waits.on(running);
			handle.get().cancel();
			handle.get().awaitDone();
		}), thrown);
		assertThat(handle.get().state()).isEqualTo(TaskState.FAILED);
		assertThat(handle.get().exceptionNow()).isSameAs(thrown);
	}

	@ParameterizedTest
	@MethodSource("failures")
	@DisplayName("4.3 a task of a cancelled group that throws anything else FAILED, and so did the group")
	void taskOfCancelledGroupThrowsFailure(Throwable thrown) {
		assertFailsWith(() -> this.groups.named("group").run(group -> {
			CountDownLatch running = new CountDownLatch(1);
			group.fork(whenInterrupted(running, thrown));
			Waits.on(running);
			group.cancel();
		}), thrown);
	}

	@ParameterizedTest
	@MethodSource("failures")
	@DisplayName("4.3 the interrupt flag alone proves nothing")
	void flagProvesNothing(Throwable thrown) {
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		assertFailsWith(() -> this.groups.named("group").run(group -> {
			handle.set(group.fork(() -> {
				Waits.spinUntil(() -> Thread.currentThread().isInterrupted());
				throwing(thrown).run();
			}));
			handle.get().cancel();
			handle.get().awaitDone();
		}), thrown);
		assertThat(handle.get().state()).isEqualTo(TaskState.FAILED);
	}

	@ParameterizedTest
	@MethodSource("interruptions")
	@DisplayName("4.3 without a request an interruption is a failure like any other")
	void interruptionWithoutRequest(Throwable thrown) {
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		assertFailsWith(() -> this.groups.named("group").run(group -> {
			handle.set(group.fork(throwing(thrown)));
			handle.get().awaitDone();
		}), thrown);
		assertThat(handle.get().state()).isEqualTo(TaskState.FAILED);
		assertThat(handle.get().exceptionNow()).isSameAs(thrown);
	}

	@Test
	@DisplayName("4.3 an interrupt of a task's thread by somebody else is no request")
	void foreignInterruptIsNoRequest() {
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		TaskGroupException failed = GroupAssertions.assertFails(() -> this.groups.named("group").run(group -> {
			handle.set(group.fork(() -> {
				Thread.currentThread().interrupt();
				Thread.sleep(1);
			}));
			handle.get().awaitDone();
		}));
		assertThat(failed.exceptions()).singleElement().isExactlyInstanceOf(InterruptedException.class);
		assertThat(handle.get().state()).isEqualTo(TaskState.FAILED);
	}

	@Test
	@DisplayName("4.3 a request that a shield holds off is none for a group inside it")
	void requestOutsideShieldIsNoRequest() throws Exception {
		InterruptedException thrown = new InterruptedException();
		CancelScope.run(outer -> {
			outer.cancel();
			CancelScope.runShielded(shield -> assertFailsWith(
					() -> this.groups.named("group").run(group -> group.fork(throwing(thrown))), thrown));
		});
	}

	@ParameterizedTest
	@MethodSource("interruptions")
	@DisplayName("4.3 the body of a cancelled group that throws an interruption is its cancellation")
	void bodyOfCancelledGroupThrowsInterruption(Throwable thrown) throws Exception {
		CancelScope scope = this.groups.named("group").run(group -> {
			group.cancel();
			throwing(thrown).run();
		});
		assertThat(scope.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@MethodSource("failures")
	@DisplayName("4.3 the body of a cancelled group that throws anything else failed")
	void bodyOfCancelledGroupThrowsFailure(Throwable thrown) {
		assertFailsWith(() -> this.groups.named("group").run(group -> {
			group.cancel();
			throwing(thrown).run();
		}), thrown);
	}

	@ParameterizedTest
	@MethodSource("interruptions")
	@DisplayName("4.3 without a request the body's interruptions are failures, but for a plain InterruptedException")
	void bodyThrowsInterruptionWithoutRequest(Throwable thrown) {
		if (thrown instanceof InterruptedException) {
			assertThat(catchThrowable(() -> this.groups.named("group").run(group -> throwing(thrown).run())))
				.isSameAs(thrown);
		}
		else {
			assertFailsWith(() -> this.groups.named("group").run(group -> throwing(thrown).run()), thrown);
		}
	}

	@ParameterizedTest
	@MethodSource("interruptions")
	@DisplayName("4.3 the body of a cancelled scope that throws an interruption is its cancellation")
	void bodyOfCancelledScopeThrowsInterruption(Throwable thrown) throws Exception {
		CancelScope ended = CancelScope.run(scope -> {
			scope.cancel();
			throwing(thrown).run();
		});
		assertThat(ended.cancelCaught()).isTrue();
	}

	@ParameterizedTest
	@MethodSource("failures")
	@DisplayName("4.3 the body of a cancelled scope that throws anything else failed")
	void bodyOfCancelledScopeThrowsFailure(Throwable thrown) {
		AtomicReference<CancelScope> scope = new AtomicReference<>();
		assertThat(catchThrowable(() -> CancelScope.run(entered -> {
			scope.set(entered);
			entered.cancel();
			throwing(thrown).run();
		}))).isSameAs(thrown);
		assertThat(scope.get().cancelCaught()).isFalse();
		assertThat(scope.get().cancelCalled()).isTrue();
	}

	@ParameterizedTest
	@MethodSource("interruptions")
	@DisplayName("4.3 without a request what a scope's body throws goes up as it is")
	void bodyOfScopeThrowsInterruptionWithoutRequest(Throwable thrown) {
		assertThat(catchThrowable(() -> CancelScope.run(scope -> throwing(thrown).run()))).isSameAs(thrown);
	}

	private static final class DriverException extends Exception {

		private static final long serialVersionUID = 1L;

		DriverException(String message, Throwable cause) {
			super(message, cause);
		}

		DriverException(String message) {
			super(message);
		}

	}

	private static boolean isDriversInterruption(Throwable exception) {
		return exception instanceof DriverException && "ORA-01013".equals(exception.getMessage());
	}

	static Stream<Throwable> driverExceptions() {
		return Stream.of(new DriverException("ORA-01013"), new RuntimeException(new DriverException("ORA-01013")),
				new DriverException("wrapped", new DriverException("ORA-01013", new IOException())));
	}

	@ParameterizedTest
	@MethodSource("driverExceptions")
	@DisplayName("4.3 a registered classifier recognises a driver's exception, anywhere in the chain")
	void classifierRecognisesDriver(Throwable thrown) throws Exception {
		TaskGroupFactory factory = TaskGroupFactory.builder()
			.interruptionClassifier(exception -> false)
			.interruptionClassifier(InterruptionClassificationTests::isDriversInterruption)
			.build();
		AtomicReference<TaskHandle<Void>> handle = new AtomicReference<>();
		CancelScope scope = factory.named("group").run(group -> {
			CountDownLatch running = new CountDownLatch(1);
			handle.set(group.fork(whenInterrupted(running, thrown)));
			Waits.on(running);
			group.cancel();
			throwing(thrown).run();
		});
		assertThat(scope.cancelCaught()).isTrue();
		assertThat(handle.get().state()).isEqualTo(TaskState.CANCELLED);
	}

	@ParameterizedTest
	@MethodSource("driverExceptions")
	@DisplayName("4.3 without the classifier, or without a request, the driver's exception is a failure")
	void driverExceptionIsFailureOtherwise(Throwable thrown) {
		List<Throwable> asked = new CopyOnWriteArrayList<>();
		TaskGroupFactory factory = TaskGroupFactory.builder().interruptionClassifier(exception -> {
			asked.add(exception);
			return true;
		}).build();
		assertFailsWith(() -> factory.named("group").run(group -> group.fork(throwing(thrown)).awaitDone()), thrown);
		assertThat(asked).isEmpty();
		assertFailsWith(() -> this.groups.named("group").run(group -> {
			group.cancel();
			group.fork(throwing(thrown)).awaitDone();
		}), thrown);
	}

	@Test
	@DisplayName("4.3 a TaskGroupException is never an interruption, whatever a classifier says")
	void taskGroupExceptionIsNeverAnInterruption() {
		TaskGroupFactory factory = TaskGroupFactory.builder().interruptionClassifier(exception -> true).build();
		TaskGroupException thrown = new TaskGroupException("inner", List.of(new IOException()));
		assertFailsWith(() -> factory.named("group").run(group -> {
			group.cancel();
			group.fork(throwing(thrown));
		}), thrown);
	}

	@Test
	@DisplayName("4.3 a classifier that throws counts as a no, and is logged")
	void classifierThrows() {
		AtomicBoolean asked = new AtomicBoolean();
		IOException thrown = new IOException("failure");
		IllegalStateException broken = new IllegalStateException("broken classifier");
		TaskGroupFactory factory = TaskGroupFactory.builder().interruptionClassifier(exception -> {
			asked.set(true);
			throw broken;
		}).build();
		try (LogRecords log = LogRecords.open()) {
			assertFailsWith(() -> factory.named("group").run(group -> {
				group.cancel();
				group.fork(throwing(thrown));
			}), thrown);
			assertThat(asked).isTrue();
			assertThat(log.records()).anySatisfy(record -> assertThat(record.getThrown()).isSameAs(broken));
		}
	}

}
