package io.taskgroup.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Where the tables are written.
 */
class DocumentTests {

	private static final String BEFORE = """
			# Performance

			<!-- measured: FanOut -->

			Not measured yet.

			<!-- end of what was measured -->

			## Map

			<!-- measured: Map -->

			as measured a year ago

			<!-- end of what was measured -->
			""";

	@TempDir
	private Path directory;

	@Test
	@DisplayName("what was measured takes its place, and everything else stays")
	void replaces() {
		String after = Document.replace(BEFORE, "FanOut", "3 $1 \\n");
		assertThat(after).isEqualTo(BEFORE.replace("Not measured yet.", "3 $1 \\n"));
		assertThat(Document.replace(after, "FanOut", "Not measured yet.")).isEqualTo(BEFORE);
	}

	@Test
	@DisplayName("what has no place is refused")
	void noPlace() {
		assertThatIllegalArgumentException().isThrownBy(() -> Document.replace(BEFORE, "Fan", ""))
			.withMessageContaining("<!-- measured: Fan -->");
	}

	@Test
	@DisplayName("a quick run leaves the document alone")
	void otherTarget() throws IOException {
		Path source = Files.writeString(this.directory.resolve("performance.md"), BEFORE);
		Document document = new Document(source, this.directory.resolve("target/performance.md"));
		document.open();
		document.write("FanOut", "quick");
		assertThat(source).hasContent(BEFORE);
		assertThat(document.target()).content().contains("quick", "as measured a year ago");
	}

	@Test
	@DisplayName("any other run writes into the document")
	void sameTarget() throws IOException {
		Path source = Files.writeString(this.directory.resolve("performance.md"), BEFORE);
		Document document = new Document(source, source);
		document.open();
		document.write("Map", "today");
		assertThat(source).content().contains("today", "Not measured yet.").doesNotContain("a year ago");
	}

}
