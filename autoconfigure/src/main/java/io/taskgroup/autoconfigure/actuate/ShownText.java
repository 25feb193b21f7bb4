package io.taskgroup.autoconfigure.actuate;

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Names and reasons as they are shown: on one line, not too long, and nothing in them
 * that a terminal or a writer of UTF-8 could stumble over.
 */
final class ShownText {

	private static final int MAX_NAME_LENGTH = 200;

	private static final int MAX_REASON_LENGTH = 500;

	/**
	 * Control characters, line ends, what changes the direction of text, and halves of
	 * characters.
	 */
	private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");

	private ShownText() {
	}

	static String ofName(String name) {
		return of(name, MAX_NAME_LENGTH);
	}

	/** The name of a thread that runs a task holds two names. */
	static String ofThread(String name) {
		return of(name, 2 * MAX_NAME_LENGTH + 2);
	}

	static @Nullable String ofReason(@Nullable String reason) {
		return (reason != null) ? of(reason, MAX_REASON_LENGTH) : null;
	}

	private static String of(String text, int maxLength) {
		String shown = (text.length() > maxLength) ? text.substring(0, maxLength) + '…' : text;
		return isPlain(shown) ? shown : UNPRINTABLE.matcher(shown).replaceAll("?");
	}

	/** What nearly all names are. */
	private static boolean isPlain(String text) {
		for (int i = 0; i < text.length(); i++) {
			if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
				return false;
			}
		}
		return true;
	}

}
