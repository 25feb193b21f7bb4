package io.taskgroup;

import org.jetbrains.lincheck.LincheckAssertionError;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static io.taskgroup.Interleavings.explore;
import static io.taskgroup.Interleavings.must;
import static io.taskgroup.Interleavings.together;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * That the model checker checks anything at all: it must find what is known to be wrong.
 */
@Tag("model")
class InterleavingsTests {

	@Test
	@DisplayName("an update that is lost is found")
	void lostUpdate() {
		assertThatExceptionOfType(LincheckAssertionError.class).isThrownBy(() -> explore(100, () -> {
			int[] count = new int[1];
			together(() -> count[0]++, () -> count[0]++);
			must(count[0] == 2, "both were counted");
		})).withMessageContaining("both were counted");
	}

	@Test
	@DisplayName("a thread that is never released is found")
	void neverReleased() {
		assertThatExceptionOfType(LincheckAssertionError.class).isThrownBy(() -> explore(100, () -> {
			Handle<String> handle = new Handle<>(null);
			together(handle::awaitDone);
		}));
	}

}
