package io.taskgroup.autoconfigure.web.servlet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

import io.taskgroup.CancelScope;
import io.taskgroup.TaskGroup;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskScope;
import io.taskgroup.autoconfigure.web.servlet.BlockingController.Wait;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;
import org.springframework.web.servlet.ModelAndView;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/**
 * Answers in each of the ways that Spring MVC knows, after waiting for tasks.
 */
@RestController
class AnsweringController {

	private static final int LARGE = 100_000;

	private final Map<String, Work> works = new ConcurrentHashMap<>();

	private final TaskGroupFactory groups;

	AnsweringController(TaskGroupFactory groups) {
		this.groups = groups;
	}

	/** The work of the request with the given id. */
	Work work(String id) {
		return this.works.computeIfAbsent(id, (key) -> new Work());
	}

	private Work begin(String id, CancelScope scope) {
		Work work = work(id);
		work.scope = scope;
		return work;
	}

	private String waitFor(Work work, boolean fails) throws Exception {
		try {
			String results = Wait.AWAIT.in(this.groups, work);
			if (fails) {
				throw new IllegalStateException("broken");
			}
			return results;
		}
		catch (Throwable ex) {
			work.thrown = ex;
			throw ex;
		}
		finally {
			work.left.countDown();
		}
	}

	@GetMapping("/plain")
	String plain(@RequestParam String id, @RequestParam boolean fails, CancelScope scope) throws Exception {
		return waitFor(begin(id, scope), fails);
	}

	@GetMapping("/forward")
	ModelAndView forward(HttpServletRequest request, CancelScope scope) {
		request.setAttribute("forwarder", scope);
		return new ModelAndView("forward:/forwarded");
	}

	@GetMapping("/forwarded")
	String forwarded(@RequestParam String id, @RequestParam boolean fails, CancelScope scope,
			HttpServletRequest request) throws Exception {
		if (request.getAttribute("forwarder") != scope) {
			throw new IllegalArgumentException("another scope");
		}
		return waitFor(begin(id, scope), fails);
	}

	@GetMapping("/callable")
	Callable<String> callable(@RequestParam String id, @RequestParam boolean fails, CancelScope scope) {
		Work work = begin(id, scope);
		return () -> waitFor(work, fails);
	}

	@GetMapping("/web-async-task")
	WebAsyncTask<String> webAsyncTask(@RequestParam String id, @RequestParam boolean fails, CancelScope scope) {
		Work work = begin(id, scope);
		return new WebAsyncTask<>(() -> waitFor(work, fails));
	}

	@GetMapping("/deferred-result")
	DeferredResult<String> deferredResult(@RequestParam String id, @RequestParam boolean fails, CancelScope scope) {
		Work work = begin(id, scope);
		DeferredResult<String> result = new DeferredResult<>();
		TaskScope background = this.groups.named("background").openScope();
		result.onCompletion(background::close);
		background.fork(() -> {
			try {
				result.setResult(waitFor(work, fails));
			}
			catch (IllegalStateException ex) {
				result.setErrorResult(ex);
			}
		});
		return result;
	}

	@GetMapping("/stage")
	CompletionStage<String> stage(@RequestParam String id, @RequestParam boolean fails, CancelScope scope) {
		Work work = begin(id, scope);
		TaskScope background = this.groups.named("background").onError((failed, ex) -> {
			// the stage tells
		}).openScope();
		return background.fork(() -> waitFor(work, fails))
			.toCompletionStage()
			.whenCompleteAsync((value, ex) -> background.close(), Thread::startVirtualThread);
	}

	@GetMapping("/emitter")
	ResponseBodyEmitter emitter(@RequestParam String id, @RequestParam boolean fails,
			@RequestParam(defaultValue = "false") boolean begun, CancelScope scope) {
		return feed(new ResponseBodyEmitter(), begin(id, scope), fails, begun);
	}

	@GetMapping("/sse-emitter")
	SseEmitter sseEmitter(@RequestParam String id, @RequestParam boolean fails,
			@RequestParam(defaultValue = "false") boolean begun, CancelScope scope) {
		return feed(new SseEmitter(), begin(id, scope), fails, begun);
	}

	private <E extends ResponseBodyEmitter> E feed(E emitter, Work work, boolean fails, boolean begun) {
		TaskScope background = this.groups.named("background").openScope();
		emitter.onCompletion(background::close);
		background.fork(() -> {
			try {
				if (begun) {
					emitter.send("begun");
				}
				emitter.send(waitFor(work, fails));
				emitter.complete();
			}
			catch (IllegalStateException ex) {
				emitter.completeWithError(ex);
			}
		});
		return emitter;
	}

	@GetMapping("/streaming-response-body")
	StreamingResponseBody streamingResponseBody(@RequestParam String id, @RequestParam boolean fails,
			@RequestParam(defaultValue = "false") boolean begun, CancelScope scope) {
		Work work = begin(id, scope);
		return (output) -> {
			if (begun) {
				output.write("begun".getBytes(StandardCharsets.US_ASCII));
				output.flush();
			}
			try {
				output.write(waitFor(work, fails).getBytes(StandardCharsets.US_ASCII));
			}
			catch (RuntimeException | IOException ex) {
				throw ex;
			}
			catch (Exception ex) {
				throw new IOException(ex);
			}
		};
	}

	// Answers without an end

	@GetMapping("/endless/emitter")
	ResponseBodyEmitter endlessEmitter(@RequestParam String id, CancelScope scope) {
		return endless(new ResponseBodyEmitter(), begin(id, scope));
	}

	@GetMapping("/endless/sse-emitter")
	SseEmitter endlessSseEmitter(@RequestParam String id, CancelScope scope) {
		return endless(new SseEmitter(), begin(id, scope));
	}

	private <E extends ResponseBodyEmitter> E endless(E emitter, Work work) {
		TaskScope background = this.groups.named("background").openScope();
		emitter.onCompletion(background::close);
		background.fork(() -> waitFor(work, false));
		background.fork(() -> {
			try {
				while (true) {
					emitter.send("x".repeat(LARGE));
				}
			}
			catch (IOException ex) {
				// the server tells
			}
		});
		return emitter;
	}

	@GetMapping("/early/emitter")
	ResponseBodyEmitter earlyEmitter(@RequestParam String id, CancelScope scope) throws Exception {
		return early(new ResponseBodyEmitter(), begin(id, scope));
	}

	@GetMapping("/early/sse-emitter")
	SseEmitter earlySseEmitter(@RequestParam String id, CancelScope scope) throws Exception {
		return early(new SseEmitter(), begin(id, scope));
	}

	/** The request's own thread writes to a client that has gone. */
	private <E extends ResponseBodyEmitter> E early(E emitter, Work work) throws Exception {
		TaskScope background = this.groups.named("background").openScope();
		emitter.onCompletion(background::close);
		background.fork(() -> waitFor(work, false));
		emitter.send("x".repeat(LARGE));
		work.clientGone.await();
		return emitter;
	}

	@GetMapping("/endless/streaming-response-body")
	StreamingResponseBody endlessStream(@RequestParam String id, CancelScope scope) {
		Work work = begin(id, scope);
		return (output) -> {
			try (TaskGroup group = this.groups.named("blocked").open()) {
				for (int i = 0; i < Work.TASKS; i++) {
					group.fork(work::task);
				}
				while (true) {
					output.write(new byte[LARGE]);
				}
			}
			finally {
				work.left.countDown();
			}
		};
	}

}
