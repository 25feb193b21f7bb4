package io.taskgroup;

import java.time.Duration;

/**
 * Looks from time to time whether something outside is still there, on whose behalf a
 * thread waits: the client of a request, say. For those who tie scopes to something that
 * does not tell of its end by itself.
 * <p>
 * A probe that throws is logged, and not asked again until the scope is entered the next
 * time.
 *
 * @see RootScope#enter(WaitProbe)
 */
public interface WaitProbe {

	/**
	 * Returns how often the probe wants to be asked.
	 * @return the time between two calls, more than zero
	 */
	Duration interval();

	/**
	 * Called on the thread that has entered the scope, while it waits in a call of this
	 * library, again and again, and by {@link CancelScope#checkpoint()} if it is time. It
	 * is not called while the thread runs or is blocked elsewhere. It must be quick, must
	 * not wait for anything, and may cancel the scope.
	 * @param scope the scope that was entered
	 * @throws Exception if it cannot tell
	 */
	void probe(CancelScope scope) throws Exception;

}
