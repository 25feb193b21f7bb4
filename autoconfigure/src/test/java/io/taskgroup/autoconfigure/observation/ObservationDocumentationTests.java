package io.taskgroup.autoconfigure.observation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.ObservationTextPublisher;
import io.taskgroup.TaskGroupFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds docs/metrics.md and the observations together.
 */
@Timeout(30)
class ObservationDocumentationTests {

	private static final Path DOCUMENT = Path.of(System.getProperty("basedir", ""), "..", "docs", "metrics.md");

	private static final Pattern CODE = Pattern.compile("`([^`]+)`");

	@Test
	@DisplayName("docs/metrics.md lists the observations with their names and keys")
	void observationsAreDocumented() throws Exception {
		List<Row> made = new CopyOnWriteArrayList<>();
		ObservationRegistry registry = ObservationRegistry.create();
		registry.observationConfig().observationHandler(new ObservationTextPublisher((text) -> {
		}) {

			@Override
			public void onStop(Observation.Context context) {
				made.add(new Row(context.getName(), String.valueOf(context.getContextualName()),
						keys(context.getLowCardinalityKeyValues()), keys(context.getHighCardinalityKeyValues())));
			}

		});
		TaskGroupObservations observations = new TaskGroupObservations(registry, null, null);
		try (TaskGroupFactory groups = TaskGroupFactory.builder()
			.listener(observations)
			.instrumentation(observations)
			.build()) {
			groups.named("<group>").gather(List.of(() -> 1));
		}
		assertThat(rows()).containsExactlyInAnyOrderElementsOf(made);
	}

	private static List<Row> rows() throws IOException {
		return Files.readAllLines(DOCUMENT)
			.stream()
			.dropWhile((line) -> !line.startsWith("| Observation |"))
			.takeWhile((line) -> line.startsWith("|"))
			.skip(2)
			.map((line) -> line.substring(1).split("\\|"))
			.map((cells) -> new Row(code(cells[0]).get(0), code(cells[1]).get(0), code(cells[2]), code(cells[3])))
			.toList();
	}

	private static List<String> code(String cell) {
		return CODE.matcher(cell).results().map((result) -> result.group(1)).toList();
	}

	private static List<String> keys(KeyValues values) {
		return values.stream().map(KeyValue::getKey).toList();
	}

	/**
	 * A row of the table.
	 *
	 * @param name the name
	 * @param span the name of the span
	 * @param low the keys of low cardinality
	 * @param high those of high cardinality
	 */
	private record Row(String name, String span, List<String> low, List<String> high) {
	}

}
