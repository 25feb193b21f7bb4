package io.taskgroup;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A cancel scope for a piece of work that goes from thread to thread, such as a request:
 * as one from {@link CancelScope#create()}, which several threads can enter, one after
 * the other or at the same time, but with an end.
 * <p>
 * For frameworks. A supervisor that is opened directly in it lives until the root scope
 * is closed, not just until the thread leaves it. What is around the scope on a thread
 * that enters it has no say in such a supervisor.
 *
 * <pre class="code">
 * RootScope request = CancelScope.createRoot();
 * try (RootScope.Entered entered = request.enter()) {
 *     handle(message);   // groups opened here are below the scope
 * }
 * request.close();
 * </pre>
 */
public interface RootScope extends CancelScope, AutoCloseable {

	/**
	 * Returns the number of the scope, unique among all tasks, groups and root scopes in
	 * this JVM.
	 * @return the id
	 */
	long id();

	/**
	 * Returns the name of the work, for those who look at what is open.
	 * @return the name, such as the method and the route of a request; empty as long as
	 * it has none
	 */
	Optional<String> name();

	/**
	 * Says how the work is called. Any thread, and more than once.
	 * @param name gives the name, or null as long as there is none; called on any thread,
	 * each time that somebody looks
	 */
	void name(Supplier<@Nullable String> name);

	/**
	 * Goes into this scope on the current thread, until what is returned is closed.
	 * @return what leads out of it again
	 * @throws IllegalStateException if the scope has been closed
	 */
	Entered enter();

	/**
	 * Goes into this scope on the current thread, until what is returned is closed.
	 * @param probe what is asked while the thread waits in calls of this library
	 * @return what leads out of the scope again
	 * @throws IllegalStateException if the scope has been closed
	 * @throws IllegalArgumentException if the probe's interval is not more than zero
	 */
	Entered enter(WaitProbe probe);

	/**
	 * Returns what is open in this scope: groups on the threads that are inside, the
	 * outermost first, and supervisors. Any thread may ask.
	 * @return groups and supervisors; those that were opened by tasks are not among them
	 */
	List<TaskScopeInfo> open();

	/**
	 * Ends the scope: cancels the supervisors that are still open in it and waits for
	 * them. Threads that are still inside are not waited for. From then on nobody can
	 * enter, and cancelling does nothing. Any thread but one that is inside.
	 * @throws IllegalStateException if the current thread is inside
	 */
	@Override
	void close();

	/**
	 * The way out of a {@link RootScope}, for the thread that went in.
	 */
	interface Entered extends AutoCloseable {

		/**
		 * Returns whether an exception that came out of the code inside was brought about
		 * by the cancellation of this scope. If so, the scope says
		 * {@link CancelScope#cancelCaught() cancelCaught} from now on, and the exception
		 * is no failure.
		 * @param thrown the exception
		 * @return whether it stands for this scope's cancellation
		 */
		boolean catches(Throwable thrown);

		/**
		 * Leaves the scope. An interrupt of the library's is gone afterwards.
		 * @throws IllegalStateException if groups were left open inside, which have been
		 * closed
		 * @throws WrongThreadException if it is another thread
		 */
		@Override
		void close();

	}

}
