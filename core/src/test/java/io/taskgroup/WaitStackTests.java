package io.taskgroup;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What lies under all waiting: that nobody who waits is forgotten.
 */
@Timeout(30)
class WaitStackTests {

	private final Event event = new Event();

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("a thread that is released by somebody who comes late waits on, and is released by the next one")
	void releasedByOneWhoIsLate(Rig rig) throws Exception {
		Host<Strand.Wait> host = rig.startCall(() -> Strand.attach().await(this.event, null, Durations.FOREVER_NANOS));
		releaseLate();
		this.event.happen();
		assertThat(host.get()).isEqualTo(Strand.Wait.REACHED);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("so does one that waits whatever happens to it")
	void releasedByOneWhoIsLateAlways(Rig rig) throws Exception {
		Host<Void> host = rig.start(() -> Strand.attach().awaitAlways(this.event));
		releaseLate();
		this.event.happen();
		host.get();
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("so does one that waits for some time")
	void releasedByOneWhoIsLateWithTimeout(Rig rig) throws Exception {
		Host<Strand.Wait> host = rig
			.startCall(() -> Strand.attach().await(this.event, null, TimeUnit.HOURS.toNanos(1)));
		releaseLate();
		this.event.happen();
		assertThat(host.get()).isEqualTo(Strand.Wait.REACHED);
	}

	@ParameterizedTest
	@EnumSource(Rig.class)
	@DisplayName("of those who come at the same moment none is forgotten")
	void comingTogether(Rig rig) throws Exception {
		int each = 500;
		rig.run(() -> Together.often(() -> {
			Event crowded = new Event();
			AtomicInteger released = new AtomicInteger();
			TaskAction come = () -> {
				for (int i = 0; i < each; i++) {
					crowded.add(new Counted(released));
				}
			};
			Together.run(come, come);
			crowded.happen();
			assertThat(released).hasValue(2 * each);
		}));
	}

	/** As one does who has made an earlier event happen, and was held up. */
	private void releaseLate() {
		for (int i = 0; i < 3; i++) {
			Waits.until(this.event::hasWaiters);
			this.event.releaseAll();
		}
		Waits.until(this.event::hasWaiters);
	}

	/** One that counts that it was released. */
	private static final class Counted extends WaitStack.Waiter {

		private final AtomicInteger released;

		Counted(AtomicInteger released) {
			this.released = released;
		}

		@Override
		void release() {
			this.released.incrementAndGet();
		}

		@Override
		boolean isReleased() {
			return false;
		}

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

	}

}
