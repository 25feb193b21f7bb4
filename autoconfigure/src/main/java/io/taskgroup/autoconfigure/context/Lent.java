package io.taskgroup.autoconfigure.context;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

import org.jspecify.annotations.Nullable;

/**
 * An object that is taken back from those who still hold it: from then on each call of it
 * throws an {@link IllegalStateException}.
 *
 * @param <T> the interface of the object
 */
final class Lent<T> implements InvocationHandler {

	private final Class<T> type;

	/** Null when it has been taken back. */
	private volatile @Nullable T object;

	Lent(Class<T> type, T object) {
		this.type = type;
		this.object = object;
	}

	/** The object as those see it to whom it is lent. */
	T proxy() {
		return this.type.cast(Proxy.newProxyInstance(this.type.getClassLoader(), new Class<?>[] { this.type }, this));
	}

	T get() {
		T object = this.object;
		if (object == null) {
			throw new IllegalStateException("the request in which this task was forked is over, and its "
					+ this.type.getSimpleName() + " serves others now: read what a task needs before it is forked, "
					+ "or let the request wait for the task");
		}
		return object;
	}

	void takeBack() {
		this.object = null;
	}

	@Override
	public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
			throws Throwable {
		try {
			return method.invoke(get(), arguments);
		}
		catch (InvocationTargetException ex) {
			throw ex.getTargetException();
		}
	}

}
