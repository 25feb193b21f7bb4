package io.taskgroup.autoconfigure.web.reactive;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import reactor.util.context.ContextView;

/**
 * Sets the thread-locals of those {@link ThreadLocalAccessor}s that the Reactor context
 * has a value for.
 */
final class ThreadLocalReactorContext implements ReactorContext {

	private final ContextRegistry registry;

	private final List<ThreadLocalAccessor<?>> own;

	/**
	 * Creates it.
	 * @param registry where accessors are registered, which may come and go
	 * @param own accessors besides
	 */
	ThreadLocalReactorContext(ContextRegistry registry, List<ThreadLocalAccessor<?>> own) {
		this.registry = registry;
		this.own = List.copyOf(own);
	}

	@Override
	public Restored restore(ContextView context) {
		Deque<ThreadLocalAccessor<?>> set = new ArrayDeque<>();
		List<ThreadLocalAccessor<?>> accessors = new ArrayList<>(this.own);
		accessors.addAll(this.registry.getThreadLocalAccessors());
		try {
			for (ThreadLocalAccessor<?> accessor : accessors) {
				if (context.hasKey(accessor.key())
						&& set.stream().noneMatch((one) -> one.key().equals(accessor.key()))) {
					set.push(accessor);
					set(accessor, context.get(accessor.key()));
				}
			}
		}
		catch (RuntimeException | Error ex) {
			set.forEach(ThreadLocalAccessor::restore);
			throw ex;
		}
		return () -> set.forEach(ThreadLocalAccessor::restore);
	}

	@SuppressWarnings("unchecked") // whoever put it there says that it is this accessor's
	private static <V> void set(ThreadLocalAccessor<V> accessor, Object value) {
		accessor.setValue((V) value);
	}

}
