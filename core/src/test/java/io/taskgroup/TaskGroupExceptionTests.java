package io.taskgroup;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Section 2's exceptions and rule 6.5.
 */
@Timeout(30)
class TaskGroupExceptionTests {

	private final IOException io = new IOException("io");

	private final FileNotFoundException file = new FileNotFoundException("file");

	private final IllegalStateException state = new IllegalStateException("state");

	private final StackOverflowError error = new StackOverflowError("error");

	private final TaskGroupException inner = new TaskGroupException("inner", List.of(this.file, this.state));

	private final TaskGroupException outer = new TaskGroupException("outer", List.of(this.io, this.inner, this.error));

	@Test
	@DisplayName("2 the cause is the first of the exceptions, the others are suppressed")
	void causeAndSuppressed() {
		assertThat(this.outer.getCause()).isSameAs(this.io);
		assertThat(this.outer.getSuppressed()).containsExactly(this.inner, this.error);
		assertThat(this.outer.groupName()).isEqualTo("outer");
		assertThat(this.outer).hasMessageContaining("outer").hasMessageContaining("io");
	}

	@Test
	@DisplayName("2 exceptions keeps nested groups, leaves flattens them, both in order")
	void exceptionsAndLeaves() {
		assertThat(this.outer.exceptions()).containsExactly(this.io, this.inner, this.error);
		assertThat(this.outer.leaves()).containsExactly(this.io, this.file, this.state, this.error);
	}

