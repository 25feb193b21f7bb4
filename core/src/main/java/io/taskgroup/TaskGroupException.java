package io.taskgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * What a failed group throws: all its failures, also when there is just one, in the order
 * in which they happened.
 * <p>
 * {@link #getCause()} is the first of them, so that code which looks for a cause finds
 * it: an {@code @ExceptionHandler} of Spring's, for example. The others are suppressed
 * exceptions. A failure may be a {@code TaskGroupException} itself, if a task let the
 * failure of a group of its own through; {@link #leaves()} is the flat view.
 *
 * <pre>{@code
 * catch (TaskGroupException e) {
 *     e.handle(SupplierException.class, s -> log.warn("no answer from {}", s.supplier()))
 *         .handle(IOException.class, io -> log.warn("connection trouble", io))
 *         .throwIfAny();
 * }
 * }</pre>
 *
 * Modelled on Python's {@code ExceptionGroup} and {@code except*} (PEP 654).
 */
public class TaskGroupException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/** The name of the group that failed. */
	private final String groupName;

	/** The failures in the order in which they happened. */
	@SuppressWarnings("serial") // the list is one of the JDK's serializable ones
	private final List<Throwable> exceptions;

	/**
	 * Creates the exception.
	 * @param groupName the name of the group
	 * @param exceptions the failures in the order they happened, not empty
	 * @throws IllegalArgumentException if there is no exception
	 */
	@SuppressWarnings("this-escape") // addSuppressed is final
	public TaskGroupException(String groupName, List<? extends Throwable> exceptions) {
		super(message(groupName, exceptions), exceptions.get(0));
		this.groupName = groupName;
		this.exceptions = List.copyOf(exceptions);
		for (Throwable other : this.exceptions.subList(1, this.exceptions.size())) {
			addSuppressed(other);
		}
	}

	private static String message(String groupName, List<? extends Throwable> exceptions) {
		if (exceptions.isEmpty()) {
			throw new IllegalArgumentException("a TaskGroupException needs at least one exception");
		}
		String first = InWords.of(exceptions.get(0));
		int others = exceptions.size() - 1;
		return "group '" + groupName + "' failed: " + first + ((others > 0) ? " (and " + others + " more)" : "");
	}

	/**
	 * Returns the name of the group that failed.
	 * @return the name of the group
	 */
	public String groupName() {
		return this.groupName;
	}

	/**
	 * Returns the failures in the order in which they happened, with nested groups kept.
	 * @return the failures, unmodifiable and never empty
	 */
	public List<Throwable> exceptions() {
		return this.exceptions;
	}

	/**
	 * Returns the failures with nested groups flattened, depth first.
	 * @return the failures, none of them a {@code TaskGroupException}; unmodifiable and
	 * never empty
	 */
	public List<Throwable> leaves() {
		List<Throwable> leaves = new ArrayList<>();
		collectLeaves(leaves);
		return List.copyOf(leaves);
	}

	private void collectLeaves(List<Throwable> leaves) {
		for (Throwable exception : this.exceptions) {
			if (exception instanceof TaskGroupException nested) {
				nested.collectLeaves(leaves);
			}
			else {
				leaves.add(exception);
			}
		}
	}

	/**
	 * Calls the handler for each leaf of the given type, like {@code except*}.
	 * @param <X> the type
	 * @param type the type of the leaves to handle
	 * @param handler called once for each leaf of that type, in order; what it throws
	 * goes up at once
	 * @return what this call did not handle
	 * @throws IllegalArgumentException if the type is, or extends,
	 * {@code TaskGroupException}: groups are looked into, not handled
	 */
	public <X extends Throwable> Remaining handle(Class<X> type, Consumer<? super X> handler) {
		return new Rest(this).handle(type, handler);
	}

	/**
	 * Throws the only leaf, as it is, if there is only one and it is of the given type.
	 *
	 * <pre>{@code
	 * catch (TaskGroupException e) {
	 *     throw e.rethrowSingle(IOException.class);
	 * }
	 * }</pre>
	 * @param <X> the type
	 * @param type the type of the leaf to throw
	 * @return this exception, if there is more than one leaf or the only one has another
	 * type
	 * @throws X the only leaf
	 */
	public <X extends Throwable> TaskGroupException rethrowSingle(Class<X> type) throws X {
		List<Throwable> leaves = leaves();
		if (leaves.size() == 1 && type.isInstance(leaves.get(0))) {
			throw type.cast(leaves.get(0));
		}
		return this;
	}

	/** Returns this group without the leaves of the type, or null if none is left. */
	private <X extends Throwable> @Nullable TaskGroupException without(Class<X> type, Consumer<? super X> handler) {
		List<Throwable> kept = new ArrayList<>(this.exceptions.size());
		boolean changed = false;
		for (Throwable exception : this.exceptions) {
			Throwable rest = exception;
			if (exception instanceof TaskGroupException nested) {
				rest = nested.without(type, handler);
			}
			else if (type.isInstance(exception)) {
				handler.accept(type.cast(exception));
				rest = null;
			}
			changed |= (rest != exception);
			if (rest != null) {
				kept.add(rest);
			}
		}
		if (!changed) {
			return this;
		}
		return kept.isEmpty() ? null : withExceptions(kept);
	}

	private TaskGroupException withExceptions(List<Throwable> kept) {
		boolean timeoutKept = this instanceof TaskGroupTimeoutException && kept.get(0) == this.exceptions.get(0);
		TaskGroupException rest = timeoutKept ? new TaskGroupTimeoutException(this.groupName, kept)
				: new TaskGroupException(this.groupName, kept);
		rest.setStackTrace(getStackTrace());
		return rest;
	}

	/**
	 * What is left of a {@link TaskGroupException} after some of its leaves were handled.
	 */
	public interface Remaining {

		/**
		 * Calls the handler for each remaining leaf of the given type.
		 * @param <X> the type
		 * @param type the type of the leaves to handle
		 * @param handler called once for each leaf of that type, in order; what it throws
		 * goes up at once
		 * @return what is left after that
		 * @throws IllegalArgumentException if the type is, or extends,
		 * {@code TaskGroupException}
		 */
		<X extends Throwable> Remaining handle(Class<X> type, Consumer<? super X> handler);

		/**
		 * Returns what nobody handled, in the nesting it had.
		 * @return the rest, or empty if everything was handled
		 */
		Optional<TaskGroupException> exception();

		/**
		 * Throws what nobody handled; returns if everything was handled.
		 * @throws TaskGroupException the rest, in the nesting it had
		 */
		void throwIfAny();

	}

	private record Rest(@Nullable TaskGroupException group) implements Remaining {

		@Override
		public <X extends Throwable> Remaining handle(Class<X> type, Consumer<? super X> handler) {
			if (TaskGroupException.class.isAssignableFrom(type)) {
				throw new IllegalArgumentException(
						"handle() looks into groups: it takes the type of a leaf, not " + type.getName());
			}
			return (this.group != null) ? new Rest(this.group.without(type, handler)) : this;
		}

		@Override
		public Optional<TaskGroupException> exception() {
			return Optional.ofNullable(this.group);
		}

		@Override
		public void throwIfAny() {
			if (this.group != null) {
				throw this.group;
			}
		}

	}

}
