package io.taskgroup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Rule 8.2 for limiters that all groups of a name share, and who hears of a changed
 * limit.
 */
@Timeout(30)
class SharedLimiterTests {

	private final TaskGroupFactory groups = Rig.VIRTUAL.factory();

	private final Gauge gauge = new Gauge();

	@Test
	@DisplayName("8.2 groups of one name together never run more tasks than their shared limit")
	void together() throws Exception {
		TaskGroupSpec spec = this.groups.named("shared").sharedConcurrency(3);
		try (TaskScope hosts = this.groups.named("hosts").openScope()) {
			for (int i = 0; i < 10; i++) {
				hosts.fork(() -> spec.run(group -> {
					for (int task = 0; task < 20; task++) {
						group.fork(() -> this.gauge.inside(() -> 1));
					}
				}));
			}
			hosts.join();
		}
		assertThat(this.gauge.entries()).isEqualTo(200);
		assertThat(this.gauge.most()).isBetween(1, 3);
	}

	@Test
	@DisplayName("8.2 as a default, the limit is one for each name")
	void onePerName() throws Exception {
		TaskGroupFactory defaults = Rig.VIRTUAL.builder()
			.defaults(spec -> spec.sharedConcurrency(1))
			.settings("two", spec -> spec.sharedConcurrency(2))
			.build();
		CountDownLatch release = new CountDownLatch(1);
		try (TaskScope one = defaults.named("one").openScope();
				TaskScope again = defaults.named("one").openScope();
				TaskScope two = defaults.named("two").openScope();
				TaskScope other = defaults.named("other").openScope()) {
			List<TaskHandle<Void>> handles = new ArrayList<>();
			for (TaskScope scope : List.of(one, again, two, two, two, other)) {
				handles.add(scope.fork(() -> Waits.on(release)));
			}
			assertThat(handles.stream().map(TaskHandle::state)).containsExactly(TaskState.RUNNING, TaskState.QUEUED,
					TaskState.RUNNING, TaskState.RUNNING, TaskState.QUEUED, TaskState.RUNNING);
			release.countDown();
		}
	}

	@Test
	@DisplayName("8.2 another factory has limits of its own")
	void onePerFactory() throws Exception {
		TaskGroupFactory another = Rig.VIRTUAL.factory();
		CountDownLatch release = new CountDownLatch(1);
		try (TaskScope here = this.groups.named("shared").sharedConcurrency(1).openScope();
				TaskScope there = another.named("shared").sharedConcurrency(1).openScope()) {
			here.fork(() -> Waits.on(release));
			assertThat(there.fork(() -> Waits.on(release)).state()).isEqualTo(TaskState.RUNNING);
			release.countDown();
			here.join();
			there.join();
		}
	}

	@Test
	@DisplayName("8.2 the shared limiter can be looked at and changed, for all groups of the name")
	void changed() throws Exception {
		TaskGroupSpec spec = this.groups.named("shared").sharedConcurrency(1);
		assertThat(this.groups.sharedLimiters("shared")).isEmpty();
		CountDownLatch release = new CountDownLatch(1);
		try (TaskScope one = spec.openScope(); TaskScope two = spec.openScope()) {
			one.fork(() -> Waits.on(release));
			TaskHandle<Void> queued = two.fork(() -> Waits.on(release));
			ConcurrencyLimiter limiter = (ConcurrencyLimiter) this.groups.sharedLimiters("shared").getFirst();
			assertThat(limiter.inUse()).isEqualTo(1);
			assertThat(limiter.waiting()).isEqualTo(1);
			limiter.limit(2);
			assertThat(queued.state()).isEqualTo(TaskState.RUNNING);
			release.countDown();
			one.join();
			two.join();
			assertThat(this.groups.sharedLimiters("shared")).containsExactly(limiter);
			// what was changed stays as it is
			spec.openScope().close();
			assertThat(limiter.limit()).isEqualTo(2);
		}
		assertThat(this.groups.sharedLimiters("unknown")).isEmpty();
		assertThatIllegalArgumentException().isThrownBy(() -> this.groups.sharedLimiters(" "));
	}

