package io.taskgroup;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * A region of code that can be cancelled, given a deadline, or shielded.
 * <p>
 * Scopes nest, within a thread and from a task to the groups inside it; cancelling one
 * cancels all below it at once. Every task group has one, and there are scopes without
 * tasks:
 *
 * <pre>{@code
 * CancelScope scope = CancelScope.moveOnAfter(Duration.ofSeconds(2), s -> report.send());
 * if (scope.cancelCaught()) {
 *     log.info("the report will be sent later");
 * }
 * }</pre>
 *
 * <h2>What a cancellation does</h2> It is a state, not an event. Every call of this
 * library that blocks throws {@link CancelledException} in a cancelled scope, each time.
 * A thread that blocks elsewhere is interrupted; if it swallows that and goes on, it is
 * interrupted again after a while. The block that was cancelled catches what comes out of
 * it.
 *
 * <h2>Cleaning up</h2> Since the state stays, cleaning up that blocks needs a shield:
 *
 * <pre>{@code
 * try {
 *     return CancelScope.shield(s -> connection.commit());
 * }
 * finally {
 *     CancelScope.runShielded(s -> {
 *         s.timeout(Duration.ofSeconds(1));
 *         connection.close();
 *     });
 * }
 * }</pre>
 *
 * The methods of a scope may be called from any thread. The model is that of Trio's and
 * AnyIO's cancel scopes.
 */
public interface CancelScope {

	/**
	 * Cancels the scope. Returns at once. May be called before the scope is entered, any
	 * number of times, and after the end, when it does nothing.
	 */
	void cancel();

	/**
	 * Cancels the scope, with a reason.
	 * @param reason why, in words; the first reason stays
	 */
	void cancel(String reason);

	/**
	 * Cancels the scope, with a reason and its kind: for those who tie scopes to
	 * something outside, such as a request.
	 * @param kind who or what asks for it: {@link CancelKind#EXPLICIT},
	 * {@link CancelKind#REQUEST}, {@link CancelKind#DISCONNECT} or
	 * {@link CancelKind#SHUTDOWN}
	 * @param reason why, in words, or {@code null}; the first reason stays
	 * @throws IllegalArgumentException if the kind is one of the others, which the
	 * library itself gives
	 */
	void cancel(CancelKind kind, @Nullable String reason);

	/**
	 * Returns whether somebody asked for the cancellation of this scope, or its deadline
	 * did. It says nothing about whether the block noticed.
	 * @return whether {@code cancel()} was called, or the deadline passed, before the end
	 */
	boolean cancelCalled();

	/**
	 * Returns whether the block (for a group: its body or any of its tasks) was ended by
	 * the cancellation of this scope.
	 * @return whether this scope caught its cancellation
	 */
	boolean cancelCaught();

	/**
	 * Returns why this scope was cancelled.
	 * @return the reason that was given first, or empty if there is none
	 */
	Optional<String> cancelReason();

	/**
	 * Returns who or what had this scope cancelled.
	 * @return the kind of the first reason, or empty while the scope is not cancelled
	 */
	Optional<CancelKind> cancelKind();

	/**
	 * Sets the scope's own deadline, or moves it, nearer or farther, or removes it. After
	 * the end it does nothing.
	 * @param fromNow how long from now; zero or less cancels at once; {@code null}
	 * removes the deadline, and so does a time too long to count
	 */
	void timeout(@Nullable Duration fromNow);

	/**
	 * Returns the time left until the scope's own deadline.
	 * @return the time left, zero when it has passed, empty if there is no deadline
	 */
	Optional<Duration> timeLeft();

	/**
	 * Returns whether cancellations from outside are held off.
	 * @return whether the scope is shielded
	 */
	boolean shielded();

	/**
	 * Holds off cancellations and deadlines from outside, or lets them in again. A
	 * cancellation that was held off reaches the scope when the shield is taken away.
	 * @param shielded whether to hold them off
	 */
	void shielded(boolean shielded);

	/**
	 * Runs the body inside this scope, which must be one from {@link #create()}. Several
	 * threads may be inside at the same time. A cancellation of this scope ends the block
	 * quietly.
	 * @param <X> what the body throws
	 * @param body the body
	 * @throws X what the body threw
	 * @throws CancelledException if a scope further out was cancelled
	 * @throws InterruptedException if the thread was interrupted from outside
	 * @throws IllegalStateException if this scope is not one from {@code create()}
	 */
	<X extends Exception> void enter(Body<X> body) throws X, InterruptedException;

	/**
	 * Creates a scope that nobody has entered yet. It may be cancelled and given a
	 * deadline before it is entered.
	 * @return the new scope
	 */
	static CancelScope create() {
		return new EnterableScope();
	}

	/**
	 * Creates a scope for a piece of work that goes from thread to thread, such as a
	 * request: for frameworks.
	 * @return the new scope
	 */
	static RootScope createRoot() {
		return new DefaultRootScope();
	}

	/**
	 * Runs the body in a scope of its own. Its cancellation ends the block quietly.
	 * @param <X> what the body throws
	 * @param body the body
	 * @return the scope, which says whether it caught a cancellation
	 * @throws X what the body threw
	 * @throws CancelledException if a scope further out was cancelled
	 * @throws InterruptedException if the thread was interrupted from outside
	 */
	static <X extends Exception> CancelScope run(Body<X> body) throws X, InterruptedException {
		return Regions.run(null, body);
	}

