package io.taskgroup.autoconfigure.context;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.taskgroup.ContextPropagation;
import org.jspecify.annotations.Nullable;

/**
 * Carries what the {@link ThreadLocalAccessor}s of Micrometer context-propagation know
 * from the thread that forks a task to the task's thread.
 * <p>
 * A task sees what the forking thread had, and of what that thread did not have it sees
 * nothing, even if its own thread has inherited something. Accessors may be registered at
 * any time. Thread-safe.
 */
public final class ThreadLocalPropagation implements ContextPropagation {

	private final ContextRegistry registry;

	private final List<ThreadLocalAccessor<?>> own;

	private final Set<Object> ownKeys;

	private volatile Accessors accessors;

	/**
	 * Creates a propagation.
	 * @param registry where accessors are registered, {@link ContextRegistry#getInstance}
	 * as a rule
	 * @param own accessors besides; each takes the place of a registered one that has the
	 * same key, and is put in place before those that are registered
	 */
	public ThreadLocalPropagation(ContextRegistry registry, Collection<? extends ThreadLocalAccessor<?>> own) {
		this.registry = Objects.requireNonNull(registry, "registry");
		this.own = List.copyOf(own);
		this.ownKeys = this.own.stream().map(ThreadLocalAccessor::key).collect(Collectors.toUnmodifiableSet());
		this.accessors = new Accessors(List.of(), this.own);
	}

	@Override
	public Captured capture() {
		return captureEach(ThreadLocalAccessor::getValue);
	}

	/**
	 * As {@link #capture()}, but what there is comes from elsewhere, and not from the
	 * calling thread.
	 * @param values gives the value for the key of an accessor, or null if there is none
	 * @return what was captured
	 * @throws ClassCastException if, when it is put in place, a value is none of its
	 * accessor's
	 */
	public Captured capture(Function<Object, @Nullable Object> values) {
		return captureEach((accessor) -> values.apply(accessor.key()));
	}

	private Captured captureEach(Function<ThreadLocalAccessor<?>, @Nullable Object> source) {
		List<ThreadLocalAccessor<?>> accessors = accessors();
		Map<ThreadLocalAccessor<?>, Object> values = null;
		for (int i = 0; i < accessors.size(); i++) {
			Object value = source.apply(accessors.get(i));
			if (value != null) {
				values = (values != null) ? values : new IdentityHashMap<>(accessors.size());
				values.put(accessors.get(i), value);
			}
		}
		Map<ThreadLocalAccessor<?>, Object> captured = (values != null) ? values : Map.of();
		return () -> restore(captured);
	}

	/** Those that are registered now may be others than before. */
	private List<ThreadLocalAccessor<?>> accessors() {
		Accessors known = this.accessors;
		List<ThreadLocalAccessor<?>> registered = this.registry.getThreadLocalAccessors();
		if (!known.registered().equals(registered)) {
			List<ThreadLocalAccessor<?>> copy = List.copyOf(registered);
			List<ThreadLocalAccessor<?>> all = new ArrayList<>(this.own);
			copy.stream().filter((accessor) -> !this.ownKeys.contains(accessor.key())).forEach(all::add);
			known = new Accessors(copy, List.copyOf(all));
			this.accessors = known;
		}
		return known.all();
	}

	private Restored restore(Map<ThreadLocalAccessor<?>, Object> captured) {
		List<ThreadLocalAccessor<?>> accessors = accessors();
		Deque<Before> changed = new ArrayDeque<>(accessors.size());
		try {
			for (ThreadLocalAccessor<?> accessor : accessors) {
				Before before = new Before(accessor, accessor.getValue());
				Object value = captured.get(accessor);
				if (value != null) {
					changed.push(before);
					set(accessor, value);
				}
				else if (before.value() != null) {
					changed.push(before);
					accessor.setValue();
				}
			}
		}
		catch (RuntimeException | Error ex) {
			takeBack(changed, ex);
			throw ex;
		}
		return () -> {
			RuntimeException failure = new IllegalStateException("a thread-local could not be taken back");
			takeBack(changed, failure);
			if (failure.getSuppressed().length > 0) {
				throw failure;
			}
		};
	}

	/** Takes back all of them, also if one of them throws. */
	private static void takeBack(Deque<Before> changed, Throwable failure) {
		for (Before before : changed) {
			try {
				before.takeBack();
			}
			catch (RuntimeException | Error ex) {
				failure.addSuppressed(ex);
			}
		}
	}

	@SuppressWarnings("unchecked") // it is what this accessor gave, or what has its key
	private static <V> void set(ThreadLocalAccessor<V> accessor, Object value) {
		accessor.setValue((V) value);
	}

	/**
	 * The accessors, as long as none comes or goes.
	 *
	 * @param registered those that were registered
	 * @param all those that are used
	 */
	private record Accessors(List<ThreadLocalAccessor<?>> registered, List<ThreadLocalAccessor<?>> all) {
	}

	/**
	 * What was on the thread before.
	 *
	 * @param accessor where
	 * @param value the value, if there was one
	 */
	private record Before(ThreadLocalAccessor<?> accessor, @Nullable Object value) {

		void takeBack() {
			if (this.value != null) {
				restore(this.accessor, this.value);
			}
			else {
				this.accessor.restore();
			}
		}

		@SuppressWarnings("unchecked") // it is what this accessor gave
		private static <V> void restore(ThreadLocalAccessor<V> accessor, Object value) {
			accessor.restore((V) value);
		}

	}

}
