package io.taskgroup;

import org.jspecify.annotations.Nullable;

/**
 * Makes one value of three tasks' results.
 *
 * @param <A> the type of the first result
 * @param <B> the type of the second result
 * @param <C> the type of the third result
 * @param <R> the type of the value
 * @see TaskGroupSpec#gather
 */
@FunctionalInterface
public interface Combiner3<A extends @Nullable Object, B extends @Nullable Object, C extends @Nullable Object, R extends @Nullable Object> {

	/**
	 * Combines the results, on the thread that called {@code gather}.
	 * @param a the first result
	 * @param b the second result
	 * @param c the third result
	 * @return the value
	 */
	R apply(A a, B b, C c);

}
