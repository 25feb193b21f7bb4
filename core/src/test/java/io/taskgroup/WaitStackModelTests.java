package io.taskgroup;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static io.taskgroup.Interleavings.explore;
import static io.taskgroup.Interleavings.must;
import static io.taskgroup.Interleavings.together;

/**
 * Checks the claims of {@link WaitStack}: whoever waits adds itself first and looks
 * second, whoever makes the thing happen does so first and releases second, so that one
 * of the two sees the other; a removal takes out nobody else; each one is released at
 * most once; and who is released although nothing has happened waits on.
 */
@Tag("model")
class WaitStackModelTests {

	@Test
	@DisplayName("5.2 of those who wait for one thing none is forgotten when it happens")
	void nobodyIsForgotten() {
		explore(133, () -> {
			Event event = new Event();
			Mark first = new Mark();
			Mark second = new Mark();
			together(() -> first.waitFor(event), () -> second.waitFor(event), event::happen);
			must(first.knows() && second.knows(), "each saw it or was released");
		});
	}

	@Test
	@DisplayName("5.2 a thread that is released by somebody who comes late waits on until it happens")
	void releasedByOneWhoIsLate() {
		explore(133, () -> {
			Event event = new Event();
			together(event::await, event::releaseAll, event::happen);
		});
	}

	@Test
	@DisplayName("5.2 who goes away while others come, and while it happens, takes nobody along")
	void removalAgainstRelease() {
		explore(133, () -> {
			Event event = new Event();
			Mark bottom = new Mark();
			Mark going = new Mark();
			Mark coming = new Mark();
			event.add(bottom);
			event.add(going);
			together(() -> event.remove(going), () -> coming.waitFor(event), event::happen);
			must(bottom.releases() == 1, "who waited was released once");
			must(coming.knows(), "who came saw it or was released");
			must(coming.releases() <= 1 && going.releases() <= 1, "nobody was released twice");
		});
	}

	@Test
	@DisplayName("5.2 several who go away at once leave all others, in their order")
	void removals() {
		explore(133, () -> {
			Event event = new Event();
			List<Mark> released = new ArrayList<>();
			Mark bottom = new Mark(released);
			Mark first = new Mark(released);
			Mark second = new Mark(released);
			Mark coming = new Mark(released);
			event.add(bottom);
			event.add(first);
			event.add(second);
			together(() -> event.remove(first), () -> event.remove(second), () -> event.add(coming));
			event.happen();
			must(released.equals(List.of(bottom, coming)),
					"who stayed was released once, who came first before the other");
			must(!event.hasWaiters(), "nobody is left");
		});
	}

	@Test
	@DisplayName("5.2 several who release at once release each one once")
	void releases() {
		explore(133, () -> {
			Event event = new Event();
			Mark first = new Mark();
			Mark second = new Mark();
			event.add(first);
			together(event::releaseAll, event::happen, () -> event.add(second));
			event.releaseAll();
			must(first.releases() == 1 && second.releases() == 1, "each was released once");
		});
	}

	/** Something that happens once. */
	private static final class Event extends WaitStack {

		private volatile boolean happened;

		@Override
		boolean isReached(Waiter waiter) {
			return this.happened;
		}

		void happen() {
			this.happened = true;
			releaseAll();
		}

		void await() {
			Strand.Wait how = Strand.attach().await(this, null, Durations.FOREVER_NANOS);
			must(how == Strand.Wait.REACHED && this.happened, "the wait ends when it has happened");
		}

	}

}
