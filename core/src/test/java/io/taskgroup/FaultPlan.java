package io.taskgroup;

import java.lang.reflect.RecordComponent;
import java.util.List;

/**
 * What one run of the fault injection does: all of it decided before it begins, so that
 * it can be read and repeated. Only the order in which threads come to their steps is
 * left to chance.
 *
 * @param seed what it was made from
 * @param rig on which kinds of threads it runs
 * @param calm whether nothing in it fails or is cancelled, but that the host is
 * interrupted from outside
 * @param failingThread each how manieth thread cannot be started; 0 for none
 * @param listening whether a listener hears of everything, and another one fails
 * @param instrumented whether an instrumentation accompanies the tasks
 * @param reinterruptMicros after which time a thread is interrupted again; 0 for the
 * default
 * @param limits the limiters that groups share, by their limit
 * @param byName how many of these, the last ones, are shared by name
 * @param rates the rate limiters, by their permits in a millisecond
 * @param foreign the limiters of others, by their permits, of which 0 are always enough
 * @param host what the host does
 * @param outside what threads do that belong to no group
 */
record FaultPlan(long seed, Rig rig, boolean calm, int failingThread, boolean listening, boolean instrumented,
		int reinterruptMicros, List<Integer> limits, int byName, List<Integer> rates, List<Integer> foreign,
		List<Step> host, List<List<Step>> outside) {

	/** Something that a thread does. Times are in microseconds. */
	sealed interface Step {

	}

	/** Waits where every interrupt ends it. */
	record Sleep(int micros) implements Step {
	}

	/** Waits until it is cancelled: nothing else ends it. */
	record Forever() implements Step {
	}

	/** Computes, and looks from time to time whether it is cancelled, or does not. */
	record Spin(int micros, boolean looking) implements Step {
	}

	/** Waits, and takes no notice of interrupts. */
	record Swallow(int micros) implements Step {
	}

	record Checkpoint() implements Step {
	}

	record Fail(Failure failure) implements Step {
	}

	/** Goes on, whatever comes out of the steps. */
	record Survive(List<Step> steps) implements Step {
	}

	/** Sets the interrupt flag of its own thread. */
	record InterruptSelf() implements Step {
	}

	/** Clears the interrupt flag of its own thread. */
	record ClearInterrupt() implements Step {
	}

	/** Changes the context of its own thread. */
	record ChangeContext(int value) implements Step {
	}

	/** Forks into the group that is so many levels further out. */
	record Fork(int level, Task task) implements Step {
	}

	record Start(int level, Task task) implements Step {
	}

	/** Calls {@code started}, if the task was started so. */
	record SayStarted(int value) implements Step {
	}

	/** Awaits a task that the same thread has forked. */
	record Await(int index) implements Step {
	}

	/** Awaits any task there is, for a while. */
	record AwaitAny(int index, int micros) implements Step {
	}

	/** Joins the group in whose body it is. */
	record Join() implements Step {
	}

	record Group(Form form, Settings settings, List<Step> body) implements Step {
	}

	/** Opens a group and leaves it to what is around it to end it (3.11). */
	record LeaveOpen(Settings settings, List<Step> body) implements Step {
	}

	/**
	 * Opens a supervisor; whoever does so closes it, or what is around it does.
	 *
	 * @param handler what its error handler does, the first few times
	 */
	record Supervise(Settings settings, boolean handlerFails, boolean joining, boolean closing, List<Step> handler,
			List<Step> body) implements Step {
	}

	record Region(Kind kind, int micros, List<Step> body) implements Step {
	}

	record Combine(Combinator combinator, Settings settings, int staggerMicros, int leaveAfter,
			List<Task> tasks) implements Step {
	}

	record CancelGroup(int index) implements Step {
	}

	record CancelScope(int index) implements Step {
	}

	record CancelTask(int index) implements Step {
	}

	/** Cancels what the thread itself is in. */
	record CancelOwn() implements Step {
	}

	/** Closes the factory, from a thread that belongs to no group. */
	record CloseFactory() implements Step {
	}

	/**
	 * Something that has an order of its own.
	 *
	 * @param variant which form of it, of those there are
	 */
	record Scene(Plot plot, int variant, int micros) implements Step {
	}

	/** Cancels the group in whose body it is. */
	record CancelBody() implements Step {
	}

	/** Moves the deadline of a group. */
	record MoveDeadline(int index, int micros) implements Step {
	}

	record SetLimit(int index, int limit) implements Step {
	}

	record Snapshot() implements Step {
	}

	record InterruptHost() implements Step {
	}

	/** Forks into a group that is open somewhere. */
	record ForkAnywhere(int index, Task task) implements Step {
	}

	/** What a task does. */
	record Task(List<Step> steps) {
	}

	/**
	 * How a group is opened. What is zero is not set.
	 *
	 * @param limiter the number of a shared limiter, from 1
	 * @param rate the number of a rate limiter, from 1
	 * @param foreign the number of another's limiter, from 1
	 */
	record Settings(int timeoutMicros, int moveOnMicros, int maxConcurrency, int limiter, int rate, int foreign,
			int queue, boolean rejects, boolean detached) {
	}

	enum Form {

		RUN, CALL, OPEN, OPEN_AND_JOIN

	}

	enum Kind {

		RUN, MOVE_ON, FAIL_AFTER, ENTER, SHIELD

	}

	enum Combinator {

		GATHER, OUTCOMES, MAP, FOR_EACH, RACE, ANY, AS_COMPLETED

	}

	/** What happens in a scene. */
	enum Plot {

		AWAIT_IN_VAIN, OUTRUN, FAIL_TOGETHER, LEAVE_EARLY, LIFT_SHIELD, SLEEP_TOO_LONG, DEADLINE_NEARER,
		DEADLINE_FARTHER, KEEP_RATE, CLOSE_FROM_INSIDE

	}

	enum Failure {

		CHECKED, UNCHECKED, ERROR, STACK_OVERFLOW, OUT_OF_MEMORY

	}

	/** The plan with a line for each step. */
	String text() {
		StringBuilder text = new StringBuilder();
		append(text, "", this);
		return text.toString();
	}

	private static void append(StringBuilder text, String indent, Record part) {
		StringBuilder nested = new StringBuilder();
		text.append(indent).append(part.getClass().getSimpleName());
		for (RecordComponent component : part.getClass().getRecordComponents()) {
			Object value = valueOf(component, part);
			if (value instanceof List<?> list && list.stream().noneMatch(Integer.class::isInstance)) {
				appendAll(nested, indent, component.getName(), list);
			}
			else if (value instanceof Task task) {
				append(nested, indent + "  ", task);
			}
			else {
				text.append(' ').append(component.getName()).append('=').append(value);
			}
		}
		text.append('\n').append(nested);
	}

	private static void appendAll(StringBuilder text, String indent, String name, List<?> list) {
		if (!list.isEmpty()) {
			text.append(indent).append(" ").append(name).append(":\n");
		}
		for (Object element : list) {
			if (element instanceof List<?> nested) {
				appendAll(text, indent + "  ", "one", nested);
			}
			else {
				append(text, indent + "  ", (Record) element);
			}
		}
	}

	private static Object valueOf(RecordComponent component, Record part) {
		try {
			component.getAccessor().setAccessible(true);
			return component.getAccessor().invoke(part);
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
