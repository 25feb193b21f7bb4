package io.taskgroup.autoconfigure.web.reactive;

import io.taskgroup.ContextPropagation;
import reactor.util.context.ContextView;

/**
 * Puts what a Reactor context has in place on a thread.
 */
@FunctionalInterface
interface ReactorContext {

	/** Nothing is put in place. */
	ReactorContext NONE = (context) -> () -> {
	};

	/**
	 * Puts it in place on the calling thread, which has no context yet.
	 * @param context the Reactor context
	 * @return what takes it back
	 */
	ContextPropagation.Restored restore(ContextView context);

}
