package io.taskgroup;

import java.util.Objects;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What can be a name.
 */
final class Names {

	private static final int MAX_LENGTH = 200;

	/** Control characters, line ends, and what changes the direction of text. */
	private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

	private Names() {
	}

	static String ofGroup(String name) {
		if (name.isBlank()) {
			throw new IllegalArgumentException("a group's name must not be blank");
		}
		if (name.length() > MAX_LENGTH) {
			throw new IllegalArgumentException("a group's name must have at most " + MAX_LENGTH
					+ " characters, but this one has " + name.length() + ": " + name.substring(0, MAX_LENGTH) + "…");
		}
		if (name.chars().anyMatch(Character::isISOControl)) {
			throw new IllegalArgumentException("a group's name must have no control characters, but this one has: "
					+ name.replaceAll("\\p{Cntrl}", "?"));
		}
		return name;
	}

	/** Anything can be the name of a task: see {@link #shown}. */
	static String ofTask(String name) {
		return Objects.requireNonNull(name, "name");
	}

	/** A task without a name does not cost one. */
	static String ofThread(String group, @Nullable String task) {
		return (task != null) ? group + '/' + shown(task) : group;
	}

	/**
	 * A task's name as it stands in messages and in the names of threads: on one line,
	 * and not too long.
	 */
	static String shown(String name) {
		String shown = (name.length() > MAX_LENGTH) ? name.substring(0, MAX_LENGTH) + '…' : name;
		return isAscii(shown) ? shown : UNPRINTABLE.matcher(shown).replaceAll("?");
	}

	/** What nearly all names are. */
	private static boolean isAscii(String name) {
		for (int i = 0; i < name.length(); i++) {
			if (name.charAt(i) < ' ' || name.charAt(i) > '~') {
				return false;
			}
		}
		return true;
	}

}