	/**
	 * Runs the body for at most the given time, then moves on quietly.
	 * @param <X> what the body throws
	 * @param timeout the time; zero or less has passed already
	 * @param body the body
	 * @return the scope; {@link #cancelCaught()} says whether the deadline ended the
	 * block
	 * @throws X what the body threw
	 * @throws CancelledException if a scope further out was cancelled
	 * @throws InterruptedException if the thread was interrupted from outside
	 */
	static <X extends Exception> CancelScope moveOnAfter(Duration timeout, Body<X> body)
			throws X, InterruptedException {
		return Regions.run(timeout, body);
	}

	/**
	 * Runs the body for at most the given time, and returns its value.
	 * @param <T> the type of the value
	 * @param <X> what the body throws
	 * @param timeout the time; zero or less has passed already
	 * @param body the body
	 * @return what the body returned; may be {@code null}
	 * @throws X what the body threw
	 * @throws TimeoutException if the deadline of this block ended it
	 * @throws TaskCancelledException if {@code cancel()} of this block's scope ended it
	 * @throws CancelledException if a scope further out was cancelled
	 * @throws InterruptedException if the thread was interrupted from outside
	 */
	static <T extends @Nullable Object, X extends Exception> T failAfter(Duration timeout, ValueBody<T, X> body)
			throws X, InterruptedException, TimeoutException {
		return Regions.failAfter(timeout, body);
	}

	/**
	 * Runs the body for at most the given time.
	 * @param <X> what the body throws
	 * @param timeout the time; zero or less has passed already
	 * @param body the body
	 * @throws X what the body threw
	 * @throws TimeoutException if the deadline of this block ended it; {@code cancel()}
	 * of its scope ends it quietly
	 * @throws CancelledException if a scope further out was cancelled
	 * @throws InterruptedException if the thread was interrupted from outside
	 */
	static <X extends Exception> void runOrFailAfter(Duration timeout, Body<X> body)
			throws X, InterruptedException, TimeoutException {
		Regions.runOrFailAfter(timeout, body);
	}

	/**
	 * Runs the body while cancellations and deadlines from outside are held off, also for
	 * the groups and tasks inside it. They reach the thread when the block has ended. An
	 * interrupt that does not come from this library is not held off.
	 * @param <T> the type of the value
	 * @param <X> what the body throws
	 * @param body the body
	 * @return what the body returned; may be {@code null}
	 * @throws X what the body threw
	 * @throws TaskCancelledException if {@code cancel()} or the deadline of this block's
	 * own scope ended it
	 * @throws InterruptedException if the thread was interrupted from outside
	 */
	static <T extends @Nullable Object, X extends Exception> T shield(ValueBody<T, X> body)
			throws X, InterruptedException {
		return Regions.shield(body);
	}

	/**
	 * Runs the body while cancellations and deadlines from outside are held off.
	 * @param <X> what the body throws
	 * @param body the body
	 * @throws X what the body threw
	 * @throws InterruptedException if the thread was interrupted from outside
	 * @see #shield(ValueBody)
	 */
	static <X extends Exception> void runShielded(Body<X> body) throws X, InterruptedException {
		Regions.runShielded(body);
	}

	/**
	 * Throws if a cancellation is due on the calling thread. For loops that compute and
	 * never block. It looks at scopes and deadlines only and leaves the interrupt flag
	 * alone. The {@link WaitProbe} of a root scope is asked first, if it is time.
	 * @throws CancelledException if a cancellation is in effect
	 */
	static void checkpoint() throws CancelledException {
		Strand.checkpoint();
	}

	/**
	 * Returns whether a cancellation is due on the calling thread: the question that
	 * {@link #checkpoint()} asks.
	 * @return whether a cancellation is in effect
	 */
	static boolean cancelRequested() {
		return Strand.cancelRequested();
	}

	/**
	 * Returns the time left until the nearest deadline in effect on the calling thread:
	 * to be handed to a driver that has timeouts of its own.
	 * @return the time left, zero when a cancellation is in effect, empty if there is no
	 * deadline
	 */
	static Optional<Duration> currentTimeLeft() {
		return Strand.currentTimeLeft();
	}

	/**
	 * A body that gives no value.
	 *
	 * @param <X> what it throws
	 */
	@FunctionalInterface
	interface Body<X extends Exception> {

		/**
		 * Runs the body.
		 * @param scope the scope that the body runs in
		 * @throws X whatever the body throws
		 * @throws InterruptedException if the body is interrupted or cancelled
		 */
		void run(CancelScope scope) throws X, InterruptedException;

	}

	/**
	 * A body that gives a value.
	 *
	 * @param <T> the type of the value
	 * @param <X> what it throws
	 */
	@FunctionalInterface
	interface ValueBody<T extends @Nullable Object, X extends Exception> {

		/**
		 * Runs the body.
		 * @param scope the scope that the body runs in
		 * @return the value; may be {@code null}
		 * @throws X whatever the body throws
		 * @throws InterruptedException if the body is interrupted or cancelled
		 */
		T call(CancelScope scope) throws X, InterruptedException;

	}

}
