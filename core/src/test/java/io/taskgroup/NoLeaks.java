package io.taskgroup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import static org.awaitility.Awaitility.await;

/**
 * Fails a test that leaves something behind: the interrupt flag of its own thread, or a
 * thread. It is registered for every test of this module by {@code META-INF/services}.
 * <p>
 * Looked at are the threads that were created while the test ran: all platform threads
 * but those of the JDK and of the test tools, and the threads of {@link TrackedThreads},
 * since the JDK has no list of the virtual ones (other than in a thread dump, which JDK
 * 25 does not always survive). The timer of the library is let off, since it ends by
 * itself when it has been idle for a while.
 */
public class NoLeaks implements BeforeEachCallback, AfterEachCallback {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private static final String LIBRARY_TIMER = "taskgroup-timer";

	private static final Pattern OTHERS = Pattern
		.compile("(ForkJoinPool|CompletableFutureDelayScheduler|VirtualThread-|.*-?Poller|Cleaner-|Common-Cleaner"
				+ "|junit-|awaitility-|surefire|JFR |process reaper|Attach Listener|RMI |JMX |Logging-).*");

	@Override
	public void beforeEach(ExtensionContext context) {
		context.getStore(namespace(context)).put("mark", nextThreadId());
	}

	@Override
	public void afterEach(ExtensionContext context) {
		boolean interrupted = Thread.interrupted();
		Long mark = context.getStore(namespace(context)).remove("mark", Long.class);
		Map<Long, String> leaked = (mark != null) ? leakedSince(mark) : Map.of();
		List<String> complaints = new ArrayList<>();
		if (interrupted) {
			complaints.add("the test's thread is still interrupted");
		}
		complaints.addAll(leaked.values());
		if (!complaints.isEmpty()) {
			throw new AssertionError("left behind: " + String.join("\n", complaints));
		}
	}

	private static ExtensionContext.Namespace namespace(ExtensionContext context) {
		return ExtensionContext.Namespace.create(NoLeaks.class, context.getUniqueId());
	}

	/** Returns an id that is lower than that of every thread made from now on. */
	private static long nextThreadId() {
		return Thread.ofVirtual().unstarted(() -> {
		}).threadId();
	}

	private static Map<Long, String> leakedSince(long mark) {
		Map<Long, String> leaked = aliveSince(mark);
		if (leaked.isEmpty()) {
			return leaked;
		}
		try {
			await().pollInSameThread()
				.pollInterval(Duration.ofMillis(5))
				.atMost(PATIENCE)
				.until(() -> aliveSince(mark).isEmpty());
		}
		catch (ConditionTimeoutException ex) {
			// what is left is told below
		}
		return aliveSince(mark);
	}

	private static Map<Long, String> aliveSince(long mark) {
		Map<Long, String> alive = new TreeMap<>();
		Thread.getAllStackTraces().forEach((thread, stack) -> {
			if (thread.threadId() > mark && thread != Thread.currentThread() && isOurs(thread)) {
				alive.put(thread.threadId(), describe(thread, stack));
			}
		});
		for (Thread thread : TrackedThreads.allAlive()) {
			if (thread.threadId() > mark) {
				alive.put(thread.threadId(), describe(thread, thread.getStackTrace()));
			}
		}
		return alive;
	}

	private static boolean isOurs(Thread thread) {
		ThreadGroup group = thread.getThreadGroup();
		boolean system = group == null || group.getName().equals("system")
				|| group.getName().equals("InnocuousThreadGroup");
		String name = thread.getName();
		return thread.isAlive() && !system && !name.equals(LIBRARY_TIMER) && !OTHERS.matcher(name).matches();
	}

	private static String describe(Thread thread, StackTraceElement[] stack) {
		return thread + "\n" + Arrays.stream(stack).map((frame) -> "\tat " + frame).collect(Collectors.joining("\n"));
	}

}
