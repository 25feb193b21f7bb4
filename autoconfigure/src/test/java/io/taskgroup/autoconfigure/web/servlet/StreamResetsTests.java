package io.taskgroup.autoconfigure.web.servlet;

import java.util.concurrent.atomic.AtomicInteger;

import io.taskgroup.autoconfigure.web.servlet.DisconnectProbe.Watch;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of what is known of streams of HTTP/2 that come and go.
 */
class StreamResetsTests {

	private final StreamResets resets = new StreamResets();

	private final AtomicInteger gone = new AtomicInteger();

	@Test
	void resetIsHeardOnceByThatStreamAlone() {
		this.resets.opened("a");
		this.resets.opened("b");
		AtomicInteger others = new AtomicInteger();
		this.resets.watch("a", "1", this.gone::incrementAndGet);
		this.resets.watch("a", "3", others::incrementAndGet);
		this.resets.watch("b", "1", others::incrementAndGet);
		this.resets.reset("a", "1");
		this.resets.reset("a", "1");
		this.resets.closed("c");
		assertThat(this.gone).hasValue(1);
		assertThat(others).hasValue(0);
	}

	@Test
	void resetThatCameBeforeTheRequestWasWatchedIsHeard() {
		this.resets.opened("a");
		this.resets.reset("a", "1");
		this.resets.watch("a", "1", this.gone::incrementAndGet);
		assertThat(this.gone).hasValue(1);
	}

	@Test
	void closedConnectionIsTheEndOfAllItsStreams() {
		this.resets.opened("a");
		this.resets.watch("a", "1", this.gone::incrementAndGet);
		this.resets.watch("a", "3", this.gone::incrementAndGet);
		this.resets.closed("a");
		this.resets.closed("a");
		assertThat(this.gone).hasValue(2);
	}

	@Test
	void requestThatIsOverHearsNothing() {
		this.resets.opened("a");
		Watch watch = this.resets.watch("a", "1", this.gone::incrementAndGet);
		watch.end();
		this.resets.reset("a", "1");
		this.resets.closed("a");
		assertThat(this.gone).hasValue(0);
	}

	@Test
	void requestOfAnUnknownConnectionIsLeftAlone() {
		assertThat(this.resets.watch("a", "1", this.gone::incrementAndGet).isGone()).isFalse();
		this.resets.reset("a", "1");
		assertThat(this.gone).hasValue(0);
	}

}
