package io.taskgroup;

import java.util.List;
import java.util.concurrent.Callable;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static io.taskgroup.Interleavings.explore;
import static io.taskgroup.Interleavings.must;
import static io.taskgroup.Interleavings.together;

/**
 * Checks what {@link Contest} claims: that the first one decides, and nothing undoes it.
 */
@Tag("model")
class ContestModelTests {

	@Test
	@DisplayName("7.4 of two that are good enough at the same moment the one that has the other cancelled wins")
	void twoAtTheSameMoment() {
		explore(100, () -> together(() -> {
			Callable<String> unused = () -> "unused";
			Contest<String> contest = new Contest<>((Spec) Interleavings.SPEC, List.of(unused, unused), false);
			HostedGroup group = HostedGroup.open((Spec) Interleavings.SPEC, false, Collecting.UNLESS_DECIDED);
			together(() -> contest.finished(group, ended("one")), () -> contest.finished(group, ended("two")));
			String reason = group.cancelCause().map(CancelCause::reason).orElse("");
			must(reason.equals(contest.result(group) + " has decided"), reason);
			group.close();
		}));
	}

	private static Handle<String> ended(String name) {
		Handle<String> handle = new Handle<>(name);
		handle.complete(Handle.encode(name));
		return handle;
	}

}
