package io.taskgroup.sample;

import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

import io.taskgroup.CancelKind;
import io.taskgroup.TaskCancelledException;
import io.taskgroup.TaskGroupClosedException;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Says what went wrong. What a task throws is the cause of its group's exception, and
 * Spring looks there too, so these handlers are as plain as they would be without groups.
 */
@RestControllerAdvice
class Problems {

	@ExceptionHandler
	ProblemDetail unknownBook(UnknownBookException ex) {
		return problem(HttpStatus.NOT_FOUND, ex.getMessage());
	}

	@ExceptionHandler
	ProblemDetail backendFailed(BackendException ex) {
		return problem(HttpStatus.BAD_GATEWAY, ex.getMessage());
	}

	@ExceptionHandler
	ProblemDetail backendsTooSlow(TimeoutException ex) {
		return problem(HttpStatus.GATEWAY_TIMEOUT, "the backends took too long");
	}

	/** Somebody has ended the group, on the live page for instance. */
	@ExceptionHandler
	ProblemDetail cancelled(TaskCancelledException ex) {
		return (ex.kind() == CancelKind.EXPLICIT) ? problem(HttpStatus.SERVICE_UNAVAILABLE, ex.getMessage())
				: shuttingDown();
	}

	/** The grace period is over, and the request has been cancelled. */
	@ExceptionHandler({ InterruptedException.class, CancellationException.class, TaskGroupClosedException.class })
	ProblemDetail shuttingDown() {
		return problem(HttpStatus.SERVICE_UNAVAILABLE, "the shop is closing");
	}

	private ProblemDetail problem(HttpStatus status, @Nullable String detail) {
		return ProblemDetail.forStatusAndDetail(status, detail);
	}

}
