package io.taskgroup.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A document with places for what is measured. What stands around them is written by
 * hand, and stays. Each place is replaced as a whole, and says itself when it was
 * measured; so after a run of some cases it can be seen which are older.
 */
public final class Document {

	private static final String END = "<!-- end of what was measured -->";

	private final Path source;

	private final Path target;

	/**
	 * Makes a document.
	 * @param source what is read first
	 * @param target where it is written, may be the same
	 */
	public Document(Path source, Path target) {
		this.source = source;
		this.target = target;
	}

	/**
	 * Tells where it is written.
	 * @return the file
	 */
	public Path target() {
		return this.target;
	}

	/**
	 * Begins anew with what is at the source.
	 * @throws IOException if that is not possible
	 */
	public void open() throws IOException {
		if (!this.source.equals(this.target)) {
			Files.createDirectories(this.target.toAbsolutePath().getParent());
			Files.writeString(this.target, Files.readString(this.source));
		}
	}

	/**
	 * Replaces what stands in a place.
	 * @param place the name of the place
	 * @param text what is to stand there
	 * @throws IOException if that is not possible
	 * @throws IllegalArgumentException if there is no such place
	 */
	public void write(String place, String text) throws IOException {
		Files.writeString(this.target, replace(Files.readString(this.target), place, text));
	}

	static String replace(String document, String place, String text) {
		String begin = "<!-- measured: " + place + " -->";
		Matcher matcher = Pattern.compile(Pattern.quote(begin) + "\n.*?" + Pattern.quote(END), Pattern.DOTALL)
			.matcher(document);
		if (!matcher.find()) {
			throw new IllegalArgumentException("the document has no place for " + place + ": " + begin);
		}
		return document.substring(0, matcher.start()) + begin + "\n\n" + text + "\n\n" + END
				+ document.substring(matcher.end());
	}

}
