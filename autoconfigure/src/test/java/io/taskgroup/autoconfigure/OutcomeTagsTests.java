package io.taskgroup.autoconfigure;

import io.taskgroup.CancelKind;
import io.taskgroup.GroupOutcome;
import io.taskgroup.TaskState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * The words for outcomes, which dashboards know.
 */
class OutcomeTagsTests {

	@Test
	@DisplayName("10.1 groups and tasks that ended alike have the same word for it")
	void words() {
		assertThat(GroupOutcome.values()).extracting(OutcomeTags::of)
			.containsExactly("success", "error", "cancelled", "timeout");
		assertThat(OutcomeTags.of(TaskState.SUCCESS)).isEqualTo("success");
		assertThat(OutcomeTags.of(TaskState.FAILED)).isEqualTo("error");
		assertThat(OutcomeTags.of(TaskState.CANCELLED)).isEqualTo("cancelled");
		assertThat(CancelKind.values()).extracting(OutcomeTags::of)
			.containsExactly("explicit", "failure", "timeout", "parent", "interrupt", "request", "disconnect",
					"shutdown");
	}

	@ParameterizedTest
	@EnumSource(names = { "QUEUED", "RUNNING", "CANCELLING" })
	@DisplayName("there is no word for a task that has not ended")
	void notEnded(TaskState state) {
		assertThatIllegalArgumentException().isThrownBy(() -> OutcomeTags.of(state));
	}

}