	@Test
	@DisplayName("2 the lists cannot be changed, nor by the list given")
	void listsAreUnmodifiable() {
		List<Throwable> given = new ArrayList<>(List.of(this.io));
		TaskGroupException exception = new TaskGroupException("group", given);
		given.add(this.error);
		assertThat(exception.exceptions()).containsExactly(this.io);
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> exception.exceptions().add(this.error));
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> exception.leaves().add(this.error));
	}

	@Test
	@DisplayName("2 exceptions is never empty")
	void neverEmpty() {
		assertThatIllegalArgumentException().isThrownBy(() -> new TaskGroupException("group", List.of()));
		assertThatIllegalArgumentException().isThrownBy(() -> new TaskGroupTimeoutException("group", List.of()));
	}

	@Test
	@DisplayName("2 the classes are what they are said to be, with public constructors for test doubles")
	void classes() {
		assertThat(new TaskGroupException("group", List.of(this.io))).isInstanceOf(RuntimeException.class);
		assertThat(new TaskGroupTimeoutException("group", List.of(new TimeoutException())))
			.isInstanceOf(TaskGroupException.class);
		assertThat(new TaskFailedException(this.io)).isInstanceOf(RuntimeException.class).hasCause(this.io);
		assertThat(new TaskCancelledException("why")).isInstanceOf(CancellationException.class)
			.hasMessageContaining("why");
		assertThat(new CancelledException("why")).isInstanceOf(InterruptedException.class).hasMessageContaining("why");
		assertThat(new TaskGroupClosedException("group")).isInstanceOf(IllegalStateException.class)
			.hasMessageContaining("group");
		assertThat(new TaskRejectedException("full")).isInstanceOf(RejectedExecutionException.class);
		for (Class<?> type : List.of(TaskGroupException.class, TaskGroupTimeoutException.class,
				TaskFailedException.class, TaskCancelledException.class, CancelledException.class,
				TaskGroupClosedException.class, TaskRejectedException.class)) {
			assertThat(type.getConstructors()).as("public constructors of %s", type).isNotEmpty();
		}
	}

	@Test
	@DisplayName("2 the cancellation exceptions say the reason and its kind")
	void reasons() {
		assertThat(new CancelledException("why").reason()).contains("why");
		assertThat(new CancelledException("why").kind()).isEqualTo(CancelKind.EXPLICIT);
		assertThat(new CancelledException().reason()).isEmpty();
		assertThat(new CancelledException(CancelKind.TIMEOUT, null).kind()).isEqualTo(CancelKind.TIMEOUT);
		assertThat(new TaskCancelledException("why").reason()).contains("why");
		assertThat(new TaskCancelledException("why").kind()).isEqualTo(CancelKind.EXPLICIT);
		assertThat(new TaskCancelledException().reason()).isEmpty();
		assertThat(new TaskCancelledException(CancelKind.SHUTDOWN, "why").kind()).isEqualTo(CancelKind.SHUTDOWN);
	}

	@Test
	@DisplayName("6.5 handle calls once per matching leaf, in order, nested ones too")
	void handleCallsOncePerLeaf() {
		List<Throwable> handled = new ArrayList<>();
		TaskGroupException.Remaining rest = this.outer.handle(IOException.class, handled::add);
		assertThat(handled).containsExactly(this.io, this.file);
		assertThat(rest.exception().orElseThrow().leaves()).containsExactly(this.state, this.error);
	}

	@Test
	@DisplayName("6.5 what one handle took the next does not see")
	void chainOfHandles() {
		List<Throwable> files = new ArrayList<>();
		List<Throwable> ios = new ArrayList<>();
		List<Throwable> others = new ArrayList<>();
		TaskGroupException.Remaining rest = this.outer.handle(FileNotFoundException.class, files::add)
			.handle(IOException.class, ios::add)
			.handle(Throwable.class, others::add);
		assertThat(files).containsExactly(this.file);
		assertThat(ios).containsExactly(this.io);
		assertThat(others).containsExactly(this.state, this.error);
		assertThat(rest.exception()).isEmpty();
		rest.throwIfAny();
	}

	@Test
	@DisplayName("6.5 after everything was handled another handle calls nobody")
	void handleOfNothing() {
		List<Throwable> handled = new ArrayList<>();
		this.outer.handle(Throwable.class, (leaf) -> {
		}).handle(Throwable.class, handled::add);
		assertThat(handled).isEmpty();
	}

	@Test
	@DisplayName("6.5 what remains keeps its nesting, its names and its stack trace")
	void nestingIsKept() {
		TaskGroupException rest = this.outer.handle(IOException.class, (leaf) -> {
		}).exception().orElseThrow();
		assertThat(rest.groupName()).isEqualTo("outer");
		assertThat(rest.exceptions()).hasSize(2);
		assertThat(rest.exceptions().get(0)).isInstanceOfSatisfying(TaskGroupException.class, (nested) -> {
			assertThat(nested.groupName()).isEqualTo("inner");
			assertThat(nested.exceptions()).containsExactly(this.state);
		});
		assertThat(rest.exceptions().get(1)).isSameAs(this.error);
		assertThat(rest.getCause()).isSameAs(rest.exceptions().get(0));
		assertThat(rest.getStackTrace()).isEqualTo(this.outer.getStackTrace());
	}

	@Test
	@DisplayName("6.5 a nested group of which nothing remains is gone")
	void emptyNestedGroupIsGone() {
		TaskGroupException rest = this.outer.handle(FileNotFoundException.class, (leaf) -> {
		}).handle(IllegalStateException.class, (leaf) -> {
		}).exception().orElseThrow();
		assertThat(rest.exceptions()).containsExactly(this.io, this.error);
	}

	@Test
	@DisplayName("6.5 if nothing matches everything remains as it is")
	void nothingMatches() {
		List<Throwable> handled = new ArrayList<>();
		TaskGroupException.Remaining rest = this.outer.handle(ArithmeticException.class, handled::add);
		assertThat(handled).isEmpty();
		assertThat(rest.exception().orElseThrow().exceptions()).containsExactly(this.io, this.inner, this.error);
		assertThatThrownBy(rest::throwIfAny).isInstanceOf(TaskGroupException.class).hasCause(this.io);
	}

	@Test
	@DisplayName("6.5 throwIfAny throws what remains")
	void throwIfAny() {
		TaskGroupException.Remaining rest = this.outer.handle(Exception.class, (leaf) -> {
		});
		assertThatExceptionOfType(TaskGroupException.class).isThrownBy(rest::throwIfAny)
			.satisfies((thrown) -> assertThat(thrown.leaves()).containsExactly(this.error));
	}

	@Test
	@DisplayName("6.5 what a handler throws goes up at once")
	void handlerThrows() {
		List<Throwable> handled = new ArrayList<>();
		ArithmeticException thrown = new ArithmeticException();
		assertThatThrownBy(() -> this.outer.handle(IOException.class, (leaf) -> {
			handled.add(leaf);
			throw thrown;
		})).isSameAs(thrown);
		assertThat(handled).containsExactly(this.io);
	}

	@Test
	@DisplayName("6.5 a type that is or extends TaskGroupException is an IllegalArgumentException")
	void groupType() {
		assertThatIllegalArgumentException().isThrownBy(() -> this.outer.handle(TaskGroupException.class, (leaf) -> {
		}));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.outer.handle(TaskGroupTimeoutException.class, (leaf) -> {
			}));
		TaskGroupException.Remaining nothing = this.outer.handle(Throwable.class, (leaf) -> {
		});
		assertThatIllegalArgumentException().isThrownBy(() -> nothing.handle(TaskGroupException.class, (leaf) -> {
		}));
	}

	@Test
	@DisplayName("6.5 a type above TaskGroupException gets the leaves, not the groups")
	void typeAboveGroup() {
		List<Throwable> handled = new ArrayList<>();
		this.outer.handle(RuntimeException.class, handled::add);
		assertThat(handled).containsExactly(this.state);
	}

	@Test
	@DisplayName("6.5 the rest of a timeout is a timeout as long as the TimeoutException remains")
	void restOfTimeout() {
		TimeoutException timeout = new TimeoutException();
		TaskGroupTimeoutException exception = new TaskGroupTimeoutException("group", List.of(timeout, this.io));
		assertThat(exception.handle(IOException.class, (leaf) -> {
		}).exception().orElseThrow()).isInstanceOf(TaskGroupTimeoutException.class).hasCause(timeout);
		assertThat(exception.handle(TimeoutException.class, (leaf) -> {
		}).exception().orElseThrow()).isExactlyInstanceOf(TaskGroupException.class).hasCause(this.io);
	}

	@Test
	@DisplayName("2 rethrowSingle throws the only leaf if it is of the type, else returns the group")
	void rethrowSingle() throws Exception {
		TaskGroupException single = new TaskGroupException("outer",
				List.of(new TaskGroupException("inner", List.of(this.file))));
		assertThatExceptionOfType(IOException.class).isThrownBy(() -> single.rethrowSingle(IOException.class))
			.isSameAs(this.file);
		assertThat(single.rethrowSingle(IllegalStateException.class)).isSameAs(single);
		assertThat(this.outer.rethrowSingle(Throwable1.class)).isSameAs(this.outer);
		assertThat(this.inner.rethrowSingle(IOException.class)).isSameAs(this.inner);
	}

	@Test
	@DisplayName("3.3 the same instance twice is no trouble to the exception")
	void sameInstanceTwice() {
		TaskGroupException twice = new TaskGroupException("group", List.of(this.io, this.io));
		assertThat(twice.exceptions()).containsExactly(this.io, this.io);
		assertThat(twice).hasCause(this.io);
	}

	private static final class Throwable1 extends Exception {

		private static final long serialVersionUID = 1L;

	}

}
