package io.taskgroup.sample;

import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Which backends are in trouble during one request. Bound to its parameters, as in
 * {@code ?slow=harbour,old-town&failing=riverside}.
 *
 * @param slow the names of those that are slow
 * @param failing the names of those that fail
 */
record Troubles(Set<String> slow, Set<String> failing) {

	Troubles(@Nullable Set<String> slow, @Nullable Set<String> failing) {
		this.slow = (slow != null) ? slow : Set.of();
		this.failing = (failing != null) ? failing : Set.of();
	}

	Trouble of(String backend) {
		if (this.failing.contains(backend)) {
			return Trouble.FAILING;
		}
		return this.slow.contains(backend) ? Trouble.SLOW : Trouble.NONE;
	}

}
