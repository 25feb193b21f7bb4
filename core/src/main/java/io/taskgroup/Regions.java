package io.taskgroup;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * Regions of code with a cancel scope of their own: what the static methods of
 * {@link CancelScope} do.
 */
final class Regions {

	private Regions() {
	}

	static <X extends Exception> CancelScope run(@Nullable Duration timeout, CancelScope.Body<X> body)
			throws X, InterruptedException {
		Objects.requireNonNull(body, "body");
		Strand strand = Strand.attach();
		RegionScope region = region(strand);
		execute(strand, region, region, timeout, withoutValue(body));
		return region;
	}

	static <T extends @Nullable Object, X extends Exception> T failAfter(Duration timeout,
			CancelScope.ValueBody<T, X> body) throws X, InterruptedException, TimeoutException {
		Objects.requireNonNull(body, "body");
		Strand strand = Strand.attach();
		RegionScope region = region(strand);
		End<T> end = execute(strand, region, region, Objects.requireNonNull(timeout, "timeout"), body);
		if (end.caught()) {
			throwIfTimeout(region);
		}
		return valueOf(end, region);
	}

	static <X extends Exception> void runOrFailAfter(Duration timeout, CancelScope.Body<X> body)
			throws X, InterruptedException, TimeoutException {
		Objects.requireNonNull(body, "body");
		Strand strand = Strand.attach();
		RegionScope region = region(strand);
		End<@Nullable Object> end = execute(strand, region, region, Objects.requireNonNull(timeout, "timeout"),
				withoutValue(body));
		if (end.caught()) {
			throwIfTimeout(region);
		}
	}

	static <T extends @Nullable Object, X extends Exception> T shield(CancelScope.ValueBody<T, X> body)
			throws X, InterruptedException {
		Objects.requireNonNull(body, "body");
		Strand strand = Strand.attach();
		RegionScope region = region(strand);
		region.shieldFromTheStart();
		return valueOf(execute(strand, region, region, null, body), region);
	}

	static <X extends Exception> void runShielded(CancelScope.Body<X> body) throws X, InterruptedException {
		Objects.requireNonNull(body, "body");
		Strand strand = Strand.attach();
		RegionScope region = region(strand);
		region.shieldFromTheStart();
		execute(strand, region, region, null, withoutValue(body));
	}

	/** Runs an error handler, which may be on a thread that waits for something else. */
	static <X extends Exception> void handle(Supervisor supervisor, CancelScope.Body<X> handler)
			throws X, InterruptedException {
		Strand strand = Strand.attach();
		HandlerScope region = new HandlerScope(strand, supervisor);
		int waits = strand.leaveWaits();
		try {
			execute(strand, region, region, null, withoutValue(handler));
		}
		finally {
			strand.resumeWaits(waits);
		}
	}

	static <X extends Exception> CancelScope.ValueBody<@Nullable Object, X> withoutValue(CancelScope.Body<X> body) {
		return (scope) -> {
			body.run(scope);
			return null;
		};
	}

	private static RegionScope region(Strand strand) {
		return new RegionScope(strand, Scope.settingsBelow(strand.top()));
	}

	private static void throwIfTimeout(Scope region) throws TimeoutException {
		Cancellation own = region.cancellation();
		if (own != null && own.kind() == CancelKind.TIMEOUT) {
			throw new TimeoutException(own.reason());
		}
	}

	@SuppressWarnings("NullAway") // a null is the body's own value
	private static <T extends @Nullable Object> T valueOf(End<T> end, Scope region) {
		if (end.caught()) {
			Cancellation own = region.cancellation();
			throw (own != null) ? own.asTaskCancelledException() : new TaskCancelledException();
		}
		return end.value();
	}

	/**
	 * Runs the body in the region on the current thread.
	 * @param region the region
	 * @param given the scope that the body gets to see
	 * @param timeout the region's deadline, from now, or null
	 * @return how it ended, if that is not an exception
	 */
	static <T extends @Nullable Object, X extends Exception> End<T> execute(Strand strand, RegionScope region,
			CancelScope given, @Nullable Duration timeout, CancelScope.ValueBody<T, X> body)
			throws X, InterruptedException {
		T value = null;
		Throwable thrown = null;
		strand.push(region);
		try {
			if (timeout != null) {
				region.timeout(timeout);
			}
			value = body.call(given);
		}
		catch (Throwable ex) {
			thrown = ex;
		}
		boolean caught = leave(strand, region, thrown);
		return new End<>(caught, value);
	}

	/**
	 * Leaves the region (5.3).
	 * @return whether it caught its own cancellation; what it does not catch is thrown
	 */
	private static <X extends Exception> boolean leave(Strand strand, RegionScope region, @Nullable Throwable thrown)
			throws X {
		// first of all: what comes while others are waited for has not ended the body
		boolean caught = thrown != null && catches(strand, region, thrown);
		Throwable leaving = unwind(strand, region, caught ? null : thrown);
		if (caught) {
			region.setCaught();
		}
		if (leaving != null) {
			throw Sneaky.<X>rethrow(leaving);
		}
		return caught;
	}

	/**
	 * Ends what was left open in the region, and the region.
	 * @param leaving the exception with which the thread leaves it, or null
	 * @return the exception with which it goes on, or null
	 */
	static @Nullable Throwable unwind(Strand strand, RegionScope region, @Nullable Throwable leaving) {
		Throwable thrown = leaving;
		try {
			IllegalStateException wrong = HostedGroup.closeLeftOpen(strand, region);
			region.closeSupervisors();
			thrown = with(thrown, wrong);
		}
		catch (Throwable broken) {
			thrown = with(thrown, broken);
		}
		region.end();
		strand.pop(region, (thrown instanceof CancelledException) ? Strand.Leaving.TOLD : Strand.Leaving.AS_IT_IS);
		return thrown;
	}

	private static @Nullable Throwable with(@Nullable Throwable first, @Nullable Throwable second) {
		if (first != null && second != null && first != second) {
			first.addSuppressed(second);
		}
		return (first != null) ? first : second;
	}

	/** Whether the region's own cancellation brought an exception about. */
	static boolean catches(Strand strand, Scope region, Throwable thrown) {
		return region.causeOfInterrupt(strand) == region && region.settings().isInterruption(thrown)
				&& !strand.isForeignInterrupt(thrown);
	}

	/**
	 * How a region ended.
	 *
	 * @param <T> the type of the value
	 * @param caught whether the region's own cancellation ended it
	 * @param value the value, if not
	 */
	record End<T extends @Nullable Object>(boolean caught, @Nullable T value) {
	}

}
