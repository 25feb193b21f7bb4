package io.taskgroup.autoconfigure;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * Something for each name of groups, such as its meters. Only so many names are told
 * apart; those that come later share one, which goes by the name {@value #OTHER}: names
 * may be made up at run time, and what is kept for them must not grow without end.
 * <p>
 * Called on any thread. Looking up what is there allocates nothing.
 *
 * @param <T> what there is for each name
 */
public final class BoundedNames<T> {

	/** The name of those that come too late. */
	public static final String OTHER = "other";

	private final int max;

	private final Function<String, ? extends T> maker;

	private final Consumer<String> firstTooMany;

	private final Map<String, T> byName = new ConcurrentHashMap<>();

	/** What all further names share, once there are too many. Written with the lock. */
	private volatile @Nullable T others;

	/**
	 * Creates names of which there are none yet.
	 * @param max how many are told apart, at least 1
	 * @param maker makes what there is for a name
	 * @param firstTooMany is told, once, of the first name that comes too late
	 * @throws IllegalArgumentException if it is less than 1
	 */
	public BoundedNames(int max, Function<String, ? extends T> maker, Consumer<String> firstTooMany) {
		if (max < 1) {
			throw new IllegalArgumentException("at least 1 name must be told apart, not " + max);
		}
		this.max = max;
		this.maker = Objects.requireNonNull(maker, "maker");
		this.firstTooMany = Objects.requireNonNull(firstTooMany, "firstTooMany");
	}

	/**
	 * Returns what there is for a name. If there is nothing yet it is made.
	 * @param name the name
	 * @return what it has, or shares with others
	 */
	public T of(String name) {
		T known = this.byName.get(name);
		if (known != null) {
			return known;
		}
		T others = this.others;
		return (others != null) ? others : add(name);
	}

	private synchronized T add(String name) {
		T others = this.others;
		if (others != null) {
			return this.byName.getOrDefault(name, others);
		}
		if (this.byName.size() < this.max || this.byName.containsKey(name)) {
			return this.byName.computeIfAbsent(name, this.maker);
		}
		this.firstTooMany.accept(name);
		// a group that really has that name shares it
		T ofOther = this.byName.get(OTHER);
		others = (ofOther != null) ? ofOther : this.maker.apply(OTHER);
		this.others = others;
		return others;
	}

	/**
	 * Returns what there is for a name that is told apart.
	 * @param name the name
	 * @return what it has; null if it has not been seen, or came too late
	 */
	public @Nullable T find(String name) {
		T known = this.byName.get(name);
		return (known == null && name.equals(OTHER)) ? this.others : known;
	}

	/**
	 * Returns all that there is now.
	 * @return a copy, in the order of the names
	 */
	public Map<String, T> all() {
		Map<String, T> all = new TreeMap<>(this.byName);
		T others = this.others;
		if (others != null) {
			all.put(OTHER, others);
		}
		return all;
	}

}
