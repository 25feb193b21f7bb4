package io.taskgroup.sample;

import java.io.IOException;

import io.taskgroup.CompletedTasks;
import io.taskgroup.TaskGroupFactory;
import io.taskgroup.TaskHandle;
import io.taskgroup.TaskScope;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aot.hint.annotation.RegisterReflectionForBinding;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * What the suppliers want for a book, told as the answers come in.
 * <p>
 * The request's thread returns the emitter and is done. What feeds the emitter is a task
 * of a supervisor, which lives as long as the application: when that shuts down, streams
 * are given the grace period to end, and those that have not are cancelled.
 */
@RestController
@RegisterReflectionForBinding(OfferStreamController.Done.class)
class OfferStreamController {

	private static final Logger logger = LoggerFactory.getLogger(OfferStreamController.class);

	/** The container need not watch the time: the suppliers' deadline ends a stream. */
	private static final long NO_TIMEOUT = 0;

	private final TaskGroupFactory groups;

	private final TaskScope streams;

	private final Catalogue catalogue;

	private final Suppliers suppliers;

	OfferStreamController(TaskGroupFactory groups, Catalogue catalogue, Suppliers suppliers) {
		this.groups = groups;
		this.streams = groups.named("offer-streams").openScope();
		this.catalogue = catalogue;
		this.suppliers = suppliers;
	}

	@GetMapping(path = "/books/{id}/offers/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
	SseEmitter stream(@PathVariable int id) {
		this.catalogue.book(id);
		SseEmitter emitter = new SseEmitter(NO_TIMEOUT);
		this.streams.fork("book-" + id, () -> feed(emitter, id));
		return emitter;
	}

	/** Sees to it that the response comes to an end, whatever happens. */
	private void feed(SseEmitter emitter, int id) throws InterruptedException {
		try {
			send(emitter, id);
			emitter.complete();
		}
		catch (IOException ex) {
			// The container has noticed, too, and ends the response.
			logger.debug("The client has left the stream of book {}", id, ex);
		}
		catch (InterruptedException | RuntimeException | Error ex) {
			emitter.completeWithError(ex);
			throw ex;
		}
	}

	/**
	 * Sends each answer as soon as it is there. If that fails, the block is left early,
	 * which cancels the questions that are still open.
	 */
	private void send(SseEmitter emitter, int id) throws IOException, InterruptedException {
		int offers = 0;
		int missing = 0;
		try (CompletedTasks<Answer> answers = this.groups.named("offers")
			.asCompleted(this.suppliers, supplier -> supplier.ask(id))) {
			for (TaskHandle<Answer> answer : answers) {
				switch (answer.await()) {
					case Offer offer -> {
						offers++;
						emitter.send(event("offer", offer));
					}
					case Missing none -> {
						missing++;
						emitter.send(event("missing", none));
					}
				}
			}
		}
		emitter.send(event("done", new Done(offers, missing)));
	}

	private static SseEmitter.SseEventBuilder event(String name, Object data) {
		return SseEmitter.event().name(name).data(data, MediaType.APPLICATION_JSON);
	}

	record Done(int offers, int missing) {
	}

}
