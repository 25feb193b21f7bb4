package io.taskgroup;

/**
 * Carries context from the thread that forks a task to the thread that runs it.
 *
 * <pre>{@code
 * ContextPropagation tenant = () -> {
 *     String captured = Tenant.current();
 *     return () -> {
 *         String before = Tenant.current();
 *         Tenant.set(captured);
 *         return () -> Tenant.set(before);
 *     };
 * };
 * }</pre>
 *
 * @see TaskGroupFactory.Builder#contextPropagation(ContextPropagation)
 */
@FunctionalInterface
public interface ContextPropagation {

	/**
	 * Takes the context of the calling thread as it is now. Called by {@code fork} and
	 * {@code start} on the thread that called them; what it throws is thrown there, and
	 * no task is started.
	 * @return what was captured
	 */
	Captured capture();

	/**
	 * A context that was captured.
	 */
	@FunctionalInterface
	interface Captured {

		/**
		 * Puts the context in place on the calling thread. Called on the task's thread
		 * right before the task; what it throws is the task's failure.
		 * @return what takes it back
		 */
		Restored restore();

	}

	/**
	 * A context that is in place on a thread.
	 */
	@FunctionalInterface
	interface Restored {

		/**
		 * Puts back what was on the thread before. Called on the task's thread when the
		 * task has ended; what it throws is logged.
		 */
		void close();

	}

}
