package io.taskgroup.benchmarks;

import java.lang.reflect.Constructor;

import org.springframework.beans.BeanUtils;

/**
 * Makes what is measured. Each JVM measures one peer, so what the benchmarks call through
 * an interface is one class there, and the compiler sees through it.
 */
public final class Peers {

	private Peers() {
	}

	/**
	 * Makes a peer.
	 * @param <T> what it can do
	 * @param kind what it can do, and the package it is in
	 * @param name the simple name of its class
	 * @return the peer
	 * @throws ReflectiveOperationException if there is none of that name, or if it does
	 * not run on this Java
	 */
	public static <T> T create(Class<T> kind, String name) throws ReflectiveOperationException {
		return create(kind, name, kind.getClassLoader());
	}

	/**
	 * Makes a peer.
	 * @param <T> what it can do
	 * @param kind what it can do, and the package it is in
	 * @param name the simple name of its class
	 * @param classes where its class is
	 * @return the peer
	 * @throws ReflectiveOperationException if there is none of that name, or if it does
	 * not run on this Java
	 */
	public static <T> T create(Class<T> kind, String name, ClassLoader classes) throws ReflectiveOperationException {
		Class<?> type = Class.forName(kind.getPackageName() + "." + name, true, classes);
		Constructor<? extends T> constructor = type.asSubclass(kind).getDeclaredConstructor();
		return BeanUtils.instantiateClass(constructor);
	}

}
