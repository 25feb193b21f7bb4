package io.taskgroup.autoconfigure.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import io.taskgroup.CancelCause;
import io.taskgroup.ConcurrencyLimiter;
import io.taskgroup.LimiterSnapshot;
import io.taskgroup.RateLimiter;
import io.taskgroup.TaskCounts;
import io.taskgroup.TaskLimiter;
import io.taskgroup.TaskScopeSnapshot;
import io.taskgroup.TaskSnapshot;
import io.taskgroup.autoconfigure.OutcomeTags;
import io.taskgroup.autoconfigure.actuate.TaskGroupsDescriptor.CancellationDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskGroupsDescriptor.CountsDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskGroupsDescriptor.LimitDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskGroupsDescriptor.ScopeDescriptor;
import io.taskgroup.autoconfigure.actuate.TaskGroupsDescriptor.TaskDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Puts a snapshot of what is open into the words of the endpoint. Names and reasons are
 * all that is taken over from the application, and they are cleaned.
 */
final class Descriptors {

	private final Instant time;

	Descriptors(Instant time) {
		this.time = time;
	}

	List<ScopeDescriptor> scopes(List<TaskScopeSnapshot> scopes) {
		return scopes.stream().map(this::scope).toList();
	}

	private ScopeDescriptor scope(TaskScopeSnapshot scope) {
		return new ScopeDescriptor(scope.id(), word(scope.kind()), ShownText.ofName(scope.name()),
				scope.cancelled() ? "cancelling" : "open", millis(scope.age()),
				scope.timeLeft().map(this.time::plus).orElse(null), millis(scope.timeLeft()),
				cancellation(scope.cancelCause()), scope.limiters().stream().map(Descriptors::limit).toList(),
				counts(scope.counts()), scope.tasks().stream().map(this::task).toList(), scope.tasksLeftOut(),
				scopes(scope.children()));
	}

	private TaskDescriptor task(TaskSnapshot task) {
		return new TaskDescriptor(task.id(), ShownText.ofName(task.name()), word(task.state()), millis(task.age()),
				millis(task.waited()), task.thread().map(ShownText::ofThread).orElse(null),
				task.threadId().isPresent() ? task.threadId().getAsLong() : null,
				task.stack().isEmpty() ? null : task.stack().stream().map(Descriptors::frame).toList(),
				scopes(task.children()));
	}

	static @Nullable CancellationDescriptor cancellation(Optional<CancelCause> cause) {
		return cause
			.map((some) -> new CancellationDescriptor(OutcomeTags.of(some.kind()), ShownText.ofReason(some.reason())))
			.orElse(null);
	}

	private static CountsDescriptor counts(TaskCounts counts) {
		return new CountsDescriptor(counts.queued(), counts.running(), counts.succeeded(), counts.failed(),
				counts.cancelled());
	}

	private static LimitDescriptor limit(LimiterSnapshot limiter) {
		return limit(limiter.limiter(), !limiter.ofGroupAlone());
	}

	static LimitDescriptor limit(TaskLimiter limiter, boolean shared) {
		if (limiter instanceof ConcurrencyLimiter concurrency) {
			int limit = concurrency.limit();
			int maxLimit = concurrency.maxLimit();
			return new LimitDescriptor("concurrency", shared, limit, (maxLimit != limit) ? maxLimit : null,
					concurrency.inUse(), concurrency.waiting(), null, null, null);
		}
		if (limiter instanceof RateLimiter rate) {
			return new LimitDescriptor("rate", shared, null, null, null, rate.waiting(), rate.permits(),
					rate.period().toString(), rate.burst());
		}
		return new LimitDescriptor("other", shared, null, null, null, null, null, null, null);
	}

	/** Without the class loader and the module. */
	private static String frame(StackTraceElement frame) {
		return new StackTraceElement(frame.getClassName(), frame.getMethodName(), frame.getFileName(),
				frame.getLineNumber())
			.toString();
	}

	private static @Nullable Long millis(Optional<Duration> duration) {
		return duration.map(Duration::toMillis).orElse(null);
	}

	static String word(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT);
	}

}
