package io.taskgroup;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import static org.awaitility.Awaitility.await;

/**
 * Waiting with a bound, the same for all tests.
 */
final class Waits {

	static final Duration BOUND = Duration.ofSeconds(15);

	private Waits() {
	}

	/** Waits for the latch; an interrupt ends the wait. */
	static void on(CountDownLatch latch) throws InterruptedException {
		if (!latch.await(BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
			throw new AssertionError("the latch was not released");
		}
	}

	/** Waits for the latch and swallows every interrupt. */
	static void stubbornlyOn(CountDownLatch latch) {
		while (true) {
			try {
				on(latch);
				return;
			}
			catch (InterruptedException ex) {
				// that is what stubborn means
			}
		}
	}

	/** Polls until the condition holds. Not for threads that are to be interrupted. */
	static void until(Callable<Boolean> condition) {
		await().pollInSameThread()
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(1))
			.atMost(BOUND)
			.until(condition);
	}

	/**
	 * Polls until the condition holds; neither notices nor touches the interrupt flag,
	 * and does not count as blocked.
	 */
	@SuppressWarnings("ThreadPriorityCheck")
	static void spinUntil(BooleanSupplier condition) {
		long start = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - start > BOUND.toNanos()) {
				throw new AssertionError("the condition did not come true");
			}
			Thread.yield();
			// yielding alone may keep virtual threads that others woke from a carrier
			LockSupport.parkNanos(20_000);
		}
	}

	/** Polls until the thread blocks, or has ended. */
	static void untilBlocked(Thread thread) {
		until(() -> switch (thread.getState()) {
			case TERMINATED -> true;
			case WAITING, TIMED_WAITING -> !isIn(thread, Waits.class.getName(), "spinUntil");
			case RUNNABLE -> isReading(thread);
			default -> false;
		});
	}

	/** Whether the method is on the thread's stack. */
	static boolean isIn(Thread thread, String className, String method) {
		return Stream.of(thread.getStackTrace())
			.anyMatch((frame) -> frame.getClassName().equals(className) && frame.getMethodName().equals(method));
	}

	/** A platform thread that waits for input counts as runnable. */
	private static boolean isReading(Thread thread) {
		StackTraceElement[] stack = thread.getStackTrace();
		return !thread.isVirtual() && stack.length > 0 && stack[0].isNativeMethod()
				&& stack[0].getClassName().startsWith("sun.nio.ch.");
	}

	/** Blocks the calling thread until it is interrupted. */
	static void forever() throws InterruptedException {
		Thread.sleep(60_000);
		throw new AssertionError("nobody interrupted the thread");
	}

}