	@Test
	@DisplayName("8.2 two limits for one name are a mistake, told when the second group is opened")
	void twoLimits() {
		this.groups.named("shared").sharedConcurrency(4).openScope().close();
		TaskGroupSpec other = this.groups.named("shared").sharedConcurrency(5);
		assertThatIllegalStateException().isThrownBy(other::openScope)
			.withMessageContainingAll("sharedConcurrency(5)", "'shared'", "began with 4", "sharedLimiters(\"shared\")");
		assertThat(this.groups.snapshot()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, -1 })
	@DisplayName("8.2 a limit below 1 is an IllegalArgumentException that names the group")
	void belowOne(int limit) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.groups.named("shared").sharedConcurrency(limit))
			.withMessage("sharedConcurrency of group 'shared' must be at least 1, but is " + limit);
	}

	@Test
	@DisplayName("8.1 a limiter is made once for each name, with the name, and by whoever opens the first group")
	void madeOnce() throws Exception {
		Map<String, AtomicInteger> made = new ConcurrentHashMap<>();
		Function<String, TaskLimiter> maker = name -> {
			made.computeIfAbsent(name, key -> new AtomicInteger()).incrementAndGet();
			return RateLimiter.of(1000, Duration.ofSeconds(1));
		};
		TaskGroupFactory factory = Rig.VIRTUAL.builder().defaults(spec -> spec.sharedLimiter(maker)).build();
		assertThat(made).isEmpty();
		for (int i = 0; i < 50; i++) {
			String name = "name-" + i;
			Together.run(() -> factory.named(name).openScope().close(), () -> factory.named(name).openScope().close());
			assertThat(made.get(name)).hasValue(1);
			assertThat(factory.sharedLimiters(name)).hasSize(1).first().isInstanceOf(RateLimiter.class);
		}
	}

	@Test
	@DisplayName("8.2 a limiter that is made for a name holds for the first group of it and for each further one, together")
	void madeHolds() throws Exception {
		TaskGroupSpec spec = this.groups.named("made").sharedLimiter(name -> ConcurrencyLimiter.of(1));
		CountDownLatch release = new CountDownLatch(1);
		spec.run(first -> {
			first.fork(() -> Waits.on(release));
			assertThat(first.fork(() -> 1).state()).isEqualTo(TaskState.QUEUED);
			spec.run(second -> {
				assertThat(second.fork(() -> 2).state()).isEqualTo(TaskState.QUEUED);
				release.countDown();
			});
		});
	}

	@Test
	@DisplayName("8.1 shared limiters, the group's own and others add up; one that is named twice counts once")
	void combined() throws Exception {
		ConcurrencyLimiter others = ConcurrencyLimiter.of(3);
		TaskGroupSpec spec = this.groups.named("combined")
			.maxConcurrency(4)
			.sharedConcurrency(2)
			.sharedLimiter(name -> others)
			.limiter(others);
		spec.run(group -> {
			for (int task = 0; task < 50; task++) {
				group.fork(() -> this.gauge.inside(() -> 1));
			}
		});
		assertThat(this.gauge.most()).isBetween(1, 2);
		assertThat(others.inUse()).isZero();
		try (TaskGroup group = spec.open()) {
			List<LimiterSnapshot> limiters = this.groups.snapshot().getFirst().limiters();
			assertThat(limiters.stream().map(limiter -> limiter.limit().orElse(0))).containsExactlyInAnyOrder(4, 2, 3);
			assertThat(limiters.stream().map(LimiterSnapshot::ofGroupAlone)).containsExactly(true, false, false);
			group.join();
		}
	}

	@Test
	@DisplayName("8.1 a maker that makes no limiter for a name is asked again; one that fails opens no group")
	void makerOfNothing() throws Exception {
		AtomicInteger asked = new AtomicInteger();
		TaskGroupSpec spec = this.groups.named("later")
			.sharedLimiter(name -> (asked.incrementAndGet() > 1) ? ConcurrencyLimiter.of(1) : null);
		spec.openScope().close();
		assertThat(this.groups.sharedLimiters("later")).isEmpty();
		spec.openScope().close();
		spec.openScope().close();
		assertThat(this.groups.sharedLimiters("later")).hasSize(1);
		assertThat(asked).hasValue(2);
		assertThatIllegalStateException().isThrownBy(() -> this.groups.named("fails").sharedLimiter(name -> {
			throw new IllegalStateException("no limiter for " + name);
		}).openScope()).withMessage("no limiter for fails");
		assertThat(this.groups.snapshot()).isEmpty();
	}

	@Test
	@DisplayName("8.2 names that are made up at run time are warned of, once")
	void manyNames() {
		try (LogRecords log = LogRecords.open()) {
			for (int i = 0; i < 1200; i++) {
				this.groups.named("name-" + i).sharedConcurrency(1).openScope().close();
			}
			assertThat(log.records()).filteredOn(one -> LogRecords.message(one).contains("made up at run time"))
				.hasSize(1);
		}
	}

	@Test
	@DisplayName("10.1 listeners hear of a changed limit, of limiters that their groups use")
	void limitChanged() throws Exception {
		List<String> heard = new CopyOnWriteArrayList<>();
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		TaskGroupFactory listening = Rig.VIRTUAL.builder().listener(new TaskGroupListener() {
			@Override
			public void limitChanged(ConcurrencyLimiter changed, int before, int now) {
				assertThat(changed).isSameAs(limiter);
				heard.add(before + " to " + now);
			}
		}).build();
		limiter.limit(2);
		assertThat(heard).isEmpty();
		listening.named("one").limiter(limiter).run(group -> limiter.limit(3));
		listening.named("two").limiter(limiter).run(group -> limiter.limit(3));
		limiter.limit(5);
		assertThat(heard).containsExactly("2 to 3", "3 to 5");
	}

	@Test
	@DisplayName("10.1 the listeners of all factories hear of a changed limit, each once")
	void limitOfTwoFactoriesChanged() throws Exception {
		List<String> heard = new CopyOnWriteArrayList<>();
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		for (String name : List.of("a", "b", "c")) {
			TaskGroupFactory listening = Rig.VIRTUAL.builder().listener(new TaskGroupListener() {
				@Override
				public void limitChanged(ConcurrencyLimiter changed, int before, int now) {
					heard.add(name + " " + now);
				}
			}).build();
			listening.named(name).limiter(limiter).run(group -> limiter.limit(limiter.limit() + 1));
		}
		assertThat(heard).containsExactly("a 2", "a 3", "b 3", "a 4", "b 4", "c 4");
	}

	@Test
	@DisplayName("10.1 a listener that throws when a limit changes keeps nobody from starting")
	void listenerThrows() throws Exception {
		ConcurrencyLimiter limiter = ConcurrencyLimiter.of(1);
		TaskGroupFactory listening = Rig.VIRTUAL.builder().listener(new TaskGroupListener() {
			@Override
			public void limitChanged(ConcurrencyLimiter changed, int before, int now) {
				throw new IllegalStateException("broken listener");
			}
		}).build();
		CountDownLatch release = new CountDownLatch(1);
		try (LogRecords log = LogRecords.open()) {
			listening.named("one").limiter(limiter).run(group -> {
				group.fork(() -> Waits.on(release));
				TaskHandle<Void> second = group.fork(() -> Waits.on(release));
				limiter.limit(2);
				assertThat(second.state()).isEqualTo(TaskState.RUNNING);
				release.countDown();
			});
			assertThat(log.records()).hasSize(1);
		}
	}

}
