package io.taskgroup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Trees of groups, scopes, limits and tasks, made at random, in which everything goes
 * wrong that can; and nothing may be left of them, and no failure be lost.
 * <p>
 * What a run does follows from its seed, which is told when something is wrong. When its
 * threads do it is left to chance, so that what is wrong may need many repetitions to be
 * seen again: {@code -Dtaskgroup.faults.seed} runs that plan first, and with
 * {@code -Dtaskgroup.faults.times} that plan alone, so many times.
 */
class FaultInjectionTests {

	private static final long OPERATIONS = Long.getLong("taskgroup.faults.operations", 1_000_000);

	private static final Long SEED = Long.getLong("taskgroup.faults.seed");

	private static final long TIMES = Long.getLong("taskgroup.faults.times", 0);

	/** How many plans run side by side: most of the time they wait. */
	private static final int LANES = 6;

	/** How many deadlines tell something. */
	private static final int ENOUGH = 20;

	private static final Duration TOO_LATE = Duration.ofMillis(100);

	private final AtomicLong seeds = new AtomicLong();

	private final AtomicLong operations = new AtomicLong();

	/** How many runs have begun, or would have, if only so many are wanted. */
	private final AtomicLong begun = new AtomicLong();

	private final AtomicLong runs = new AtomicLong();

	/**
	 * By how many nanoseconds each deadline was missed that only the timer can notice.
	 */
	private final Queue<Long> late = new ConcurrentLinkedQueue<>();

	private final AtomicReference<Throwable> wrong = new AtomicReference<>();

	@Test
	@DisplayName("3.1 and 3.2 to 10.2: whatever goes wrong, everything ends, nothing is left, and each failure is told once")
	void everythingGoesWrong() throws InterruptedException {
		long first = (SEED != null) ? SEED : ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
		System.out.println("Fault injection begins with -Dtaskgroup.faults.seed=" + first);
		this.seeds.set(first);
		List<Thread> lanes = new ArrayList<>();
		// the handlers and threads that fail on purpose are logged
		try (LogRecords log = LogRecords.open()) {
			log.discard();
			for (int i = 0; i < LANES; i++) {
				lanes.add(Thread.ofPlatform().daemon().start(this::lane));
			}
			for (Thread lane : lanes) {
				lane.join();
			}
		}
		if (this.wrong.get() != null) {
			throw new AssertionError(this.wrong.get().getMessage(), this.wrong.get());
		}
		System.out.println("Fault injection has done " + this.operations + " operations in " + this.runs + " runs");
		checkLate();
		if (TIMES == 0) {
			assertThat(this.operations.get()).isGreaterThanOrEqualTo(OPERATIONS);
		}
	}

	/**
	 * 5.5: one deadline may be missed by any time, where others use the processors, but
	 * not the half of them.
	 */
	private void checkLate() {
		List<Long> sorted = this.late.stream().sorted().toList();
		if (sorted.size() >= ENOUGH) {
			Duration median = Duration.ofNanos(sorted.get(sorted.size() / 2));
			System.out.println("Of " + sorted.size() + " deadlines the half were missed by less than " + median);
			assertThat(median).as("5.5: by how much deadlines are missed").isLessThan(TOO_LATE);
		}
	}

	private void lane() {
		while (this.wrong.get() == null && goesOn()) {
			long seed = (TIMES > 0) ? this.seeds.get() : this.seeds.getAndIncrement();
			try {
				FaultBooks books = FaultRun.of(FaultPlanner.plan(seed));
				this.runs.incrementAndGet();
				this.operations.addAndGet(books.operations());
				this.late.addAll(books.late);
			}
			catch (Throwable ex) {
				String again = "repeat it by mvn -pl core test -Dtest=FaultInjectionTests -Dtaskgroup.faults.seed="
						+ seed + " -Dtaskgroup.faults.times=1000";
				this.wrong.compareAndSet(null, new AssertionError(again + "\n" + ex.getMessage(), ex));
			}
		}
	}

	private boolean goesOn() {
		if (TIMES > 0) {
			return this.begun.getAndIncrement() < TIMES;
		}
		return this.operations.get() < OPERATIONS;
	}

	@Test
	@DisplayName("a seed gives the same plan each time, and other seeds others")
	void samePlan() {
		assertThat(FaultPlanner.plan(7)).isEqualTo(FaultPlanner.plan(7));
		assertThat(FaultPlanner.plan(7)).isNotEqualTo(FaultPlanner.plan(8));
		assertThat(FaultPlanner.plan(7).text()).contains("seed=7", "Group form=");
	}

}
