package io.taskgroup.autoconfigure.context;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import io.taskgroup.ContextPropagation;
import io.taskgroup.TaskGroupFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Carrying thread-locals.
 */
@Timeout(30)
class ThreadLocalPropagationTests {

	private final ContextRegistry registry = new ContextRegistry();

	private final Accessor one = new Accessor("one");

	private final Accessor two = new Accessor("two");

	private final ThreadLocalPropagation propagation = new ThreadLocalPropagation(this.registry, List.of(this.one));

	@AfterEach
	void clear() {
		this.one.values.remove();
		this.two.values.remove();
	}

	@Test
	@DisplayName("9.1 what was on the thread comes back, what was not there is taken away")
	void restoresAndTakesBack() {
		this.registry.registerThreadLocalAccessor(this.two);
		this.one.values.set("captured");
		ContextPropagation.Captured captured = this.propagation.capture();
		this.one.values.remove();
		this.two.values.set("before");
		ContextPropagation.Restored restored = captured.restore();
		assertThat(this.one.values.get()).isEqualTo("captured");
		assertThat(this.two.values.get()).isNull();
		restored.close();
		assertThat(this.one.values.get()).isNull();
		assertThat(this.two.values.get()).isEqualTo("before");
	}

	@Test
	@DisplayName("9.2 what is captured by key is put in place alone, whatever the threads have")
	void capturesByKey() {
		this.registry.registerThreadLocalAccessor(this.two);
		this.one.values.set("of the thread");
		ContextPropagation.Captured captured = this.propagation.capture((key) -> key.equals("two") ? "given" : null);
		this.two.values.set("before");
		ContextPropagation.Restored restored = captured.restore();
		assertThat(this.one.values.get()).isNull();
		assertThat(this.two.values.get()).isEqualTo("given");
		restored.close();
		assertThat(this.one.values.get()).isEqualTo("of the thread");
		assertThat(this.two.values.get()).isEqualTo("before");
	}

	@Test
	@DisplayName("9.1 a thread that runs several tasks keeps nothing of any")
	void nothingStays() throws Exception {
		this.registry.registerThreadLocalAccessor(this.two);
		List<Integer> items = new ArrayList<>();
		ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();
		for (int i = 0; i < 100; i++) {
			items.add(i);
		}
		// the outer one is in place first, and taken back last
		ContextPropagation witness = () -> () -> {
			seen.add(this.one.values.get() + "/" + this.two.values.get());
			return () -> seen.add(this.one.values.get() + "/" + this.two.values.get());
		};
		try (TaskGroupFactory groups = TaskGroupFactory.builder()
			.contextPropagation(witness)
			.contextPropagation(this.propagation)
			.build()) {
			this.one.values.set("one");
			this.two.values.set("two");
			groups.named("map").maxConcurrency(2).forEach(items, (item) -> {
				assertThat(this.one.values.get() + this.two.values.get()).isEqualTo("onetwo");
				this.one.values.set("changed");
			});
		}
		assertThat(seen).hasSize(200).containsOnly("null/null");
	}

	@Test
	@DisplayName("9.2 accessors may be registered, and removed, at any time")
	void registeredLater() {
		this.two.values.set("captured");
		assertThat(seenElsewhere(this.two)).isNull();
		this.registry.registerThreadLocalAccessor(this.two);
		assertThat(seenElsewhere(this.two)).isEqualTo("captured");
		this.registry.removeThreadLocalAccessor("two");
		assertThat(seenElsewhere(this.two)).isNull();
	}

	@Test
	@DisplayName("9.2 an accessor takes the place of a registered one with the same key")
	void sameKey() {
		Accessor replaced = new Accessor("one");
		this.registry.registerThreadLocalAccessor(replaced);
		this.one.values.set("one");
		assertThat(seenElsewhere(this.one)).isEqualTo("one");
		assertThat(replaced.asked).hasValue(0);
	}

	@Test
	@DisplayName("9.1 if one cannot be put in place, none stays")
	void failsToPutInPlace() {
		ContextPropagation.Captured captured = captureBoth();
		this.two.broken = true;
		assertThatIllegalStateException().isThrownBy(captured::restore).withMessage("broken");
		assertThat(this.one.values.get()).isNull();
	}

	@Test
	@DisplayName("9.1 if one cannot be taken back, the others are all the same")
	void failsToTakeBack() {
		ContextPropagation.Restored restored = captureBoth().restore();
		this.two.broken = true;
		assertThatIllegalStateException().isThrownBy(restored::close)
			.satisfies((ex) -> assertThat(ex.getSuppressed()).hasSize(1));
		assertThat(this.one.values.get()).isNull();
	}

	@Test
	@DisplayName("9.2 with nothing to carry, nothing is set and nothing is taken back")
	void nothingToCarry() {
		this.propagation.capture().restore().close();
		assertThat(this.one.changed).hasValue(0);
	}

	/** Captures two values, which the thread has no more then. */
	private ContextPropagation.Captured captureBoth() {
		this.registry.registerThreadLocalAccessor(this.two);
		this.one.values.set("one");
		this.two.values.set("two");
		ContextPropagation.Captured captured = this.propagation.capture();
		this.one.values.remove();
		this.two.values.remove();
		return captured;
	}

	private @Nullable String seenElsewhere(Accessor accessor) {
		String mine = accessor.values.get();
		ContextPropagation.Captured captured = this.propagation.capture();
		accessor.values.remove();
		ContextPropagation.Restored restored = captured.restore();
		try {
			return accessor.values.get();
		}
		finally {
			restored.close();
			accessor.values.set(mine);
		}
	}

	/** An accessor that can fail. */
	private static final class Accessor implements ThreadLocalAccessor<String> {

		private final ThreadLocal<@Nullable String> values = new ThreadLocal<>();

		private final AtomicInteger asked = new AtomicInteger();

		private final AtomicInteger changed = new AtomicInteger();

		private final String key;

		private boolean broken;

		Accessor(String key) {
			this.key = key;
		}

		@Override
		public Object key() {
			return this.key;
		}

		@Override
		public @Nullable String getValue() {
			this.asked.incrementAndGet();
			return this.values.get();
		}

		@Override
		public void setValue(String value) {
			change();
			this.values.set(value);
		}

		@Override
		public void setValue() {
			change();
			this.values.remove();
		}

		private void change() {
			this.changed.incrementAndGet();
			if (this.broken) {
				throw new IllegalStateException("broken");
			}
		}

	}

}
