package io.taskgroup;

/**
 * What can be a name.
 */
final class Names {

	private static final int MAX_LENGTH = 200;

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

	static String ofTask(String name) {
		return java.util.Objects.requireNonNull(name, "name");
	}

}
